"""Conversion of a page's start tags: language, links, and attributes that are text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from articles.content.chinese_script.conversion import Script, convert_run, is_chinese

#: Returns whether the path of a link is that of a page with text.
IsPage = Callable[[str], bool]

_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?"""
)
_RELEVANT_ATTRIBUTE = re.compile("lang|translate|href|action|alt|title|<form", re.IGNORECASE)
_CODE_ELEMENTS = frozenset(
    "code kbd samp var".split()
)  # not ``pre``, which is layout: posts have poems in it
_TEXT_ATTRIBUTES = ("alt", "title")  # attributes that are text for readers
_LINK_ATTRIBUTES = {"a": "href", "area": "href"}
_PERMANENT_RELATIONS = frozenset(("alternate", "bookmark"))  # alternatives and permanent URL
_SCRIPT_PARAMETER = re.compile("(?:^|&)script=")


@dataclass(frozen=True, slots=True)
class TextContext:
    """The context of a text: its language (None: the interface's), and whether it is verbatim."""

    language: str | None = None
    is_verbatim: bool = False


INTERFACE_CONTEXT = TextContext()


@dataclass(frozen=True, slots=True)
class StartTag:
    """A parsed start tag."""

    name: str
    source: str
    attributes: dict[str, re.Match[str]]

    def __contains__(self, attribute: str) -> bool:
        return attribute in self.attributes

    def value(self, attribute: str) -> str:
        """Return the value of an attribute, an empty string without one."""
        match = self.attributes.get(attribute)
        return unescape(match[match.lastindex or 1]) if match and match.lastindex != 1 else ""

    def context_within(self, outer: TextContext) -> TextContext:
        """Return the context of the element's text; ``outer`` is that of the element."""
        language = outer.language
        if "lang" in self and self.name != "html":
            language = self.value("lang")
        is_untranslated = self.value("translate").lower() == "no"
        is_verbatim = self.name in _CODE_ELEMENTS or is_untranslated or outer.is_verbatim
        if language == outer.language and is_verbatim == outer.is_verbatim:
            return outer
        return TextContext(language, is_verbatim)

    def convert(self, context: TextContext, script: Script, is_page: IsPage) -> str:
        """Return the tag for a page in ``script``; ``context`` is that of the element's text."""
        replacements = _convert_attributes(self, context, script)
        replacements |= _convert_link(self, script, is_page)
        parts, end = [], 0
        for name in sorted(replacements, key=lambda each: self.attributes[each].start()):
            match = self.attributes[name]
            parts += [self.source[end : match.start()], f'{match[1]}="{replacements[name]}"']
            end = match.end()
        return "".join(parts) + self.source[end:] + _render_script_field(self, script, is_page)


def parse_start_tag(name: str, source: str) -> StartTag:
    """Return ``source``, a start tag, parsed; of duplicate attributes the first one counts."""
    attributes: dict[str, re.Match[str]] = {}
    if _RELEVANT_ATTRIBUTE.search(source):
        for match in _ATTRIBUTE.finditer(source, len(name) + 1):
            attributes.setdefault(match[1].lower(), match)
    return StartTag(name, source, attributes)


def add_script_parameter(url: str, script: Script, is_page: IsPage) -> str:
    """Return ``url`` with a ``script`` parameter if it leads to a page of this site.

    >>> add_script_parameter("/2021/?after=x#y", Script.HANT, lambda path: True)
    '/2021/?after=x&script=hant#y'
    >>> add_script_parameter("//elsewhere.example/", Script.HANT, lambda path: True)
    '//elsewhere.example/'

    A URL that already has the parameter keeps it.
    """
    if not url.startswith(("/", "?")) or url.startswith(("//", "/\\")):
        return url
    rest, mark, fragment = url.partition("#")
    path, _, query = rest.partition("?")
    if _SCRIPT_PARAMETER.search(query) or (path and not is_page(unquote(path))):
        return url
    return f"{path}?{query}{'&' if query else ''}script={script}{mark}{fragment}"


def _convert_attributes(tag: StartTag, context: TextContext, script: Script) -> dict[str, str]:
    """Return the changed attributes: ``lang`` if it is Chinese, and converted text."""
    if context.language is None or context.is_verbatim:
        return {}
    replacements = {}
    if "lang" in tag and is_chinese(tag.value("lang")):
        replacements["lang"] = script.language
    for name in _TEXT_ATTRIBUTES:
        if text := tag.value(name):
            replacements[name] = escape(convert_run(text, context.language, script))
    return {name: value for name, value in replacements.items() if value != escape(tag.value(name))}


def _convert_link(tag: StartTag, script: Script, is_page: IsPage) -> dict[str, str]:
    """Return the link attribute with the ``script`` parameter, if the tag is a link to a page."""
    name = _LINK_ATTRIBUTES.get(tag.name, "")
    if name not in tag or not _PERMANENT_RELATIONS.isdisjoint(tag.value("rel").lower().split()):
        return {}
    url = tag.value(name)
    new_url = add_script_parameter(url, script, is_page)
    return {name: escape(new_url)} if new_url != url else {}


def _render_script_field(tag: StartTag, script: Script, is_page: IsPage) -> str:
    """Return a hidden ``script`` field if the tag is a GET form, else an empty string."""
    if tag.name != "form" or tag.value("method").lower() not in {"", "get"}:
        return ""
    action = tag.value("action") or "?"
    if add_script_parameter(action, script, is_page) == action:
        return ""
    return f'<input type="hidden" name="script" value="{script}">'
