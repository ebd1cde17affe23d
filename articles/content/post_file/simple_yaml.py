"""A fast parser for the simplest YAML: lines of ``key: value``.

Nearly all front matter is no more than that. PyYAML gives the same result four times as slowly;
``content/post_file/test_simple_yaml.py`` compares the two.
"""

from __future__ import annotations

import re

_KEY_AND_VALUE = re.compile(
    r"(?P<key>[A-Za-z][A-Za-z0-9_-]{0,99}): +"
    r"(?:\"(?P<double>[^\"\\]*)\"|'(?P<single>[^']*)'|\[(?P<items>[^\[\]{}:#&*!|>'\"%@`?]*)\]"
    # None of the characters that have a meaning at the beginning of a value.
    r"|(?P<plain>[^ \-?:,\[\]{}#&*!|>'\"%@`].*?)) *"
)
#: What an unquoted value must not contain: another key, or a comment.
_FORBIDDEN_UNQUOTED = re.compile(r":(?: |$)| #")


def parse_simple_yaml(text: str) -> dict[str, str | list[str]] | None:
    """Return the values of front matter with simple lines only, None for any other.

    >>> parse_simple_yaml('title: "港口：恢复"\\ntags: [ 港口, 航运 ]\\n')
    {'title': '港口：恢复', 'tags': ['港口', '航运']}
    >>> parse_simple_yaml("title: a\\n  b\\n") is None
    True
    """
    # Printable text has no control character, no tab, and no line break but the line feed.
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
            if _FORBIDDEN_UNQUOTED.search(plain):
                return None
            values[key] = plain
        else:
            values[key] = double if double is not None else single
    return values
