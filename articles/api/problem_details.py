"""What goes wrong, told as RFC 9457 has it: in JSON, with what to do about it."""

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

from articles.http.public_visibility import GoneError, NotHereError
from articles.replica import database_router
from articles.searching.backend import IndexMissingError, TooSlowError
from articles.searching.search import BadCursorError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30
_View = Callable[..., HttpResponseBase]


class ProblemError(Exception):
    """A request that can't be answered; ``detail`` says why, and what to do."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, retry: int | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry, self.more = status, detail, retry, more


def problem(error: ProblemError) -> HttpResponse:
    """Return the answer that tells the problem; nobody keeps it for others."""
    told = {
        "type": "about:blank",  # the status says it all, as RFC 9457 has it
        "title": error.status.phrase,
        "status": error.status.value,
        "detail": error.detail,
        **error.more,
    }
    content = json.dumps(told, ensure_ascii=False)
    response = HttpResponse(content, "application/problem+json", status=error.status)
    response["Cache-Control"] = "no-store"
    if error.retry is not None:
        response["Retry-After"] = str(error.retry)
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


def telling_problems(view: _View) -> _View:
    """Return ``view`` with each of its errors told as a problem, also a request over http."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if settings.SECURE_SSL_REDIRECT and not request.is_secure():
                # A redirect would hide that the first request could be read on its way.
                words = "This is answered over https only. Write https:// in the address."
                raise ProblemError(HTTPStatus.FORBIDDEN, words)
            return view(request, *args, **kwargs)
        except ProblemError as error:
            return problem(error)
        except Exception as error:
            # A program is told in JSON whatever it is.
            if isinstance(error, OperationalError | InterfaceError) and database_router.is_chosen():
                raise  # the middleware asks the primary in the standby's place
            return problem(_problem_of(error, request))

    return page


def _problem_of(error: Exception, request: HttpRequest) -> ProblemError:
    match error:
        case GoneError():
            return _gone(error)
        case NotHereError():
            return ProblemError(HTTPStatus.NOT_FOUND, f"{error} Take codes from a search.")
        case BadCursorError():
            words = (
                "No page has given this value of after. Start again without it, "
                'and follow "next" as it is.'
            )
            return ProblemError(HTTPStatus.BAD_REQUEST, words, parameters=["after"])
        case TooSlowError():
            words = "The search took too long. Ask for less, such as fewer days by from: and to:."
            return _unavailable(words)
        case IndexMissingError():
            logger.error("%s: %s; run update_index", request.path, error)
            return _unavailable("The search index is being made. Come again in a while.")
        case OperationalError() | InterfaceError():
            logger.error("%s: the database is away: %s", request.path, error)
            return _unavailable("The archive cannot reach its database. Come again in a while.")
        case _:
            logger.error("%s failed", request.path, exc_info=error)
            words = "This is a fault of the archive, and its operator can read of it in the log."
            return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, words)


def _gone(error: GoneError) -> ProblemError:
    more: dict[str, Any] = {"reason": error.reason, "since": error.since and instant(error.since)}
    words = f"{error.what} Remove your copy, too."
    return ProblemError(HTTPStatus.GONE, words, **more)


def _unavailable(words: str) -> ProblemError:
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, words, retry=RETRY_SECONDS)


def instant(moment: dt.datetime) -> str:
    """Return a moment as RFC 3339 writes it, in UTC.

    >>> instant(dt.datetime(2020, 2, 26, 12, tzinfo=dt.UTC))
    '2020-02-26T12:00:00Z'
    """
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
