"""The tree that a search is read into: what a story must hold, without a word on how to find it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, TypeAlias

FilterName: TypeAlias = Literal[
    "source", "author", "tag", "lang", "kind", "image", "changed", "url"
]


@dataclass(frozen=True, slots=True)
class Text:
    """Words that stand in a story: one unspaced run as typed, or a quoted phrase.

    ``exact`` asks for these very characters; otherwise scripts, case and width are all one.
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
    always ``yes``; of url an address that
    :func:`articles.content.urls.normalization.identity_of` takes.
    """

    name: FilterName
    value: str


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which a story stands, both ends included; None leaves an end open."""

    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but the part."""

    part: Node


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition: every public story."""


Node: TypeAlias = Text | Filter | Days | And | Or | Not | Everything

EVERYTHING = Everything()
NOTHING = Not(EVERYTHING)  #: the one form of a search that no story can meet
