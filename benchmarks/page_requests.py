"""Time the pages of an archive through Django's test client.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.http.pagination import PAGE_SIZE
from articles.models import Article, Author, Source, Tag
from benchmarks.generated_archive import FIRST, Filler

REPEATS = 5
NEXT_PAGE = re.compile(r'href="[^"]*[?;&](after=[\w-]+)')
# Without the manifest that collectstatic makes, the pages' links to styles cannot be resolved.
PLAIN_STATIC = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class PageError(RuntimeError):
    """A page that should be there did not answer with 200, or a list ended too early."""


@dataclass(frozen=True, slots=True)
class Page:
    """A kind of page, the path of its example, and how many queries it takes."""

    name: str
    path: str
    queries: int


def fill(size: int) -> None:
    """Write an archive of ``size`` articles into the empty database."""
    Filler(size).fill()
    # The planner then knows how many rows an index entry stands for, as in a settled archive.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def find_pages(client: Client) -> list[Page]:
    """Return the pages to time; each was asked for, so that nothing is cold any more."""
    return [Page(name, path, _queries(client, path)) for name, path in _paths(client)]


def time_page(client: Client, page: Page) -> float:
    """Return the median of the milliseconds that ``page`` took, asked for a few times."""
    return median(_time(client, page.path) for _ in range(REPEATS))


def _paths(client: Client) -> Iterator[tuple[str, str]]:
    """Yield each kind of page and the path of its fullest example."""
    source = Source.objects.order_by("-story_count")[0]
    author = Author.objects.order_by("-story_count")[0]
    topic = Tag.objects.filter(name__startswith="Topic").order_by("-story_count")[0]
    stories = Article.objects.published().newest_first()
    article = stories.filter(version_count=1)[10]
    versioned = stories.filter(version_count__gt=1)[10]
    yield "home", "/"
    yield "year", f"/{FIRST:%Y}/"
    yield "month", f"/{FIRST:%Y/%m}/"
    yield "day", f"/{FIRST:%Y/%m}/15/"
    yield "source", source.get_absolute_url()
    yield "source, in its middle", _middle(client, source)
    yield "tag", topic.get_absolute_url()
    yield "author", author.get_absolute_url()
    yield "article", article.get_absolute_url()
    yield "article with versions", versioned.get_absolute_url()
    versions = f"/a/{versioned.code}/versions/"
    yield "versions", versions
    yield "version", f"{versions}1/"
    yield "difference", f"{versions}1..2/"
    yield "outlets", "/sources/"
    yield "topics", "/tags/"
    yield "authors", "/authors/"
    yield "coverage", "/coverage/"
    yield "coverage of a year", f"/coverage/{FIRST:%Y}/"
    yield "withdrawals", "/withdrawals/"
    yield "about", "/about/"
    yield "bookmarks", "/bookmarks/"
    yield "article in the other script", f"{article.get_absolute_url()}?script=hant"
    yield "search, nothing asked", "/search/"
    yield "search help", "/search/help/"


def _middle(client: Client, source: Source) -> str:
    """Return the page of the outlet's list that lies in its middle, following its links."""
    path = page = source.get_absolute_url()
    passed = 0
    while passed < source.story_count // 2:
        html = _get(client, page)
        found = NEXT_PAGE.search(html)
        if found is None:
            raise PageError(f"{page}: the list ends after {passed} of {source.story_count}")
        page = f"{path}?{found.group(1)}"
        passed += PAGE_SIZE
    return page


def _get(client: Client, path: str) -> str:
    response = client.get(path)
    if response.status_code != 200:
        raise PageError(f"{path}: answered {response.status_code}")
    return response.content.decode()


def _queries(client: Client, path: str) -> int:
    _get(client, path)  # loads templates and brings the database's pages into memory
    with CaptureQueriesContext(connection) as queries:
        _get(client, path)
    return len(queries)


def _time(client: Client, path: str) -> float:
    started = perf_counter()
    _get(client, path)
    return (perf_counter() - started) * 1000
