"""How PostgreSQL finds hits: along the index of time, or by tokens, and never through the table."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from articles.searching.backend import backend
from articles.searching.conditions import All, Condition, Not, term
from articles.searching.postgresql.query_plan import Sql, planned
from articles.searching.postgresql.reader import _SETTINGS, _Walk
from articles.tests.searching.backend_contract.indexed import (
    DAY,
    NOON,
    SECONDS,
    Index,
    make_document,
)

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="reads PostgreSQL's plans"
)
PORT = term("港口")


@pytest.fixture
def filled(index: Index) -> Index:
    """Return an index of so many articles that a plan costs something; every third has 港口.

    They come in no order of time, so that the table has none either: to walk the index costs more.
    """
    words = ("港口", "机场", "市长")
    index.fill(*(
        make_document(words[number % 3], "文字" * 60, moment=NOON + number * 601 % 5_000 * DAY)
        for number in range(5_000)
    ))  # fmt: skip
    return index


def test_a_walk_follows_the_index_of_time(filled: Index) -> None:
    with backend().reader(filled.identity, SECONDS) as reader:
        for condition in (All(), PORT, Not(PORT)):
            for shelf in (reader, reader.hidden()):
                for newest in (True, False):
                    assert_walked(_through(shelf, condition, newest=newest))


def _through(reader: Any, condition: Condition, *, newest: bool) -> Sql:
    plan = planned(condition)
    return _Walk("moment, article", reader._within(plan), None, newest).through(plan.told, 21)


def assert_walked(statement: Sql) -> None:
    """Have PostgreSQL tell how it would find the rows: one by one, in the order of the index."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS, ["0", "off"])
        cursor.execute(f"EXPLAIN {statement.text}", statement.values)
        told = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    assert "is_public_moment_article_idx" in told, told
    assert "Sort" not in told, told
