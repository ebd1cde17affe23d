"""The language of the interface, chosen by the first part of an address and by nothing else.

``/zh-hans/``, ``/zh-hant/`` and ``/en/`` stand before the address of any public page. What is
stored, and what other sites and programs are told, is always the address without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

from articles.http.public_visibility import NotHereError

#: The attribute by which a view says that it has a page for people, which has a language.
SPEAKS = "speaks"


class PrefixMiddleware:
    """Takes the language off an address, so that all further in works as without it.

    The language becomes a part of Django's script prefix: every address that is made for the page
    has it too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page in the language of its address."""
        language, rest = _split(request.path_info)
        if not language:
            return self.get_response(request)
        if not rest:
            return HttpResponsePermanentRedirect(f"{get_script_prefix()}{language}/")
        site = get_script_prefix()
        request.path_info = rest
        set_script_prefix(f"{site}{language}/")
        try:
            with translation.override(language):
                return self.get_response(request)
        finally:
            set_script_prefix(site)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """Refuse a language before what has none: feeds, files, the API, the admin."""
        if language_of(get_script_prefix()) and not speaks(view):
            raise NotHereError("This address exists without a language only.")


def speaks(view: Callable[..., Any]) -> bool:
    """Return whether a view has pages for people, whose words are in a language."""
    return bool(getattr(view, SPEAKS, False))


def language_of(prefix: str) -> str:
    """Return the language at the end of a script prefix, else an empty string.

    >>> language_of("/zh-hant/"), language_of("/")
    ('zh-hant', '')
    """
    last = prefix.rstrip("/").rpartition("/")[2]
    return last if last in _codes() else ""


def plain(path: str) -> str:
    """Return the permanent form of an address of this page's: without a language."""
    return _elsewhere(path, "")


def whole(path: str) -> str:
    """Return the whole permanent address of a page: what other sites and programs are told."""
    return settings.SITE_URL + plain(path)


def in_language(path: str, code: str) -> str:
    """Return the same address with the interface in another language."""
    return _elsewhere(path, f"{code}/")


def _elsewhere(path: str, beginning: str) -> str:
    prefix = get_script_prefix()
    language = language_of(prefix)
    site = prefix.removesuffix(f"{language}/") if language else prefix
    if not path.startswith(prefix):
        return path
    return site + beginning + path.removeprefix(prefix)


def _split(path: str) -> tuple[str, str]:
    """Return the language before a path, if there is one, and the path behind it."""
    first, slash, rest = path.removeprefix("/").partition("/")
    return (first, slash + rest) if first in _codes() else ("", path)


def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in settings.LANGUAGES)
