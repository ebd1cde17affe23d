"""The admin site: access control, session lifetime and the Content-Security-Policy of its pages."""

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
from articles.access.access_pages import redirect_to, render_page
from articles.access.second_factor import pending_step
from articles.access.security_log import log_event
from articles.access.sessions import end_sessions, expire_session, open_sessions
from articles.access.throttling.login_throttle import throttle_attempt

_View = Callable[..., HttpResponseBase]

#: Where the admin's CSP differs from the public pages'. Django's scripts assign HTML strings, which
#: Trusted Types would block.
_CSP = {
    "frame-src": "'self'",
    "require-trusted-types-for": None,
    "trusted-types": None,
}
#: URL names that stay available while a step is pending (see ``pending_step``).
_ALLOWED_WHILE_PENDING = {
    "second_factor_code": {"second_factor_code", "logout"},
    "second_factor": {"second_factor", "confirm", "logout"},
}


class ArchiveAdminSite(admin.AdminSite):
    """Django's admin with login throttling, a second factor and session limits."""

    def get_urls(self) -> list[Any]:
        """Return Django's URL patterns and those of the account security pages."""
        pages = {
            "second_factor": self.second_factor,
            "second_factor_code": self.second_factor_code,
            "confirm": self.confirm,
            "sessions": self.sessions,
        }
        own = [path(f"{name}/", self.admin_view(page), name=name) for name, page in pages.items()]
        return own + super().get_urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of every admin page."""
        return super().each_context(request) | {"second_factor_mode": settings.SECOND_FACTOR}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return ``view`` for staff only, behind the second factor, with denials logged.

        Every page except the login page is wrapped here.
        """
        inner = super().admin_view(_with_csp(_log_denials(view)), cacheable)

        @wraps(inner)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            expire_session(request)
            step = pending_step(request) if self.has_permission(request) else ""
            if step and _url_name(request) not in _ALLOWED_WHILE_PENDING[step]:
                return redirect_to(request, step)
            return inner(request, *args, **kwargs)

        return wrapper

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the login page, throttled by IP address and by account name."""
        name = request.POST.get("username", "")
        return throttle_attempt(name, _with_csp(super().login), request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Return the password change page, throttled so that the old one can't be guessed here."""
        view: _View = super().password_change
        return throttle_attempt(request.user.get_username(), view, request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the page after the logout; over https it clears the browser's cache."""
        response = _with_csp(super().logout)(request, extra_context)
        if request.is_secure() and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        return response

    def second_factor_code(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page that asks for the code after the password."""
        name = request.user.get_username()
        return throttle_attempt(name, second_factor_views.enter_code, request)

    def second_factor(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page where the user sets up or changes their second factor."""
        return throttle_attempt(request.user.get_username(), second_factor_views.manage, request)

    def confirm(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page that asks for the password again."""
        return throttle_attempt(request.user.get_username(), reauthentication.confirm, request)

    def sessions(self, request: HttpRequest) -> HttpResponseBase:
        """Return the list of the user's open sessions, each of which can be ended."""
        if request.method == "POST" and (chosen := request.POST.get("session")):
            ended = end_sessions(request, "" if chosen == "all" else chosen)
            log_event(request, "Sessions ended by %s: %s", request.user, ended)
            messages.success(request, f"Sessions ended: {ended}.")
            return redirect("admin:sessions")
        return render_page(
            request, "sessions", "Your sessions",
            sessions=open_sessions(request), zone=settings.TIME_ZONE,
        )  # fmt: skip


def _url_name(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


def _log_denials(view: _View) -> _View:
    """Return ``view`` with each PermissionDenied logged."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied:
            name = request.user.get_username()
            log_event(request, "Refused: %s, %s %s", name, request.method, request.path)
            raise

    return wrapper


def _with_csp(view: _View) -> _View:
    """Return ``view`` with the admin's CSP directives; directives that the view sets win."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: Any = view(request, *args, **kwargs)
        response._csp_replace = _CSP | getattr(response, "_csp_replace", {})
        return response  # type: ignore[no-any-return]

    return wrapper
