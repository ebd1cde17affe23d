"""Bodies of plain text: their lines become paragraphs.

An HTML parser treats line breaks as space. In a body without markup they are the only structure;
and where a collector joined the lines with nothing between, some traces (a word glued to the end of
a URL, a row of dashes) show where lines ended.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from articles.content.html.restructuring.autolinks import find_urls
from articles.content.html.restructuring.video_chapters import TIME, parse_seconds
from articles.content.html.tree import Element, Node, text_of

_WRAPPERS = frozenset({"div", "section", "article", "main"})
_LIGHT_TAGS = frozenset("b big em font i small span strong u".split())
_BLANK = re.compile(r"\n[^\S\n]*\n")
#: A row of dashes, which becomes a horizontal rule.
DASH_ROW = re.compile(r"([-=*_~—－＝＿])\1{5,}")
_BULLET = re.compile("[►▶◆■●👉]")
_MIN_LOST_BREAKS = 3  # fewer may be the style of a writer
# Characters after a URL that show that its sentence continues.
_SENTENCE_CONTINUES = re.compile(r"[\s,.;:!?)\]}'\"，。、；：！？）」』】》〉”’…→|｜/-]")
_TITLE_FOLLOWS = re.compile(r"[\s)）\]】–—-]")
_LONG_LINE = 50  # characters; such lines are paragraphs, shorter ones may be verse or a list
_WRAPPED_WIDTHS = range(50, 101)  # characters in the longest line of a text that a program wrapped
_MAX_LINES = 5_000  # each becomes an element, which costs the cleaners a hundred times its text
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

_Line = list[Node]


def parse_plain_text(tree: Element) -> list[Node] | None:
    """Return a plain-text body as ``p``, ``br`` and ``hr`` elements, or None if it has markup."""
    container = _text_container(tree)
    if container is None:
        return None
    nodes = container.children
    text = "".join(node for node in nodes if isinstance(node, str))
    if any(isinstance(node, Element) for node in nodes):
        # Beside elements, line breaks have a meaning only where they outnumber the ``br`` elements.
        br_count = sum(isinstance(node, Element) and node.tag == "br" for node in nodes)
        if not _BLANK.search(text.strip()) or text.count("\n") <= 2 * br_count:
            return None
    elif "\n" not in text.strip():
        nodes = [_restore_breaks(text)]
    lines = _lines(nodes)
    return [*_blocks(lines)] if len(lines) <= _MAX_LINES else None


def _text_container(tree: Element) -> Element | None:
    """Return the element with all the text, if it has nothing but text and light emphasis."""
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
        or (node.tag in _LIGHT_TAGS and all(map(_is_light, node.children)))
    )


def _restore_breaks(text: str) -> str:
    """Return a text of one line with the line breaks that a collector lost."""
    spans = find_urls(text)
    rows = [(row.start(), row.end()) for row in DASH_ROW.finditer(text)]
    breaks = {
        end for _, end in spans if end < len(text) and not _SENTENCE_CONTINUES.match(text[end])
    }
    breaks |= {edge for row in rows for edge in row}
    bullets = {bullet.start() for bullet in _BULLET.finditer(text)}
    breaks |= bullets if len(bullets) >= _MIN_LOST_BREAKS else set()
    breaks |= _chapter_starts(text, spans)
    breaks -= {0, len(text)}
    if len(breaks) < _MIN_LOST_BREAKS:
        return text
    edges = [0, *sorted(breaks), len(text)]
    return "\n".join(text[begin:end] for begin, end in pairwise(edges))


def _chapter_starts(text: str, spans: list[tuple[int, int]]) -> set[int]:
    """Return the offsets of the chapters of a video: at least three times, ascending from 0:00."""
    begins = [begin for begin, _ in spans]
    run: list[re.Match[str]] = []
    last = -1
    for time in TIME.finditer(text):
        seconds = parse_seconds(time)
        before = bisect_right(begins, time.start())
        if seconds is None or (before and time.start() < spans[before - 1][1]):
            continue
        if seconds == 0 and len(run) < _MIN_LOST_BREAKS:
            run = []
        elif not run or seconds <= last:
            continue
        run.append(time)
        last = seconds
    titled = sum(bool(_TITLE_FOLLOWS.match(text, time.end())) for time in run)
    if len(run) < _MIN_LOST_BREAKS or 2 * titled < len(run):
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
    texts = [_line_text(line) for line in lines]
    width = max(map(len, texts))
    first, last = (next((i for i in order if texts[i]), 0) for order in _both_ways(len(texts)))
    has_blank = not all(texts[first:last])
    out: list[Element] = []
    group: list[_Line] = []
    for line in [*lines, []]:
        text = _line_text(line)
        is_row = DASH_ROW.fullmatch(text) is not None
        if text and not is_row:
            group.append(line)
            continue
        out += _paragraphs(group, width, one_each=not has_blank)
        out += [Element("hr")] if is_row else []
        group = []
    return out


def _both_ways(count: int) -> tuple[range, range]:
    return range(count), range(count - 1, -1, -1)


def _line_text(line: _Line) -> str:
    return "".join(map(text_of, line)).strip()


def _paragraphs(lines: list[_Line], width: int, *, one_each: bool) -> list[Element]:
    """Return lines with no empty line between them as one paragraph, or as one paragraph each."""
    texts = [_line_text(line) for line in lines]
    if _is_wrapped(texts, width):
        between: Node = " "
    elif one_each or 2 * sum(len(text) >= _LONG_LINE for text in texts) >= len(texts):
        return [Element("p", {}, line) for line in lines]
    else:
        between = Element("br")
    nodes = [node for line in lines for node in (between, *line)]
    return [Element("p", {}, nodes[1:])]


def _is_wrapped(texts: list[str], width: int) -> bool:
    """Return whether a program wrapped Latin text: no line has room for the word after it."""
    if len(texts) < 2 or width not in _WRAPPED_WIDTHS:
        return False
    letters = sum(len(_LATIN.findall(text)) for text in texts)
    return (
        letters * 2 > sum(map(len, texts))
        and any(text[0].islower() for text in texts[1:])
        and all(
            len(line) + 1 + len(following.split()[0]) > width for line, following in pairwise(texts)
        )
    )
