"""Conditions on articles: terms are folded, names are resolved to primary keys.

:func:`matches` is the definition. A backend may return more articles than match where
:func:`is_certain` is false, never fewer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from articles.content.search_text.text_folding import find_exact_matches, find_matches
from articles.content.search_text.tokenization import IndexLookup, plan_lookup
from articles.searching.index_documents import Document

Field = Literal["any", "title"]
FilterName = Literal["source", "author", "tag", "lang", "kind", "image", "changed"]


@dataclass(frozen=True, slots=True)
class Term:
    """A folded needle that occurs in the title, or in title or text.

    With ``exact`` these very characters have to occur; the needle then only finds candidates.
    """

    needle: str
    field: Field
    plan: IndexLookup
    exact: str = ""

    @property
    def is_certain(self) -> bool:
        """Return whether every text with the tokens of the plan contains the needle."""
        return self.plan.is_exact and not self.exact


def term(needle: str, field: Field = "any", exact: str = "") -> Term:
    """Return the term for a folded needle that is not empty."""
    return Term(needle, field, plan_lookup(needle), exact)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The article's source, author, language, … is one of ``values``; for tags, any of its tags."""

    name: FilterName
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class DateRange:
    """The article's day is between ``first`` and ``last``, inclusive."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class ArticleIds:
    """The article's primary key is one of these."""

    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold; true without parts."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; false without parts."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Term | OneOf | DateRange | ArticleIds | All | Any | Not


def matches(condition: Condition, document: Document) -> bool:
    """Return whether ``document`` fulfils ``condition``."""
    match condition:
        case Term():
            return _has_term(condition, document)
        case OneOf(name, values):
            return any(value in values for value in _field_values(name, document))
        case DateRange(first, last):
            return first <= document.day <= last
        case ArticleIds(articles):
            return document.article_id in articles
        case All(parts):
            return all(matches(part, document) for part in parts)
        case Any(parts):
            return any(matches(part, document) for part in parts)
        case Not(part):
            return not matches(part, document)


def _has_term(term: Term, document: Document) -> bool:
    if _occurs_in(term, document.title, lambda: document.folded_title):
        return True
    return term.field == "any" and _occurs_in(term, document.text, lambda: document.folded_text)


def _occurs_in(term: Term, text: str, folded: Callable[[], str]) -> bool:
    """Return whether the term occurs in a text, which is folded only when needed."""
    if term.exact and not any(find_exact_matches(text, term.exact)):
        return False
    return any(find_matches(folded(), term.needle))


def _field_values(name: FilterName, document: Document) -> tuple[int | str | None, ...]:
    match name:
        case "source":
            return (document.source,)
        case "author":
            return (document.author,)
        case "tag":
            return document.tags
        case "lang":
            return language_prefixes(document.language)
        case "kind":
            return (document.kind,)
        case "image":
            return (int(document.has_image),)
        case "changed":
            return (int(document.has_changed),)


def document_facts(document: Document) -> Iterator[tuple[FilterName, int | str]]:
    """Yield the name and value of every :class:`OneOf` that finds ``document``."""
    for name in get_args(FilterName):
        for value in _field_values(name, document):
            if value is not None:
                yield name, value


def language_prefixes(tag: str) -> tuple[str, ...]:
    """Return the lowercase language tag and its prefixes, longest first.

    >>> language_prefixes("zh-Hant-TW")
    ('zh-hant-tw', 'zh-hant', 'zh')
    """
    parts = tag.lower().split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def positive_terms(condition: Condition, *, is_positive: bool = True) -> Iterator[Term]:
    """Yield the terms to mark in a hit: those that are not negated."""
    match condition:
        case Term():
            if is_positive:
                yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from positive_terms(part, is_positive=is_positive)
        case Not(part):
            yield from positive_terms(part, is_positive=not is_positive)
        case _:
            pass


def is_certain(condition: Condition) -> bool:
    """Return whether a token index finds exactly the articles that fulfil ``condition``.

    Otherwise its hits have to be checked with :func:`matches`.
    """
    match condition:
        case Term():
            return condition.is_certain
        case All(parts) | Any(parts):
            return all(map(is_certain, parts))
        case Not(part):
            return is_certain(part)
        case _:
            return True
