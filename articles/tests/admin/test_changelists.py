"""The lists of the admin: the same few queries whatever their length, to their very end."""

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
from articles.content.urls.normalization import identity_hash, identity_of
from articles.models import Article, ArticleBody, Author, Redirect, SearchChange, Source, State
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError, TooSlowError
from articles.searching.search import Hits
from articles.tests.support.editors import client_of, superuser
from articles.tests.support.factories import NOON, make_article, make_source

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"
_NEXT = re.compile(r'<a rel="next" href="([^"]+)"')


@pytest.fixture
def client(db: None) -> Client:
    return client_of(superuser())


def make_many(count: int, **values: Any) -> list[Article]:
    """Return articles of which three at a time share an instant."""
    return [
        make_article(published_at=NOON - dt.timedelta(minutes=n // 3), **values)
        for n in range(count)
    ]


def titles(client: Client, **chosen: Any) -> list[str]:
    answer = client.get(LIST, chosen)
    assert answer.status_code == 200
    return [article.title for article in answer.context["cl"].result_list]


def followed(client: Client, address: str) -> list[list[int]]:
    """Return the keys on every page of a list, from its first to its last."""
    pages = []
    while True:
        answer = client.get(address)
        pages.append([article.pk for article in answer.context["cl"].result_list])
        link = _NEXT.search(answer.content.decode())
        if link is None:
            return pages
        address = LIST + link[1].replace("&amp;", "&")


def keys(articles: list[Article]) -> list[int]:
    rows = sorted(articles, key=lambda each: (each.published_at, each.pk), reverse=True)
    return [article.pk for article in rows]


# Pages


def test_list_gives_every_article_once_newest_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 10)
    articles = make_many(25)
    pages = followed(client, LIST)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [key for page in pages for key in page] == keys(articles)


def test_list_that_just_fills_a_page_has_no_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 10)
    make_many(10)
    assert len(followed(client, LIST)) == 1


def test_list_of_an_outlet_mixes_the_states_in_order(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 4)
    other = make_source("Other Paper")
    make_many(5, source=other)
    articles = make_many(11)
    for article, state in zip(articles, [State.REVIEW, State.PUBLISHED] * 6, strict=False):
        Article.objects.filter(pk=article.pk).update(state=state)
    pages = followed(client, f"{LIST}?source={articles[0].source_id}")
    assert [len(page) for page in pages] == [4, 4, 3]
    assert [key for page in pages for key in page] == keys(articles)


def test_first_page_can_be_reached_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    make_many(3)
    link = client.get(LIST).context["cl"].older_link
    assert client.get(LIST).context["cl"].newest_link == ""
    assert client.get(LIST + link).context["cl"].newest_link == "?"


@pytest.mark.parametrize("cursor", ["x", "WzFd", "2", "é", "bnVsbA=="])
def test_forged_cursor_leads_to_the_first_page(client: Client, cursor: str) -> None:
    answer = client.get(LIST, {"p": cursor})
    assert answer.status_code == 302
    assert answer["Location"] == f"{LIST}?e=1"


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


def test_list_says_what_to_look_at(client: Client) -> None:
    make_article(flags=["empty"], needs_review=True)
    page = client.get(LIST).content.decode()
    assert "needs review</strong> empty" in page


def test_filter_by_outlet_keeps_the_others(client: Client) -> None:
    page = client.get(LIST, {"state": "review"}).content.decode()
    assert '<input type="hidden" name="state" value="review">' in page


@pytest.mark.parametrize("query", ["source=x", "source=1&source=y"])
def test_filter_that_is_no_key_leads_to_the_list(client: Client, query: str) -> None:
    assert client.get(f"{LIST}?{query}")["Location"] == f"{LIST}?e=1"


@pytest.mark.parametrize("query", ["title__contains=a", "character_count__gt=1", "source__name=a"])
def test_other_conditions_are_refused(client: Client, query: str) -> None:
    assert client.get(f"{LIST}?{query}").status_code == 400


# Search


