"""Marks in stored HTML: what a reader has looked for, where the text has it.

Only text is touched, and only of HTML that the strict check accepts: there every ``<`` begins a
tag, so no mark can fall into one, and everything between the marks stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape, unescape

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.plain_text import BLOCKS

_TAG = re.compile(r"(<(/?)([a-z][a-z0-9]*)[^>]*>)")
_ASIDE = frozenset({"rt", "rp"})  # readings: the sentence goes on behind them
_LABEL = ["figure", "a"]  # of a video or an embed, which is no word of the story

Span = tuple[int, int]


def marked_html(html: str, find: Callable[[str], Sequence[Span]]) -> str:
    """Return ``html`` with ``mark`` around the places that ``find`` gives of its text.

    >>> marked_html("<p>a <b>b</b>c &amp; <i>d</i></p>", lambda text: [(text.index("bc"), 5)])
    '<p>a <b><mark>b</mark></b><mark>c</mark> &amp; <i>d</i></p>'

    A place may go over the borders of elements. Where nothing is found, and in HTML that the
    strict check would not have let in, everything stays as it is.
    """
    if first_fault(html) is not None:
        return html
    parts: list[str] = []
    places: list[tuple[int, int]] = []  # of a part that is text: its number, where it begins
    text: list[str] = []
    length = 0
    for part, shown in _parts(html):
        if shown:
            if not part.startswith("<"):
                places.append((len(parts), length))
            text.append(shown)
            length += len(shown)
        parts.append(part)
    spans = find("".join(text))
    for number, start in places if spans else []:
        parts[number] = _marked(unescape(parts[number]), start, spans)
    return "".join(parts)


def _parts(html: str) -> Iterator[tuple[str, str]]:
    """Yield the tags and texts of ``html``, each with what it is in the text of the story."""
    open_tags: list[str] = []
    done = 0
    for match in _TAG.finditer(html):
        if match.start() > done:
            yield _text(html[done : match.start()], open_tags)
        done = match.end()
        tag, closes, name = match.groups()
        if closes:
            open_tags.pop()
        elif name not in POLICY.void:
            open_tags.append(name)
        is_border = name in BLOCKS or name in {"br", "td", "th"}
        yield tag, "\n" if is_border else ""
    if done < len(html):
        yield _text(html[done:], open_tags)


def _text(part: str, open_tags: list[str]) -> tuple[str, str]:
    is_aside = not _ASIDE.isdisjoint(open_tags) or open_tags[-2:] == _LABEL
    return part, "" if is_aside else unescape(part)


def _marked(text: str, start: int, spans: Sequence[Span]) -> str:
    """Return a text that begins at ``start``, as HTML, with marks where spans are."""
    pieces: list[str] = []
    done = 0
    for first, last in spans:
        first, last = max(first - start, done), min(last - start, len(text))
        if first < last and text[first:last].strip():  # between cells there is no place for one
            pieces += [_escaped(text[done:first]), "<mark>", _escaped(text[first:last]), "</mark>"]
            done = last
    return "".join([*pieces, _escaped(text[done:])])


def _escaped(text: str) -> str:
    """Return text as stored HTML has it."""
    return escape(text, quote=False).replace("\xa0", "&nbsp;")
