"""The admin as a whole: who comes in, how long they stay, and what its pages may load."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path

from articles.access import reauthentication, second_factor_views
from articles.access.access_pages import lead_to, show
from articles.access.second_factor import page_before
from articles.access.security_log import note
from articles.access.sessions import end_if_old, end_sessions, sessions_of
from articles.access.throttling.login_throttle import limited

_View = Callable[..., HttpResponseBase]

#: What the admin's pages need beyond the public ones. Django's own scripts write HTML as text.
_POLICY = {
    "frame-src": "'self'",
    "require-trusted-types-for": None,
    "trusted-types": None,
}
#: What can be opened while a page has to come before all others (``page_before``).
_OPEN = {
    "second_factor_code": {"second_factor_code", "logout"},
    "second_factor": {"second_factor", "confirm", "logout"},
}


class ArchiveAdminSite(admin.AdminSite):
    """Django's admin behind the archive's doors."""

    def get_urls(self) -> list[Any]:
        """Return Django's addresses, and those of the doors' own pages."""
        pages = {
            "second_factor": self.second_factor,
            "second_factor_code": self.second_factor_code,
            "confirm": self.confirm,
            "sessions": self.sessions,
        }
        own = [path(f"{name}/", self.admin_view(page), name=name) for name, page in pages.items()]
        return own + super().get_urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the admin knows."""
        return super().each_context(request) | {"second_factor_mode": settings.SECOND_FACTOR}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return ``view`` for staff only, behind the second factor, refusals logged.

        Every page but the login comes through here.
        """
        inner = super().admin_view(_with_policy(_watched(view)), cacheable)

        @wraps(inner)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            end_if_old(request)
            before = page_before(request) if self.has_permission(request) else ""
            if before and _name_of(request) not in _OPEN[before]:
                return lead_to(request, before)
            return inner(request, *args, **kwargs)

        return page

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the login page; too many tries from one address or at one name have to wait."""
        name = request.POST.get("username", "")
        return limited(name, _with_policy(super().login), request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Return the page for a new password; the old one can't be guessed here either."""
        view: _View = super().password_change
        return limited(request.user.get_username(), view, request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the page after the logout, with which the browser forgets what it has seen."""
        response = _with_policy(super().logout)(request, extra_context)
        if request.is_secure() and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        return response

    def second_factor_code(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page that asks for the code after the password."""
        return limited(request.user.get_username(), second_factor_views.give_code, request)

    def second_factor(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page of one's own second factor."""
        return limited(request.user.get_username(), second_factor_views.own, request)

    def confirm(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page that asks for the password again."""
        return limited(request.user.get_username(), reauthentication.confirm, request)

    def sessions(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page of one's own sessions, each of which can be ended."""
        if request.method == "POST" and (mark := request.POST.get("mark")):
            ended = end_sessions(request, "" if mark == "all" else mark)
            note(request, "Sessions ended by %s: %s", request.user, ended)
            messages.success(request, f"Sessions that were ended: {ended}.")
            return redirect("admin:sessions")
        return show(
            request, "sessions", "Your sessions",
            sessions=sessions_of(request), zone=settings.TIME_ZONE,
        )  # fmt: skip


def _name_of(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


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
