"""The kinds of public pages, each with the address of one example.

A page that is new is one line in KINDS. ``test_kinds`` sees to it that none is forgotten; every
other test of the reading room goes through the whole list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from articles.content.post_file.parsing import Kind as Sort
from articles.http.pagination import before_all
from articles.models import Article, ArticleImage, Author, ImageState, Source, State, Tag
from articles.tests.page_quality.fixtures import DAY, OUTLET, WORD


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: its name, an example's address, HTML that has to be on it, its status."""

    name: str
    address: Callable[[], str]
    shows: Callable[[], str]
    status: int = 200


def _story() -> Article:
    """Return the newest of the stories that were made, which has three versions."""
    return Article.objects.published().filter(source__name=OUTLET).newest_first()[0]


def _with_pictures(state: ImageState) -> Article:
    pictures = ArticleImage.objects.filter(image__state=state, article__state=State.PUBLISHED)
    return pictures.order_by("article_id")[0].article


def _video() -> Article:
    return Article.objects.published().filter(kind=Sort.VIDEO).newest_first()[0]


def _withdrawn() -> Article:
    return Article.objects.get(state=State.WITHDRAWN)


def _searched(words: str) -> str:
    return f"/search/?q={quote(words)}"


def _source() -> Source:
    return Source.objects.get(name=OUTLET)


def _tag() -> Tag:
    found: Tag = Tag.objects.order_by("-story_count")[0]
    return found


def _author() -> Author:
    return Author.objects.order_by("-story_count")[0]


def _versions(below: str = "") -> str:
    return f"/a/{_story().code}/versions/{below}"


KINDS = (
    Kind("home", lambda: "/", lambda: "2025"),
    Kind("all stories", lambda: f"/?after={before_all()}", lambda: "All stories</h1>"),
    Kind("year", lambda: f"/{DAY:%Y}/", lambda: "2021"),
    Kind("month", lambda: f"/{DAY:%Y/%m}/", lambda: f"/{DAY:%Y/%m/%d}/"),
    Kind("day", lambda: f"/{DAY:%Y/%m/%d}/", lambda: OUTLET),
    Kind("article", lambda: _story().get_absolute_url(), lambda: _story().title),
    Kind(
        "article with words marked",
        lambda: f"{_story().get_absolute_url()}?mark={quote(WORD)}",
        lambda: f"<mark>{WORD}</mark>",
    ),
    Kind(
        "article with pictures held",
        lambda: _with_pictures(ImageState.HELD).get_absolute_url(),
        lambda: "/i/",
    ),
    Kind(
        "article with pictures not held",
        lambda: _with_pictures(ImageState.KNOWN).get_absolute_url(),
        lambda: "/i/",
    ),
    Kind("article with a video", lambda: _video().get_absolute_url(), lambda: _video().title),
    Kind("versions", _versions, lambda: _versions("3/")),
    Kind("version", lambda: _versions("1/"), lambda: _story().title),
    Kind("difference", lambda: _versions("1..2/"), lambda: "<ins"),
    Kind("sources", lambda: "/sources/", lambda: OUTLET),
    Kind("source", lambda: _source().get_absolute_url(), lambda: OUTLET),
    Kind("tags", lambda: "/tags/", lambda: _tag().name),
    Kind("tag", lambda: _tag().get_absolute_url(), lambda: _tag().name),
    Kind("authors", lambda: "/authors/", lambda: _author().name),
    Kind("author", lambda: _author().get_absolute_url(), lambda: _author().name),
    Kind("search", lambda: "/search/", lambda: "/search/?q="),
    Kind("search with hits", lambda: _searched(WORD), lambda: f"<mark>{WORD}</mark>"),
    Kind("search that finds nothing", lambda: _searched("无此词语"), lambda: "无此词语"),
    Kind("search help", lambda: "/search/help/", lambda: "/search/?q="),
    Kind("coverage", lambda: "/coverage/", lambda: f"/coverage/{DAY:%Y}/"),
    Kind("coverage of a year", lambda: f"/coverage/{DAY:%Y}/", lambda: OUTLET),
    Kind("withdrawals", lambda: "/withdrawals/", lambda: "own request"),
    Kind("about", lambda: "/about/", lambda: "/about/takedown/"),
    Kind("takedown", lambda: "/about/takedown/", lambda: "How long it takes</h2>"),
    Kind("bookmarks", lambda: "/bookmarks/", lambda: "data-bookmarks"),
    Kind("description of the API", lambda: "/api/v1/docs", lambda: "/api/v1/articles"),
    Kind("not found", lambda: "/nowhere/", lambda: "Nothing here</h1>", status=404),
    Kind("gone", lambda: _withdrawn().get_absolute_url(), lambda: "own request", status=410),
    # The interface in other languages, and a text in the other script.
    Kind("home in simplified Chinese", lambda: "/zh-hans/", lambda: "/zh-hans/sources/"),
    Kind("home in English", lambda: "/en/", lambda: "/en/sources/"),
    Kind(
        "article in traditional Chinese",
        lambda: f"/zh-hant{_story().get_absolute_url()}",
        lambda: "/zh-hant/sources/",
    ),
    Kind(
        "article with its text in the other script",
        lambda: f"{_story().get_absolute_url()}?script=hant",
        lambda: "燈塔",
    ),
    Kind(
        "search in simplified Chinese",
        lambda: f"/zh-hans{_searched(WORD)}",
        lambda: f"<mark>{WORD}</mark>",
    ),
    Kind("day in traditional Chinese", lambda: f"/zh-hant/{DAY:%Y/%m/%d}/", lambda: OUTLET),
    Kind("coverage in traditional Chinese", lambda: "/zh-hant/coverage/", lambda: "收錄情況</h1>"),
    Kind(
        "not found in simplified Chinese",
        lambda: "/zh-hans/nowhere/",
        lambda: "此处没有内容</h1>",
        404,
    ),
)