def test_search_by_what_names_an_article(client: Client) -> None:
    url = "https://herald.example/2020/harbour?id=7"
    article = make_article(
        title="found", url=identity_of(url), identity_hash=identity_hash(identity_of(url))
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
def test_search_for_an_address_that_names_nothing(client: Client, words: str) -> None:
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


def test_search_by_address_finds_what_is_not_public(client: Client) -> None:
    url = "https://herald.example/2020/harbour"
    identity = identity_hash(identity_of(url))
    make_article(title="in review", url=url, identity_hash=identity, state=State.REVIEW)
    index_updates.update()
    assert titles(client, q=f"url:{url} OR nothing") == ["in review"]


def test_search_follows_what_was_changed_since_the_index(client: Client) -> None:
    article = make_article(title="港口", text="计划")
    index_updates.update()
    Article.objects.filter(pk=article.pk).update(state=State.WITHDRAWN, state_reason="wrong")
    SearchChange.note([article.pk])
    assert titles(client, q="港口 计划") == ["港口"]
    assert titles(client, q="港口", state="published") == []
    assert titles(client, q="港口", state="withdrawn") == ["港口"]
    ArticleBody.objects.update(text="机场")
    assert titles(client, q="计划") == []


def test_search_gives_every_hit_once_newest_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 4)
    articles = make_many(11, title="港口")
    for article in articles[::2]:
        Article.objects.filter(pk=article.pk).update(state=State.REVIEW)
    make_article(title="机场")
    index_updates.update()
    pages = followed(client, f"{LIST}?q=港口")
    assert [len(page) for page in pages] == [4, 4, 3]
    assert [key for page in pages for key in page] == keys(articles)
    in_review = followed(client, f"{LIST}?q=港口&state=review")
    assert [key for page in in_review for key in page] == keys(articles[::2])


def test_search_says_what_it_took_the_words_for(client: Client) -> None:
    make_article(title="港口")
    index_updates.update()
    answer = client.get(LIST, {"q": '"港口'})
    assert titles(client, q='"港口') == ["港口"]
    assert answer.context["cl"].notes[0] in html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("error", "words"), [(TooSlowError, "took too long"), (IndexMissingError, "update_index")]
)
def test_search_that_cannot_be_answered_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception], words: str
) -> None:
    make_article(title="港口")
    index_updates.update()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Hits, "in_time", fail)
    answer = client.get(LIST, {"q": "港口"})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert answer.context["cl"].result_list == []


def test_what_is_done_to_all_reaches_the_hits_of_the_page_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    make_many(5, title="港口")
    make_article(title="机场")
    index_updates.update()
    answer = client.get(LIST, {"q": "港口"})
    rows = answer.context["cl"].get_queryset(answer.wsgi_request)
    assert {article.title for article in rows} == {"港口"}
    assert len(rows) == 3  # a row more tells that there is another page


def test_filter_without_index_looks_at_a_stretch(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleAdmin, "stretch", 5)
    monkeypatch.setattr(ArticleAdmin, "list_per_page", 2)
    articles = make_many(12)
    videos = articles[::2]
    for article in videos:
        Article.objects.filter(pk=article.pk).update(kind=Kind.VIDEO)
    pages = followed(client, f"{LIST}?kind=video")
    assert [key for page in pages for key in page] == keys(videos)
    of_source = followed(client, f"{LIST}?kind=video&source={articles[0].source_id}")
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
    # Three walks, one for each state.
    with django_assert_num_queries(8):
        client.get(LIST, {"source": source.pk})


def test_list_loads_neither_texts_nor_captures(client: Client) -> None:
    make_many(3)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    sql = " ".join(query["sql"] for query in queries)
    for word in ("articlebody", "articles_capture", "excerpt", "COUNT(", "identity_hash"):
        assert word not in sql


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads SQLite's own plans")
@pytest.mark.parametrize(
    ("chosen", "index"),
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
def test_list_walks_along_one_index(client: Client, chosen: str, index: str) -> None:
    make_many(3, source=Source.objects.create(pk=1, name="First", slug="first"))
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{LIST}?{chosen}")
    selects = [query["sql"] for query in queries if 'FROM "articles_article"' in query["sql"]]
    assert selects
    for sql in selects:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
        walks = [step for step in plan if step.split()[1] == "articles_article"]
        assert [f"INDEX {index} " in f"{step} " for step in walks] == [True], plan
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
