"""Decorators that all public pages share: allowed methods, caching, and 410 pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles.content.html.videos import PLAYER_SITES, player_sites
from articles.http.cache_control import public_endpoint
from articles.http.chinese_script_conversion import convert_response
from articles.http.language_prefix import HAS_INTERFACE_LANGUAGE
from articles.http.public_visibility import GoneError, NotFoundError

__all__ = [
    "GoneError",
    "NotFoundError",
    "body_context",
    "public_file",
    "public_page",
    "render_story_page",
]

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def public_page(view: _View[_Arguments]) -> _View[_Arguments]:
    """Return ``view`` as a public page: a public file whose interface has several languages."""
    page = public_file(view)
    setattr(page, HAS_INTERFACE_LANGUAGE, True)
    return page


def public_file(view: _View[_Arguments]) -> _View[_Arguments]:
    """Return ``view`` as a public file: GET and HEAD only, short caching, no cookie, 410 if gone.

    Its response must depend on the URL alone, because shared caches store it.
    """

    @wraps(view)
    def file(
        request: HttpRequest, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> HttpResponseBase:
        try:
            return convert_response(request, view(request, *args, **kwargs))
        except GoneError as gone:
            return render(request, "410.html", {"gone": gone}, status=410)

    return require_safe(public_endpoint(file))  # a POST is a 405


_allow_players: Any = csp_update({"frame-src": [*PLAYER_SITES]})  # annotated for views only
#: Renders a page whose CSP allows video players, which a click loads.
_render_with_players: Callable[..., HttpResponse] = _allow_players(render)


def render_story_page(
    request: HttpRequest, template: str, context: dict[str, Any], html: str
) -> HttpResponse:
    """Return a page with ``html``, a stored or derived body, which the sanitizer has cleaned."""
    context |= body_context(html)
    page = _render_with_players if context["has_players"] else render
    return page(request, template, context)


def body_context(html: str) -> dict[str, Any]:
    """Return the context of a body, which the sanitizer has cleaned."""
    return {"html": mark_safe(html), "has_players": bool(player_sites(html))}  # noqa: S308
