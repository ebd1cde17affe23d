"""The kinds of public pages, each with the path of one example.

A new page needs one entry in PAGE_KINDS. ``test_page_kinds`` fails when one is missing; every other
test of this package goes through the whole list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from articles.content.post_file.parsing import Kind as ArticleKind
from articles.http.pagination import start_cursor
from articles.models import Article, ArticleImage, Author, ImageState, Source, State, Tag
from articles.tests.page_quality.fixtures import DAY, OUTLET, WORD


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page: its name, the path of an example, HTML expected in it, its status."""

    name: str
    path: Callable[[], str]
    expected_html: Callable[[], str]
    status: int = 200


def _story() -> Article:
    """Return the newest story of the fixtures, which has three versions."""
    return Article.objects.published().filter(source__name=OUTLET).newest_first()[0]


def _with_pictures(state: ImageState) -> Article:
    pictures = ArticleImage.objects.filter(image__state=state, article__state=State.PUBLISHED)
    return pictures.order_by("article_id")[0].article


def _video() -> Article:
    return Article.objects.published().filter(kind=ArticleKind.VIDEO).newest_first()[0]


def _withdrawn() -> Article:
    return Article.objects.get(state=State.WITHDRAWN)


def _search_path(query: str) -> str:
    return f"/search/?q={quote(query)}"


def _source() -> Source:
    return Source.objects.get(name=OUTLET)


def _tag() -> Tag:
    found: Tag = Tag.objects.order_by("-story_count")[0]
    return found


def _author() -> Author:
    return Author.objects.order_by("-story_count")[0]


def _versions_path(suffix: str = "") -> str:
    return f"/a/{_story().code}/versions/{suffix}"


PAGE_KINDS = (
    PageKind("home", lambda: "/", lambda: "2025"),
    PageKind("all stories", lambda: f"/?after={start_cursor()}", lambda: "All stories</h1>"),
    PageKind("year", lambda: f"/{DAY:%Y}/", lambda: "2021"),
    PageKind("month", lambda: f"/{DAY:%Y/%m}/", lambda: f"/{DAY:%Y/%m/%d}/"),
    PageKind("day", lambda: f"/{DAY:%Y/%m/%d}/", lambda: OUTLET),
    PageKind("article", lambda: _story().get_absolute_url(), lambda: _story().title),
    PageKind(
        "article with words marked",
        lambda: f"{_story().get_absolute_url()}?mark={quote(WORD)}",
        lambda: f"<mark>{WORD}</mark>",
    ),
    PageKind(
        "article with pictures held",
        lambda: _with_pictures(ImageState.HELD).get_absolute_url(),
        lambda: "/i/",
    ),
    PageKind(
        "article with pictures not held",
        lambda: _with_pictures(ImageState.KNOWN).get_absolute_url(),
        lambda: "/i/",
    ),
    PageKind("article with a video", lambda: _video().get_absolute_url(), lambda: _video().title),
    PageKind("versions", _versions_path, lambda: _versions_path("3/")),
    PageKind("version", lambda: _versions_path("1/"), lambda: _story().title),
    PageKind("difference", lambda: _versions_path("1..2/"), lambda: "<ins"),
    PageKind("sources", lambda: "/sources/", lambda: OUTLET),
    PageKind("source", lambda: _source().get_absolute_url(), lambda: OUTLET),
    PageKind("tags", lambda: "/tags/", lambda: _tag().name),
    PageKind("tag", lambda: _tag().get_absolute_url(), lambda: _tag().name),
    PageKind("authors", lambda: "/authors/", lambda: _author().name),
    PageKind("author", lambda: _author().get_absolute_url(), lambda: _author().name),
    PageKind("search", lambda: "/search/", lambda: "/search/?q="),
    PageKind("search with hits", lambda: _search_path(WORD), lambda: f"<mark>{WORD}</mark>"),
    PageKind("search that finds nothing", lambda: _search_path("无此词语"), lambda: "无此词语"),
    PageKind("search help", lambda: "/search/help/", lambda: "/search/?q="),
    PageKind("coverage", lambda: "/coverage/", lambda: f"/coverage/{DAY:%Y}/"),
    PageKind("coverage of a year", lambda: f"/coverage/{DAY:%Y}/", lambda: OUTLET),
    PageKind("withdrawals", lambda: "/withdrawals/", lambda: "own request"),
    PageKind("about", lambda: "/about/", lambda: "/about/takedown/"),
    PageKind("takedown", lambda: "/about/takedown/", lambda: "How long it takes</h2>"),
    PageKind("bookmarks", lambda: "/bookmarks/", lambda: "data-bookmarks"),
    PageKind("description of the API", lambda: "/api/v1/docs", lambda: "/api/v1/articles"),
    PageKind("not found", lambda: "/nowhere/", lambda: "Nothing here</h1>", status=404),
    PageKind("gone", lambda: _withdrawn().get_absolute_url(), lambda: "own request", status=410),
    # The interface in other languages, and a text in the other script.
    PageKind("home in simplified Chinese", lambda: "/zh-hans/", lambda: "/zh-hans/sources/"),
    PageKind("home in English", lambda: "/en/", lambda: "/en/sources/"),
    PageKind(
        "article in traditional Chinese",
        lambda: f"/zh-hant{_story().get_absolute_url()}",
        lambda: "/zh-hant/sources/",
    ),
    PageKind(
        "article with its text in the other script",
        lambda: f"{_story().get_absolute_url()}?script=hant",
        lambda: "燈塔",
    ),
    PageKind(
        "search in simplified Chinese",
        lambda: f"/zh-hans{_search_path(WORD)}",
        lambda: f"<mark>{WORD}</mark>",
    ),
    PageKind("day in traditional Chinese", lambda: f"/zh-hant/{DAY:%Y/%m/%d}/", lambda: OUTLET),
    PageKind(
        "coverage in traditional Chinese", lambda: "/zh-hant/coverage/", lambda: "收錄情況</h1>"
    ),
    PageKind(
        "not found in simplified Chinese",
        lambda: "/zh-hans/nowhere/",
        lambda: "此处没有内容</h1>",
        404,
    ),
)
