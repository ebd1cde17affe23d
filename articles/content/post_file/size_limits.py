"""Limits for the size of a post file, of its body and of its text.

What is within them is parsed, cleaned, folded and indexed in less than two seconds and 200 MB.
"""

from __future__ import annotations

import re

from articles.content.post_file.errors import PostError
from articles.content.search_text.character_folding import FOLDING_TABLE

#: Three times the numbers of the largest of 6,725 real posts.
MAX_CHARACTERS, MAX_TAGS, MAX_ENTITIES, MAX_ATTRIBUTES = 2_000_000, 30_000, 30_000, 30_000
#: Ten times the numbers of the largest real tag. An HTML parser compares each attribute of a tag
#: with all others, so its time grows with the square of their number.
MAX_TAG_ATTRIBUTES, MAX_TAG_CHARACTERS = 1_000, 100_000
#: Twenty times the largest real text; also when it is folded, as U+FDFA becomes 18 characters.
MAX_TEXT_CHARACTERS = 1_000_000
_LONGEST_FOLDING = 18  # characters, of one
_SIZE_HINT = "no story is that long; move the story in it to a file of its own"
MAX_FRONT_MATTER = 128 * 1024  # characters
#: No encoding needs more for MAX_CHARACTERS and front matter; larger files are not decoded.
MAX_BYTES = 4 * MAX_CHARACTERS + MAX_FRONT_MATTER

#: As an HTML tokenizer reads them: a quotation mark delimits a value only right after ``=``.
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?"""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG_WITH_ATTRIBUTES = re.compile(rf"<([a-zA-Z][^\s/>]*+)((?:{_ATTRIBUTE})++)")
_MERGED_TAGS = frozenset({"body", "html"})  # the parser adds attributes of later ones to the first
_DATA_URL = re.compile(r"""(?<=["'=\s])data:[^"'\s>]*+""", re.IGNORECASE)


def check_file(text: str) -> None:
    """Raise :class:`PostError` for a file with more characters than front matter and body have."""
    _check("file", "characters", len(text), MAX_CHARACTERS + MAX_FRONT_MATTER)


def check_body(body: str) -> None:
    """Raise :class:`PostError` for a body larger than any story, which would stall the parser.

    A picture in a ``data:`` URL does not count among the characters of its tag.
    """
    _check("body", "characters", len(body), MAX_CHARACTERS)
    _check("body", "tags", body.count("<"), MAX_TAGS)
    _check("body", "entities", body.count("&"), MAX_ENTITIES)
    total = merged = 0
    for tag in _TAG_WITH_ATTRIBUTES.finditer(body):
        name, attributes = tag.groups()
        count = sum(1 for _ in _ATTRIBUTES.finditer(attributes))
        total += count
        if name.lower() in _MERGED_TAGS:
            merged += count
            count = merged
        _check("body", "attributes in one tag", count, MAX_TAG_ATTRIBUTES)
        if len(attributes) > MAX_TAG_CHARACTERS:
            characters = len(_DATA_URL.sub("", attributes))
            _check("body", "characters in one tag", characters, MAX_TAG_CHARACTERS)
    _check("body", "attributes", total, MAX_ATTRIBUTES)


def check_text(text: str) -> None:
    """Raise :class:`PostError` for a text that is too long for the index, folded or not."""
    _check("body", "characters of text", len(text), MAX_TEXT_CHARACTERS)
    if len(text) * _LONGEST_FOLDING > MAX_TEXT_CHARACTERS:
        folded = sum(map(len, map(FOLDING_TABLE.__getitem__, map(ord, text))))
        _check("body", "characters of folded text", folded, MAX_TEXT_CHARACTERS)


def _check(where: str, what: str, count: int, limit: int) -> None:
    if count > limit:
        raise PostError(where, f"{count:,} {what}, more than {limit:,}", _SIZE_HINT)
