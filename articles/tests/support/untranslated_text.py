"""Find English text in Chinese pages: unmarked in a template, or untranslated in a response."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, NodeList, Template, TextNode, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

_WORD = re.compile("[A-Za-z]{2,}")
_URL = re.compile(r"[\w:/-]+\.\S+")  # a URL of a story or an outlet
_HAN = re.compile("[一-鿿]")
_TEXT_ATTRIBUTES = frozenset("abbr alt aria-description aria-label label placeholder title".split())
_IGNORED_ELEMENTS = frozenset("code kbd script style".split())
_VOID = frozenset("br col hr img input link meta rect source wbr".split())
#: Placeholder for the output of a template tag; it is no letter, so it never forms a word.
_VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
#: Names that are the same in every language.
_NAMES = frozenset("APA Atom BibTeX CSL CSV GB JSON Markdown RIS RSS SHA".split())
#: Literals in expressions that a page shows: ``x|default:"(untitled)"``, ``with back="Back"``.
_FILTER_LITERAL = re.compile(r"""(?:default|default_if_none|yesno|pluralize):("[^"]*"|'[^']*')""")
_INCLUDE_LITERAL = re.compile(r"""\s\w+=("[^"]*"|'[^']*')""")
_DATE_FORMAT = re.compile(r"""date:("[^"]*"|'[^']*')""")


def unmarked_text(template: Template) -> list[str]:
    """Return the English texts of ``template`` that are not marked for translation."""
    texts = _visible_text("".join(_flatten(template.nodelist)), "zh-Hans")
    return [*filter(_is_english, texts), *_literals(str(template.source))]


def untranslated_text(html: str, language: str) -> list[str]:
    """Return the English texts of a page whose language is ``language``."""
    return [
        text
        for text in _visible_text(html, language)
        if _is_english(text) and not _HAN.search(text)
    ]


def _visible_text(html: str, language: str) -> list[str]:
    reader = _VisibleText(language)
    reader.feed(html)
    reader.close()
    return reader.texts


def _flatten(nodes: NodeList) -> Iterator[str]:
    """Yield the HTML of a template with all branches of its tags, one after the other."""
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
                    yield from _flatten(branch or NodeList())


def _literals(source: str) -> Iterator[str]:
    """Yield English literals in expressions, and date formats that suit English only."""
    for token in Lexer(source).tokenize():
        contents = token.contents
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            yield from (
                literal for literal in _FILTER_LITERAL.findall(contents) if _is_english(literal)
            )
            yield from (literal for literal in _DATE_FORMAT.findall(contents) if " " in literal)
            if contents.startswith("include "):
                for literal in _INCLUDE_LITERAL.findall(contents):
                    if _is_english(literal) and (" " in literal or literal[1].isupper()):
                        yield literal


def _is_english(text: str) -> bool:
    return any(word not in _NAMES for word in _WORD.findall(_URL.sub("", text)))


def _is_visible_attribute(name: str, value: str) -> bool:
    """Return whether an attribute's value reaches readers, directly or through a script."""
    return name in _TEXT_ATTRIBUTES or (name.startswith("data-") and " " in value)


class _VisibleText(HTMLParser):
    """Collects the text of a page in its language, in elements and in attributes."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        language = dict(attrs).get("lang", self._language)
        is_ignored = self._is_ignored or tag in _IGNORED_ELEMENTS or language != self._language
        if not is_ignored:
            self.texts += [
                value for name, value in attrs if value and _is_visible_attribute(name, value)
            ]
        if tag not in _VOID and tag != "html":
            self._open.append((tag, is_ignored))

    def handle_endtag(self, tag: str) -> None:
        # Both branches of an "if" are in the HTML, so there may be more end tags than start tags.
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                break

    def handle_data(self, data: str) -> None:
        if not self._is_ignored:
            self.texts.append(data.strip())

    @property
    def _is_ignored(self) -> bool:
        return bool(self._open) and self._open[-1][1]
