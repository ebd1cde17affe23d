"""Fixtures for tests of the search: indexed stories, and a count of database queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.searching import index_updates
from articles.tests.support.page_fixtures import publish


def publish_indexed(*stories: dict[str, Any]) -> list[Article]:
    """Return new stories with these values, after a rebuild of the index."""
    articles = [publish(**values) for values in stories]
    index_updates.rebuild()
    return articles


#: Statements of the PostgreSQL index, which uses the archive's connection; SQLite's does not.
_INDEX_STATEMENT = re.compile(
    r"SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|SELECT set_config|.*\bsearch_index\.|.*\bpg_class\b",
    re.DOTALL,
)


@contextmanager
def assert_archive_queries(count: int) -> Iterator[None]:
    """Assert that the block makes ``count`` queries, not counting those of the index."""
    with CaptureQueriesContext(connection) as captured:
        yield
    statements = [each["sql"] for each in captured if not _INDEX_STATEMENT.match(each["sql"])]
    assert len(statements) == count, "\n".join(statements)
