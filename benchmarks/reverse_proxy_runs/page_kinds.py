"""The kinds of measured pages, and sample paths of each in a generated archive.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TypeVar
from urllib.parse import quote

from django.db.models import Model, QuerySet
from django.urls import reverse

from articles.models import Article, Author, Source, Tag
from benchmarks.generated_archive import VERSIONS

Row = TypeVar("Row", bound=Model)

MAX_PATHS = 50  # of one kind
_SEARCH_TERM = re.compile(
    r"[A-Za-z]{4,}|[\u4e00-\u9fff]{2}"
)  # a word, or two characters of Chinese


def sample_paths(kinds: Iterable[str]) -> dict[str, list[str]]:
    """Return up to MAX_PATHS distinct paths of each kind."""
    return {kind: list(islice(dict.fromkeys(KINDS[kind]()), MAX_PATHS)) for kind in kinds}


def _evenly_spaced(stories: QuerySet[Article], count: int = MAX_PATHS) -> Iterable[Article]:
    """Return ``count`` stories evenly spaced over the archive, so that none are adjacent."""
    keys = list(stories.order_by("pk").values_list("pk", flat=True))
    step = max(1, len(keys) // count)
    return stories.filter(pk__in=keys[step // 2 :: step][:count]).order_by("pk")


def _stories() -> QuerySet[Article]:
    return Article.objects.published()


def _front() -> Iterator[str]:
    yield reverse("home")


def _days() -> list[date]:
    """Return the days with stories, in order."""
    return sorted(set(_stories().values_list("day", flat=True)))


def _day_pages() -> Iterator[str]:
    for day in _days():
        yield reverse("day", args=(day.year, day.month, day.day))


def _month_pages() -> Iterator[str]:
    for day in _days():
        yield reverse("month", args=(day.year, day.month))


def _year_pages() -> Iterator[str]:
    for day in _days():
        yield reverse("year", args=(day.year,))


def _articles() -> Iterator[str]:
    for story in _evenly_spaced(_stories().filter(version_count=1)):
        yield story.get_absolute_url()


def _versions() -> Iterator[str]:
    for story in _evenly_spaced(_stories().filter(version_count__gt=1)):
        yield reverse("versions", args=(story.code,))


def _version_pages() -> Iterator[str]:
    for story in _evenly_spaced(_stories().filter(version_count__gt=1)):
        yield reverse("version", args=(story.code, 1))


def _differences() -> Iterator[str]:
    for story in _evenly_spaced(_stories().filter(version_count__gt=1)):
        yield reverse("difference", args=(story.code, 1, VERSIONS))


def _with_stories(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows with stories, those with the most first."""
    return rows.filter(story_count__gt=0).order_by("-story_count", "pk")


def _outlets() -> Iterator[str]:
    for source in _with_stories(Source.objects.all()):
        yield source.get_absolute_url()


def _topics() -> Iterator[str]:
    for topic in _with_stories(Tag.objects.all()):
        yield topic.get_absolute_url()


def _authors() -> Iterator[str]:
    for author in _with_stories(Author.objects.all()):
        yield author.get_absolute_url()


def _names() -> Iterator[str]:
    for name in ("sources", "tags", "authors"):
        yield reverse(name)


def _coverage() -> Iterator[str]:
    yield reverse("coverage")
    for day in _days():
        yield reverse("coverage_year", args=(day.year,))


def _about() -> Iterator[str]:
    yield reverse("about")


def _searches() -> Iterator[str]:
    for story in _evenly_spaced(
        _stories(), 2 * MAX_PATHS
    ):  # twice as many, because some words are the same
        if match := _SEARCH_TERM.search(story.title):
            yield f"{reverse('search')}?q={quote(match.group())}"


def _feeds() -> Iterator[str]:
    for form in ("atom", "rss", "json"):
        yield reverse(f"feed_{form}")
    for source in _with_stories(Source.objects.all()):
        for form in ("atom", "rss", "json"):
            yield reverse(f"source_feed_{form}", args=(source.slug,))


#: Every measured kind of page, in the order of the table.
KINDS: dict[str, Callable[[], Iterator[str]]] = {
    "front": _front,
    "year": _year_pages,
    "month": _month_pages,
    "day": _day_pages,
    "article": _articles,
    "versions": _versions,
    "version": _version_pages,
    "difference": _differences,
    "outlet": _outlets,
    "topic": _topics,
    "author": _authors,
    "names": _names,
    "coverage": _coverage,
    "about": _about,
    "search": _searches,
    "feed": _feeds,
}
