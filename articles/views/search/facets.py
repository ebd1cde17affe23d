"""Facets: values of the hits, each with its count and the URL of the narrowed search."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.content.search_query import DateRange, Filter, Node, with_filter
from articles.models import Source, Tag
from articles.searching.backend import Facets
from articles.searching.search import Sort
from articles.views.date_periods import month_period, months_between, year_period
from articles.views.search.search_urls import (
    kind_plural,
    language_name,
    required_conditions,
    search_url,
)
from articles.views.sparkline import HEIGHT, WIDTH, Column, draw_sparkline

VISIBLE_VALUES = 8  # per facet; the others open on demand
_MAX_VALUES = 40  # per facet in total
_MAX_MONTH_BARS = 36  # a longer span is drawn by year instead of month


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet. ``is_chosen``: the search is already narrowed to it.

    ``language`` is that of a name in the archive; None for a label in the interface language.
    """

    label: str
    count: int
    url: str
    is_chosen: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its values."""

    name: str
    values: list[FacetValue]

    @property
    def first(self) -> list[FacetValue]:
        """Return the values that are always visible."""
        return self.values[:VISIBLE_VALUES]

    @property
    def others(self) -> list[FacetValue]:
        """Return the values that open on demand."""
        return self.values[VISIBLE_VALUES:]


@dataclass(frozen=True, slots=True)
class Bar:
    """A period in the histogram, and its column in the chart."""

    value: FacetValue
    column: Column


@dataclass(frozen=True, slots=True)
class Histogram:
    """The hits over time, by year or month."""

    bars: list[Bar]
    periods: Facet
    first: str
    last: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Sidebar:
    """All facets of a search. ``is_capped``: only the newest ``counted`` hits were counted."""

    histogram: Histogram | None
    facets: list[Facet]
    counted: int
    is_capped: bool


@dataclass(slots=True)
class _Linker:
    """Builds facet values with the URL of the narrowed search."""

    root: Node
    sort: Sort
    chosen: set[Node] = field(init=False)

    def __post_init__(self) -> None:
        self.chosen = set(required_conditions(self.root))

    def value(
        self, new: Filter | DateRange, label: str, count: int, language: str | None = None
    ) -> FacetValue:
        url = search_url(with_filter(self.root, new), self.sort)
        return FacetValue(label, count, url, new in self.chosen, language)


def build_sidebar(facets: Facets, root: Node, sort: Sort) -> Sidebar:
    """Return the facets of a search; two queries, for the names of outlets and topics."""
    linker = _Linker(root, sort)
    found = [
        Facet(_("Outlet"), _outlets(facets.sources, linker)),
        Facet(_("Topic"), _topics(facets.tags, linker)),
        Facet(_("Language"), _languages(facets.languages, linker)),
        Facet(_("Kind"), _kinds(facets.kinds, linker)),
    ]
    return Sidebar(
        histogram=_histogram(facets.months, linker),
        facets=[facet for facet in found if facet.values],
        counted=facets.counted,
        is_capped=facets.is_capped,
    )


def _outlets(counts: Counter[int], linker: _Linker) -> list[FacetValue]:
    common = dict(counts.most_common(_MAX_VALUES))
    rows = Source.objects.filter(pk__in=common, story_count__gt=0)
    names = {
        pk: (name, language) for pk, name, language in rows.values_list("pk", "name", "language")
    }
    return [
        linker.value(Filter("source", names[pk][0]), names[pk][0], count, names[pk][1])
        for pk, count in common.items()
        if pk in names
    ]


def _topics(counts: Counter[int], linker: _Linker) -> list[FacetValue]:
    common = dict(counts.most_common(_MAX_VALUES))
    names = dict(Tag.objects.filter(pk__in=common, story_count__gt=0).values_list("pk", "name"))
    return [
        linker.value(Filter("tag", names[pk]), names[pk], count, "")
        for pk, count in common.items()
        if pk in names
    ]


def _languages(counts: Counter[str], linker: _Linker) -> list[FacetValue]:
    return [
        linker.value(Filter("lang", tag), language_name(tag), count)
        for tag, count in counts.most_common(_MAX_VALUES)
    ]


def _kinds(counts: Counter[str], linker: _Linker) -> list[FacetValue]:
    return [
        linker.value(Filter("kind", kind), kind_plural(kind).capitalize(), count)
        for kind, count in counts.most_common(_MAX_VALUES)
    ]


def _histogram(months: Counter[dt.date], linker: _Linker) -> Histogram | None:
    if not months:
        return None
    first, last = min(months), max(months)
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    if span <= _MAX_MONTH_BARS:
        starts = list(months_between(first, last))
        values = [
            linker.value(
                month_period(start).days, date_format(start, "YEAR_MONTH_FORMAT"), months[start]
            )
            for start in starts
        ]
    else:
        years = Counter[int]()
        for start, count in months.items():
            years[start.year] += count
        values = [
            linker.value(year_period(year).days, str(year), years[year])
            for year in range(first.year, last.year + 1)
        ]
    with_stories = [value for value in reversed(values) if value.count]
    name = _("Month") if span <= _MAX_MONTH_BARS else _("Year")
    drawing = draw_sparkline([value.count for value in values])
    bars = [Bar(*pair) for pair in zip(values, drawing.columns, strict=True)]
    return Histogram(bars, Facet(name, with_stories), values[0].label, values[-1].label)
