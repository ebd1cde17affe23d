"""What a reader may be about to type: outlets, topics, authors and headlines that begin so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import F

from articles.content.search_query import And, Filter, Node, Text, parse, write
from articles.content.search_text.character_folding import CJK, is_cjk
from articles.content.search_text.folding import fold
from articles.models import Article, Author, Source, SourceAlias, Tag
from articles.searching.backend import IndexMissingError, TooSlowError
from articles.searching.search import search

MOST = 8  # suggestions
_NAMES = 5  # of them, names
_SECONDS = 1.0  # that headlines may take
_LOOKED_AT = 100  # newest stories among which a word that has only begun is looked for


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What leads to a public story by its headline, or to the stories that bear a name."""

    text: str
    language: str
    leads_to: Article | Filter


def suggestions(typed: str) -> list[Suggestion]:
    """Return at most MOST suggestions for what was typed up to now: names, then headlines."""
    words = _words(parse(typed).root)
    prefix = fold(" ".join(text.value for text in words))
    if not prefix:
        return []
    names = _names(prefix)
    return [*names, *_headlines(words, prefix, MOST - len(names))]


def _words(root: Node) -> list[Text]:
    """Return the words of a search that is nothing but words, else none."""
    parts = root.parts if isinstance(root, And) else (root,)
    words = [part for part in parts if isinstance(part, Text) and not part.exact]
    return words if len(words) == len(parts) else []


def _names(prefix: str) -> list[Suggestion]:
    found = [(count, Suggestion(name, language, Filter("source", name)))
             for name, language, count in _outlets(prefix)]  # fmt: skip
    for field, model in (("tag", Tag), ("author", Author)):
        rows = model._default_manager.filter(folded__startswith=prefix, story_count__gt=0)
        rows = rows.order_by(F("story_count").desc(), "name")[:_NAMES]
        found += [
            (count, Suggestion(name, "", Filter(field, name)))  # type: ignore[arg-type]
            for name, count in rows.values_list("name", "story_count")
        ]
    found.sort(key=lambda each: -each[0])
    return [suggestion for _, suggestion in found[:_NAMES]]


def _outlets(prefix: str) -> Iterator[tuple[str, str, int]]:
    """Yield the outlets that are called so, also by another of their names. There are few."""
    rows = Source.objects.filter(story_count__gt=0)
    others: dict[int, list[str]] = {}
    for pk, alias in SourceAlias.objects.values_list("source_id", "alias"):
        others.setdefault(pk, []).append(alias)
    for pk, name, slug, language, count in rows.values_list(
        "pk", "name", "slug", "language", "story_count"
    ):
        if any(fold(each).startswith(prefix) for each in (name, slug, *others.get(pk, ()))):
            yield name, language, count


def _headlines(words: list[Text], prefix: str, limit: int) -> list[Suggestion]:
    """Return the newest stories with the words in their headlines; the last may have only begun."""
    titled: list[Node] = [replace(text, field="title") for text in words]
    try:
        found = _stories(titled, limit)
        if titled[:-1] and len(found) < limit and not is_cjk(prefix[-1]):
            begun = re.compile(f"(?<![^ {CJK}]){re.escape(fold(words[-1].value))}")
            rows = _stories(titled[:-1], _LOOKED_AT)
            found += [article for article in rows if begun.search(fold(article.title))]
    except (IndexMissingError, TooSlowError):
        return []
    once = {fold(article.title): article for article in reversed(found)}
    newest = sorted(once.values(), key=lambda each: (each.published_at, each.pk), reverse=True)
    return [Suggestion(each.title, each.language, each) for each in newest[:limit]]


def _stories(titled: list[Node], limit: int) -> list[Article]:
    """Return the newest public stories, as the archive has them now."""
    with search(write(And(tuple(titled))), _SECONDS) as found:
        return found.page(size=limit).articles
