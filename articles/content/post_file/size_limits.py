"""Limits for the size of a post file and of its body."""

from __future__ import annotations

from articles.content.post_file.errors import PostError

#: Three times the numbers of the largest of 6,725 real posts.
MAX_CHARACTERS, MAX_TAGS, MAX_ENTITIES = 2_000_000, 30_000, 30_000
_SIZE_HINT = "no story is that long; move the story in it to a file of its own"
#: No encoding needs more for MAX_CHARACTERS and front matter; larger files are not decoded.
MAX_BYTES = 4 * MAX_CHARACTERS + 128 * 1024


def check_size(body: str) -> None:
    """Raise :class:`PostError` for a body larger than any story, which would stall the parser."""
    for what, count, limit in (
        ("characters", len(body), MAX_CHARACTERS),
        ("tags", body.count("<"), MAX_TAGS),
        ("entities", body.count("&"), MAX_ENTITIES),
    ):
        if count > limit:
            raise PostError("body", f"{count:,} {what}, more than {limit:,}", _SIZE_HINT)
