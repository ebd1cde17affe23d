"""A feed as data: whatever list it is of, in whichever form it is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from articles.models import Article, ArticleBody
from articles.selectors.batch_lookups import links_of, topics_of

SIZE = 50  # stories on a page
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: An opening tag as stored HTML has it: attributes in double quotes, no bare sign within them.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")+>')
_PATH = re.compile(r' (src|href)="/(?!/)')


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who published a story, and where its stories stand in the archive."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A story. All addresses are whole; ``original`` is empty when it can't be opened."""

    id: str
    url: str
    original: str
    title: str
    outlet: Outlet
    author: str
    topics: list[str]
    language: str
    published: dt.datetime
    updated: dt.datetime
    summary: str
    html: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed. ``first`` is its beginning, ``next`` goes on, empty at the end."""

    title: str
    url: str  # of the page that shows the same to people
    here: str
    first: str
    next: str
    entries: list[Entry]

    @property
    def updated(self) -> dt.datetime:
        """Return when one of the entries last changed."""
        return max((entry.updated for entry in self.entries), default=_NEVER)


def entries_of(stories: Sequence[Article], site: str) -> list[Entry]:
    """Return the stories as entries, in their order; three queries.

    ``site`` is the address of the archive, without a slash at its end.
    """
    topics, links = topics_of(stories), links_of(stories)
    bodies = ArticleBody.objects.in_bulk([story.pk for story in stories])
    return [
        Entry(
            id=_id(story, site),
            url=site + story.get_absolute_url(),
            original=links.get(story.pk, ""),
            title=story.title,
            outlet=Outlet(story.source.name, site + story.source.get_absolute_url()),
            author=story.author.name if story.author else "",
            topics=topics.get(story.pk, []),
            language=story.language,
            published=story.published_at,
            updated=story.updated_at,
            summary=story.excerpt,
            html=with_whole_addresses(bodies[story.pk].html if story.pk in bodies else "", site),
        )
        for story in stories
    ]


def _id(story: Article, site: str) -> str:
    """Return what names the story for ever, as RFC 4151 has it, whatever its address becomes.

    The date says when whoever gave the name had the host: the day on which it came in.
    """
    return f"tag:{urlsplit(site).hostname},{story.imported_at:%Y-%m-%d}:{story.code}"


def with_whole_addresses(html: str, site: str) -> str:
    """Return stored HTML whose pictures and links are found from anywhere.

    >>> with_whole_addresses('<img src="/i/0" alt=" src=&quot;/">', "https://a.example")
    '<img src="https://a.example/i/0" alt=" src=&quot;/">'
    """
    return _TAG.sub(lambda tag: _PATH.sub(rf' \1="{site}/', tag[0]), html)
