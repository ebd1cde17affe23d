"""The index with its archive: changes are visible at once, or after an update of the index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.models import Article, ArticleBody, Author, Capture, SearchChange, SearchIndex, Tag
from articles.publishing.editing import Editor
from articles.publishing.erasure import erase
from articles.publishing.publication_state import hide_version, publish, withdraw
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError
from articles.searching.limits import COUNT_LIMIT
from articles.searching.search import BadCursorError, Search, Sort, search, search_among
from articles.tests.support.factories import NOON, make_article
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import make_post, write_post

pytestmark = pytest.mark.django_db
SECONDS = 120.0  # time limit of a search, generous for a busy machine


def found(typed: str, sort: Sort = Sort.NEWEST) -> list[str]:
    """Return the titles of the hits."""
    with search(typed, SECONDS) as results:
        titles = [article.title for article in iter_hits(results, sort, 2)]
        if not index_updates.count_pending():  # before that, it is the count of the index
            assert results.count().number == len(titles)
    return titles


def iter_hits(results: Search, sort: Sort, size: int) -> Iterator[Article]:
    """Yield every hit, page by page."""
    page = results.page(sort, "", size)
    yield from page.articles
    while page.next:
        page = results.page(sort, page.next, size)
        yield from page.articles


def differences() -> list[str]:
    return [str(each) for each in index_updates.find_differences()]


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Article]:
    """Return three articles of an import, the second with two versions."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "posts"
    for number, word in enumerate(("臺灣", "香港", "澳門")):
        post = make_post(
            title=f"{word}的港口", url=f"https://herald.example/{number}", body=f"<p>{word}一</p>",
            date=f"2021-01-1{number}T10:00:00.000Z", tags=[word],
        )  # fmt: skip
        write_post(folder, f"2021-01-1{number}-a.md", post)
    newer = make_post(
        title="香港的机场", url="https://herald.example/1", body="<p>香港二</p>",
        date="2021-01-11T12:00:00.000Z", tags=["香港"],
    )  # fmt: skip
    write_post(folder, "2021-01-11-b.md", newer)
    assert run_import(folder).exit_code == 0
    return list(Article.objects.order_by("published_at"))


def test_imported_stories_are_found(imported: list[Article]) -> None:
    assert index_updates.count_pending() == 0
    assert found("台湾") == ["臺灣的港口"]
    assert found("的港口") == ["澳門的港口", "臺灣的港口"]
    assert found("香港", Sort.OLDEST) == ["香港的机场"]
    assert found("tag:澳門") == ["澳門的港口"]
    assert found("changed:yes") == ["香港的机场"]
    assert differences() == []


def test_withdrawn_and_erased_stories_are_not_found_at_once(imported: list[Article]) -> None:
    withdraw(imported[0], "wrong")
    erase(imported[2], Editor(None, "court order"))
    assert found("的港口") == found("台湾") == []
    assert differences() == []  # the outbox knows
    index_updates.update()
    assert index_updates.count_pending() == 0
    assert differences() == []
    publish(imported[0])
    index_updates.update()
    assert found("的港口") == ["臺灣的港口"]


def test_editors_find_what_is_not_public(imported: list[Article]) -> None:
    withdraw(imported[0], "wrong")
    for _ in range(2):  # before and after the update of the index
        with search_among(Article.objects.all(), "的港口", seconds=SECONDS) as hits:
            titles = [article.title for _, article in hits.find_hits(Sort.NEWEST, None, 9)]
            oldest = [article.title for _, article in hits.find_hits(Sort.OLDEST, None, 9)]
        assert titles == ["澳門的港口", "臺灣的港口"] == oldest[::-1]
        assert found("的港口") == ["澳門的港口"]
        index_updates.update()
    assert differences() == []
    url = 'url:"https://herald.example/0"'
    assert found(url) == []
    for rows, count in ((Article.objects.all(), 1), (Article.objects.published(), 0)):
        with search_among(rows, url, seconds=SECONDS) as hits:
            assert len(hits.find_hits(Sort.NEWEST, None, 9)) == count
    index_updates.rebuild()
    assert found("的港口") == ["澳門的港口"]
    assert differences() == []


def test_author_is_found_by_part_of_the_name_without_an_exact_match() -> None:
    whole = Author.objects.create(name="柳傑克", slug="a")
    part = Author.objects.create(name="我是柳傑克", slug="b")
    other = Author.objects.create(name="William Wu", slug="c", merged_into=part)
    for author in (whole, part):
        make_article(title=author.name, author=author)
    index_updates.update()
    assert found("author:柳杰克") == ["柳傑克"]
    assert found("author:是柳杰") == ["我是柳傑克"]
    assert found("author:william") == ["我是柳傑克"], f"{other} stands for another"
    assert found("author:will") == []


def test_a_hidden_version_is_gone_at_once(imported: list[Article]) -> None:
    newest = Capture.objects.get(title="香港的机场")
    hide_version(newest, Editor(None, "a name"))
    assert found("title:机场") == found("香港二") == []
    index_updates.update()
    assert found("title:机场") == []
    assert found("香港一") == ["香港的港口"]
    assert differences() == []


