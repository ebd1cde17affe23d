"""A whole HTML page with its Chinese text in the other script, its markup untouched."""

from __future__ import annotations

import re
from collections import Counter

from articles.content.chinese_script.conversion import Script, convert_run
from articles.content.chinese_script.start_tags import INTERFACE, IsPage, Setting, start_tag

_MARKUP = re.compile(
    r"""<(?:!--.*?-->|[!?][^>]*+>|"""
    r"""(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?:[^>"']++|"[^"]*+"|'[^']*+')*+>)""",
    re.DOTALL,
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
#: What holds no markup, and no text for readers; ``title`` holds text only.
_RAW = frozenset("iframe noembed noframes script style textarea title xmp".split())
#: Inside of these a word goes on.
_INLINE = frozenset(
    "a abbr b bdi bdo cite del dfn em font i ins mark q rb ruby s small span strong sub sup "
    "time u wbr".split()
)


def convert_page(html: str, script: Script, is_page: IsPage = lambda path: False) -> str:
    """Return the page with the text of its Chinese elements in ``script``.

    Chinese is what stands in an element with a ``lang`` of its own that says so, or that says
    nothing is known; what has only the language of ``<html>`` is the interface's. ``lang`` becomes
    ``zh-Hans`` or ``zh-Hant`` there, and ``alt`` and ``title`` are text, too. ``<title>`` is in the
    language of the headline (``h1``). Code, scripts, styles, fields and what has
    ``translate="no"`` stay byte for byte.

    Links to pages, by ``is_page``, and forms that lead to them keep the choice, but for links
    with ``rel=alternate`` or ``rel=bookmark``. ``<link>`` stays.

    The page is not parsed and written anew: only Chinese characters are put for others in its
    text, so what a hostile text says can never become markup.
    """
    return _Scan(script, is_page).page(html)


class _Scan:
    """One way through a page."""

    def __init__(self, script: Script, is_page: IsPage) -> None:
        self._script = script
        self._is_page = is_page
        self._out: list[str] = []
        self._open: list[tuple[str, Setting]] = []
        self._names = Counter[str]()  # how many of each are open
        self._run: list[int] = []  # the places in ``_out`` of text of one block
        self._run_language = ""
        self._title: int | None = None
        self._title_language: str | None = None
        self._headline_language: str | None = None
        self._awaits_headline = False

    def page(self, html: str) -> str:
        place = 0
        while found := _MARKUP.search(html, place):
            self._text(html[place : found.start()])
            place = found.end()
            name = (found["name"] or "").lower()
            if not name:
                self._out.append(found[0])
            elif found["end"]:
                self._end(name, found[0])
            else:
                self._start(name, found[0])
                if name in _RAW and not found[0].endswith("/>"):
                    place = self._raw(name, html, place)
        self._text(html[place:])
        self._finish_run()
        self._finish_title()
        return "".join(self._out)

    @property
    def _setting(self) -> Setting:
        return self._open[-1][1] if self._open else INTERFACE

    def _text(self, text: str) -> None:
        if not text:
            return
        if self._awaits_headline and text.strip():
            self._awaits_headline = False
            self._headline_language = self._setting.language
        if self._setting.language is not None and not self._setting.is_kept:
            self._run.append(len(self._out))
            self._run_language = self._setting.language
        self._out.append(text)

    def _start(self, name: str, source: str) -> None:
        tag = start_tag(name, source)
        setting = tag.setting(self._setting)
        if name not in _INLINE or setting is not self._setting:
            self._finish_run()
        self._out.append(tag.converted(setting, self._script, self._is_page))
        self._awaits_headline |= name == "h1"
        if name not in _VOID and not source.endswith("/>"):
            self._open.append((name, setting))
            self._names[name] += 1

    def _end(self, name: str, source: str) -> None:
        before = self._setting
        if self._names[name]:  # else a page of nothing but ends would take for ever
            while (closed := self._open.pop()[0]) != name:
                self._names[closed] -= 1
            self._names[name] -= 1
        if name not in _INLINE or self._setting is not before:
            self._finish_run()
        self._out.append(source)

    def _raw(self, name: str, html: str, place: int) -> int:
        """Take what stands in an element without markup, and return where it ends."""
        end = re.compile(f"</{name}", re.IGNORECASE).search(html, place)
        until = end.start() if end else len(html)
        if name == "title" and self._title is None and not self._setting.is_kept:
            self._title, self._title_language = len(self._out), self._setting.language
        self._out.append(html[place:until])
        return until

    def _finish_run(self) -> None:
        """Convert the text of one block at once: a word may go on behind a mark."""
        run, self._run = self._run, []
        text = "".join(self._out[place] for place in run)
        if not text:
            return
        converted = convert_run(text, self._run_language, self._script)
        start = 0
        for place in run:
            end = start + len(self._out[place])
            self._out[place] = converted[start:end]
            start = end

    def _finish_title(self) -> None:
        if self._title is not None:
            words = self._out[self._title]
            language = self._title_language
            if language is None:
                language = self._headline_language or ""
            self._out[self._title] = convert_run(words, language, self._script)
