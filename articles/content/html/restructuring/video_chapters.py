"""Chapters of a video: lines of its description that begin, or end, with a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.content.html.restructuring.inline_content import is_a
from articles.content.html.tree import Element, Node, text_of
from articles.content.html.videos import Video

_TIME = r"(?<![0-9])(?<![0-9][:：])(?:([0-9]{1,2})[:：])?([0-9]{1,3})[:：]([0-5][0-9])(?![0-9:：])"
TIME = re.compile(_TIME)
# A bullet, a number or a bracket may stand before the time.
_FIRST = re.compile(r"[^\w]{0,6}(?:[0-9]{1,3}[.、)）][^\w]{0,3})?" + _TIME)
_LAST = re.compile(_TIME + r"[^\w]{0,3}$")
_TIME_OF_DAY = re.compile(r"[0-9][:：][0-9]{2}\s*[ap]\.?m\b", re.IGNORECASE)

_MOST = 1_000  # chapters; a description with more was made to hold up the cleaners

_Line = list[Node]


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A line that names a second; ``begin`` and ``end`` tell where in its node ``at``."""

    seconds: int
    at: int  # 0 or -1: the first or the last node of the line
    begin: int
    end: int


def seconds_of(time: re.Match[str]) -> int | None:
    """Return the seconds that a match of ``TIME`` names, or None when no clock shows it."""
    hours, minutes, seconds = (int(number or 0) for number in time.groups())
    return None if time[1] and minutes > 59 else hours * 3600 + minutes * 60 + seconds


def with_chapters(blocks: list[Element], video: Video) -> list[Element]:
    """Return ``blocks`` with each run of lines that name ascending times as a list of links.

    Two lines are a run; where the times stand at the end of the lines, three, the first at 0:00.
    """
    lines = [(block, line) for block in blocks for line in _lines(block)]
    chapters = [_chapter(line) if block.tag == "p" else None for block, line in lines]
    if sum(chapter is not None for chapter in chapters) > _MOST:
        return blocks
    out: list[Element] = []
    whose: Element | None = None  # the paragraph whose lines the last of ``out`` takes up
    for begin, end in _runs(chapters):
        run = [chapter for chapter in chapters[begin:end] if chapter]
        if _is_list(run):
            pairs = zip(run, lines[begin:end], strict=True)
            items = [Element("li", {}, _item(chapter, line, video)) for chapter, (_, line) in pairs]
            out.append(Element("ol", {}, [*items]))
            whose = None
            continue
        for block, line in lines[begin:end]:
            if block.tag != "p":
                out.append(block)
            elif block is whose:
                out[-1].children += [Element("br"), *line]
            else:
                out.append(Element("p", block.attrs, [*line]))
            whose = block
    return out


def _lines(block: Element) -> list[_Line]:
    lines: list[_Line] = [[]]
    for node in block.children if block.tag == "p" else ():
        if is_a(node, "br"):
            lines.append([])
        else:
            lines[-1].append(node)
    return lines


def _chapter(line: _Line) -> _Chapter | None:
    if not line or _TIME_OF_DAY.search("".join(map(text_of, line))):
        return None
    for at, pattern in ((0, _FIRST), (-1, _LAST)):
        node = line[at]
        if isinstance(node, str) or is_a(node, "a"):
            found = pattern.match(text_of(node)) if at == 0 else pattern.search(text_of(node))
            seconds = seconds_of(found) if found else None
            if found is not None and seconds is not None:
                begin = min(found.start(i) for i in (1, 2) if found.start(i) >= 0)
                return _Chapter(seconds, at, begin, found.end(3))
    return None


def _runs(chapters: list[_Chapter | None]) -> Iterator[tuple[int, int]]:
    """Yield where runs of chapters with ascending times begin and end; other lines by themselves.

    A run has its times at the beginning of its lines, or all at their end.
    """
    begin = 0
    for i in range(1, len(chapters) + 1):
        one, two = chapters[i - 1], chapters[i] if i < len(chapters) else None
        if not (one and two and one.at == two.at and one.seconds < two.seconds):
            yield begin, i
            begin = i


def _is_list(run: list[_Chapter]) -> bool:
    if run and run[0].at == -1:
        return len(run) > 2 and run[0].seconds == 0
    return len(run) > 1


def _item(chapter: _Chapter, line: _Line, video: Video) -> list[Node]:
    """Return ``line`` with its time as a link to that second of ``video``."""
    text = text_of(line[chapter.at])
    before, time, after = (
        text[: chapter.begin],
        text[chapter.begin : chapter.end],
        text[chapter.end :],
    )
    link = Element("a", {"href": video.at(chapter.seconds).watch_url}, [time])
    found = [node for node in (before, link, after) if node != ""]
    return [*found, *line[1:]] if chapter.at == 0 else [*line[:-1], *found]
