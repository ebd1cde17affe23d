"""The admin as a whole: who comes in, how long they stay, and what its pages may load."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from articles.doors.addresses import address_of
from articles.doors.events import known_name, note
from articles.doors.limits import give_back, seconds_to_wait, too_many
from articles.doors.sessions import end_if_old

_View = Callable[..., HttpResponseBase]

#: What the admin's pages need beyond the public ones. Django's own scripts write HTML as text.
_POLICY = {
    "frame-src": "'self'",
    "require-trusted-types-for": None,
    "trusted-types": None,
}


class ArchiveAdminSite(admin.AdminSite):
    """Django's admin behind the archive's doors."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return ``view`` for staff only, within the time of their session, refusals logged."""
        inner = super().admin_view(_with_policy(_watched(view)), cacheable)

        @wraps(inner)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            end_if_old(request)
            return inner(request, *args, **kwargs)

        return page

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the login page; too many tries from one address or at one name have to wait."""
        name = request.POST.get("username", "")
        return _limited(name, _with_policy(super().login), request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Return the page for a new password; the old one can't be guessed here either."""
        view: _View = super().password_change
        return _limited(request.user.get_username(), view, request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the page after the logout, with which the browser forgets what it has seen."""
        response = _with_policy(super().logout)(request, extra_context)
        if request.is_secure() and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        return response


def _limited(name: str, view: _View, request: HttpRequest, *args: Any) -> HttpResponseBase:
    """Return what ``view`` answers; a POST that it does not accept counts as a try."""
    if request.method != "POST":
        return view(request, *args)
    doors = (("LOGIN_RATE", address_of(request)), ("LOGIN_NAME_RATE", _one_spelling(name)))
    for number, (setting, subject) in enumerate(doors):
        if wait := seconds_to_wait(setting, subject):
            for door in doors[:number]:
                give_back(*door)
            note(request, "Login locked for %s seconds: %s", wait, known_name(name))
            return too_many(request, wait)
    response = view(request, *args)
    if response.status_code == HTTPStatus.FOUND:
        for door in doors:
            give_back(*door)
    return response


def _one_spelling(name: str) -> str:
    """Return what is the same for all that the form takes for one name: "ada", " ada", "ａｄａ"."""
    return unicodedata.normalize("NFKC", name.strip()).strip().casefold()


def _watched(view: _View) -> _View:
    """Return ``view`` with a line in the log for what a person was not allowed to do."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied:
            words = (request.user.get_username(), request.method, request.path)
            note(request, "Refused: %s, %s %s", *words)
            raise

    return page


def _with_policy(view: _View) -> _View:
    """Return ``view`` with the policy of the admin's pages, where it has none of its own."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: Any = view(request, *args, **kwargs)
        response._csp_replace = _POLICY | getattr(response, "_csp_replace", {})
        return response  # type: ignore[no-any-return]

    return page
