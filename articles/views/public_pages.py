"""What all public pages share: methods, caching, and how they say that something is not here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles.content.html.videos import PLAYER_SITES, players_in
from articles.http.cache_control import open_to_all
from articles.http.language_prefix import SPEAKS
from articles.http.public_visibility import GoneError, NotHereError
from articles.http.script_conversion import converted

__all__ = ["GoneError", "NotHereError", "public_file", "public_page", "story_page"]

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def public_page(view: _View[_Arguments]) -> _View[_Arguments]:
    """Make ``view`` a public page: like a file, and with an interface in several languages."""
    page = public_file(view)
    setattr(page, SPEAKS, True)
    return page


def public_file(view: _View[_Arguments]) -> _View[_Arguments]:
    """Make ``view`` a public file: GET and HEAD only, cached shortly, no cookie, 410 for gone.

    What it answers must depend on the address alone, because caches keep it for everybody.
    """

    @wraps(view)
    def file(
        request: HttpRequest, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> HttpResponseBase:
        try:
            return converted(request, view(request, *args, **kwargs))
        except GoneError as gone:
            return render(request, "410.html", {"gone": gone}, status=410)

    return require_safe(open_to_all(file))  # a POST is a 405


_allowing_players: Any = csp_update({"frame-src": [*PLAYER_SITES]})  # typed for views only
#: Renders a page on which a click may put the players of videos.
_render_with_players: Callable[..., HttpResponse] = _allowing_players(render)


def story_page(
    request: HttpRequest, template: str, context: dict[str, Any], html: str
) -> HttpResponse:
    """Return a page that shows ``html``, a body as it is stored or derived: it was cleaned."""
    has_players = bool(players_in(html))
    context |= {"html": mark_safe(html), "has_players": has_players}  # noqa: S308
    page = _render_with_players if has_players else render
    return page(request, template, context)
