"""A list of stories as a feed in an answer, page by page: the way of every feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from articles.feeds import atom, json_feed, rss
from articles.feeds.feed_model import Feed, entries_of
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


def answer(request: HttpRequest, form: Form, listed: Listed) -> HttpResponse:
    """Return the page as a feed.

    It carries no Last-Modified: a story that was withdrawn makes no time newer, and has to go from
    readers, too. A cache would tell who sends If-Modified-Since that nothing has changed.
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
    return HttpResponse(form.write(feed), content_type=form.content_type)


def _address(path: str, parameters: dict[str, str], after: str = "") -> str:
    query = QueryDict(mutable=True)
    query.update({**parameters, **({"after": after} if after else {})})
    return f"{path}?{query.urlencode()}" if query else path
