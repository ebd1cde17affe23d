"""A worker whose parser takes for ever, in Python or in C; it does not import Django."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from articles.content.post_file.parsing import ParsedPost, parse_post
from articles.importing import cpu_deadline, worker_pool
from articles.importing.readers.found_file import FoundFile
from articles.importing.worker_pool import ReadResult, read_chunk


def read_slowly(chunk: Sequence[FoundFile]) -> list[ReadResult]:
    """Return the results of the files; those with a name for it never end to be parsed."""
    cpu_deadline.POST_SECONDS, cpu_deadline.KILL_SECONDS = 0.3, 0.6
    setattr(worker_pool, "parse_post", parse_slowly)  # noqa: B010 - it is imported there
    return read_chunk(chunk)


def parse_slowly(data: bytes, path: bytes) -> ParsedPost:
    """Parse a post, unless its path says that this never ends."""
    while b"endless-python" in path:
        pass
    if b"endless-c" in path:
        unicodedata.normalize("NFC", "a" + "\u0301\u0327" * 500_000)  # takes an hour
    return parse_post(data, path)
