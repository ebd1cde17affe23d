"""All hits of a search as a streamed download: CSV for spreadsheets, JSONL for programs.

Each batch is a search of its own that starts at the cursor of the last one: no index reader stays
open for minutes, and a story that is withdrawn meanwhile is left out.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from itertools import chain
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from articles.api.endpoint import endpoint, enforce_rate_limit
from articles.api.problem_details import RETRY_SECONDS, ProblemError
from articles.api.query_parameters import parse_parameters, parse_sort, parse_yes_no
from articles.api.serializers import ROW_KEYS, serialize_rows
from articles.http.csv_response import csv_response
from articles.http.security_headers import DOWNLOAD_CSP
from articles.models import Article, ArticleBody
from articles.searching.search import Sort, search

BATCH_SIZE = 200  # stories whose texts are in memory together
BATCH_TIMEOUT_SECONDS = 30.0  # longer than for a page, because nobody waits for one
#: Simultaneous downloads of a process: half of its threads, so that the others serve pages.
MAX_CONCURRENT = 4
_slots = BoundedSemaphore(MAX_CONCURRENT)
_ORDERS = (Sort.NEWEST, Sort.OLDEST)  # relevance ranks only the newest hits
_NAME = "search"


@endpoint
def csv_file(request: HttpRequest) -> HttpResponseBase:
    """Return all hits as a CSV file, without the texts."""
    parameters = parse_parameters(request.GET, ("q", "sort"))
    batches = _start_batches(request, parameters)
    if request.method == "HEAD":
        batches.close()
        return _download_headers("text/csv; charset=utf-8", f"{_NAME}.csv")
    cells = (_cells(row) for batch in batches for row in serialize_rows(batch))
    return _close_with_response(csv_response(_NAME, chain([ROW_KEYS], cells)), batches)


@endpoint
def jsonl_file(request: HttpRequest) -> HttpResponseBase:
    """Return all hits as JSON lines like the API's rows, with the text for ``text=yes``."""
    parameters = parse_parameters(request.GET, ("q", "sort", "text"))
    with_text = parse_yes_no("text", parameters.get("text"))
    batches = _start_batches(request, parameters)
    response = _download_headers("application/jsonl; charset=utf-8", f"{_NAME}.jsonl")
    if request.method == "HEAD":
        batches.close()
        return response
    lines = (
        json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for batch in batches
        for row in (_rows_with_text(batch) if with_text else serialize_rows(batch))
    )
    return _close_with_response(StreamingHttpResponse(lines, headers=response.headers), batches)


class _BatchStream:
    """The hits in batches; has to be closed.

    The first batch is searched at once, so that an error still becomes an error response.
    """

    def __init__(self, query: str, sort: Sort) -> None:
        self._batches = _batches(query, sort)
        self._first = next(self._batches)

    def __iter__(self) -> Iterator[list[Article]]:
        yield self._first
        yield from self._batches

    def close(self) -> None:
        """End the download, wherever it is."""
        self._batches.close()


def _start_batches(request: HttpRequest, parameters: dict[str, str]) -> _BatchStream:
    sort = parse_sort(parameters.get("sort"), _ORDERS)
    enforce_rate_limit("COSTLY_RATE", request)
    return _BatchStream(parameters.get("q", ""), sort)


def _close_with_response(
    response: StreamingHttpResponse, batches: _BatchStream
) -> StreamingHttpResponse:
    """Return ``response``, whose close() also closes ``batches``, even if it was never read."""
    close = response.close

    def close_both() -> None:
        try:
            close()
        finally:
            batches.close()

    response.close = close_both  # type: ignore[method-assign]
    return response


def _batches(query: str, sort: Sort) -> Generator[list[Article], None, None]:
    """Yield all hits, at least one batch, which may be empty; an error truncates the file."""
    after = ""
    with _download_slot():
        while True:
            with search(query, BATCH_TIMEOUT_SECONDS) as results:
                page = results.page(sort, after, BATCH_SIZE)
            yield page.articles
            if not page.next:
                return
            after = page.next


@contextmanager
def _download_slot() -> Iterator[None]:
    """Hold one of MAX_CONCURRENT download slots; raise ProblemError if none is free."""
    slots = _slots
    if not slots.acquire(blocking=False):
        detail = "Others are downloading, too. Come again in half a minute."
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=RETRY_SECONDS)
    try:
        yield
    finally:
        slots.release()


def _rows_with_text(stories: list[Article]) -> Iterator[dict[str, Any]]:
    bodies = ArticleBody.objects.filter(article__in=stories)
    texts = dict(bodies.values_list("article_id", "text"))
    for story, row in zip(stories, serialize_rows(stories), strict=True):
        yield {**row, "text": texts.get(story.pk, "")}


def _cells(row: dict[str, Any]) -> list[object]:
    """Return the cells of a row; its URL is absolute, because a file is separate from the site."""
    values = row | {
        "url": settings.SITE_URL + row["url"],
        "authors": "; ".join(row["authors"]),
        "tags": "; ".join(row["tags"]),
    }
    return [values[key] for key in ROW_KEYS]


def _download_headers(content_type: str, name: str) -> StreamingHttpResponse:
    """Return an empty response with the headers of a download; ``name`` is trusted.

    It is streamed, as the download is, so that it has no Content-Length.
    """
    response = StreamingHttpResponse((), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
