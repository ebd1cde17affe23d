"""What everything has in common that the public reads: methods, no cookie, how long it is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

MAX_AGE_SECONDS = 60  # a change by an editor is seen a minute later everywhere

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def open_to_all(view: _View[_Arguments]) -> _View[_Arguments]:
    """Make ``view`` one that anybody may read: no cookie, no form, cached shortly.

    What it answers must depend on the address alone, because caches keep it for everybody.
    """

    @wraps(view)
    def page(
        request: HttpRequest, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> HttpResponseBase:
        # Nobody's cookie may change what everybody gets; the session would answer a stale one.
        request.COOKIES = {}
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
        return response

    return csrf_exempt(page)  # it takes no form
