"""The registry of built-in outlets and of the rules that remove their boilerplate.

Each file ``rules/*.toml`` describes one outlet: its names, hosts, time zone, and the parts of its
posts that do not belong to the story. ``general.toml`` has the rules for all outlets. Every rule
has a sample and the expected result (``keeps``); the tests run each.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_RULES_FOLDER = Path(__file__).with_name("rules")
#: Hosts on which anybody can publish: they do not identify an outlet.
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
    """Removes the elements that match a CSS selector and, if set, a text pattern."""

    id: str
    selector: str
    text: re.Pattern[str] | None
    max_chars: int | None
    at: str  # "", "start" or "end"
    reason: str
    sample: str
    keeps: str
    excerpt: bool  # a match means that the feed carried only part of the story


@dataclass(frozen=True, slots=True)
class CutRule:
    """Removes text that matches a pattern within an element that also holds the story."""

    id: str
    text: re.Pattern[str]
    at: str  # "", "start" or "end"
    reason: str
    sample: str
    keeps: str


@dataclass(frozen=True, slots=True)
class PictureRule:
    """Removes pictures whose URL matches: decoration that is the same in every post."""

    id: str
    url: re.Pattern[str]
    reason: str
    sample: str
    keeps: str


@dataclass(frozen=True, slots=True)
class FigureRule:
    """Marks the elements that match a CSS selector as a picture followed by its caption."""

    id: str
    selector: str
    reason: str
    sample: str
    keeps: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet as its file describes it; ``general.toml`` has neither hosts nor names."""

    slug: str
    name: str
    language: str
    country: str
    home_page: str
    time_zone: str
    hosts: tuple[str, ...]
    aliases: tuple[str, ...]
    title_suffixes: tuple[re.Pattern[str], ...]
    byline: str  # a CSS selector for the element that names the authors
    removals: tuple[RemovalRule, ...]
    cuts: tuple[CutRule, ...]
    pictures: tuple[PictureRule, ...]
    figures: tuple[FigureRule, ...]

    @property
    def rules(self) -> list[RemovalRule | CutRule | PictureRule]:
        """Return the rules that remove something, in the order in which they apply."""
        return [*self.removals, *self.cuts, *self.pictures]


_DEFAULT_SELECTOR = "p, div, small, section, li, h2, h3, h4"


def _parse_removal_rule(row: dict[str, Any]) -> RemovalRule:
    return RemovalRule(
        id=row["id"],
        selector=row.get("selector", _DEFAULT_SELECTOR),
        text=re.compile(row["text"]) if "text" in row else None,
        max_chars=row.get("max_chars"),
        at=row.get("at", ""),
        reason=row["reason"],
        sample=row["sample"],
        keeps=row["keeps"],
        excerpt=row.get("excerpt", False),
    )


def _parse_cut_rule(row: dict[str, Any]) -> CutRule:
    return CutRule(
        row["id"],
        re.compile(row["text"]),
        row.get("at", ""),
        row["reason"],
        row["sample"],
        row["keeps"],
    )


def _parse_picture_rule(row: dict[str, Any]) -> PictureRule:
    return PictureRule(
        row["id"], re.compile(row["url"]), row["reason"], row["sample"], row["keeps"]
    )


def _load_outlet(path: Path) -> Outlet:
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
        removals=tuple(_parse_removal_rule(row) for row in data.get("remove", ())),
        cuts=tuple(_parse_cut_rule(row) for row in data.get("cut", ())),
        pictures=tuple(_parse_picture_rule(row) for row in data.get("picture", ())),
        figures=tuple(FigureRule(**row) for row in data.get("figure", ())),
    )


@cache
def load_general_rules() -> Outlet:
    """Return the rules that apply to every outlet."""
    return _load_outlet(_RULES_FOLDER / "general.toml")


@cache
def load_outlets() -> tuple[Outlet, ...]:
    """Return every outlet that has a rules file, sorted by file name."""
    files = sorted(_RULES_FOLDER.glob("*.toml"))
    return tuple(_load_outlet(path) for path in files if path.stem != "general")


@cache
def _outlets_by_alias() -> dict[str, Outlet]:
    return {alias: outlet for outlet in load_outlets() for alias in outlet.aliases}


@cache
def _outlets_by_host() -> dict[str, Outlet]:
    return {host: outlet for outlet in load_outlets() for host in outlet.hosts}


def find_outlet(host: str, category: str) -> Outlet | None:
    """Return the built-in outlet of a post by its category string, else by its URL's host.

    The category wins: an outlet may carry a story whose URL is on another outlet's host. The host
    decides only when no outlet has the category as an alias.
    """
    return _outlets_by_alias().get(category) or _outlets_by_host().get(host)
