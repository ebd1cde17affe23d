"""Which requests read from the replica: readers' pages, unless the reader has just written."""

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

_COOKIE_SECONDS = 600  # far more than the lag at which a replica is not used at all
_READ_METHODS = frozenset({"GET", "HEAD"})
_POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")


class ReplicaMiddleware:
    """Serves requests that only read from the replica.

    Whoever has written reads from the primary until the replica has replayed the write. If the
    replica fails in a view, the view is retried on the primary.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not database_router.is_configured():
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._admin = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response of the view."""
        is_read = request.method in _READ_METHODS
        is_public_read = is_read and not request.path_info.startswith(self._admin)
        database_router.use_replica(is_public_read and self._can_use_replica(request))
        response = self.get_response(request)
        if not is_read and isinstance(response, HttpResponse):
            self._set_position_cookie(response)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Return the response from the primary if the replica has failed in the view."""
        replica_failed = (
            isinstance(exception, OperationalError | InterfaceError)
            and database_router.is_replica_in_use()
        )
        if not replica_failed or request.resolver_match is None:
            return None
        lag_monitor.suspend(exception)
        database_router.use_replica(False)
        match = request.resolver_match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response

    @staticmethod
    def _can_use_replica(request: HttpRequest) -> bool:
        if not lag_monitor.is_usable():
            return False
        position = request.COOKIES.get(_cookie_name(), "")
        return not _POSITION.fullmatch(position) or lag_monitor.has_replayed(position)

    @staticmethod
    def _set_position_cookie(response: HttpResponse) -> None:
        """Set the cookie with the WAL position that the replica must have replayed for this client.

        A failed query is logged and sets no cookie.
        """
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_wal_insert_lsn()")
                (position,) = cursor.fetchone()
        except Error as error:
            logger.warning("the WAL position of the primary could not be read: %s", error)
            return
        response.set_cookie(
            _cookie_name(), position, max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip


def _cookie_name() -> str:
    """Return the name of the cookie with the primary's WAL position after a client's write."""
    return "__Host-written" if settings.SESSION_COOKIE_SECURE else "written"
