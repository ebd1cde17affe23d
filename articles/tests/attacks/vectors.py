"""The attack vectors of ``vectors/*.toml``, and the places of a post to which each goes.

In a payload ``RUN`` stands for the call by which a script tells that it ran, ``FAR`` for a host
elsewhere, ``NUM`` for the number of the case; so whatever happens names the case that did it.
``{{…}}*N`` repeats what is in the braces N times.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("vectors")
FAR_ZONE = "elsewhere.example"
_REPEATED = re.compile(r"\{\{(.*?)\}\}\*(\d+)", re.DOTALL)

SAMPLE = int(os.environ.get("ATTACK_SAMPLE", "1"))
_FEW = 5  # of each place, whatever the sample


class Place(StrEnum):
    """Where in a post, or in what an editor types, a payload stands."""

    BODY = "body"
    TITLE = "title"
    AUTHOR = "author"
    TAG = "tag"
    OUTLET = "outlet"  # the category, which names an outlet that nobody knows
    HEADER = "header"  # lines of front matter
    ADDRESS = "address"  # the post's own, in ``from:``
    HEADLINE = "headline"  # the address in ``[title](address)``, without ``from:``
    CAPTION = "caption"
    ALT = "alt"
    LINK = "link"
    IMAGE = "image"
    SRCSET = "srcset"
    SOURCE = "source"  # of a picture
    POSTER = "poster"
    FRAME = "frame"
    FILE_NAME = "file name"
    BROKEN_FILE = "broken file"  # the name of one that goes to quarantine
    EDITED_TITLE = "edited title"
    EDITED_TEXT = "edited text"
    EDITED_AUTHOR = "edited author"
    EDITED_TAGS = "edited tags"
    REASON = "reason"  # why an article was withdrawn, which its address tells readers
    ERASURE = "reason of erasure"
    HIDING = "reason of hiding"  # a version; only editors see it
    RIGHTS = "rights"  # what the page of an outlet says of its rights


TYPED = frozenset(
    {
        Place.EDITED_TITLE, Place.EDITED_TEXT, Place.EDITED_AUTHOR, Place.EDITED_TAGS,
        Place.REASON, Place.ERASURE, Place.HIDING, Place.RIGHTS,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vector:
    """One attack. ``keeps`` has to remain as text of the body, ``loses`` must not.

    ``is_open``: the payload leaves something open that swallows the rest of the body.
    ``inert``: by place (or ``*``), why it does nothing in Chromium even without any cleaning; a
    reason with the words "the audit sees" is held to them.
    """

    id: str
    group: str
    payload: str
    places: tuple[Place, ...]
    keeps: str
    loses: str
    is_open: bool
    inert: dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A vector in one place, with a number of its own."""

    number: int
    vector: Vector
    place: Place

    @property
    def name(self) -> str:
        """Return what a failure calls it."""
        return f"{self.vector.id} as {self.place}"

    @property
    def payload(self) -> str:
        """Return the payload with everything filled in."""
        return self.filled(self.vector.payload)

    @property
    def inert(self) -> str:
        """Return why it does nothing here in any case; empty when it does."""
        return self.vector.inert.get(self.place, self.vector.inert.get("*", ""))

    @property
    def is_audited(self) -> bool:
        """Tell whether it can be seen to stand in a page although it does nothing."""
        return "the audit sees" in self.inert

    @property
    def can_be_noticed(self) -> bool:
        """Tell whether a page without cleaning would show it."""
        return self.is_audited or not self.inert

    def filled(self, text: str) -> str:
        """Return ``text`` with the case's own call, host and number."""
        text = _REPEATED.sub(lambda match: match[1] * int(match[2]), text)
        for word, value in (
            ("RUN", f"tell({self.number})"),
            ("FAR", f"v{self.number}.{FAR_ZONE}"),
            ("NUM", str(self.number)),
        ):
            text = text.replace(word, value)
        return text


@cache
def vectors() -> tuple[Vector, ...]:
    """Return all vectors in the order of their files."""
    return tuple(
        _vector(path.stem, name, row)
        for path in sorted(FOLDER.glob("*.toml"))
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items()
    )


@cache
def cases() -> tuple[Case, ...]:
    """Return each vector in each of its places, numbered from 1000.

    With ATTACK_SAMPLE=N in the environment, of each place every Nth and the first live ones.
    """
    pairs = [(vector, place) for vector in vectors() for place in vector.places]
    return tuple(_sampled(Case(1000 + n, *pair) for n, pair in enumerate(pairs)))


def _sampled(numbered: Iterable[Case]) -> Iterator[Case]:
    live: Counter[Place] = Counter()
    for case in numbered:
        live[case.place] += not case.inert
        is_early = not case.inert and live[case.place] <= _FEW
        if is_early or case.number % SAMPLE == 0:
            yield case


def _vector(group: str, name: str, row: dict[str, Any]) -> Vector:
    known = {"payload", "places", "keeps", "loses", "open", "inert"}
    if unknown := row.keys() - known:
        raise ValueError(f"{group}.toml, {name}: no such keys: {', '.join(sorted(unknown))}")
    inert = row.get("inert", {})
    return Vector(
        id=name,
        group=group,
        payload=row["payload"],
        places=tuple(Place(place) for place in row.get("places", ["body"])),
        keeps=row.get("keeps", ""),
        loses=row.get("loses", ""),
        is_open=row.get("open", False),
        inert={"*": inert} if isinstance(inert, str) else inert,
    )
