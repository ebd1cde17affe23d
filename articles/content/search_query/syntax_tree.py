"""The syntax tree of a query: the conditions on a story, independent of any search backend."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, TypeAlias

FilterName: TypeAlias = Literal[
    "source", "author", "tag", "lang", "kind", "image", "changed", "url"
]


@dataclass(frozen=True, slots=True)
class Text:
    """Words to find in a story: one run without spaces as typed, or a quoted phrase.

    ``exact`` matches these very characters; otherwise script, case and width do not matter.
    """

    value: str
    field: Literal["any", "title"] = "any"
    phrase: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A property of a story.

    The value of source, author and tag is a name or a slug as typed; of lang a BCP 47 tag, where
    ``zh`` is Chinese in any script; of kind a value of
    :class:`~articles.content.post_file.parsing.Kind`; of image and changed (several versions)
    always ``yes``; of url a URL that
    :func:`articles.content.urls.normalization.normalize_url` accepts.
    """

    name: FilterName
    value: str


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days a story is dated, both ends included; None leaves an end open."""

    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class And:
    """All of ``parts`` must match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of ``parts`` must match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``part`` must not match."""

    part: Node


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition: every public story matches."""


Node: TypeAlias = Text | Filter | DateRange | And | Or | Not | Everything

EVERYTHING = Everything()
NOTHING = Not(EVERYTHING)  #: the normal form of a query that no story can match
