"""The SQLite index file: compact, built atomically, and its relevance ranking."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from articles.searching.conditions import All, DateRange, OneOf, term
from articles.searching.index_documents import Document, epoch_microseconds
from articles.searching.sqlite import Backend
from articles.searching.sqlite import reader as sqlite_reader
from articles.searching.sqlite.query_compiler import plan_walk
from articles.searching.sqlite.schema import row_id_range

IDENTITY = UUID(int=7)
NOON = dt.datetime(2021, 1, 1, 12, tzinfo=dt.UTC)
PUBLIC = row_id_range(8, is_public=True)


def document(number: int, text: str, title: str = "标题", days: int = 0) -> Document:
    moment = NOON + dt.timedelta(days=days, seconds=number)
    return Document(
        number, epoch_microseconds(moment), moment.date(), title, text, 1, None, (), "zh", "story",
        has_image=False, has_changed=False,
    )  # fmt: skip


@pytest.fixture
def index(tmp_path: Path, settings: Any) -> Backend:
    settings.SEARCH_DATABASE = tmp_path / "search.sqlite3"
    return Backend()


def build(index: Backend, *batches: Sequence[Document]) -> None:
    with index.lock(wait=True), index.builder(IDENTITY, busiest_day=10) as writer:
        for batch in batches:
            writer.upsert(batch)


def test_built_file_is_single_and_compact(index: Backend, tmp_path: Path) -> None:
    batches = [[document(n, f"台湾{n} 香港" * 40) for n in range(k, k + 50)] for k in (1, 51, 101)]
    build(index, *batches)
    file = (tmp_path / "search.sqlite3").resolve()
    assert {path.name for path in tmp_path.iterdir()} == {
        "search.sqlite3", "search.sqlite3.lock", file.name,
    }  # fmt: skip
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        config = dict(connection.execute("SELECT k, v FROM ft_config"))
    assert config["hashsize"] == 1024 * 1024
    assert config["automerge"] == 4


def test_build_flushes_no_segment_per_batch(index: Backend) -> None:
    """FTS5 supports 2,000 segments; with more it raises "disk full"."""
    with index.lock(wait=True), index.builder(IDENTITY, busiest_day=10) as writer:
        for number in range(0, 40, 4):
            writer.upsert([document(number + k, f"台湾{k}", days=number) for k in range(4)])
        writer.delete([])  # waits for the pending batch
        connection = writer._writer._connection
        parts = "SELECT (SELECT count(*) FROM ft_idx), (SELECT count(*) FROM ch_idx)"
        assert connection.execute(parts).fetchone() == (0, 0)


def test_days_out_of_order_come_newest_first(index: Backend) -> None:
    build(index, [document(1, "台湾", days=5), document(2, "台湾", days=1)],
          [document(3, "台湾", days=3), document(4, "台湾", days=9)])  # fmt: skip
    with index.reader(IDENTITY, 5) as reader:
        found = [position.article_id for position in reader.newest(term("台湾"), None, 10)]
    assert found == [4, 1, 3, 2]


class _UnreadableError(Exception):
    pass


def _build_and_fail(index: Backend) -> None:
    with index.lock(wait=True), index.builder(IDENTITY, 1) as writer:
        writer.upsert([document(3, "香港")])
        raise _UnreadableError


def test_failed_build_leaves_the_old_index(index: Backend, tmp_path: Path) -> None:
    build(index, [document(1, "台湾")])
    before = sorted(path.name for path in tmp_path.iterdir())
    # The same key twice in one batch: the error of the thread is raised here.
    with pytest.raises(sqlite3.IntegrityError):
        build(index, [document(2, "香港"), document(2, "香港")])
    with pytest.raises(_UnreadableError):
        _build_and_fail(index)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    with index.reader(IDENTITY, 5) as reader:
        assert reader.count(term("台湾")) == 1


def test_relevance_ignores_very_common_words(
    index: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(index, [
        document(1, "台湾香港香港香港"),
        document(2, "台湾香港" + "，其他" * 30),
        document(3, "台湾" * 9),
        document(4, "其他", title="台湾香港"),
    ])  # fmt: skip
    both = All((term("台湾"), term("香港"), OneOf("source", (1,))))
    with index.reader(IDENTITY, 5) as reader:
        assert {position.article_id for position in reader.most_relevant(both)} == {1, 2, 4}
        monkeypatch.setattr(sqlite_reader, "RELEVANCE_LIMIT", 3)  # 台湾 is in four articles
        weighed = [position.article_id for position in reader.most_relevant(both)]
        assert weighed.index(1) < weighed.index(2)
        assert sorted(weighed) == [1, 2, 4]
        # No word is left to rank by: the title decides.
        monkeypatch.setattr(sqlite_reader, "RELEVANCE_LIMIT", 4)
        assert [position.article_id for position in reader.most_relevant(term("台湾"))] == [
            4,
            3,
            2,
            1,
        ]


def test_nested_date_range_bounds_the_scan() -> None:
    days = DateRange(dt.date(2021, 1, 1), dt.date(2021, 1, 31))
    nested = plan_walk(All((term("台湾", "title"), All((term("台湾"), days)))), PUBLIC)
    flat = plan_walk(All((term("台湾", "title"), term("台湾"), days)), PUBLIC)
    assert nested == flat
    assert nested.first == dt.date(2021, 1, 1).toordinal() << 8


def test_row_ids_of_articles_that_are_not_public_are_below_all_others() -> None:
    hidden = row_id_range(8, is_public=False)
    assert hidden.highest < PUBLIC.lowest
    for day in (dt.date.min.toordinal(), dt.date.max.toordinal()):
        for each in (hidden, PUBLIC):
            assert each.lowest <= each.first_of(day) < each.last_of(day) < each.highest
            assert {each.day_of(each.first_of(day)), each.day_of(each.last_of(day))} == {day}
