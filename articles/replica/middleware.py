"""Which requests read from the standby: readers' pages, unless the reader has just written."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from articles.replica import database_router, lag_monitor

logger = logging.getLogger(__name__)

_PIN_SECONDS = 600  # a standby that is further behind is not asked at all
_READING = frozenset({"GET", "HEAD"})
_POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")


class StandbyMiddleware:
    """Lets requests that only read be answered by the standby.

    Whoever has written reads from the primary until the standby has what they wrote. A view that
    the standby fails is asked again, of the primary.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not database_router.is_configured():
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._admin = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return what the view answers."""
        is_reading = request.method in _READING
        is_readers = is_reading and not request.path_info.startswith(self._admin)
        database_router.choose(is_readers and self._may_ask(request))
        response = self.get_response(request)
        if not is_reading and isinstance(response, HttpResponse):
            self._pin(response)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Return the primary's answer where the standby has failed in the middle of a view."""
        failed = (
            isinstance(exception, OperationalError | InterfaceError) and database_router.is_chosen()
        )
        if not failed or request.resolver_match is None:
            return None
        lag_monitor.give_up(exception)
        database_router.choose(False)
        match = request.resolver_match
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer

    @staticmethod
    def _may_ask(request: HttpRequest) -> bool:
        if not lag_monitor.is_fit():
            return False
        position = request.COOKIES.get(_cookie(), "")
        return not _POSITION.fullmatch(position) or lag_monitor.has_replayed(position)

    @staticmethod
    def _pin(response: HttpResponse) -> None:
        """Have the browser tell with its next requests how far the standby has to be."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_wal_insert_lsn()")
                (position,) = cursor.fetchone()
        except Error as error:
            logger.warning("how far the log is could not be asked: %s", error)
            return
        response.set_cookie(
            _cookie(), position, max_age=_PIN_SECONDS, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip


def _cookie() -> str:
    """Return the cookie that holds the position of the primary's log behind a person's writes."""
    return "__Host-written" if settings.SESSION_COOKIE_SECURE else "written"
