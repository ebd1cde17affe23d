"""Relevance: how often the terms of a search occur in a story, weighted by BM25."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from articles.searching.postgresql.query_compiler import Sql
from articles.searching.postgresql.schema import TABLE

# BM25: k1 (saturation of repeated words), b (penalty for long stories), and the weight of titles.
_SATURATION, _LENGTH_SHARE, _TITLE_WEIGHT = 1.2, 0.75, 10


def term_counts(article_ids: Sequence[int], needles: Sequence[str]) -> Sql:
    """Return a statement for :func:`bm25_scores`: id, length, counts in title, counts in all."""
    count = "(octet_length({0}) - octet_length(replace({0}, %s, ''))) / octet_length(%s)"
    counts = [count.format(column) for column in ("title", "folded") for _ in needles]
    twice = [needle for needle in needles for _ in range(2)]
    return Sql(
        f"SELECT article, octet_length(folded), {', '.join(counts)} FROM {TABLE} "
        "WHERE article = ANY(%s::bigint[])",
        [*twice, *twice, list(article_ids)],
    )


def bm25_scores(rows: Sequence[tuple[Any, ...]], needle_count: int) -> dict[int, float]:
    """Return the BM25 score of each article in the rows of :func:`term_counts`."""
    mean = sum(row[1] for row in rows) / max(1, len(rows))
    scores: dict[int, float] = {}
    for article, length, *counts in rows:
        found = zip(counts[:needle_count], counts[needle_count:], strict=True)
        # The column "folded" includes the title.
        times = [in_all + (_TITLE_WEIGHT - 1) * in_title for in_title, in_all in found]
        divisor = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean)
        scores[article] = sum(each / (each + divisor) for each in times)
    return scores
