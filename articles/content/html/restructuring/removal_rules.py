"""Apply the outlets' rules to a parsed body, before it is rebuilt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from articles.content.html.restructuring.inline_content import WHOLE_FIGURE
from articles.content.outlets.registry import CutRule, Outlet, RemovalRule
from articles.content.text.excerpts import cut
from articles.content.text.normalization import one_line


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that was taken out of a body: by which rule, how much, and how it began."""

    rule: str
    characters: int
    text: str


_EXCERPT = 120  # characters of removed text that are kept on record
#: What is story without text. A picture of one pixel only counts readers.
_STORY = 'img:not([width="1"]):not([height="1"]), video, iframe, picture, table'


def removal_of(rule: str, text: str) -> Removal:
    """Return the record of having removed ``text`` by ``rule``."""
    line = one_line(text)
    return Removal(rule, len(line), cut(line, _EXCERPT))


def apply_rules(body: Any, outlets: Iterable[Outlet]) -> list[Removal]:
    """Remove from ``body`` (a lexbor node) what the outlets' rules name; return the record."""
    removals = []
    for outlet in outlets:
        for rule in outlet.removals:
            removals += [
                removal_of(f"{outlet.slug}/{rule.id}", text) for text in _apply(body, rule)
            ]
        for cut_rule in outlet.cuts:
            removals += [
                removal_of(f"{outlet.slug}/{cut_rule.id}", text) for text in _cut(body, cut_rule)
            ]
    return removals


def mark_figures(body: Any, outlets: Iterable[Outlet]) -> None:
    """Mark in ``body`` the elements that rules call a picture with its caption."""
    for outlet in outlets:
        for rule in outlet.figures:
            for node in body.css(rule.selector):
                node.attrs[WHOLE_FIGURE] = ""


def _apply(body: Any, rule: RemovalRule) -> list[str]:
    removed: list[str] = []
    gone: set[int] = set()
    nodes = body.css(rule.selector)
    # From the end backwards, so that of two footers the last is seen to be the last first.
    for node in reversed(nodes) if rule.at == "end" else nodes:
        if _within(node, gone) or not _matches(node, rule):
            continue
        if rule.at and _story_beyond(node, body, forwards=rule.at == "end"):
            continue
        removed.append(node.text(deep=True))
        gone.add(node.mem_id)
        node.remove()
    return removed


def _cut(body: Any, rule: CutRule) -> list[str]:
    removed: list[str] = []
    for node in list(body.traverse(include_text=True)):
        text = node.text_content or "" if node.tag == "-text" else ""
        match = rule.text.search(text)
        if match is None or (rule.at and _story_beyond(node, body, forwards=rule.at == "end")):
            continue
        removed.append(match[0])
        node.replace_with(text[: match.start()] + text[match.end() :])
    return removed


def _matches(node: Any, rule: RemovalRule) -> bool:
    if rule.text is None and rule.max_chars is None:
        return True
    line = one_line(node.text(deep=True))
    if rule.max_chars is not None and len(line) > rule.max_chars:
        return False
    return rule.text is None or rule.text.search(line) is not None


def _within(node: Any, gone: set[int]) -> bool:
    while node is not None and gone:
        if node.mem_id in gone:
            return True
        node = node.parent
    return False


def _story_beyond(node: Any, body: Any, *, forwards: bool) -> bool:
    """Tell whether text or a picture stands after (or before) ``node`` in ``body``."""
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
    return node.css_matches(_STORY) or node.css_first(_STORY) is not None
