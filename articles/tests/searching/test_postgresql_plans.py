"""How PostgreSQL finds hits: along the index of time, or by tokens, and never through the table."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from articles.searching.backend import backend
from articles.searching.conditions import All, Condition, Not, term
from articles.searching.postgresql.matching import planned
from articles.searching.postgresql.reading import _SETTINGS, _Walk

from .indexed import DAY, NOON, SECONDS, Index, make_document

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="reads PostgreSQL's plans"
)
PORT = term("港口")


@pytest.fixture
def filled(index: Index) -> Index:
    """Return an index of so many articles that a plan costs something; every third has 港口."""
    words = ("港口", "机场", "市长")
    index.fill(*(
        make_document(words[number % 3], "文字" * 400, moment=NOON + number * DAY)
        for number in range(900)
    ))  # fmt: skip
    return index


@pytest.mark.parametrize("condition", [All(), PORT, Not(PORT)])
@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_walk_follows_the_index_of_time(
    filled: Index, condition: Condition, newest: bool, is_hidden: bool
) -> None:
    with backend().reader(filled.identity, SECONDS) as reader:
        shelf = reader.hidden() if is_hidden else reader
        plan = planned(condition)
        walk = _Walk("moment, article", shelf._within(plan), None, newest)  # type: ignore[attr-defined]
        statement = walk.through(plan.told, 21)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS, ["0", "off"])
        cursor.execute(f"EXPLAIN {statement.text}", statement.values)
        told = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    assert "is_public_moment_article_idx" in told, told
    assert "Sort" not in told, told
