"""Resolution of a parsed query to a condition: terms are folded, names become primary keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from articles.content.search_query import And, DateRange, Everything, Filter, Node, Not, Or, Text
from articles.content.search_text.text_folding import find_matches, fold
from articles.content.text.slugs import UNTITLED, make_slug
from articles.content.urls.normalization import identity_hash, normalize_url
from articles.models import Article, Author, Source, SourceAlias, Tag
from articles.models.folded_name import fold_name
from articles.searching import conditions
from articles.searching.conditions import Condition, OneOf

ArticleRows = QuerySet[Article]
_MAX_NAMESAKES = 200  # authors that a part of a name may match
EVERYTHING, NOTHING = conditions.All(), conditions.Any()


@dataclass(slots=True)
class ResolvedQuery:
    """A condition, and the filters whose names match nothing in the archive."""

    condition: Condition
    unknown: list[Filter] = field(default_factory=list)


def resolve(root: Node, articles: ArticleRows | None = None) -> ResolvedQuery:
    """Return the condition for a query tree.

    ``articles`` are those that ``url:`` may find, by default the public ones.
    """
    rows = Article.objects.published() if articles is None else articles
    unknown: list[Filter] = []
    return ResolvedQuery(_resolve_node(root, rows, unknown), unknown)


def _resolve_node(node: Node, rows: ArticleRows, unknown: list[Filter]) -> Condition:
    match node:
        case Text():
            needle = fold(node.value)
            if not needle:  # only punctuation: there is no word to search for
                return EVERYTHING
            return conditions.term(needle, node.field, node.value if node.exact else "")
        case Filter():
            found = _resolve_filter(node, rows)
            if found == NOTHING:
                unknown.append(node)
            return found
        case DateRange(first, last):
            return conditions.DateRange(first or dt.date.min, last or dt.date.max)
        case And(parts):
            return conditions.All(tuple(_resolve_node(part, rows, unknown) for part in parts))
        case Or(parts):
            return conditions.Any(tuple(_resolve_node(part, rows, unknown) for part in parts))
        case Not(Everything()):
            return NOTHING
        case Not(part):
            return conditions.Not(_resolve_node(part, rows, unknown))
        case Everything():
            return EVERYTHING


def _resolve_filter(node: Filter, rows: ArticleRows) -> Condition:
    match node.name:
        case "source":
            return _one_of("source", _find_sources(node.value))
        case "author":
            return _one_of("author", _find_authors(node.value))
        case "tag":
            return _one_of("tag", _find_tags(node.value))
        case "lang":
            return OneOf("lang", (node.value.lower(),))
        case "kind":
            return OneOf("kind", (node.value,))
        case "image":
            return OneOf("image", (1,))
        case "changed":
            return OneOf("changed", (1,))
        case "url":
            identity = identity_hash(normalize_url(node.value))
            keys = tuple(rows.filter(identity_hash=identity).values_list("pk", flat=True))
            return conditions.ArticleIds(keys) if keys else NOTHING


def _one_of(name: conditions.FilterName, keys: set[int]) -> Condition:
    return OneOf(name, tuple(sorted(keys))) if keys else NOTHING


def _find_sources(value: str) -> set[int]:
    """Return the outlets with this name, slug or alias, else those whose name contains it.

    All outlets are read: there are few, and readers call them by many names: 德国之声, 德國之聲,
    DW, dw.
    """
    wanted = fold(value)
    names = [(pk, fold(name)) for pk, name in Source.objects.values_list("pk", "name")]
    names += [(pk, fold(a)) for pk, a in SourceAlias.objects.values_list("source_id", "alias")]
    slugs = [(pk, fold(slug)) for pk, slug in Source.objects.values_list("pk", "slug")]
    exact_matches = {pk for pk, name in [*names, *slugs] if name == wanted}
    return exact_matches or ({pk for pk, name in names if wanted in name} if wanted else set())


def _find_authors(value: str) -> set[int]:
    """Return the authors with this name or slug, else those whose name contains it.

    A merged spelling resolves to the author that it was merged into.
    """
    rows = set(_named(Author, value).values_list("pk", "merged_into"))
    needle = fold_name(value)
    if not rows and needle:
        found = Author.objects.filter(folded__contains=needle).order_by("-story_count", "pk")
        names = found.values_list("pk", "merged_into", "folded")[:_MAX_NAMESAKES]
        rows = {(pk, merged) for pk, merged, name in names if any(find_matches(name, needle))}
    return {merged or pk for pk, merged in rows}


def _find_tags(value: str) -> set[int]:
    """Return the topics with this name or slug: 台湾 and 臺灣 may be two topics."""
    return set(_named(Tag, value).values_list("pk", flat=True))


def _named(model: type[Author] | type[Tag], value: str) -> QuerySet[Any]:
    slugs = {value.lower(), make_slug(value)} - {UNTITLED}
    named = Q(slug__in=slugs) | Q(name=value)
    folded = fold_name(value)
    return model._default_manager.filter(named | Q(folded=folded) if folded else named)
