"""The plainest YAML: lines of ``key: value``, read without a YAML parser.

Nearly every header of a post is no more than that. What is read here PyYAML reads the same, four
times as slowly; ``content/post_file/test_simple_yaml.py`` tries to refute it.
"""

from __future__ import annotations

import re

_KEY_AND_VALUE = re.compile(
    r"(?P<key>[A-Za-z][A-Za-z0-9_-]{0,99}): +"
    r"(?:\"(?P<double>[^\"\\]*)\"|'(?P<single>[^']*)'|\[(?P<items>[^\[\]{}:#&*!|>'\"%@`?]*)\]"
    # None of the characters that mean something at the beginning of a value.
    r"|(?P<plain>[^ \-?:,\[\]{}#&*!|>'\"%@`].*?)) *"
)
#: What a value may not hold unless quotes are around it: the next key, or a comment.
_NOT_IN_PLAIN = re.compile(r":(?: |$)| #")


def read_plain(text: str) -> dict[str, str | list[str]] | None:
    """Return the values of a header whose every line is plain, None for any other header.

    >>> read_plain('title: "港口：恢复"\\ntags: [ 港口, 航运 ]\\n')
    {'title': '港口：恢复', 'tags': ['港口', '航运']}
    >>> read_plain("title: a\\n  b\\n") is None
    True
    """
    # Printable text holds no control, no tab, and no line break of YAML's but the line feed.
    if not text.replace("\n", "").replace("\u3000", "").isprintable():
        return None
    values: dict[str, str | list[str]] = {}
    for line in text.removesuffix("\n").split("\n"):
        match = _KEY_AND_VALUE.fullmatch(line)
        if match is None:
            return None
        key, double, single, listed, plain = match.groups()
        if listed is not None:
            items = [item.strip(" ") for item in listed.split(",")]
            if any(not item or item.startswith("-") for item in items):
                return None
            values[key] = items
        elif plain is not None:
            if _NOT_IN_PLAIN.search(plain):
                return None
            values[key] = plain
        else:
            values[key] = double if double is not None else single
    return values
