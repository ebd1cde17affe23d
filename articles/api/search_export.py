"""Every hit of a search as a file: CSV for spreadsheets, JSONL for programs.

A file is made batch by batch, each a search of its own that goes on where the last one ended: no
reader of the index stays open for minutes, and a story that is withdrawn meanwhile is left out.
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
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from articles.api.endpoint import endpoint, spend
from articles.api.problem_details import RETRY_SECONDS, ProblemError
from articles.api.query_parameters import checked, sort_of, yes_of
from articles.api.serializers import KEYS, rows_of
from articles.http.csv_response import csv_response
from articles.http.security_headers import FILE_POLICY
from articles.models import Article, ArticleBody
from articles.searching.search import Sort, search

BATCH = 200  # stories; their texts are in memory together
SECONDS = 30.0  # a batch may take; nobody waits for a page
#: Downloads of a process at the same time: half of its threads; pages are served by the others.
AT_ONCE = 4
_slots = BoundedSemaphore(AT_ONCE)
_ORDERS = (Sort.NEWEST, Sort.OLDEST)  # relevance is told among the newest hits only
_NAME = "search"


@endpoint
def csv_file(request: HttpRequest) -> HttpResponseBase:
    """Return every hit as a row of a CSV file, without the texts."""
    given = checked(request.GET, ("q", "sort"))
    batches = _begun(request, given)
    if request.method == "HEAD":
        batches.close()
        return _head("text/csv; charset=utf-8", f"{_NAME}.csv")
    cells = (_cells(row) for batch in batches for row in rows_of(batch))
    return _closing(csv_response(_NAME, chain([KEYS], cells)), batches)


@endpoint
def jsonl_file(request: HttpRequest) -> HttpResponseBase:
    """Return every hit as a line of JSON like the API's, with its text if that is wanted."""
    given = checked(request.GET, ("q", "sort", "text"))
    with_text = yes_of("text", given.get("text"))
    batches = _begun(request, given)
    answer = _head("application/jsonl; charset=utf-8", f"{_NAME}.jsonl")
    if request.method == "HEAD":
        batches.close()
        return answer
    lines = (
        json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for batch in batches
        for row in (_with_texts(batch) if with_text else rows_of(batch))
    )
    return _closing(StreamingHttpResponse(lines, headers=answer.headers), batches)


class _Batches:
    """The hits in batches, to be closed; the first is found at once, so that what fails is told."""

    def __init__(self, typed: str, sort: Sort) -> None:
        self._found = _batches(typed, sort)
        self._first = next(self._found)

    def __iter__(self) -> Iterator[list[Article]]:
        yield self._first
        yield from self._found

    def close(self) -> None:
        """End the download, wherever it is."""
        self._found.close()


def _begun(request: HttpRequest, given: dict[str, str]) -> _Batches:
    sort = sort_of(given.get("sort"), _ORDERS)
    spend("COSTLY_RATE", request)
    return _Batches(given.get("q", ""), sort)


def _closing(response: StreamingHttpResponse, batches: _Batches) -> StreamingHttpResponse:
    """Return the response, which closes the batches with itself, also when nobody has read it."""
    close = response.close

    def close_both() -> None:
        try:
            close()
        finally:
            batches.close()

    response.close = close_both  # type: ignore[method-assign]
    return response


def _batches(typed: str, sort: Sort) -> Generator[list[Article], None, None]:
    """Yield the hits to the end, at least one batch; a fault breaks the file off."""
    after = ""
    with _slot():
        while True:
            with search(typed, SECONDS) as found:
                page = found.page(sort, after, BATCH)
            yield page.articles
            if not page.next:
                return
            after = page.next


@contextmanager
def _slot() -> Iterator[None]:
    """Be one of the downloads; raises ProblemError when there are enough of them."""
    slots = _slots
    if not slots.acquire(blocking=False):
        words = "Others are downloading, too. Come again in half a minute."
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, words, retry=RETRY_SECONDS)
    try:
        yield
    finally:
        slots.release()


def _with_texts(stories: list[Article]) -> Iterator[dict[str, Any]]:
    bodies = ArticleBody.objects.filter(article__in=stories)
    texts = dict(bodies.values_list("article_id", "text"))
    for story, row in zip(stories, rows_of(stories), strict=True):
        yield {**row, "text": texts.get(story.pk, "")}


def _cells(row: dict[str, Any]) -> list[object]:
    """Return the cells of a row: a file lies about for itself, so addresses are whole."""
    told = row | {
        "url": settings.SITE_URL + row["url"],
        "authors": "; ".join(row["authors"]),
        "tags": "; ".join(row["tags"]),
    }
    return [told[key] for key in KEYS]


def _head(content_type: str, name: str) -> HttpResponse:
    """Return the headers of a file that is to be saved; ``name`` is ours."""
    response = HttpResponse(content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = FILE_POLICY
    return response
