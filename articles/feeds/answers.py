"""A list of stories as a feed in an answer, with pages and caching: the way of every feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.http import http_date

from articles.feeds import atom, json_feed, rss
from articles.feeds.entries import Feed, entries_of
from articles.models import Article


@dataclass(frozen=True, slots=True)
class Form:
    """One of the three ways to write a feed."""

    content_type: str
    write: Callable[[Feed], bytes]


FORMS = {
    "atom": Form(atom.CONTENT_TYPE, atom.write),
    "rss": Form(rss.CONTENT_TYPE, rss.write),
    "json": Form(json_feed.CONTENT_TYPE, json_feed.write),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of any list, newest first, and the cursor behind it, empty at the end.

    ``title`` names the list, ``path`` is its page for people, ``parameters`` what tells the list
    from others of the same path.
    """

    title: str
    path: str
    parameters: dict[str, str]
    stories: Sequence[Article]
    next: str


def answer(request: HttpRequest, form: Form, listed: Listed) -> HttpResponseBase:
    """Return the page as a feed, or 304 for who has it already.

    Only the content tells whether it is the same: a story that was withdrawn makes no time newer,
    and has to go from readers, too. So If-Modified-Since alone gets the feed again.
    """
    site = settings.SITE_URL
    here, after = site + request.path, request.GET.get("after", "")
    feed = Feed(
        title=f"{listed.title} – {settings.SITE_NAME}",
        url=_address(site + listed.path, listed.parameters),
        here=_address(here, listed.parameters, after),
        first=_address(here, listed.parameters),
        next=_address(here, listed.parameters, listed.next) if listed.next else "",
        entries=entries_of(listed.stories, site),
    )
    response = HttpResponse(form.write(feed), content_type=form.content_type)
    response["Last-Modified"] = http_date(feed.updated.timestamp())
    set_response_etag(response)
    kept: HttpResponseBase | None = get_conditional_response(
        request, etag=response["ETag"], response=response
    )
    return response if kept is None else kept


def _address(path: str, parameters: dict[str, str], after: str = "") -> str:
    query = QueryDict(mutable=True)
    query.update({**parameters, **({"after": after} if after else {})})
    return f"{path}?{query.urlencode()}" if query else path
