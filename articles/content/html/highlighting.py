"""Highlighting of search terms in stored HTML.

Only text changes, and only in HTML that the strict check accepts: there every ``<`` begins a tag,
so no mark can fall into one, and everything between the marks stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape, unescape

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.html_to_text import BLOCK_ELEMENTS

_TAG = re.compile(r"(<(/?)([a-z][a-z0-9]*)[^>]*>)")
_RUBY_READINGS = frozenset({"rt", "rp"})  # they interrupt the sentence, which a match may span
_EMBED_LABEL = ["figure", "a"]  # the link of a video or an embed, not text of the story

Span = tuple[int, int]


def highlight_html(html: str, find: Callable[[str], Sequence[Span]]) -> str:
    """Return ``html`` with ``mark`` around the spans that ``find`` returns for its text.

    >>> highlight_html("<p>a <b>b</b>c &amp; <i>d</i></p>", lambda text: [(text.index("bc"), 5)])
    '<p>a <b><mark>b</mark></b><mark>c</mark> &amp; <i>d</i></p>'

    A span may cross the borders of elements. HTML without a match, or that the strict check
    refuses, is returned unchanged.
    """
    if first_fault(html) is not None:
        return html
    parts: list[str] = []
    text_parts: list[tuple[int, int]] = []  # index in parts, offset in text
    text: list[str] = []
    length = 0
    for part, rendered in _parts(html):
        if rendered:
            if not part.startswith("<"):
                text_parts.append((len(parts), length))
            text.append(rendered)
            length += len(rendered)
        parts.append(part)
    spans = find("".join(text))
    for index, start in text_parts if spans else []:
        parts[index] = _add_marks(unescape(parts[index]), start, spans)
    return "".join(parts)


def _parts(html: str) -> Iterator[tuple[str, str]]:
    """Yield the tags and texts of ``html``, each with its rendering in the text of the story."""
    open_tags: list[str] = []
    done = 0
    for match in _TAG.finditer(html):
        if match.start() > done:
            yield _text_part(html[done : match.start()], open_tags)
        done = match.end()
        tag, closes, name = match.groups()
        if closes:
            open_tags.pop()
        elif name not in POLICY.void:
            open_tags.append(name)
        is_border = name in BLOCK_ELEMENTS or name in {"br", "td", "th"}
        yield tag, "\n" if is_border else ""
    if done < len(html):
        yield _text_part(html[done:], open_tags)


def _text_part(part: str, open_tags: list[str]) -> tuple[str, str]:
    is_skipped = not _RUBY_READINGS.isdisjoint(open_tags) or open_tags[-2:] == _EMBED_LABEL
    return part, "" if is_skipped else unescape(part)


def _add_marks(text: str, start: int, spans: Sequence[Span]) -> str:
    """Return ``text``, which begins at offset ``start``, as HTML with marks around the spans."""
    pieces: list[str] = []
    done = 0
    for first, last in spans:
        first, last = max(first - start, done), min(last - start, len(text))
        if first < last and text[first:last].strip():  # white space between cells gets no mark
            pieces += [_escape(text[done:first]), "<mark>", _escape(text[first:last]), "</mark>"]
            done = last
    return "".join([*pieces, _escape(text[done:])])


def _escape(text: str) -> str:
    """Return text escaped as in stored HTML."""
    return escape(text, quote=False).replace("\xa0", "&nbsp;")
