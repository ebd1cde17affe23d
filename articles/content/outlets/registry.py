"""The outlets that the archive knows from the start, and the rules for their boilerplate.

Each file in ``rules/*.toml`` is one outlet: its names, hosts, time zone, and what rides in
its posts without belonging to the story. ``general.toml`` holds the rules for everybody. Every
rule has a sample and what remains of it; the tests run each.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_RULES = Path(__file__).with_name("rules")
#: Hosts on which everybody publishes: they do not tell the outlet.
SHARED_HOSTS = frozenset(
    {
        "www.youtube.com", "youtube.com", "youtu.be", "m.youtube.com", "vimeo.com",
        "medium.com", "matters.news", "matters.town", "twitter.com", "www.facebook.com", "t.me",
        "mp.weixin.qq.com", "substack.com", "github.com", "web.archive.org",
        "www.allnow.com", "m.allnow.com",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RemovalRule:
    """Take away the elements that match a CSS selector and, where given, a text pattern."""

    id: str
    selector: str
    text: re.Pattern[str] | None
    max_chars: int | None
    at: str  # "", "start" or "end"
    reason: str
    sample: str
    keeps: str
    excerpt: bool  # what it removes tells that the feed carried a part of the story only


@dataclass(frozen=True, slots=True)
class CutRule:
    """Take away text that matches a pattern where it shares its element with the story."""

    id: str
    text: re.Pattern[str]
    at: str  # "", "start" or "end"
    reason: str
    sample: str
    keeps: str


@dataclass(frozen=True, slots=True)
class PictureRule:
    """Take away pictures whose address matches: decoration that is the same in every post."""

    id: str
    url: re.Pattern[str]
    reason: str
    sample: str
    keeps: str


@dataclass(frozen=True, slots=True)
class FigureRule:
    """The elements that match a CSS selector are a picture followed by its caption."""

    id: str
    selector: str
    reason: str
    sample: str
    keeps: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet as its file describes it; ``general`` has neither hosts nor names."""

    slug: str
    name: str
    language: str
    country: str
    home_page: str
    time_zone: str
    hosts: tuple[str, ...]
    aliases: tuple[str, ...]
    title_suffixes: tuple[re.Pattern[str], ...]
    byline: str  # a CSS selector: where the outlet's pages name their authors
    removals: tuple[RemovalRule, ...]
    cuts: tuple[CutRule, ...]
    pictures: tuple[PictureRule, ...]
    figures: tuple[FigureRule, ...]

    @property
    def rules(self) -> list[RemovalRule | CutRule | PictureRule]:
        """Return the rules that take something away, in the order in which they are applied."""
        return [*self.removals, *self.cuts, *self.pictures]


_BLOCKS = "p, div, small, section, li, h2, h3, h4"


def _removal(row: dict[str, Any]) -> RemovalRule:
    return RemovalRule(
        id=row["id"],
        selector=row.get("selector", _BLOCKS),
        text=re.compile(row["text"]) if "text" in row else None,
        max_chars=row.get("max_chars"),
        at=row.get("at", ""),
        reason=row["reason"],
        sample=row["sample"],
        keeps=row["keeps"],
        excerpt=row.get("excerpt", False),
    )


def _cut(row: dict[str, Any]) -> CutRule:
    return CutRule(
        row["id"],
        re.compile(row["text"]),
        row.get("at", ""),
        row["reason"],
        row["sample"],
        row["keeps"],
    )


def _picture(row: dict[str, Any]) -> PictureRule:
    return PictureRule(
        row["id"], re.compile(row["url"]), row["reason"], row["sample"], row["keeps"]
    )


def _outlet(path: Path) -> Outlet:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Outlet(
        slug=data.get("slug", path.stem),
        name=data.get("name", ""),
        language=data.get("language", ""),
        country=data.get("country", ""),
        home_page=data.get("home_page", ""),
        time_zone=data.get("time_zone", "UTC"),
        hosts=tuple(data.get("hosts", ())),
        aliases=tuple(data.get("aliases", ())),
        title_suffixes=tuple(re.compile(p) for p in data.get("title_suffixes", ())),
        byline=data.get("byline", ""),
        removals=tuple(_removal(row) for row in data.get("remove", ())),
        cuts=tuple(_cut(row) for row in data.get("cut", ())),
        pictures=tuple(_picture(row) for row in data.get("picture", ())),
        figures=tuple(FigureRule(**row) for row in data.get("figure", ())),
    )


@cache
def general() -> Outlet:
    """Return the rules that hold for every outlet."""
    return _outlet(_RULES / "general.toml")


@cache
def known_outlets() -> tuple[Outlet, ...]:
    """Return every outlet that has a file here, by slug."""
    files = sorted(_RULES.glob("*.toml"))
    return tuple(_outlet(path) for path in files if path.stem != "general")


@cache
def _by_alias() -> dict[str, Outlet]:
    return {alias: outlet for outlet in known_outlets() for alias in outlet.aliases}


@cache
def _by_host() -> dict[str, Outlet]:
    return {host: outlet for outlet in known_outlets() for host in outlet.hosts}


def find_outlet(host: str, category: str) -> Outlet | None:
    """Return the known outlet of a post, told by its category string and its URL's host.

    The category wins: an outlet may carry a story that stands at somebody else's address. A
    category that nobody bears leaves the host to tell.
    """
    return _by_alias().get(category) or _by_host().get(host)
