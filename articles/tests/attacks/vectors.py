"""The attack vectors of ``vectors/*.toml``, and the places in a post where each is tried.

In a payload ``RUN`` is replaced by a call that reports that the script ran, ``FAR`` by a foreign
host, ``NUM`` by the number of the case; so every event names the case that caused it.
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
FOREIGN_ZONE = "elsewhere.example"
_REPEAT = re.compile(r"\{\{(.*?)\}\}\*(\d+)", re.DOTALL)

SAMPLE = int(os.environ.get("ATTACK_SAMPLE", "1"))
_MIN_PER_PLACE = 5  # live cases, whatever the sample


class Place(StrEnum):
    """The place of a payload in a post or in an editor's input."""

    BODY = "body"
    TITLE = "title"
    AUTHOR = "author"
    TAG = "tag"
    OUTLET = "outlet"  # the category, which names an unknown outlet
    HEADER = "header"  # lines of front matter
    ADDRESS = "address"  # the URL in ``from:``
    HEADLINE = "headline"  # the URL in ``[title](URL)``, without ``from:``
    CAPTION = "caption"
    ALT = "alt"
    LINK = "link"
    IMAGE = "image"
    SRCSET = "srcset"
    SOURCE = "source"  # the ``source`` element of a ``picture``
    POSTER = "poster"
    FRAME = "frame"
    FILE_NAME = "file name"
    BROKEN_FILE = "broken file"  # the name of a file that goes to quarantine
    EDITED_TITLE = "edited title"
    EDITED_TEXT = "edited text"
    EDITED_AUTHOR = "edited author"
    EDITED_TAGS = "edited tags"
    REASON = "reason"  # of a withdrawal; its page shows it to readers
    ERASURE = "reason of erasure"
    HIDING = "reason of hiding"  # of a version; only editors see it
    RIGHTS = "rights"  # of an outlet, shown on its page


EDITOR_PLACES = frozenset(
    {
        Place.EDITED_TITLE, Place.EDITED_TEXT, Place.EDITED_AUTHOR, Place.EDITED_TAGS,
        Place.REASON, Place.ERASURE, Place.HIDING, Place.RIGHTS,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vector:
    """One attack; ``keeps`` must remain in the text of the body, ``loses`` must not.

    ``is_open``: the payload leaves something open that swallows the rest of the body.
    ``inert``: by place (or ``*``), why it does nothing in Chromium even without cleaning; for a
    reason with the words "the audit sees" a test asserts that the audit detects it.
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
    """A vector in one place, with a unique number."""

    number: int
    vector: Vector
    place: Place

    @property
    def name(self) -> str:
        """Return the name that failures report."""
        return f"{self.vector.id} as {self.place}"

    @property
    def payload(self) -> str:
        """Return the payload with all placeholders replaced."""
        return self.fill_in(self.vector.payload)

    @property
    def inert(self) -> str:
        """Return why it does nothing in this place; "" for a live case."""
        return self.vector.inert.get(self.place, self.vector.inert.get("*", ""))

    @property
    def is_audited(self) -> bool:
        """Return whether the audit detects it although it does nothing."""
        return "the audit sees" in self.inert

    @property
    def is_detectable(self) -> bool:
        """Return whether the control run can detect it."""
        return self.is_audited or not self.inert

    def fill_in(self, text: str) -> str:
        """Return ``text`` with the placeholders replaced by the case's call, host and number."""
        text = _REPEAT.sub(lambda match: match[1] * int(match[2]), text)
        for word, value in (
            ("RUN", f"tell({self.number})"),
            ("FAR", f"v{self.number}.{FOREIGN_ZONE}"),
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

    With ATTACK_SAMPLE=N in the environment: every Nth, and the first live ones of each place.
    """
    pairs = [(vector, place) for vector in vectors() for place in vector.places]
    return tuple(_sample(Case(1000 + n, *pair) for n, pair in enumerate(pairs)))


def _sample(numbered: Iterable[Case]) -> Iterator[Case]:
    live: Counter[Place] = Counter()
    for case in numbered:
        live[case.place] += not case.inert
        is_early = not case.inert and live[case.place] <= _MIN_PER_PLACE
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
