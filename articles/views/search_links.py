"""The addresses of searches, and the filters of one as chips that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateformat import format as date_format

from articles.content.query import And, Days, Filter, Node, Not, Or, without_filter, write
from articles.content.query.dates import written
from articles.searching.finding import Sort

LANGUAGES = {
    "zh": "Chinese", "zh-hans": "Chinese, simplified", "zh-hant": "Chinese, traditional",
    "en": "English", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip
KINDS = {"story": "stories", "video": "videos", "gallery": "galleries", "stub": "fragments"}
_FIELDS = {
    "source": "Outlet", "author": "Author", "tag": "Topic", "lang": "Language", "kind": "Kind",
    "url": "Address",
}  # fmt: skip


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
    return LANGUAGES.get(tag.lower(), tag)


def days_in_words(days: Days) -> str:
    """Return a span of days as a reader would say it, a whole year or month by its name."""
    if period := _named_period(days):
        return period
    first = date_format(days.first, "j F Y") if days.first else ""
    last = date_format(days.last, "j F Y") if days.last else ""
    if not first:
        return f"until {last}"
    if not last:
        return f"since {first}"
    return first if first == last else f"{first} to {last}"


def _named_period(days: Days) -> str:
    text = written(days)
    if len(text) == len("2020"):
        return text
    if days.first and len(text) == len("2020-07"):
        return date_format(days.first, "F Y")
    return ""


def _filters(root: Node) -> Iterator[tuple[Filter | Days | Not, str]]:
    for part in conditions_of(root):
        match part:
            case Not(inner) if items := _items(inner):
                yield part, f"Not: {' or '.join(map(_label, items))}"
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
    if isinstance(node, Days):
        return f"Date: {days_in_words(node)}"
    match node.name:
        case "image":
            return "With pictures"
        case "changed":
            return "Several versions"
        case "lang":
            return f"Language: {language_name(node.value)}"
        case "kind":
            return f"Kind: {KINDS.get(node.value, node.value)}"
    return f"{_FIELDS[node.name]}: {node.value}"
