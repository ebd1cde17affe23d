"""The start tags of a page that is converted: their language, their links, their own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from articles.content.chinese_script.conversion import Script, convert_run, is_chinese

#: Tells of the path of a link whether a page of text stands there.
IsPage = Callable[[str], bool]

_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?"""
)
_READ = re.compile("lang|translate|href|action|alt|title|<form", re.IGNORECASE)
_CODE = frozenset("code kbd samp var".split())  # ``pre`` is layout: posts have poems in it
_WORDS = ("alt", "title")  # attributes that are text for readers
_LINKS = {"a": "href", "area": "href"}
_PERMANENT = frozenset(("alternate", "bookmark"))  # other forms of the page, and its own address
_OWN_SCRIPT = re.compile("(?:^|&)script=")


@dataclass(frozen=True, slots=True)
class Setting:
    """What text stands in. ``language`` is None for the interface's own; ``is_kept``: as it is."""

    language: str | None = None
    is_kept: bool = False


INTERFACE = Setting()


@dataclass(frozen=True, slots=True)
class StartTag:
    """A start tag with what its attributes say."""

    name: str
    source: str
    attributes: dict[str, re.Match[str]]

    def __contains__(self, attribute: str) -> bool:
        return attribute in self.attributes

    def value(self, attribute: str) -> str:
        """Return the value of an attribute, empty if there is none."""
        found = self.attributes.get(attribute)
        return unescape(found[found.lastindex or 1]) if found and found.lastindex != 1 else ""

    def setting(self, around: Setting) -> Setting:
        """Return what the element's text stands in."""
        language = around.language
        if "lang" in self and self.name != "html":
            language = self.value("lang")
        kept = self.name in _CODE or self.value("translate").lower() == "no" or around.is_kept
        if language == around.language and kept == around.is_kept:
            return around
        return Setting(language, kept)

    def converted(self, setting: Setting, script: Script, is_page: IsPage) -> str:
        """Return the tag for a page in ``script``; ``setting`` is that of its own text."""
        new = {**_in_script(self, setting, script), **_keeping_script(self, script, is_page)}
        parts, end = [], 0
        for name in sorted(new, key=lambda each: self.attributes[each].start()):
            found = self.attributes[name]
            parts += [self.source[end : found.start()], f'{found[1]}="{new[name]}"']
            end = found.end()
        return "".join(parts) + self.source[end:] + _hidden_choice(self, script, is_page)


def start_tag(name: str, source: str) -> StartTag:
    """Return what ``source``, a start tag, says; the first of two attributes of one name counts."""
    attributes: dict[str, re.Match[str]] = {}
    if _READ.search(source):
        for found in _ATTRIBUTE.finditer(source, len(name) + 1):
            attributes.setdefault(found[1].lower(), found)
    return StartTag(name, source, attributes)


def keep_script(address: str, script: Script, is_page: IsPage) -> str:
    """Return ``address`` with the choice of a script, if it is one of a page of this site.

    >>> keep_script("/2021/?after=x#y", Script.HANT, lambda path: True)
    '/2021/?after=x&script=hant#y'
    >>> keep_script("//elsewhere.example/", Script.HANT, lambda path: True)
    '//elsewhere.example/'

    An address that names a script already keeps its own.
    """
    if not address.startswith(("/", "?")) or address.startswith(("//", "/\\")):
        return address
    rest, mark, fragment = address.partition("#")
    path, _, query = rest.partition("?")
    if _OWN_SCRIPT.search(query) or (path and not is_page(unquote(path))):
        return address
    return f"{path}?{query}{'&' if query else ''}script={script}{mark}{fragment}"


def _in_script(tag: StartTag, setting: Setting, script: Script) -> dict[str, str]:
    """Return the attributes that are Chinese or name it, as they must be in ``script``."""
    if setting.language is None or setting.is_kept:
        return {}
    new = {}
    if "lang" in tag and is_chinese(tag.value("lang")):
        new["lang"] = script.language
    for name in _WORDS:
        if words := tag.value(name):
            new[name] = escape(convert_run(words, setting.language, script))
    return {name: value for name, value in new.items() if value != escape(tag.value(name))}


def _keeping_script(tag: StartTag, script: Script, is_page: IsPage) -> dict[str, str]:
    """Return the link that must keep the choice, if the tag is one."""
    name = _LINKS.get(tag.name, "")
    if name not in tag or not _PERMANENT.isdisjoint(tag.value("rel").lower().split()):
        return {}
    address = tag.value(name)
    kept = keep_script(address, script, is_page)
    return {name: escape(kept)} if kept != address else {}


def _hidden_choice(tag: StartTag, script: Script, is_page: IsPage) -> str:
    """Return the field that keeps the choice when a form of GET is sent, else nothing."""
    if tag.name != "form" or tag.value("method").lower() not in {"", "get"}:
        return ""
    action = tag.value("action") or "?"
    if keep_script(action, script, is_page) == action:
        return ""
    return f'<input type="hidden" name="script" value="{script}">'
