"""A body that is plain text: its lines as paragraphs.

A parser takes line breaks for space. Where a body has no markup of its own they are all the
structure there is; and where a collector joined the lines with nothing between, the places that
show it (a word at the end of an address, a row of dashes) are where lines ended.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from articles.content.html.restructuring.autolinks import addresses
from articles.content.html.restructuring.video_chapters import TIME, seconds_of
from articles.content.html.tree import Element, Node, text_of

_WRAPPERS = frozenset({"div", "section", "article", "main"})
_INCIDENTAL = frozenset("b big em font i small span strong u".split())
_BLANK = re.compile(r"\n[^\S\n]*\n")
#: A row of dashes, which stands for a rule.
ROW = re.compile(r"([-=*_~—－＝＿])\1{5,}")
_BULLET = re.compile("[►▶◆■●👉]")
_GLUED_PLACES = 3  # fewer may be how somebody writes
# With one of these behind it an address stands within a sentence.
_GOES_ON = re.compile(r"[\s,.;:!?)\]}'\"，。、；：！？）」』】》〉”’…→|｜/-]")
_TITLE_FOLLOWS = re.compile(r"[\s)）\]】–—-]")
_LONG = 50  # characters; lines of this length are paragraphs, shorter ones may be verse or a list
_WRAPPED = range(50, 101)  # characters in the longest line of a text that a program wrapped
_MOST_LINES = 5_000  # each becomes an element, which costs the cleaners a hundred times its text
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

_Line = list[Node]


def paragraphs_of(tree: Element) -> list[Node] | None:
    """Return a plain-text body as ``p``, ``br`` and ``hr``, or None for a body with markup."""
    holder = _holder(tree)
    if holder is None:
        return None
    nodes = holder.children
    text = "".join(node for node in nodes if isinstance(node, str))
    if any(isinstance(node, Element) for node in nodes):
        # Beside elements, line breaks are meant only where they outnumber those of the markup.
        breaks = sum(isinstance(node, Element) and node.tag == "br" for node in nodes)
        if not _BLANK.search(text.strip()) or text.count("\n") <= 2 * breaks:
            return None
    elif "\n" not in text.strip():
        nodes = [_with_breaks(text)]
    lines = _lines(nodes)
    return [*_blocks(lines)] if len(lines) <= _MOST_LINES else None


def _holder(tree: Element) -> Element | None:
    """Return the element that holds all the text and nothing but text and light emphasis."""
    while True:
        filled = [
            node for node in tree.children if not (isinstance(node, str) and not node.strip())
        ]
        only = filled[0] if len(filled) == 1 else None
        if not isinstance(only, Element) or only.tag not in _WRAPPERS:
            break
        tree = only
    return tree if filled and all(_is_light(node) for node in filled) else None


def _is_light(node: Node) -> bool:
    return (
        isinstance(node, str)
        or node.tag == "br"
        or (node.tag in _INCIDENTAL and all(map(_is_light, node.children)))
    )


def _with_breaks(text: str) -> str:
    """Return a text of one line with the line breaks that a collector took out of it."""
    spans = addresses(text)
    rows = [(row.start(), row.end()) for row in ROW.finditer(text)]
    places = {end for _, end in spans if end < len(text) and not _GOES_ON.match(text[end])}
    places |= {place for row in rows for place in row}
    bullets = {bullet.start() for bullet in _BULLET.finditer(text)}
    places |= bullets if len(bullets) >= _GLUED_PLACES else set()
    places |= _times(text, spans)
    places -= {0, len(text)}
    if len(places) < _GLUED_PLACES:
        return text
    edges = [0, *sorted(places), len(text)]
    return "\n".join(text[begin:end] for begin, end in pairwise(edges))


def _times(text: str, spans: list[tuple[int, int]]) -> set[int]:
    """Return where the chapters of a video begin: three times or more that ascend from 0:00."""
    begins = [begin for begin, _ in spans]
    run: list[re.Match[str]] = []
    last = -1
    for time in TIME.finditer(text):
        seconds = seconds_of(time)
        before = bisect_right(begins, time.start())
        if seconds is None or (before and time.start() < spans[before - 1][1]):
            continue
        if seconds == 0 and len(run) < _GLUED_PLACES:
            run = []
        elif not run or seconds <= last:
            continue
        run.append(time)
        last = seconds
    titled = sum(bool(_TITLE_FOLLOWS.match(text, time.end())) for time in run)
    if len(run) < _GLUED_PLACES or 2 * titled < len(run):
        return set()
    return {time.start() - (text[time.start() - 1] in "([（【") for time in run if time.start()}


def _lines(nodes: list[Node]) -> list[_Line]:
    lines: list[_Line] = [[]]
    for node in nodes:
        if isinstance(node, str):
            first, *others = node.split("\n")
            lines[-1].append(first)
            lines += [[line] for line in others]
        elif node.tag == "br":
            lines.append([])
        else:
            lines[-1].append(node)
    return lines


def _blocks(lines: list[_Line]) -> list[Element]:
    said = [_said(line) for line in lines]
    width = max(map(len, said))
    first, last = (next((i for i in order if said[i]), 0) for order in _both_ways(len(said)))
    has_blank = not all(said[first:last])
    out: list[Element] = []
    group: list[_Line] = []
    for line in [*lines, []]:
        text = _said(line)
        is_row = ROW.fullmatch(text) is not None
        if text and not is_row:
            group.append(line)
            continue
        out += _paragraphs(group, width, apart=not has_blank)
        out += [Element("hr")] if is_row else []
        group = []
    return out


def _both_ways(count: int) -> tuple[range, range]:
    return range(count), range(count - 1, -1, -1)


def _said(line: _Line) -> str:
    return "".join(map(text_of, line)).strip()


def _paragraphs(lines: list[_Line], width: int, *, apart: bool) -> list[Element]:
    """Return lines without an empty one between as one paragraph, or as one each."""
    texts = [_said(line) for line in lines]
    if _is_wrapped(texts, width):
        between: Node = " "
    elif apart or 2 * sum(len(text) >= _LONG for text in texts) >= len(texts):
        return [Element("p", {}, line) for line in lines]
    else:
        between = Element("br")
    nodes = [node for line in lines for node in (between, *line)]
    return [Element("p", {}, nodes[1:])]


def _is_wrapped(texts: list[str], width: int) -> bool:
    """Tell whether a program wrapped Latin text: no next word would have fitted into its line."""
    if len(texts) < 2 or width not in _WRAPPED:
        return False
    letters = sum(len(_LATIN.findall(text)) for text in texts)
    return (
        letters * 2 > sum(map(len, texts))
        and any(text[0].islower() for text in texts[1:])
        and all(len(one) + 1 + len(two.split()[0]) > width for one, two in pairwise(texts))
    )
