"""From what a reader typed to a condition: terms are folded, names become keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from articles.content.search_query import And, Days, Everything, Filter, Node, Not, Or, Text
from articles.content.search_text.folding import find, fold
from articles.content.text.slugs import UNTITLED, slug_of
from articles.content.urls.normalization import identity_hash, identity_of
from articles.models import Article, Author, Source, SourceAlias, Tag
from articles.models.folded_name import folded_name
from articles.searching import conditions
from articles.searching.conditions import Condition, OneOf

ArticleRows = QuerySet[Article]
_NAMESAKES = 200  # authors that a part of a name may stand for
EVERYTHING, NOTHING = conditions.All(), conditions.Any()


@dataclass(slots=True)
class Resolved:
    """A condition, and the filters whose names nothing in the archive has."""

    condition: Condition
    unknown: list[Filter] = field(default_factory=list)


def resolve(root: Node, among: ArticleRows | None = None) -> Resolved:
    """Return the condition for a tree; ``among`` are the articles that may have an address."""
    rows = Article.objects.published() if among is None else among
    unknown: list[Filter] = []
    return Resolved(_condition(root, rows, unknown), unknown)


def _condition(node: Node, rows: ArticleRows, unknown: list[Filter]) -> Condition:
    match node:
        case Text():
            needle = fold(node.value)
            if not needle:  # nothing but signs: there is no such word to look for
                return EVERYTHING
            return conditions.term(needle, node.field, node.value if node.exact else "")
        case Filter():
            found = _filter(node, rows)
            if found == NOTHING:
                unknown.append(node)
            return found
        case Days(first, last):
            return conditions.Days(first or dt.date.min, last or dt.date.max)
        case And(parts):
            return conditions.All(tuple(_condition(part, rows, unknown) for part in parts))
        case Or(parts):
            return conditions.Any(tuple(_condition(part, rows, unknown) for part in parts))
        case Not(Everything()):
            return NOTHING
        case Not(part):
            return conditions.Not(_condition(part, rows, unknown))
        case Everything():
            return EVERYTHING


def _filter(node: Filter, rows: ArticleRows) -> Condition:
    match node.name:
        case "source":
            return _one_of("source", _sources(node.value))
        case "author":
            return _one_of("author", _authors(node.value))
        case "tag":
            return _one_of("tag", _tags(node.value))
        case "lang":
            return OneOf("lang", (node.value.lower(),))
        case "kind":
            return OneOf("kind", (node.value,))
        case "image":
            return OneOf("image", (1,))
        case "changed":
            return OneOf("changed", (1,))
        case "url":
            identity = identity_hash(identity_of(node.value))
            keys = tuple(rows.filter(identity_hash=identity).values_list("pk", flat=True))
            return conditions.Keys(keys) if keys else NOTHING


def _one_of(name: conditions.Name, keys: set[int]) -> Condition:
    return OneOf(name, tuple(sorted(keys))) if keys else NOTHING


def _sources(value: str) -> set[int]:
    """Return the outlets that are called so, else those whose name has it in it.

    There are few outlets, and readers call them by many names: 德国之声, 德國之聲, DW, dw.
    """
    wanted = fold(value)
    names = [(pk, fold(name)) for pk, name in Source.objects.values_list("pk", "name")]
    names += [(pk, fold(a)) for pk, a in SourceAlias.objects.values_list("source_id", "alias")]
    slugs = [(pk, fold(slug)) for pk, slug in Source.objects.values_list("pk", "slug")]
    called = {pk for pk, name in [*names, *slugs] if name == wanted}
    return called or ({pk for pk, name in names if wanted in name} if wanted else set())


def _authors(value: str) -> set[int]:
    """Return the authors with this name or slug, else those whose name has it in it.

    For another spelling of an author, that is the one it stands for.
    """
    rows = set(_called(Author, value).values_list("pk", "merged_into"))
    needle = folded_name(value)
    if not rows and needle:
        found = Author.objects.filter(folded__contains=needle).order_by("-story_count", "pk")
        names = found.values_list("pk", "merged_into", "folded")[:_NAMESAKES]
        rows = {(pk, merged) for pk, merged, name in names if any(find(name, needle))}
    return {merged or pk for pk, merged in rows}


def _tags(value: str) -> set[int]:
    """Return the topics with this name or slug: 台湾 and 臺灣 may be two."""
    return set(_called(Tag, value).values_list("pk", flat=True))


def _called(model: type[Author] | type[Tag], value: str) -> QuerySet[Any]:
    slugs = {value.lower(), slug_of(value)} - {UNTITLED}
    named = Q(slug__in=slugs) | Q(name=value)
    folded = folded_name(value)
    return model._default_manager.filter(named | Q(folded=folded) if folded else named)
