"""Writing to an index: upserts, deletes, rebuilds, rollbacks, and locks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from uuid import uuid4

import pytest
from django.db import connections

from articles.searching.backend import IndexBusyError, IndexMissingError, get_backend
from articles.searching.conditions import All, term
from articles.tests.searching.backend_contract.index_fixture import (
    DAY,
    NOON,
    SECONDS,
    Index,
    iter_pages,
    make_document,
)

PORT, MAYOR, EVERYTHING = term("港口"), term("市长"), All()


class _BrokenError(Exception):
    """An error in the middle of a write."""


def test_upsert_twice_stores_once(index: Index) -> None:
    documents = [make_document("港口", f"市长{number}") for number in range(5)]
    index.fill(*documents)
    before = index.fingerprints()
    index.upsert(*documents)
    index.upsert(documents[0])
    assert (
        index.fingerprints() == before == sorted((d.article_id, d.fingerprint) for d in documents)
    )
    index.assert_matches_definition(PORT, MAYOR, EVERYTHING)


def test_changed_document_replaces_the_old_one(index: Index) -> None:
    index.fill(*(make_document("港口", article_id=key, tags=(1,)) for key in range(1, 6)))
    changed = index.documents[2]
    for facts in (
        {"title": "市长"}, {"text": "港口"}, {"tags": (2,)}, {"source": 5},
        {"moment": NOON + 3 * DAY, "day": dt.date(2020, 2, 29)}, {"kind": "video"},
        {"has_image": True}, {"is_public": False}, {"is_public": True},
        {"is_public": False, "moment": NOON, "day": dt.date(2020, 2, 26)},
        {"title": "", "text": ""},
    ):  # fmt: skip
        changed = dataclasses.replace(changed, **facts)
        index.upsert(changed)
        assert dict(index.fingerprints()) == {
            key: document.fingerprint for key, document in index.documents.items()
        }
        index.assert_matches_definition(PORT, MAYOR, EVERYTHING, "-港口", "港口 市长")
    index.delete(2, 3, 99)
    index.delete(2)
    index.assert_matches_definition(PORT, MAYOR, EVERYTHING)
    assert [key for key, _ in index.fingerprints()] == [1, 4, 5]
    index.upsert(changed)
    index.assert_matches_definition(EVERYTHING)


def test_failed_write_is_rolled_back(index: Index) -> None:
    index.fill(make_document("港口", article_id=1), make_document("港口", article_id=2))
    before = index.fingerprints()

    def fail() -> None:
        with get_backend().writer(index.identity) as writer:
            writer.upsert([make_document("港口", article_id=3)])
            writer.delete([1])
            raise _BrokenError

    def fail_to_build() -> None:
        with get_backend().builder(index.identity, 1) as writer:
            writer.upsert([make_document("市长", article_id=4)])
            raise _BrokenError

    for attempt in (fail, fail_to_build):
        with pytest.raises(_BrokenError):
            attempt()
        assert index.fingerprints() == before
        index.assert_matches_definition(PORT, MAYOR, EVERYTHING)


def test_index_of_another_archive_is_missing(index: Index) -> None:
    other = Index()
    for opened in (
        get_backend().reader(index.identity, SECONDS),
        get_backend().writer(index.identity),
    ):
        with pytest.raises(IndexMissingError):
            opened.__enter__()
    index.fill(make_document("港口"))
    for identity in (uuid4(), other.identity):
        for opened in (get_backend().reader(identity, 5), get_backend().writer(identity)):
            with pytest.raises(IndexMissingError):
                opened.__enter__()
    other.fill(make_document("市长"))  # replaces the other index
    with pytest.raises(IndexMissingError):
        index.fingerprints()
    other.assert_matches_definition(PORT, MAYOR)


def test_empty_index_is_usable(index: Index) -> None:
    index.fill()
    index.assert_matches_definition(PORT, EVERYTHING, "-港口")
    index.upsert(make_document("港口"))
    index.assert_matches_definition(PORT, EVERYTHING, "-港口")
    with get_backend().reader(index.identity, SECONDS) as reader:
        assert list(reader.problems()) == []


def test_reader_continues_during_a_rebuild(index: Index) -> None:
    documents = [make_document("港口", moment=NOON + number) for number in range(50)]
    index.fill(*documents)
    with get_backend().reader(index.identity, SECONDS) as reader:
        pages = iter_pages(reader, PORT, 10)
        first = [next(pages) for _ in range(10)]
        index.fill(*documents)
        index.upsert(make_document("市长"))
        assert index.hits(MAYOR)  # another reader of the same thread
        assert [*first, *pages] == index.expected_hits(PORT)
        assert reader.count(PORT) == 50


def test_write_lock_is_exclusive(index: Index) -> None:
    with get_backend().lock(wait=True):
        busy: list[bool] = []

        def write() -> None:
            try:
                with get_backend().lock(wait=False):
                    busy.append(False)
            except IndexBusyError:
                busy.append(True)

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert busy == [True]
    with get_backend().lock(wait=False):
        pass


@pytest.mark.django_db(transaction=True)
def test_searches_continue_during_writes_and_rebuilds(index: Index) -> None:
    steady = [make_document("港口", moment=NOON + number) for number in range(300)]
    index.fill(*steady)
    expected = index.expected_hits(PORT)
    over = threading.Event()
    wrong: list[object] = []
    searches: list[int] = [0, 0]

    def search(number: int) -> None:
        try:
            while not over.is_set():
                with get_backend().reader(index.identity, SECONDS) as reader:
                    found = list(iter_pages(reader, PORT, 70))
                    counted = reader.count(PORT)
                if found != expected or counted != len(expected):
                    wrong.append((len(found), counted))
                searches[number] += 1
        except Exception as error:  # noqa: BLE001 - the test reports any error
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=search, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            index.upsert(*(make_document("市长", article_id=9_000 + key) for key in range(100)))
            index.delete(*range(9_000, 9_050))
            index.fill(*steady)
            while min(searches) <= number and not wrong:
                over.wait(0.01)
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    assert wrong == []
    assert min(searches) >= 4
