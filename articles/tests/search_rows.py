"""Stories for tests of the search: public, with their counts, and in the index."""

from __future__ import annotations

from typing import Any

from articles.models import Article
from articles.searching import indexing
from articles.tests.page_rows import publish


def publish_indexed(*stories: dict[str, Any]) -> list[Article]:
    """Return new stories with these values, found by every search."""
    made = [publish(**values) for values in stories]
    indexing.rebuild()
    return made
