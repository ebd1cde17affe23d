"""Text cut to a length: with an ellipsis, or at the end of a sentence."""

from __future__ import annotations

from articles.content.text.normalization import one_line

_SENTENCE_END = "。！？!?…；;.」』”"


def cut(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` characters, an ellipsis in place of what is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def excerpt_of(text: str, limit: int = 160) -> str:
    """Return the beginning of ``text`` as one line, cut behind a sentence where one ends.

    >>> excerpt_of("第一句。第二句很长很长。", limit=6)
    '第一句。'
    """
    line = one_line(text[: limit * 4])
    if len(line) <= limit:
        return line
    head = line[:limit]
    end = max(head.rfind(mark) for mark in _SENTENCE_END)
    if end >= limit // 3:
        return head[: end + 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit * 2 // 3 else head[: limit - 1]).rstrip() + "…"
