"""What all public pages share: methods, caching, and how they say that something is not here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from articles.content.videos import PLAYER_SITES, players_in

MAX_AGE_SECONDS = 60  # a change by an editor is seen a minute later everywhere

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


class NotHereError(Http404):
    """There is nothing to show the public; the message is a sentence for the reader."""


class GoneError(Exception):
    """It was here and was taken away for good: answered with 410."""

    def __init__(self, what: str, reason: str = "", since: dt.datetime | None = None) -> None:
        super().__init__(what)
        self.what, self.reason, self.since = what, reason, since


def public_page(view: _View[_Arguments]) -> _View[_Arguments]:
    """Make ``view`` a public page: GET and HEAD only, cached shortly, no cookie, 410 for gone.

    What it answers must depend on the address alone, because caches keep it for everybody.
    """

    @wraps(view)
    def page(
        request: HttpRequest, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> HttpResponseBase:
        # Nobody's cookie may change what everybody gets; the session would answer a stale one.
        request.COOKIES = {}
        try:
            response = view(request, *args, **kwargs)
        except GoneError as gone:
            response = render(request, "410.html", {"gone": gone}, status=410)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
        return response

    return csrf_exempt(require_safe(page))  # it takes no form; a POST is a 405


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
