"""Errors as problem details (RFC 9457): JSON that says what is wrong and what to do."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from articles.http.public_visibility import GoneError, NotFoundError
from articles.replica import database_router
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.search import BadCursorError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30  # Retry-After of a 503
_View = Callable[..., HttpResponseBase]


class ProblemError(Exception):
    """An error response. ``detail`` says why and what to do; ``extra`` are further JSON keys.

    ``retry_after`` is in seconds.
    """

    def __init__(
        self, status: HTTPStatus, detail: str, *, retry_after: int | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.retry_after, self.extra = retry_after, extra


def problem_response(error: ProblemError) -> HttpResponse:
    """Return the error as ``application/problem+json``, not to be cached."""
    payload = {
        "type": "about:blank",  # RFC 9457: the problem means no more than the status
        "title": error.status.phrase,
        "status": error.status.value,
        "detail": error.detail,
        **error.extra,
    }
    content = json.dumps(payload, ensure_ascii=False)
    response = HttpResponse(content, "application/problem+json", status=error.status)
    response["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


def handle_errors(view: _View) -> _View:
    """Return ``view`` with each error returned as a problem, also for a request over http."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if settings.SECURE_SSL_REDIRECT and not request.is_secure():
                # A redirect would hide that the first request was sent in clear text.
                detail = "This is answered over https only. Write https:// in the address."
                raise ProblemError(HTTPStatus.FORBIDDEN, detail)
            return view(request, *args, **kwargs)
        except ProblemError as error:
            return problem_response(error)
        except Exception as error:
            # A program gets JSON whatever the error is.
            is_database_error = isinstance(error, OperationalError | InterfaceError)
            if is_database_error and database_router.is_replica_in_use():
                raise  # the middleware retries on the primary
            return problem_response(_to_problem(error, request))

    return wrapper


def _to_problem(error: Exception, request: HttpRequest) -> ProblemError:
    match error:
        case GoneError():
            return _gone(error)
        case NotFoundError():
            return ProblemError(HTTPStatus.NOT_FOUND, f"{error} Take codes from a search.")
        case BadCursorError():
            detail = (
                "No page has given this value of after. Start again without it, "
                'and follow "next" as it is.'
            )
            return ProblemError(HTTPStatus.BAD_REQUEST, detail, parameters=["after"])
        case SearchTimeoutError():
            detail = "The search took too long. Ask for less, such as fewer days by from: and to:."
            return _unavailable(detail)
        case IndexMissingError():
            logger.error("%s: %s; run update_index", request.path, error)
            return _unavailable("The search index is being made. Come again in a while.")
        case OperationalError() | InterfaceError():
            logger.error("%s: the database is not available: %s", request.path, error)
            return _unavailable("The archive cannot reach its database. Come again in a while.")
        case _:
            logger.error("%s failed", request.path, exc_info=error)
            detail = "This is a fault of the archive, and its operator can read of it in the log."
            return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _gone(error: GoneError) -> ProblemError:
    since = error.since and format_timestamp(error.since)
    detail = f"{error.message} Remove your copy, too."
    return ProblemError(HTTPStatus.GONE, detail, reason=error.reason, since=since)


def _unavailable(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=RETRY_SECONDS)


def format_timestamp(moment: dt.datetime) -> str:
    """Return a datetime in RFC 3339 format, in UTC.

    >>> format_timestamp(dt.datetime(2020, 2, 26, 12, tzinfo=dt.UTC))
    '2020-02-26T12:00:00Z'
    """
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
