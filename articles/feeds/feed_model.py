"""A feed as data, independent of its list and of its format."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from articles.models import Article, ArticleBody
from articles.selectors.batch_lookups import original_links_by_article, topics_by_article

FEED_PAGE_SIZE = 50  # stories on a page
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: A start tag in stored HTML: attributes are in double quotes, with ``"`` and ``<`` escaped inside.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")+>')
_PATH = re.compile(r' (src|href)="/(?!/)')


@dataclass(frozen=True, slots=True)
class FeedSource:
    """The outlet of a story. ``url`` is its page in the archive."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A story. All URLs are absolute; ``original_url`` is empty if it can't be opened."""

    id: str
    url: str
    original_url: str
    title: str
    source: FeedSource
    author: str
    tags: list[str]
    language: str
    published: dt.datetime
    updated: dt.datetime
    summary: str
    html: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed. All URLs are absolute; ``next_url`` is empty on the last page."""

    title: str
    url: str  # of the HTML page with the same list
    self_url: str
    first_url: str
    next_url: str
    entries: list[Entry]

    @property
    def updated(self) -> dt.datetime:
        """Return when an entry was last updated, 1970-01-01 if there is none."""
        return max((entry.updated for entry in self.entries), default=_EPOCH)


def build_entries(stories: Sequence[Article], site: str) -> list[Entry]:
    """Return the stories as entries, in the same order; three queries.

    ``site`` is the URL of the archive, without a slash at its end.
    """
    topics, links = topics_by_article(stories), original_links_by_article(stories)
    bodies = ArticleBody.objects.in_bulk([story.pk for story in stories])
    return [
        Entry(
            id=_tag_uri(story, site),
            url=site + story.get_absolute_url(),
            original_url=links.get(story.pk, ""),
            title=story.title,
            source=FeedSource(story.source.name, site + story.source.get_absolute_url()),
            author=story.author.name if story.author else "",
            tags=topics.get(story.pk, []),
            language=story.language,
            published=story.published_at,
            updated=story.updated_at,
            summary=story.excerpt,
            html=make_urls_absolute(bodies[story.pk].html if story.pk in bodies else "", site),
        )
        for story in stories
    ]


def _tag_uri(story: Article, site: str) -> str:
    """Return a tag URI (RFC 4151): a permanent identifier, even if the URL of the story changes.

    RFC 4151 wants a date on which the host belonged to whoever made the URI: the day of the import.
    """
    return f"tag:{urlsplit(site).hostname},{story.imported_at:%Y-%m-%d}:{story.code}"


def make_urls_absolute(html: str, site: str) -> str:
    """Return stored HTML with the site's own links and picture URLs made absolute.

    >>> make_urls_absolute('<img src="/i/0" alt=" src=&quot;/">', "https://a.example")
    '<img src="https://a.example/i/0" alt=" src=&quot;/">'
    """
    return _TAG.sub(lambda tag: _PATH.sub(rf' \1="{site}/', tag[0]), html)
