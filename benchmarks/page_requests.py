"""Time the pages of an archive with Django's test client.

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
from benchmarks.generated_archive import FIRST, ArchiveGenerator

REPEATS = 5
NEXT_PAGE = re.compile(r'href="[^"]*[?;&](after=[\w-]+)')
# The default storage can't resolve links to static files without the manifest of collectstatic.
STORAGES_WITHOUT_MANIFEST = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


class PageError(RuntimeError):
    """A page did not return 200, or a list ended too early."""


@dataclass(frozen=True, slots=True)
class Page:
    """A kind of page: its name, the path of an example, and its number of queries."""

    name: str
    path: str
    queries: int


def fill_database(size: int) -> None:
    """Write an archive of ``size`` articles into the empty database."""
    ArchiveGenerator(size).fill()
    # Gives the query planner its statistics, as in an archive that has been in use.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def example_pages(client: Client) -> list[Page]:
    """Return the pages to time; each has been requested, so that all caches are warm."""
    return [Page(name, path, _count_queries(client, path)) for name, path in _paths(client)]


def time_page(client: Client, page: Page) -> float:
    """Return the median time of REPEATS requests for ``page``, in milliseconds."""
    return median(_milliseconds(client, page.path) for _ in range(REPEATS))


def _paths(client: Client) -> Iterator[tuple[str, str]]:
    """Yield each kind of page with the path of its largest example."""
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
    yield "source, in its middle", _middle_page(client, source)
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


def _middle_page(client: Client, source: Source) -> str:
    """Follow the links of the outlet's list and return the path of its middle page."""
    path = page = source.get_absolute_url()
    passed = 0
    while passed < source.story_count // 2:
        html = _get(client, page)
        match = NEXT_PAGE.search(html)
        if match is None:
            raise PageError(f"{page}: the list ends after {passed} of {source.story_count}")
        page = f"{path}?{match.group(1)}"
        passed += PAGE_SIZE
    return page


def _get(client: Client, path: str) -> str:
    response = client.get(path)
    if response.status_code != 200:
        raise PageError(f"{path}: status {response.status_code}")
    return response.content.decode()


def _count_queries(client: Client, path: str) -> int:
    _get(client, path)  # loads templates and the database's pages
    with CaptureQueriesContext(connection) as queries:
        _get(client, path)
    return len(queries)


def _milliseconds(client: Client, path: str) -> float:
    started = perf_counter()
    _get(client, path)
    return (perf_counter() - started) * 1000
