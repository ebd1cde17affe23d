"""Conversion of the Chinese text of an HTML page; its markup stays unchanged."""

from __future__ import annotations

import re
from collections import Counter

from articles.content.chinese_script.conversion import Script, convert_run
from articles.content.chinese_script.start_tags import (
    INTERFACE_CONTEXT,
    IsPage,
    TextContext,
    parse_start_tag,
)

_MARKUP = re.compile(
    r"""<(?:!--.*?-->|[!?][^>]*+>|"""
    r"""(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?:[^>"']++|"[^"]*+"|'[^']*+')*+>)""",
    re.DOTALL,
)
_VOID_ELEMENTS = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)
#: Elements without markup and without text for readers; ``title`` has text only.
_RAW_TEXT_ELEMENTS = frozenset("iframe noembed noframes script style textarea title xmp".split())
#: Elements that do not end a word.
_INLINE_ELEMENTS = frozenset(
    "a abbr b bdi bdo cite del dfn em font i ins mark q rb ruby s small span strong sub sup "
    "time u wbr".split()
)


def convert_page(html: str, script: Script, is_page: IsPage = lambda path: False) -> str:
    """Return the page with the text of its Chinese elements in ``script``.

    Chinese elements have a ``lang`` that is Chinese or empty (unknown); text with only the ``lang``
    of ``<html>`` is the interface's. ``lang`` becomes ``zh-Hans`` or ``zh-Hant``, and ``alt`` and
    ``title`` are converted, too. ``<title>`` has the language of the headline (``h1``). Code,
    scripts, styles, form fields and elements with ``translate="no"`` stay byte for byte.

    Links to pages (by ``is_page``) and GET forms that lead to them get the ``script`` parameter,
    except links with ``rel=alternate`` or ``rel=bookmark``. ``<link>`` stays unchanged.

    The page is not parsed and serialized again: only Chinese characters of its text are replaced,
    so hostile text can never become markup.
    """
    return _PageConverter(script, is_page).convert(html)


class _PageConverter:
    """One pass over a page."""

    def __init__(self, script: Script, is_page: IsPage) -> None:
        self._script = script
        self._is_page = is_page
        self._output: list[str] = []
        self._open_elements: list[tuple[str, TextContext]] = []
        self._open_counts = Counter[str]()  # open elements per tag name
        self._run_indexes: list[int] = []  # indexes in ``_output`` of the text of one block
        self._run_language = ""
        self._title_index: int | None = None
        self._title_language: str | None = None
        self._headline_language: str | None = None
        self._awaits_headline = False

    def convert(self, html: str) -> str:
        position = 0
        while match := _MARKUP.search(html, position):
            self._add_text(html[position : match.start()])
            position = match.end()
            name = (match["name"] or "").lower()
            if not name:
                self._output.append(match[0])
            elif match["end"]:
                self._add_end_tag(name, match[0])
            else:
                self._add_start_tag(name, match[0])
                if name in _RAW_TEXT_ELEMENTS and not match[0].endswith("/>"):
                    position = self._add_raw_text(name, html, position)
        self._add_text(html[position:])
        self._convert_block_text()
        self._convert_title()
        return "".join(self._output)

    @property
    def _context(self) -> TextContext:
        return self._open_elements[-1][1] if self._open_elements else INTERFACE_CONTEXT

    def _add_text(self, text: str) -> None:
        if not text:
            return
        if self._awaits_headline and text.strip():
            self._awaits_headline = False
            self._headline_language = self._context.language
        if self._context.language is not None and not self._context.is_verbatim:
            self._run_indexes.append(len(self._output))
            self._run_language = self._context.language
        self._output.append(text)

    def _add_start_tag(self, name: str, source: str) -> None:
        tag = parse_start_tag(name, source)
        context = tag.context_within(self._context)
        if name not in _INLINE_ELEMENTS or context is not self._context:
            self._convert_block_text()
        self._output.append(tag.convert(context, self._script, self._is_page))
        self._awaits_headline |= name == "h1"
        if name not in _VOID_ELEMENTS and not source.endswith("/>"):
            self._open_elements.append((name, context))
            self._open_counts[name] += 1

    def _add_end_tag(self, name: str, source: str) -> None:
        previous = self._context
        if self._open_counts[name]:  # a search of the stack per unmatched end tag is quadratic
            while (closed := self._open_elements.pop()[0]) != name:
                self._open_counts[closed] -= 1
            self._open_counts[name] -= 1
        if name not in _INLINE_ELEMENTS or self._context is not previous:
            self._convert_block_text()
        self._output.append(source)

    def _add_raw_text(self, name: str, html: str, position: int) -> int:
        """Add the text of an element without markup; return the position of its end tag."""
        end = re.compile(f"</{name}", re.IGNORECASE).search(html, position)
        end_position = end.start() if end else len(html)
        if name == "title" and self._title_index is None and not self._context.is_verbatim:
            self._title_index, self._title_language = len(self._output), self._context.language
        self._output.append(html[position:end_position])
        return end_position

    def _convert_block_text(self) -> None:
        """Convert the text of one block at once: a word may continue after an inline tag."""
        indexes, self._run_indexes = self._run_indexes, []
        text = "".join(self._output[index] for index in indexes)
        if not text:
            return
        converted = convert_run(text, self._run_language, self._script)
        start = 0
        for index in indexes:
            end = start + len(self._output[index])
            self._output[index] = converted[start:end]
            start = end

    def _convert_title(self) -> None:
        if self._title_index is not None:
            title = self._output[self._title_index]
            language = self._title_language
            if language is None:
                language = self._headline_language or ""
            self._output[self._title_index] = convert_run(title, language, self._script)
