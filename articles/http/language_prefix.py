"""The language of the interface, chosen by the first segment of the path and by nothing else.

``/zh-hans/``, ``/zh-hant/`` and ``/en/`` can precede the path of any public page. URLs that are
stored, or that other sites and programs get, never have this prefix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

from articles.http.public_visibility import NotFoundError

#: Name of the attribute that marks a view as a page for people, whose interface has a language.
HAS_INTERFACE_LANGUAGE = "has_interface_language"


class LanguagePrefixMiddleware:
    """Removes the language from the request path, so that inner middleware and views ignore it.

    The language becomes part of Django's script prefix, so ``reverse`` puts it into every URL of
    the page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response in the language of the URL."""
        language, rest = _split_language(request.path_info)
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
        """Raise NotFoundError for a language before a view without one: feed, file, API, admin."""
        if language_in_prefix(get_script_prefix()) and not has_interface_language(view):
            raise NotFoundError("This address exists without a language only.")


def has_interface_language(view: Callable[..., Any]) -> bool:
    """Return whether a view has pages for people, whose interface has a language."""
    return bool(getattr(view, HAS_INTERFACE_LANGUAGE, False))


def language_in_prefix(prefix: str) -> str:
    """Return the language at the end of a script prefix, else an empty string.

    >>> language_in_prefix("/zh-hant/"), language_in_prefix("/")
    ('zh-hant', '')
    """
    last = prefix.rstrip("/").rpartition("/")[2]
    return last if last in _language_codes() else ""


def permanent_path(path: str) -> str:
    """Return ``path`` without the interface language: the permanent form."""
    return _replace_language(path, "")


def permanent_url(path: str) -> str:
    """Return the absolute URL without the interface language, for other sites and programs."""
    return settings.SITE_URL + permanent_path(path)


def path_in_language(path: str, code: str) -> str:
    """Return ``path`` with the interface language ``code``."""
    return _replace_language(path, f"{code}/")


def _replace_language(path: str, new_prefix: str) -> str:
    """Return ``path`` with ``new_prefix`` instead of the language; a foreign path is unchanged."""
    prefix = get_script_prefix()
    language = language_in_prefix(prefix)
    site = prefix.removesuffix(f"{language}/") if language else prefix
    if not path.startswith(prefix):
        return path
    return site + new_prefix + path.removeprefix(prefix)


def _split_language(path: str) -> tuple[str, str]:
    """Return the language that a path starts with ("" for none), and the rest of the path."""
    first, slash, rest = path.removeprefix("/").partition("/")
    return (first, slash + rest) if first in _language_codes() else ("", path)


def _language_codes() -> frozenset[str]:
    return frozenset(code for code, _name in settings.LANGUAGES)
