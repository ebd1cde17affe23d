"""Apply the outlets' rules to a parsed body, before it is restructured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from articles.content.html.restructuring.inline_content import FIGURE_MARK
from articles.content.outlets.registry import CutRule, Outlet, RemovalRule
from articles.content.text.excerpts import truncate
from articles.content.text.normalization import normalize_line


@dataclass(frozen=True, slots=True)
class Removal:
    """A part removed from a body: by which rule, how many characters, and how its text began."""

    rule: str
    characters: int
    text: str


_EXCERPT_LENGTH = 120  # characters of removed text that a record keeps
#: Elements that are part of a story without text. A picture of one pixel only counts readers.
_MEDIA_SELECTOR = 'img:not([width="1"]):not([height="1"]), video, iframe, picture, table'


def make_removal(rule: str, text: str) -> Removal:
    """Return the record that ``rule`` removed ``text``."""
    line = normalize_line(text)
    return Removal(rule, len(line), truncate(line, _EXCERPT_LENGTH))


def apply_rules(body: Any, outlets: Iterable[Outlet]) -> list[Removal]:
    """Remove from ``body`` (a lexbor node) what the outlets' rules match; return the records."""
    removals = []
    for outlet in outlets:
        for rule in outlet.removals:
            removals += [
                make_removal(f"{outlet.slug}/{rule.id}", text)
                for text in _apply_removal(body, rule)
            ]
        for cut_rule in outlet.cuts:
            removals += [
                make_removal(f"{outlet.slug}/{cut_rule.id}", text)
                for text in _apply_cut(body, cut_rule)
            ]
    return removals


def mark_figures(body: Any, outlets: Iterable[Outlet]) -> None:
    """Mark in ``body`` the elements that a rule declares to be a picture with its caption."""
    for outlet in outlets:
        for rule in outlet.figures:
            for node in body.css(rule.selector):
                node.attrs[FIGURE_MARK] = ""


def _apply_removal(body: Any, rule: RemovalRule) -> list[str]:
    texts: list[str] = []
    removed_ids: set[int] = set()
    nodes = body.css(rule.selector)
    # Backwards from the end: of two footers the last goes first, and then the other is the last.
    for node in reversed(nodes) if rule.at == "end" else nodes:
        if _is_inside(node, removed_ids) or not _matches(node, rule):
            continue
        if rule.at and _has_story_beyond(node, body, forwards=rule.at == "end"):
            continue
        texts.append(node.text(deep=True))
        removed_ids.add(node.mem_id)
        node.remove()
    return texts


def _apply_cut(body: Any, rule: CutRule) -> list[str]:
    texts: list[str] = []
    for node in list(body.traverse(include_text=True)):
        text = node.text_content or "" if node.tag == "-text" else ""
        match = rule.text.search(text)
        if match is None or (rule.at and _has_story_beyond(node, body, forwards=rule.at == "end")):
            continue
        texts.append(match[0])
        node.replace_with(text[: match.start()] + text[match.end() :])
    return texts


def _matches(node: Any, rule: RemovalRule) -> bool:
    if rule.text is None and rule.max_chars is None:
        return True
    line = normalize_line(node.text(deep=True))
    if rule.max_chars is not None and len(line) > rule.max_chars:
        return False
    return rule.text is None or rule.text.search(line) is not None


def _is_inside(node: Any, removed_ids: set[int]) -> bool:
    while node is not None and removed_ids:
        if node.mem_id in removed_ids:
            return True
        node = node.parent
    return False


def _has_story_beyond(node: Any, body: Any, *, forwards: bool) -> bool:
    """Return whether text or media come after (or before) ``node`` in ``body``."""
    while node is not None and node.mem_id != body.mem_id:
        other = node.next if forwards else node.prev
        while other is not None:
            if _has_story(other):
                return True
            other = other.next if forwards else other.prev
        node = node.parent
    return False


def _has_story(node: Any) -> bool:
    if node.tag is None:  # a processing instruction
        return False
    if node.tag == "-text":
        return bool((node.text_content or "").strip())
    if node.tag.startswith("-") or node.tag in {"script", "style", "noscript", "link", "meta"}:
        return False
    if (node.text(deep=True) or "").strip():
        return True
    return node.css_matches(_MEDIA_SELECTOR) or node.css_first(_MEDIA_SELECTOR) is not None
