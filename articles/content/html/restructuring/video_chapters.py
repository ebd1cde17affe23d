"""Chapters of a video: lines of its description that begin or end with a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.content.html.restructuring.inline_content import is_element
from articles.content.html.tree import Element, Node, text_of
from articles.content.html.videos import Video

_TIME = r"(?<![0-9])(?<![0-9][:：])(?:([0-9]{1,2})[:：])?([0-9]{1,3})[:：]([0-5][0-9])(?![0-9:：])"
TIME = re.compile(_TIME)
# A bullet, a number or a bracket may precede the time.
_LEADING_TIME = re.compile(r"[^\w]{0,6}(?:[0-9]{1,3}[.、)）][^\w]{0,3})?" + _TIME)
_TRAILING_TIME = re.compile(_TIME + r"[^\w]{0,3}$")
_TIME_OF_DAY = re.compile(r"[0-9][:：][0-9]{2}\s*[ap]\.?m\b", re.IGNORECASE)

_MAX_CHAPTERS = 1_000  # a description with more was made to slow the cleaners down

_Line = list[Node]


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A line with a time; ``begin`` and ``end`` are the offsets of the time in its node."""

    seconds: int
    node_index: int  # 0 or -1: the first or the last node of the line
    begin: int
    end: int


def parse_seconds(time: re.Match[str]) -> int | None:
    """Return the seconds of a match of ``TIME``, or None when it is no valid time."""
    hours, minutes, seconds = (int(number or 0) for number in time.groups())
    return None if time[1] and minutes > 59 else hours * 3600 + minutes * 60 + seconds


def link_chapters(blocks: list[Element], video: Video) -> list[Element]:
    """Return ``blocks`` with each run of lines with ascending times as a list of links.

    A run has at least two lines; with the times at the end of the lines, three, the first at 0:00.
    """
    lines = [(block, line) for block in blocks for line in _lines(block)]
    chapters = [_chapter(line) if block.tag == "p" else None for block, line in lines]
    if sum(chapter is not None for chapter in chapters) > _MAX_CHAPTERS:
        return blocks
    out: list[Element] = []
    last_paragraph: Element | None = None  # source of the paragraph at the end of ``out``
    for begin, end in _runs(chapters):
        run = [chapter for chapter in chapters[begin:end] if chapter]
        if _is_list(run):
            pairs = zip(run, lines[begin:end], strict=True)
            items = [Element("li", {}, _item(chapter, line, video)) for chapter, (_, line) in pairs]
            out.append(Element("ol", {}, [*items]))
            last_paragraph = None
            continue
        for block, line in lines[begin:end]:
            if block.tag != "p":
                out.append(block)
            elif block is last_paragraph:
                out[-1].children += [Element("br"), *line]
            else:
                out.append(Element("p", block.attrs, [*line]))
            last_paragraph = block
    return out


def _lines(block: Element) -> list[_Line]:
    lines: list[_Line] = [[]]
    for node in block.children if block.tag == "p" else ():
        if is_element(node, "br"):
            lines.append([])
        else:
            lines[-1].append(node)
    return lines


def _chapter(line: _Line) -> _Chapter | None:
    if not line or _TIME_OF_DAY.search("".join(map(text_of, line))):
        return None
    for index, pattern in ((0, _LEADING_TIME), (-1, _TRAILING_TIME)):
        node = line[index]
        if isinstance(node, str) or is_element(node, "a"):
            match = pattern.match(text_of(node)) if index == 0 else pattern.search(text_of(node))
            seconds = parse_seconds(match) if match else None
            if match is not None and seconds is not None:
                begin = min(match.start(i) for i in (1, 2) if match.start(i) >= 0)
                return _Chapter(seconds, index, begin, match.end(3))
    return None


def _runs(chapters: list[_Chapter | None]) -> Iterator[tuple[int, int]]:
    """Yield the begin and end of each run of chapters with ascending times; any other line alone.

    In a run, all times are at the beginning of the lines, or all at the end.
    """
    begin = 0
    for i in range(1, len(chapters) + 1):
        current, following = chapters[i - 1], chapters[i] if i < len(chapters) else None
        if not (
            current
            and following
            and current.node_index == following.node_index
            and current.seconds < following.seconds
        ):
            yield begin, i
            begin = i


def _is_list(run: list[_Chapter]) -> bool:
    if run and run[0].node_index == -1:
        return len(run) > 2 and run[0].seconds == 0
    return len(run) > 1


def _item(chapter: _Chapter, line: _Line, video: Video) -> list[Node]:
    """Return ``line`` with its time as a link to that second of ``video``."""
    text = text_of(line[chapter.node_index])
    before, time, after = (
        text[: chapter.begin],
        text[chapter.begin : chapter.end],
        text[chapter.end :],
    )
    link = Element("a", {"href": video.starting_at(chapter.seconds).watch_url}, [time])
    nodes = [node for node in (before, link, after) if node != ""]
    return [*nodes, *line[1:]] if chapter.node_index == 0 else [*line[:-1], *nodes]