def test_a_retagged_story_is_found_by_its_new_topic(imported: list[Article]) -> None:
    imported[0].tags.add(Tag.objects.create(name="航运", slug="航运"))
    SearchChange.record([imported[0].pk])
    index_updates.update()
    assert found("tag:航运") == found("tag:航运 台湾") == ["臺灣的港口"]
    assert differences() == []


def test_replayed_batch_changes_nothing(imported: list[Article]) -> None:
    """As after a crash between the commit of the index and that of the outbox."""
    keys = [article.pk for article in imported]
    ArticleBody.objects.filter(pk=keys[0]).update(text="新的话")
    for _ in range(3):
        SearchChange.record(keys * 2)
        index_updates.update()
        assert found("新的话") == ["臺灣的港口"]
        assert found("的港口") == ["澳門的港口", "臺灣的港口"]
        assert differences() == []


def test_differences_are_reported(imported: list[Article]) -> None:
    first, second, third = imported
    ArticleBody.objects.filter(pk=first.pk).update(text="另外的话")
    Article.objects.filter(pk=second.pk).update(state="review")
    make_article(title="新的", url="https://herald.example/new")
    assert len(differences()) == 3
    assert sum("is in the index as it was" in line for line in differences()) == 2
    assert sum("is not in the index" in line for line in differences()) == 1
    assert found("另外的话") == []  # the change is not in the outbox
    index_updates.rebuild()
    assert differences() == []
    assert found("另外的话") == [first.title]
    assert third.title in found("的港口")


def test_searches_continue_during_a_rebuild(imported: list[Article]) -> None:
    with search("港口 OR 机场") as results:
        page = results.page(size=1)
        withdraw(imported[2], "wrong")
        index_updates.rebuild()
        rest = results.page(after=page.next, size=5)
        titles = [article.title for article in page.articles + rest.articles]
    assert titles == ["澳門的港口", "香港的机场", "臺灣的港口"]
    assert found("港口 OR 机场") == ["香港的机场", "臺灣的港口"]
    assert differences() == []


def test_index_with_another_identity_is_rebuilt(imported: list[Article]) -> None:
    SearchIndex.objects.all().delete()
    with pytest.raises(IndexMissingError), search("港口"):
        pass
    with pytest.raises(IndexMissingError):
        differences()
    SearchIndex.objects.create()  # another archive's
    with pytest.raises(IndexMissingError), search("港口"):
        pass
    index_updates.update()
    assert found("的港口") == ["澳門的港口", "臺灣的港口"]
    assert differences() == []


def test_empty_archive_has_no_hits() -> None:
    for sort in Sort:
        assert found("港口", sort) == []
    index_updates.update()
    for sort in Sort:
        assert found("港口", sort) == []
    make_article(title="港口")
    SearchChange.record([Article.objects.get().pk])
    index_updates.update()
    assert found("港口") == ["港口"]


@pytest.mark.parametrize(
    "typed", ["港口", "", "3月", "exact:港口", "-没有", "我的ai时", "title:港"]
)
def test_pagination_returns_every_hit_once_in_every_sort(typed: str) -> None:
    for number in range(23):
        moment = NOON + dt.timedelta(days=number // 10)  # many at one instant
        make_article(
            title=f"港口{number} 我的ai时代 3月", published_at=moment, text="港口" * number
        )
    index_updates.update()
    newest = list(Article.objects.newest_first())
    with search(typed, SECONDS) as results:
        for size in (4, 23, 30):
            assert list(iter_hits(results, Sort.NEWEST, size)) == newest
            assert list(iter_hits(results, Sort.OLDEST, size)) == newest[::-1]
            best = list(iter_hits(results, Sort.RELEVANCE, size))
            assert len(best) == 23
            assert set(best) == set(newest)
        assert list(results.all_hits()) == newest
        assert (results.count().number, results.count().is_exact) == (23, True)
        assert results.facets().counted == 23


def test_most_relevant_hits_are_followed_by_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        make_article(title=f"港口{number}", published_at=NOON + dt.timedelta(hours=number))
    index_updates.update()
    newest = list(Article.objects.newest_first())
    with search("港口", SECONDS) as results:
        best = results._reader.newest(results.condition, None, 5)[::-1]
        monkeypatch.setattr(results._reader, "most_relevant", lambda _: best)
        assert list(iter_hits(results, Sort.RELEVANCE, 3)) == [*newest[:5][::-1], *newest[5:]]


@pytest.mark.parametrize("cursor", ["x", "====", "A" * 23, "é", "bAAA"])
def test_invalid_cursor_raises(imported: list[Article], cursor: str) -> None:
    with search("港口") as results:
        for sort in Sort:
            with pytest.raises(BadCursorError):
                results.page(sort, cursor)
        assert results.page(size=1).next
        with pytest.raises(BadCursorError):
            results.page(Sort.OLDEST, results.page(size=1).next)


def test_a_count_past_its_limit_is_not_exact(
    imported: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    with search("的港口") as results:
        monkeypatch.setattr(results._reader, "count", lambda _: COUNT_LIMIT + 1)
        counted = results.count()
    assert (counted.number, counted.is_exact) == (COUNT_LIMIT, False)
