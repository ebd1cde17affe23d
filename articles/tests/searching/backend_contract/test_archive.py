"""The index beside its archive: what changes there is found as it is, at once or when updated."""

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
from articles.searching.backend import COUNT_LIMIT, IndexMissingError
from articles.searching.search import BadCursorError, Search, Sort, search, search_among
from articles.tests.support.factories import NOON, make_article
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import make_post, write_post

pytestmark = pytest.mark.django_db
SECONDS = 120.0  # what a search may take on a machine that has other work


def found(typed: str, sort: Sort = Sort.NEWEST) -> list[str]:
    """Return the titles that a search gives."""
    with search(typed, SECONDS) as asked:
        titles = [article.title for article in every(asked, sort, 2)]
        if not index_updates.pending():  # until then the count is that of the index
            assert asked.count().number == len(titles)
    return titles


def every(asked: Search, sort: Sort, size: int) -> Iterator[Article]:
    """Yield every hit by pages."""
    page = asked.page(sort, "", size)
    yield from page.articles
    while page.next:
        page = asked.page(sort, page.next, size)
        yield from page.articles


def differences() -> list[str]:
    return [str(each) for each in index_updates.differences()]


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
    assert run_import(folder).code == 0
    return list(Article.objects.order_by("published_at"))


def test_import_is_found_when_it_has_ended(imported: list[Article]) -> None:
    assert index_updates.pending() == 0
    assert found("台湾") == ["臺灣的港口"]
    assert found("的港口") == ["澳門的港口", "臺灣的港口"]
    assert found("香港", Sort.OLDEST) == ["香港的机场"]
    assert found("tag:澳門") == ["澳門的港口"]
    assert found("changed:yes") == ["香港的机场"]
    assert differences() == []


def test_withdrawn_and_erased_stories_are_gone_at_once(imported: list[Article]) -> None:
    withdraw(imported[0], "wrong")
    erase(imported[2], Editor(None, "court order"))
    assert found("的港口") == found("台湾") == []
    assert differences() == []  # the outbox knows
    index_updates.update()
    assert index_updates.pending() == 0
    assert differences() == []
    publish(imported[0])
    index_updates.update()
    assert found("的港口") == ["臺灣的港口"]


def test_editors_find_what_is_not_public(imported: list[Article]) -> None:
    withdraw(imported[0], "wrong")
    for _ in range(2):  # as the outbox has it, and then the index
        with search_among(Article.objects.all(), "的港口", seconds=SECONDS) as hits:
            titles = [article.title for _, article in hits.in_time(Sort.NEWEST, None, 9)]
            oldest = [article.title for _, article in hits.in_time(Sort.OLDEST, None, 9)]
        assert titles == ["澳門的港口", "臺灣的港口"] == oldest[::-1]
        assert found("的港口") == ["澳門的港口"]
        index_updates.update()
    assert differences() == []
    url = 'url:"https://herald.example/0"'
    assert found(url) == []
    for rows, count in ((Article.objects.all(), 1), (Article.objects.published(), 0)):
        with search_among(rows, url, seconds=SECONDS) as hits:
            assert len(hits.in_time(Sort.NEWEST, None, 9)) == count
    index_updates.rebuild()
    assert found("的港口") == ["澳門的港口"]
    assert differences() == []


def test_author_is_found_by_a_part_of_the_name_where_nobody_is_called_so() -> None:
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
    SearchChange.note([imported[0].pk])
    index_updates.update()
    assert found("tag:航运") == found("tag:航运 台湾") == ["臺灣的港口"]
    assert differences() == []


def test_a_batch_that_is_replayed_changes_nothing(imported: list[Article]) -> None:
    """As after a kill between the commit of the index and that of the outbox."""
    keys = [article.pk for article in imported]
    ArticleBody.objects.filter(pk=keys[0]).update(text="新的话")
    for _ in range(3):
        SearchChange.note(keys * 2)
        index_updates.update()
        assert found("新的话") == ["臺灣的港口"]
        assert found("的港口") == ["澳門的港口", "臺灣的港口"]
        assert differences() == []


