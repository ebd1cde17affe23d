"""Writing to an index: what is put twice, changed, taken out, made anew, or another archive's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from uuid import uuid4

import pytest
from django.db import connections

from articles.searching.backend import IndexBusyError, IndexMissingError, backend
from articles.searching.conditions import All, term
from articles.tests.searching.backend_contract.indexed import (
    DAY,
    NOON,
    SECONDS,
    Index,
    make_document,
    walked,
)

PORT, MAYOR, EVERYTHING = term("港口"), term("市长"), All()


class _BrokenError(Exception):
    """What goes wrong in the middle."""


def test_what_is_put_twice_is_there_once(index: Index) -> None:
    documents = [make_document("港口", f"市长{number}") for number in range(5)]
    index.fill(*documents)
    before = index.fingerprints()
    index.put(*documents)
    index.put(documents[0])
    assert (
        index.fingerprints() == before == sorted((d.article_id, d.fingerprint) for d in documents)
    )
    index.assert_tells_the_truth(PORT, MAYOR, EVERYTHING)


def test_what_has_changed_takes_the_place_of_what_was(index: Index) -> None:
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
        index.put(changed)
        assert dict(index.fingerprints()) == {
            key: document.fingerprint for key, document in index.documents.items()
        }
        index.assert_tells_the_truth(PORT, MAYOR, EVERYTHING, "-港口", "港口 市长")
    index.drop(2, 3, 99)
    index.drop(2)
    index.assert_tells_the_truth(PORT, MAYOR, EVERYTHING)
    assert [key for key, _ in index.fingerprints()] == [1, 4, 5]
    index.put(changed)
    index.assert_tells_the_truth(EVERYTHING)


def test_what_fails_leaves_the_index_as_it_was(index: Index) -> None:
    index.fill(make_document("港口", article_id=1), make_document("港口", article_id=2))
    before = index.fingerprints()

    def fail() -> None:
        with backend().writer(index.identity) as writer:
            writer.put([make_document("港口", article_id=3)])
            writer.drop([1])
            raise _BrokenError

    def fail_to_build() -> None:
        with backend().builder(index.identity, 1) as writer:
            writer.put([make_document("市长", article_id=4)])
            raise _BrokenError

    for attempt in (fail, fail_to_build):
        with pytest.raises(_BrokenError):
            attempt()
        assert index.fingerprints() == before
        index.assert_tells_the_truth(PORT, MAYOR, EVERYTHING)


def test_an_index_of_another_archive_is_not_asked(index: Index) -> None:
    other = Index()
    for opened in (backend().reader(index.identity, SECONDS), backend().writer(index.identity)):
        with pytest.raises(IndexMissingError):
            opened.__enter__()
    index.fill(make_document("港口"))
    for identity in (uuid4(), other.identity):
        for opened in (backend().reader(identity, 5), backend().writer(identity)):
            with pytest.raises(IndexMissingError):
                opened.__enter__()
    other.fill(make_document("市长"))  # takes its place
    with pytest.raises(IndexMissingError):
        index.fingerprints()
    other.assert_tells_the_truth(PORT, MAYOR)


def test_an_empty_index_answers(index: Index) -> None:
    index.fill()
    index.assert_tells_the_truth(PORT, EVERYTHING, "-港口")
    index.put(make_document("港口"))
    index.assert_tells_the_truth(PORT, EVERYTHING, "-港口")
    with backend().reader(index.identity, SECONDS) as reader:
        assert list(reader.problems()) == []


def test_reader_goes_on_while_the_index_is_made_anew(index: Index) -> None:
    documents = [make_document("港口", moment=NOON + number) for number in range(50)]
    index.fill(*documents)
    with backend().reader(index.identity, SECONDS) as reader:
        pages = walked(reader, PORT, 10)
        first = [next(pages) for _ in range(10)]
        index.fill(*documents)
        index.put(make_document("市长"))
        assert index.hits(MAYOR)  # another reader of the same thread
        assert [*first, *pages] == index.true_hits(PORT)
        assert reader.count(PORT) == 50


def test_only_one_writes(index: Index) -> None:
    with backend().lock(wait=True):
        busy: list[bool] = []

        def write() -> None:
            try:
                with backend().lock(wait=False):
                    busy.append(False)
            except IndexBusyError:
                busy.append(True)

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert busy == [True]
    with backend().lock(wait=False):
        pass


@pytest.mark.django_db(transaction=True)
def test_searches_go_on_while_others_write_and_rebuild(index: Index) -> None:
    steady = [make_document("港口", moment=NOON + number) for number in range(300)]
    index.fill(*steady)
    wanted = index.true_hits(PORT)
    over = threading.Event()
    wrong: list[object] = []
    searches: list[int] = [0, 0]

    def search(number: int) -> None:
        try:
            while not over.is_set():
                with backend().reader(index.identity, SECONDS) as reader:
                    found = list(walked(reader, PORT, 70))
                    counted = reader.count(PORT)
                if found != wanted or counted != len(wanted):
                    wrong.append((len(found), counted))
                searches[number] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, the test has to tell
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=search, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            index.put(*(make_document("市长", article_id=9_000 + key) for key in range(100)))
            index.drop(*range(9_000, 9_050))
            index.fill(*steady)
            while min(searches) <= number and not wrong:
                over.wait(0.01)
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    assert wrong == []
    assert min(searches) >= 4
