"""The changelists: pagination, filters, search, and a number of queries that does not grow."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.admin.article.article_admin import ArticleAdmin
from articles.content.post_file.parsing import Kind
from articles.content.urls.normalization import identity_hash, normalize_url
from articles.models import Article, ArticleBody, Author, Redirect, SearchChange, Source, State
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.search import TimeOrderedSearch
from articles.tests.support.editors import logged_in_client, make_superuser
from articles.tests.support.factories import NOON, make_article, make_source

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"
_NEXT = re.compile(r'<a rel="next" href="([^"]+)"')


@pytest.fixture
def client(db: None) -> Client:
    return logged_in_client(make_superuser())


def make_many(count: int, **values: Any) -> list[Article]:
    """Return ``count`` articles; every three share a publication time, to test tie-breaks."""
    return [
        make_article(published_at=NOON - dt.timedelta(minutes=n // 3), **values)
        for n in range(count)
    ]


def titles(client: Client, **filters: Any) -> list[str]:
    response = client.get(LIST, filters)
    assert response.status_code == 200
    return [article.title for article in response.context["cl"].result_list]


def page_keys(client: Client, url: str) -> list[list[int]]:
    """Return the keys on every page of a list, from its first to its last."""
    pages = []
    while True:
        response = client.get(url)
        pages.append([article.pk for article in response.context["cl"].result_list])
        link = _NEXT.search(response.content.decode())
        if link is None:
            return pages
        url = LIST + link[1].replace("&amp;", "&")


def keys(articles: list[Article]) -> list[int]:
    rows = sorted(articles, key=lambda each: (each.published_at, each.pk), reverse=True)
    return [article.pk for article in rows]


# Pages


def test_list_has_every_article_once_newest_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 10)
    articles = make_many(25)
    pages = page_keys(client, LIST)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [key for page in pages for key in page] == keys(articles)


def test_list_that_exactly_fills_a_page_has_no_next_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 10)
    make_many(10)
    assert len(page_keys(client, LIST)) == 1


def test_list_of_an_outlet_merges_the_states_in_order(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 4)
    other = make_source("Other Paper")
    make_many(5, source=other)
    articles = make_many(11)
    for article, state in zip(articles, [State.REVIEW, State.PUBLISHED] * 6, strict=False):
        Article.objects.filter(pk=article.pk).update(state=state)
    pages = page_keys(client, f"{LIST}?source={articles[0].source_id}")
    assert [len(page) for page in pages] == [4, 4, 3]
    assert [key for page in pages for key in page] == keys(articles)


def test_next_page_links_to_the_first_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    make_many(3)
    link = client.get(LIST).context["cl"].next_page_link
    assert client.get(LIST).context["cl"].first_page_link == ""
    assert client.get(LIST + link).context["cl"].first_page_link == "?"


@pytest.mark.parametrize("cursor", ["x", "WzFd", "2", "é", "bnVsbA=="])
def test_forged_cursor_redirects_to_the_first_page(client: Client, cursor: str) -> None:
    response = client.get(LIST, {"p": cursor})
    assert response.status_code == 302
    assert response["Location"] == f"{LIST}?e=1"


# Filters


def test_filters(client: Client) -> None:
    other = make_source("Other Paper")
    make_article(title="a", state=State.REVIEW, kind=Kind.VIDEO, language="en")
    make_article(title="b", needs_review=True, language="zh-Hant")
    make_article(title="c", source=other, language="")
    assert titles(client, state="review") == ["a"]
    assert titles(client, review="1") == ["b"]
    assert titles(client, review="1", state="review") == []
    assert titles(client, source=other.pk) == ["c"]
    assert titles(client, source=other.pk, state="published", kind="story") == ["c"]
    assert titles(client, source="") == ["c", "b", "a"]
    assert titles(client, kind="video") == ["a"]
    assert titles(client, language="zh-Hant") == ["b"]
    assert titles(client, language="") == ["c"]


def test_list_shows_flags_and_needs_review(client: Client) -> None:
    make_article(flags=["empty"], needs_review=True)
    page = client.get(LIST).content.decode()
    assert "needs review</strong> empty" in page


def test_filter_by_outlet_keeps_the_other_filters(client: Client) -> None:
    page = client.get(LIST, {"state": "review"}).content.decode()
    assert '<input type="hidden" name="state" value="review">' in page


@pytest.mark.parametrize("query", ["source=x", "source=1&source=y"])
def test_filter_that_is_not_a_key_redirects_to_the_list(client: Client, query: str) -> None:
    assert client.get(f"{LIST}?{query}")["Location"] == f"{LIST}?e=1"


@pytest.mark.parametrize("query", ["title__contains=a", "character_count__gt=1", "source__name=a"])
def test_other_lookups_are_refused(client: Client, query: str) -> None:
    assert client.get(f"{LIST}?{query}").status_code == 400


# Search


def test_search_by_code_or_url(client: Client) -> None:
    url = "https://herald.example/2020/harbour?id=7"
    article = make_article(
        title="found", url=normalize_url(url), identity_hash=identity_hash(normalize_url(url))
    )
    make_article(title="another")
    Redirect.objects.create(path="/2019/01/01/old/", article=article, created_at=NOON)
    day = f"{article.day:%Y/%m/%d}"
    for words in (
        article.code,
        f" {url}&utm_source=feed#top ",
        f"/a/{article.code}/",
        f"https://archive.example/a/{article.code}/versions/",
        f"https://archive.example/{day}/{article.slug}/",
        f"/{day}/{article.slug}",
        "/2019/01/01/old",
    ):
        assert titles(client, q=words) == ["found"], words


@pytest.mark.parametrize("words", ["/2019/13/01/old/", "https://[", "/a/zzzzzzzz/", "http://x"])
def test_search_for_a_url_of_no_article(client: Client, words: str) -> None:
    make_article()
    assert titles(client, q=words) == []


def test_search_is_the_readers_search_in_every_state(client: Client) -> None:
    make_article(title="北方港口恢復通航", text="計畫已經公佈")
    make_article(
        title="Harbour reopens",
        state=State.REVIEW,
        author=Author.objects.create(name="Wu", slug="wu"),
    )
    make_article(title="港口的机场", state=State.WITHDRAWN, state_reason="wrong")
    index_updates.update()
    assert titles(client, q="港口") == ["港口的机场", "北方港口恢復通航"]
    assert titles(client, q="计划 title:恢复") == ["北方港口恢復通航"]
    assert titles(client, q="HARBOUR author:wu") == ["Harbour reopens"]
    assert titles(client, q="港口 -机场") == ["北方港口恢復通航"]
    assert titles(client, q="harbour 港口") == []
    assert titles(client, q="港口", state="withdrawn") == ["港口的机场"]
    assert titles(client, q="港口 OR harbour", state="published", kind="video") == []


def test_search_by_url_finds_articles_that_are_not_public(client: Client) -> None:
    url = "https://herald.example/2020/harbour"
    identity = identity_hash(normalize_url(url))
    make_article(title="in review", url=url, identity_hash=identity, state=State.REVIEW)
    index_updates.update()
    assert titles(client, q=f"url:{url} OR nothing") == ["in review"]


def test_search_sees_changes_that_are_not_indexed_yet(client: Client) -> None:
    article = make_article(title="港口", text="计划")
    index_updates.update()
    Article.objects.filter(pk=article.pk).update(state=State.WITHDRAWN, state_reason="wrong")
    SearchChange.record([article.pk])
    assert titles(client, q="港口 计划") == ["港口"]
    assert titles(client, q="港口", state="published") == []
    assert titles(client, q="港口", state="withdrawn") == ["港口"]
    ArticleBody.objects.update(text="机场")
    assert titles(client, q="计划") == []


def test_search_has_every_hit_once_newest_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 4)
    articles = make_many(11, title="港口")
    for article in articles[::2]:
        Article.objects.filter(pk=article.pk).update(state=State.REVIEW)
    make_article(title="机场")
    index_updates.update()
    pages = page_keys(client, f"{LIST}?q=港口")
    assert [len(page) for page in pages] == [4, 4, 3]
    assert [key for page in pages for key in page] == keys(articles)
    in_review = page_keys(client, f"{LIST}?q=港口&state=review")
    assert [key for page in in_review for key in page] == keys(articles[::2])


def test_search_shows_notes_on_the_query(client: Client) -> None:
    make_article(title="港口")
    index_updates.update()
    response = client.get(LIST, {"q": '"港口'})
    assert titles(client, q='"港口') == ["港口"]
    assert response.context["cl"].notes[0] in html.unescape(response.content.decode())


@pytest.mark.parametrize(
    ("error", "words"), [(SearchTimeoutError, "took too long"), (IndexMissingError, "update_index")]
)
def test_failed_search_shows_a_message(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception], words: str
) -> None:
    make_article(title="港口")
    index_updates.update()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(TimeOrderedSearch, "find_hits", fail)
    response = client.get(LIST, {"q": "港口"})
    assert response.status_code == 200
    assert words in response.content.decode()
    assert response.context["cl"].result_list == []


def test_action_on_all_hits_reaches_only_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    make_many(5, title="港口")
    make_article(title="机场")
    index_updates.update()
    response = client.get(LIST, {"q": "港口"})
    rows = response.context["cl"].get_queryset(response.wsgi_request)
    assert {article.title for article in rows} == {"港口"}
    assert len(rows) == 3  # one more row shows that there is a next page


def test_filter_without_index_scans_a_limited_number_of_rows(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "scan_limit", 5)
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    articles = make_many(12)
    videos = articles[::2]
    for article in videos:
        Article.objects.filter(pk=article.pk).update(kind=Kind.VIDEO)
    pages = page_keys(client, f"{LIST}?kind=video")
    assert [key for page in pages for key in page] == keys(videos)
    of_source = page_keys(client, f"{LIST}?kind=video&source={articles[0].source_id}")
    assert [key for page in of_source for key in page] == keys(videos)


# Queries


@pytest.mark.parametrize("count", [3, 60])
def test_queries_do_not_grow_with_the_list(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for article in make_many(count):
        Article.objects.filter(pk=article.pk).update(source=make_source(f"Paper {article.pk}"))
    source = Source.objects.order_by("-pk")[0]
    # Session, user, second factor, outlets of the menu, languages, articles.
    with django_assert_num_queries(6):
        client.get(LIST)
    # Three range scans, one for each state.
    with django_assert_num_queries(8):
        client.get(LIST, {"source": source.pk})


def test_list_does_not_load_texts_or_captures(client: Client) -> None:
    make_many(3)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    sql = " ".join(query["sql"] for query in queries)
    for word in ("articlebody", "articles_capture", "excerpt", "COUNT(", "identity_hash"):
        assert word not in sql


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads SQLite's own plans")
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "article_all_newest"),
        ("kind=video", "article_all_newest"),
        ("state=review", "article_newest"),
        ("state=review&kind=video", "article_newest"),
        ("source=1", "article_source"),
        ("source=1&state=review&language=en", "article_source"),
        ("review=1", "article_review"),
        ("review=1&state=published", "article_review"),
        ("review=1&state=published&source=1&kind=video", "article_review"),
    ],
)
def test_list_scans_a_single_index(client: Client, query: str, index: str) -> None:
    make_many(3, source=Source.objects.create(pk=1, name="First", slug="first"))
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{LIST}?{query}")
    selects = [query["sql"] for query in queries if 'FROM "articles_article"' in query["sql"]]
    assert selects
    for sql in selects:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
        scans = [step for step in plan if step.split()[1] == "articles_article"]
        assert [f"INDEX {index} " in f"{step} " for step in scans] == [True], plan
        assert not [step for step in plan if "B-TREE" in step], plan


@pytest.mark.parametrize("count", [2, 40])
def test_queries_of_other_lists_do_not_grow(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        into = Author.objects.create(name=f"B{n}", slug=hashlib.sha256(b"b%d" % n).hexdigest())
        Author.objects.create(name=f"A{n}", slug=f"a{n}", merged_into=into)
        Redirect.objects.create(path=f"/{n}/", article=make_article(), created_at=NOON)
    for name in ("author", "redirect", "source", "tag", "image", "importrun", "importissue"):
        with django_assert_num_queries(4):  # session, user, second factor, rows
            assert client.get(f"/admin/articles/{name}/").status_code == 200
