"""Limits of a search: how far hits are counted and ranked."""

from __future__ import annotations

COUNT_LIMIT = 10_000  # counts stop there: "10,000+"
RELEVANCE_LIMIT = 2_000  # the newest hits, which are ranked by relevance
