"""Text truncated to a length: with an ellipsis, or at the end of a sentence."""

from __future__ import annotations

from articles.content.text.normalization import normalize_line

_SENTENCE_END = "。！？!?…；;.」』”"


def truncate(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` characters, with an ellipsis where it is truncated."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def make_excerpt(text: str, limit: int = 160) -> str:
    """Return the beginning of ``text`` as one line, up to the end of a sentence if possible.

    >>> make_excerpt("第一句。第二句很长很长。", limit=6)
    '第一句。'
    """
    line = normalize_line(text[: limit * 4])
    if len(line) <= limit:
        return line
    beginning = line[:limit]
    end = max(beginning.rfind(mark) for mark in _SENTENCE_END)
    if end >= limit // 3:
        return beginning[: end + 1]
    space = beginning.rfind(" ")
    return (beginning[:space] if space > limit * 2 // 3 else beginning[: limit - 1]).rstrip() + "…"
