"""URLs of searches, and the filters of a search as removable chips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from articles.content.search_query import (
    And,
    DateRange,
    Filter,
    Node,
    Not,
    Or,
    unparse,
    without_filter,
)
from articles.content.search_query.date_ranges import format_date_range
from articles.models import Source
from articles.searching.search import Sort

_LANGUAGES = {
    "zh": lazy("Chinese"),
    "zh-hans": lazy("Chinese, simplified"),
    "zh-hant": lazy("Chinese, traditional"),
    "en": lazy("English"),
    "ja": lazy("Japanese"),
    "ko": lazy("Korean"),
}
_KINDS = {
    "story": lazy("stories"),
    "video": lazy("videos"),
    "gallery": lazy("galleries"),
    "stub": lazy("fragments"),
}
_FIELDS = {
    "source": lazy("Outlet"),
    "author": lazy("Author"),
    "tag": lazy("Topic"),
    "lang": lazy("Language"),
    "kind": lazy("Kind"),
    "url": lazy("Address"),
    "days": lazy("Date"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of the search: its label, and the URL of the search without it."""

    label: str
    url_without: str


def search_url(root: Node | str, sort: Sort = Sort.NEWEST, after: str = "") -> str:
    """Return the URL of a search, for a query string or a query tree."""
    typed = root if isinstance(root, str) else unparse(root)
    parts = {"q": typed or "*"}
    if sort != Sort.NEWEST:
        parts["sort"] = sort.value
    if after:
        parts["after"] = after
    return f"{reverse('search')}?{urlencode(parts)}"


def outlet_search_url(source: Source, days: DateRange) -> str:
    """Return the URL of the search for an outlet's stories in a date range."""
    return search_url(And((Filter("source", source.name), days)))


def filter_chips(root: Node, sort: Sort) -> list[Chip]:
    """Return a chip for each required filter; terms have none."""
    return [
        Chip(label, search_url(without_filter(root, filter_), sort))
        for filter_, label in _filters(root)
    ]


def required_conditions(root: Node) -> tuple[Node, ...]:
    """Return the parts of the query that all have to hold."""
    return root.parts if isinstance(root, And) else (root,)


def language_name(tag: str) -> str:
    """Return the name of a language, or the tag itself if it has none."""
    return str(_LANGUAGES.get(tag.lower(), tag))


def kind_plural(kind: str) -> str:
    """Return the plural name of a kind of article, or the kind itself if it has none."""
    return str(_KINDS.get(kind, kind))


def format_days(days: DateRange) -> str:
    """Return a date range for readers; a whole year or month by its name."""
    if period := _period_name(days):
        return period
    first = date_format(days.first, "DATE_FORMAT") if days.first else ""
    last = date_format(days.last, "DATE_FORMAT") if days.last else ""
    if not first:
        return _("until %(day)s") % {"day": last}
    if not last:
        return _("since %(day)s") % {"day": first}
    if first == last:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _period_name(days: DateRange) -> str:
    text = format_date_range(days)
    if len(text) == len("2020"):
        return text
    if days.first and len(text) == len("2020-07"):
        return date_format(days.first, "YEAR_MONTH_FORMAT")
    return ""


def _filters(root: Node) -> Iterator[tuple[Filter | DateRange | Not, str]]:
    for part in required_conditions(root):
        match part:
            case Not(inner) if items := _listed_filters(inner):
                either = pgettext("between the filters of a search", " or ")
                yield (
                    part,
                    _("Not: %(filters)s") % {"filters": either.join(map(_format_filter, items))},
                )
            case _:
                for each in _listed_filters(part):
                    yield each, _format_filter(each)


def _listed_filters(node: Node) -> list[Filter | DateRange]:
    """Return the filters of a list such as ``source:BBC,DW``, or a single filter, else none."""
    parts = node.parts if isinstance(node, Or) else (node,)
    items = [part for part in parts if isinstance(part, Filter | DateRange)]
    names = {item.name if isinstance(item, Filter) else "days" for item in items}
    return items if len(items) == len(parts) and len(names) == 1 else []


def _format_filter(node: Filter | DateRange) -> str:
    name, value = "days", ""
    match node:
        case DateRange():
            value = format_days(node)
        case Filter("image"):
            return _("With pictures")
        case Filter("changed"):
            return _("Several versions")
        case Filter("lang", tag):
            name, value = "lang", language_name(tag)
        case Filter("kind", kind):
            name, value = "kind", kind_plural(kind)
        case Filter(field, typed):
            name, value = field, typed
    return _("%(field)s: %(value)s") % {"field": _FIELDS[name], "value": value}
