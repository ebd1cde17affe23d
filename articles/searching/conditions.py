"""What an article has to fulfil to be found: terms folded, names resolved to keys.

``matches`` is the truth. A backend may give more articles than that where it says so, never fewer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from articles.content.search_text.folding import find, find_exact
from articles.content.search_text.tokenization import Plan, plan
from articles.searching.index_documents import Document

Field = Literal["any", "title"]
Name = Literal["source", "author", "tag", "lang", "kind", "image", "changed"]


@dataclass(frozen=True, slots=True)
class Term:
    """A folded needle that stands in the title, or in title or text.

    With ``exact`` the very characters have to stand there; the needle then only finds candidates.
    """

    needle: str
    field: Field
    plan: Plan
    exact: str = ""

    @property
    def is_certain(self) -> bool:
        """Tell whether whatever has the tokens of the plan has the needle."""
        return self.plan.is_exact and not self.exact


def term(needle: str, field: Field = "any", exact: str = "") -> Term:
    """Return the term for a folded needle, which is not empty."""
    return Term(needle, field, plan(needle), exact)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The article's outlet, author, language, … is one of ``values``; of tags, it has one."""

    name: Name
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """The article's day lies between the two, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Keys:
    """The article is one of these."""

    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, always."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts holds; without parts, never."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Term | OneOf | Days | Keys | All | Any | Not


def matches(condition: Condition, document: Document) -> bool:
    """Tell whether ``document`` fulfils ``condition``."""
    match condition:
        case Term():
            return _has(condition, document)
        case OneOf(name, values):
            return any(value in values for value in _values(name, document))
        case Days(first, last):
            return first <= document.day <= last
        case Keys(articles):
            return document.article_id in articles
        case All(parts):
            return all(matches(part, document) for part in parts)
        case Any(parts):
            return any(matches(part, document) for part in parts)
        case Not(part):
            return not matches(part, document)


def _has(term: Term, document: Document) -> bool:
    if _stands(term, document.title, lambda: document.folded_title):
        return True
    return term.field == "any" and _stands(term, document.text, lambda: document.folded_text)


def _stands(term: Term, text: str, folded: Callable[[], str]) -> bool:
    """Tell whether the term stands in a text, which is folded only where that is needed."""
    if term.exact and not any(find_exact(text, term.exact)):
        return False
    return any(find(folded(), term.needle))


def _values(name: Name, document: Document) -> tuple[int | str | None, ...]:
    match name:
        case "source":
            return (document.source,)
        case "author":
            return (document.author,)
        case "tag":
            return document.tags
        case "lang":
            return languages(document.language)
        case "kind":
            return (document.kind,)
        case "image":
            return (int(document.has_image),)
        case "changed":
            return (int(document.has_changed),)


def facts_of(document: Document) -> Iterator[tuple[Name, int | str]]:
    """Yield every fact by which an index has to find ``document``: those that OneOf asks for."""
    for name in get_args(Name):
        for value in _values(name, document):
            if value is not None:
                yield name, value


def languages(tag: str) -> tuple[str, ...]:
    """Return what a language tag can be looked for by.

    >>> languages("zh-Hant-TW")
    ('zh-hant-tw', 'zh-hant', 'zh')
    """
    parts = tag.lower().split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def terms(condition: Condition, *, wanted: bool = True) -> Iterator[Term]:
    """Yield the terms that a hit shows: those that are not under a negation."""
    match condition:
        case Term():
            if wanted:
                yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from terms(part, wanted=wanted)
        case Not(part):
            yield from terms(part, wanted=not wanted)
        case _:
            pass


def is_certain(condition: Condition) -> bool:
    """Tell whether an index of tokens gives exactly the articles that fulfil ``condition``."""
    match condition:
        case Term():
            return condition.is_certain
        case All(parts) | Any(parts):
            return all(map(is_certain, parts))
        case Not(part):
            return is_certain(part)
        case _:
            return True
