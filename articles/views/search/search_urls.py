"""The addresses of searches, and the filters of one as chips that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from articles.content.search_query import And, Days, Filter, Node, Not, Or, without_filter, write
from articles.content.search_query.date_ranges import written
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
    """A filter of the search: in words, and the address of the search without it."""

    label: str
    without: str


def search_url(root: Node | str, sort: Sort = Sort.NEWEST, after: str = "") -> str:
    """Return the address of a search; of one that is typed, or of a tree."""
    typed = root if isinstance(root, str) else write(root)
    parts = {"q": typed or "*"}
    if sort != Sort.NEWEST:
        parts["sort"] = sort.value
    if after:
        parts["after"] = after
    return f"{reverse('search')}?{urlencode(parts)}"


def outlet_url(source: Source, days: Days) -> str:
    """Return the address of the search for an outlet's stories of these days."""
    return search_url(And((Filter("source", source.name), days)))


def chips(root: Node, sort: Sort) -> list[Chip]:
    """Return a chip for each filter that has to hold; words stand in the box."""
    return [
        Chip(label, search_url(without_filter(root, filter_), sort))
        for filter_, label in _filters(root)
    ]


def conditions_of(root: Node) -> tuple[Node, ...]:
    """Return the parts that all have to hold."""
    return root.parts if isinstance(root, And) else (root,)


def language_name(tag: str) -> str:
    """Return the name of a language, the tag itself where there is none."""
    return str(_LANGUAGES.get(tag.lower(), tag))


def kind_plural(kind: str) -> str:
    """Return the name of pieces of a kind, the kind itself where there is none."""
    return str(_KINDS.get(kind, kind))


def days_in_words(days: Days) -> str:
    """Return a span of days as a reader would say it, a whole year or month by its name."""
    if period := _named_period(days):
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


def _named_period(days: Days) -> str:
    text = written(days)
    if len(text) == len("2020"):
        return text
    if days.first and len(text) == len("2020-07"):
        return date_format(days.first, "YEAR_MONTH_FORMAT")
    return ""


def _filters(root: Node) -> Iterator[tuple[Filter | Days | Not, str]]:
    for part in conditions_of(root):
        match part:
            case Not(inner) if items := _items(inner):
                either = pgettext("between the filters of a search", " or ")
                yield part, _("Not: %(filters)s") % {"filters": either.join(map(_label, items))}
            case _:
                for each in _items(part):
                    yield each, _label(each)


def _items(node: Node) -> list[Filter | Days]:
    """Return the filters of a list such as ``source:BBC,DW``, or the only one."""
    parts = node.parts if isinstance(node, Or) else (node,)
    items = [part for part in parts if isinstance(part, Filter | Days)]
    names = {item.name if isinstance(item, Filter) else "days" for item in items}
    return items if len(items) == len(parts) and len(names) == 1 else []


def _label(node: Filter | Days) -> str:
    name, value = "days", ""
    match node:
        case Days():
            value = days_in_words(node)
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