def test_differences_are_named(imported: list[Article]) -> None:
    first, second, third = imported
    ArticleBody.objects.filter(pk=first.pk).update(text="另外的话")
    Article.objects.filter(pk=second.pk).update(state="review")
    make_article(title="新的", url="https://herald.example/new")
    assert len(differences()) == 3
    assert sum("is in the index as it was" in line for line in differences()) == 2
    assert sum("is not in the index" in line for line in differences()) == 1
    assert found("另外的话") == []  # nobody has noted it
    index_updates.rebuild()
    assert differences() == []
    assert found("另外的话") == [first.title]
    assert third.title in found("的港口")


def test_searches_go_on_while_the_index_is_made_anew(imported: list[Article]) -> None:
    with search("港口 OR 机场") as asked:
        page = asked.page(size=1)
        withdraw(imported[2], "wrong")
        index_updates.rebuild()
        rest = asked.page(after=page.next, size=5)
        titles = [article.title for article in page.articles + rest.articles]
    assert titles == ["澳門的港口", "香港的机场", "臺灣的港口"]
    assert found("港口 OR 机场") == ["香港的机场", "臺灣的港口"]
    assert differences() == []


def test_an_index_that_was_disowned_is_made_anew(imported: list[Article]) -> None:
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


def test_an_archive_without_a_story_finds_none() -> None:
    for sort in Sort:
        assert found("港口", sort) == []
    index_updates.update()
    for sort in Sort:
        assert found("港口", sort) == []
    make_article(title="港口")
    SearchChange.note([Article.objects.get().pk])
    index_updates.update()
    assert found("港口") == ["港口"]


@pytest.mark.parametrize(
    "typed", ["港口", "", "3月", "exact:港口", "-没有", "我的ai时", "title:港"]
)
def test_cursors_give_every_hit_once_in_every_sort(typed: str) -> None:
    for number in range(23):
        moment = NOON + dt.timedelta(days=number // 10)  # many at one instant
        make_article(
            title=f"港口{number} 我的ai时代 3月", published_at=moment, text="港口" * number
        )
    index_updates.update()
    newest = list(Article.objects.newest_first())
    with search(typed, SECONDS) as asked:
        for size in (4, 23, 30):
            assert list(every(asked, Sort.NEWEST, size)) == newest
            assert list(every(asked, Sort.OLDEST, size)) == newest[::-1]
            best = list(every(asked, Sort.RELEVANCE, size))
            assert len(best) == 23
            assert set(best) == set(newest)
        assert list(asked.every()) == newest
        assert (asked.count().number, asked.count().is_exact) == (23, True)
        assert asked.facets().counted == 23


def test_the_best_are_followed_by_all_that_are_older(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        make_article(title=f"港口{number}", published_at=NOON + dt.timedelta(hours=number))
    index_updates.update()
    newest = list(Article.objects.newest_first())
    with search("港口", SECONDS) as asked:
        best = asked._reader.newest(asked.condition, None, 5)[::-1]
        monkeypatch.setattr(asked._reader, "best", lambda _: best)
        assert list(every(asked, Sort.RELEVANCE, 3)) == [*newest[:5][::-1], *newest[5:]]


@pytest.mark.parametrize("cursor", ["x", "====", "A" * 23, "é", "bAAA"])
def test_a_cursor_that_no_page_gave_is_refused(imported: list[Article], cursor: str) -> None:
    with search("港口") as asked:
        for sort in Sort:
            with pytest.raises(BadCursorError):
                asked.page(sort, cursor)
        assert asked.page(size=1).next
        with pytest.raises(BadCursorError):
            asked.page(Sort.OLDEST, asked.page(size=1).next)


def test_a_count_past_its_limit_is_not_exact(
    imported: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    with search("的港口") as asked:
        monkeypatch.setattr(asked._reader, "count", lambda _: COUNT_LIMIT + 1)
        counted = asked.count()
    assert (counted.number, counted.is_exact) == (COUNT_LIMIT, False)
