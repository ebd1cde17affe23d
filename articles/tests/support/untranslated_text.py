"""English that is left where a page speaks Chinese: in a template unmarked, or in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, NodeList, Template, TextNode, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

_WORD = re.compile("[A-Za-z]{2,}")
_ADDRESS = re.compile(r"[\w:/-]+\.\S+")  # of a story or an outlet
_HAN = re.compile("[一-鿿]")
_SPOKEN = frozenset("abbr alt aria-description aria-label label placeholder title".split())
_SILENT = frozenset("code kbd script style".split())
_VOID = frozenset("br col hr img input link meta rect source wbr".split())
#: Stands for what a tag of the template puts there; no letter, so that it joins no words.
_VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
#: Names that are the same in every language.
_NAMES = frozenset("APA Atom BibTeX CSL CSV GB JSON Markdown RIS RSS SHA".split())
#: Words in an expression that a page shows: ``x|default:"(untitled)"``, ``with back="Back"``.
_SHOWN = re.compile(r"""(?:default|default_if_none|yesno|pluralize):("[^"]*"|'[^']*')""")
_GIVEN = re.compile(r"""\s\w+=("[^"]*"|'[^']*')""")
_FORMAT = re.compile(r"""date:("[^"]*"|'[^']*')""")


def unmarked(template: Template) -> list[str]:
    """Return the pieces of English that ``template`` shows and nobody can translate."""
    seen = _seen("".join(_flattened(template.nodelist)), "zh-Hans")
    return [*filter(_is_english, seen), *_literals(str(template.source))]


def untranslated(html: str, language: str) -> list[str]:
    """Return what a page says in English although it says that it is in ``language``."""
    return [text for text in _seen(html, language) if _is_english(text) and not _HAN.search(text)]


def _seen(html: str, language: str) -> list[str]:
    reader = _Reader(language)
    reader.feed(html)
    reader.close()
    return reader.found


def _flattened(nodes: NodeList) -> Iterator[str]:
    """Yield the HTML of a template with all its branches, one after the other."""
    for node in nodes:
        match node:
            case TextNode():
                yield node.s
            case TranslateNode() | BlockTranslateNode():
                yield _VALUE
            case _:
                branches = [getattr(node, name, None) for name in node.child_nodelists]
                if not any(branches):
                    yield _VALUE
                for branch in branches:
                    yield from _flattened(branch or NodeList())


def _literals(source: str) -> Iterator[str]:
    """Yield the words that stand in expressions, and formats of dates that suit English only."""
    for token in Lexer(source).tokenize():
        words = token.contents
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            yield from (literal for literal in _SHOWN.findall(words) if _is_english(literal))
            yield from (literal for literal in _FORMAT.findall(words) if " " in literal)
            if words.startswith("include "):
                for literal in _GIVEN.findall(words):
                    if _is_english(literal) and (" " in literal or literal[1].isupper()):
                        yield literal


def _is_english(text: str) -> bool:
    return any(word not in _NAMES for word in _WORD.findall(_ADDRESS.sub("", text)))


def _is_spoken(name: str, value: str) -> bool:
    """Tell whether an attribute reaches the reader: by itself, or by what a script says."""
    return name in _SPOKEN or (name.startswith("data-") and " " in value)


class _Reader(HTMLParser):
    """Collects what is seen or spoken of a page, apart from what is in another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        language = dict(attrs).get("lang", self._language)
        is_silent = self._is_silent or tag in _SILENT or language != self._language
        if not is_silent:
            self.found += [value for name, value in attrs if value and _is_spoken(name, value)]
        if tag not in _VOID and tag != "html":
            self._open.append((tag, is_silent))

    def handle_endtag(self, tag: str) -> None:
        # Both branches of an "if" stand here, so there may be more ends than beginnings.
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                break

    def handle_data(self, data: str) -> None:
        if not self._is_silent:
            self.found.append(data.strip())

    @property
    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]
