"""Stories for tests of the search: public, with their counts, and in the index."""

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
    """Return new stories with these values, found by every search."""
    made = [publish(**values) for values in stories]
    index_updates.rebuild()
    return made


#: What PostgreSQL's index asks on the archive's own connection; SQLite's has one of its own.
_OF_THE_INDEX = re.compile(
    r"SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|SELECT set_config|.*\bsearch_index\.|.*\bpg_class\b",
    re.DOTALL,
)


@contextmanager
def asks_the_archive(times: int) -> Iterator[None]:
    """Make sure that the archive's tables are asked so many times within the block."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [each["sql"] for each in captured if not _OF_THE_INDEX.match(each["sql"])]
    assert len(asked) == times, "\n".join(asked)
