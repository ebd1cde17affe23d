"""The HTTP response of a feed: one page of a list of stories in one of three formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from articles.feeds import atom, json_feed, rss
from articles.feeds.feed_model import Feed, build_entries
from articles.http.pagination import StoryOrder
from articles.models import Article


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """One of the three formats of a feed."""

    content_type: str
    serialize: Callable[[Feed], bytes]


FORMATS = {
    "atom": FeedFormat(atom.CONTENT_TYPE, atom.serialize),
    "rss": FeedFormat(rss.CONTENT_TYPE, rss.serialize),
    "json": FeedFormat(json_feed.CONTENT_TYPE, json_feed.serialize),
}


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of any list of stories, newest first in its order.

    ``title`` is that of the list, ``path`` its HTML page, ``parameters`` the query parameters that
    identify the list, ``next`` the cursor of the next page, empty at the end.
    """

    title: str
    path: str
    parameters: dict[str, str]
    stories: Sequence[Article]
    next: str
    order: StoryOrder


#: Added to the title of a feed in order of arrival.
_ARRIVALS = "as they arrived"


def feed_name(name: str, order: StoryOrder, feed_format: str) -> str:
    """Return the name of the URL pattern of a feed."""
    arrivals = "_arrivals" if order == StoryOrder.ARRIVED else ""
    return f"{name}{arrivals}_{feed_format}"


def feed_response(
    request: HttpRequest, feed_format: FeedFormat, story_page: StoryPage
) -> HttpResponse:
    """Return the page as a feed.

    There is no Last-Modified: withdrawing a story makes no timestamp newer, but feed readers have
    to drop the story. For If-Modified-Since a cache would say that nothing has changed.
    """
    site = settings.SITE_URL
    feed_url, parameters = site + request.path, story_page.parameters
    title = story_page.title
    if story_page.order == StoryOrder.ARRIVED:
        title = f"{title}, {_ARRIVALS}"
    feed = Feed(
        title=f"{title} – {settings.SITE_NAME}",
        url=_url(site + story_page.path, parameters),
        self_url=_url(feed_url, parameters, request.GET.get("after", "")),
        first_url=_url(feed_url, parameters),
        next_url=_url(feed_url, parameters, story_page.next) if story_page.next else "",
        entries=build_entries(story_page.stories, site),
    )
    return HttpResponse(feed_format.serialize(feed), content_type=feed_format.content_type)


def _url(url: str, parameters: dict[str, str], after: str = "") -> str:
    query = QueryDict(mutable=True)
    query.update({**parameters, **({"after": after} if after else {})})
    return f"{url}?{query.urlencode()}" if query else url
