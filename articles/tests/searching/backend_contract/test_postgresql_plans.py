"""PostgreSQL query plans: a scan of the chronological index, without a sort."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from articles.searching.backend import get_backend
from articles.searching.conditions import All, Condition, Not, term
from articles.searching.postgresql.query_compiler import Sql, plan_query
from articles.searching.postgresql.reader import _SETTINGS, _Walk
from articles.tests.searching.backend_contract.index_fixture import (
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
    """Return an index with enough articles for realistic plan costs; every third has 港口.

    They are not inserted in chronological order: that makes an index scan more expensive.
    """
    words = ("港口", "机场", "市长")
    index.fill(*(
        make_document(words[number % 3], "文字" * 60, moment=NOON + number * 601 % 5_000 * DAY)
        for number in range(5_000)
    ))  # fmt: skip
    return index


def test_scan_uses_the_chronological_index(filled: Index) -> None:
    with get_backend().reader(filled.identity, SECONDS) as reader:
        for condition in (All(), PORT, Not(PORT)):
            for half in (reader, reader.non_public()):
                for newest in (True, False):
                    assert_scan(_scan_statement(half, condition, newest=newest))


def _scan_statement(reader: Any, condition: Condition, *, newest: bool) -> Sql:
    plan = plan_query(condition)
    return _Walk("moment, article", reader._range_filter(plan), None, newest).scan_rows(
        plan.row_filter, 21
    )


def assert_scan(statement: Sql) -> None:
    """Assert with EXPLAIN that PostgreSQL scans the chronological index and does not sort."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS, ["0", "off"])
        cursor.execute(f"EXPLAIN {statement.text}", statement.values)
        row_filter = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    assert "is_public_moment_article_idx" in row_filter, row_filter
    assert "Sort" not in row_filter, row_filter
