"""Autocomplete for the search box: outlets, topics, authors and headlines by prefix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import F

from articles.content.search_query import And, Filter, Node, Text, parse, unparse
from articles.content.search_text.character_folding import CJK, is_cjk
from articles.content.search_text.text_folding import fold
from articles.models import Article, Author, Source, SourceAlias, Tag
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.search import search

MAX_SUGGESTIONS = 8
_MAX_NAMES = 5  # names of outlets, topics and authors among the suggestions
_TIME_LIMIT = 1.0  # seconds that the search for headlines may take
_RECENT_STORIES = 100  # newest stories in which an incomplete last word is matched


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A headline with its public story, or a name with the filter for its stories."""

    text: str
    language: str
    target: Article | Filter


def find_suggestions(typed: str) -> list[Suggestion]:
    """Return suggestions for the text typed so far: names, then headlines.

    There are MAX_SUGGESTIONS at most.
    """
    terms = _plain_terms(parse(typed).root)
    prefix = fold(" ".join(text.value for text in terms))
    if not prefix:
        return []
    names = _suggest_names(prefix)
    return [*names, *_suggest_headlines(terms, prefix, MAX_SUGGESTIONS - len(names))]


def _plain_terms(root: Node) -> list[Text]:
    """Return the terms of a search that has only plain words; an empty list for any other."""
    parts = root.parts if isinstance(root, And) else (root,)
    terms = [part for part in parts if isinstance(part, Text) and not part.exact]
    return terms if len(terms) == len(parts) else []


def _suggest_names(prefix: str) -> list[Suggestion]:
    found = [(count, Suggestion(name, language, Filter("source", name)))
             for name, language, count in _matching_outlets(prefix)]  # fmt: skip
    for field, model in (("tag", Tag), ("author", Author)):
        rows = model._default_manager.filter(folded__startswith=prefix, story_count__gt=0)
        rows = rows.order_by(F("story_count").desc(), "name")[:_MAX_NAMES]
        found += [
            (count, Suggestion(name, "", Filter(field, name)))  # type: ignore[arg-type]
            for name, count in rows.values_list("name", "story_count")
        ]
    found.sort(key=lambda each: -each[0])
    return [suggestion for _, suggestion in found[:_MAX_NAMES]]


def _matching_outlets(prefix: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, language and story count of outlets with a name, slug or alias like that.

    All outlets are read: there are few.
    """
    rows = Source.objects.filter(story_count__gt=0)
    aliases: dict[int, list[str]] = {}
    for pk, alias in SourceAlias.objects.values_list("source_id", "alias"):
        aliases.setdefault(pk, []).append(alias)
    for pk, name, slug, language, count in rows.values_list(
        "pk", "name", "slug", "language", "story_count"
    ):
        if any(fold(each).startswith(prefix) for each in (name, slug, *aliases.get(pk, ()))):
            yield name, language, count


def _suggest_headlines(terms: list[Text], prefix: str, limit: int) -> list[Suggestion]:
    """Return the newest stories with the words in their headlines; the last may be a prefix."""
    in_title: list[Node] = [replace(text, field="title") for text in terms]
    try:
        found = _newest_stories(in_title, limit)
        if in_title[:-1] and len(found) < limit and not is_cjk(prefix[-1]):
            word_start = re.compile(f"(?<![^ {CJK}]){re.escape(fold(terms[-1].value))}")
            rows = _newest_stories(in_title[:-1], _RECENT_STORIES)
            found += [article for article in rows if word_start.search(fold(article.title))]
    except (IndexMissingError, SearchTimeoutError):
        return []
    by_headline = {fold(article.title): article for article in reversed(found)}
    newest = sorted(
        by_headline.values(), key=lambda each: (each.published_at, each.pk), reverse=True
    )
    return [Suggestion(each.title, each.language, each) for each in newest[:limit]]


def _newest_stories(in_title: list[Node], limit: int) -> list[Article]:
    """Return the newest public stories with these title terms, in their current state."""
    with search(unparse(And(tuple(in_title))), _TIME_LIMIT) as found:
        return found.page(size=limit).articles
