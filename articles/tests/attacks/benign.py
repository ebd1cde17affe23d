"""Stories of harmless markup, which has to survive: ``benign.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from articles.tests.support.post_files import make_post

FIRST_NUMBER = 100  # of their folders; those of the cases begin at 1000


@dataclass(frozen=True, slots=True)
class Benign:
    """A body, selectors that find something in what is shown of it, and text that is shown."""

    number: int
    name: str
    body: str
    holds: tuple[str, ...]
    text: str


@cache
def benign() -> tuple[Benign, ...]:
    """Return all of them."""
    data = tomllib.loads(Path(__file__).with_name("benign.toml").read_text(encoding="utf-8"))
    return tuple(
        Benign(FIRST_NUMBER + n, name, row["body"], tuple(row["holds"]), row["text"])
        for n, (name, row) in enumerate(data.items())
    )


def benign_files() -> Iterator[tuple[bytes, bytes]]:
    """Yield path and bytes of each post."""
    for each in benign():
        url = f"https://herald.example/benign/{each.number}"
        post = make_post(title=f"第{each.number}篇", url=url, body=each.body)
        yield f"{each.number}/2021-01-14-benign.md".encode(), post
