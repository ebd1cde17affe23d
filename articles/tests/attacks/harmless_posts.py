"""Posts with harmless markup that cleaning must not remove: ``harmless_posts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from articles.tests.support.post_files import make_post

FIRST_NUMBER = 100  # the first folder; the folders of the cases begin at 1000


@dataclass(frozen=True, slots=True)
class HarmlessPost:
    """A body, with selectors and text that must match in the rendered story."""

    number: int
    name: str
    body: str
    selectors: tuple[str, ...]
    text: str


@cache
def harmless_posts() -> tuple[HarmlessPost, ...]:
    """Return all posts, in the order of the file."""
    data = tomllib.loads(
        Path(__file__).with_name("harmless_posts.toml").read_text(encoding="utf-8")
    )
    return tuple(
        HarmlessPost(FIRST_NUMBER + n, name, row["body"], tuple(row["holds"]), row["text"])
        for n, (name, row) in enumerate(data.items())
    )


def harmless_files() -> Iterator[tuple[bytes, bytes]]:
    """Yield the path and the bytes of each post file."""
    for each in harmless_posts():
        url = f"https://herald.example/benign/{each.number}"
        post = make_post(title=f"第{each.number}篇", url=url, body=each.body)
        yield f"{each.number}/2021-01-14-benign.md".encode(), post
