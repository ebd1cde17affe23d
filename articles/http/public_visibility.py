"""What the public may see, and the errors for what it may not.

Pages, feeds and the API share these lookups, so that none of them shows what another hides.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from articles.models import Article, Author, BlockedIdentity, Source, State, Tag


class NotFoundError(Http404):
    """The public can see nothing here (404); the message is a sentence for the reader."""


class GoneError(Exception):
    """A story that was withdrawn or erased (410); the message is a sentence for the reader."""

    def __init__(self, message: str, reason: str = "", since: dt.datetime | None = None) -> None:
        super().__init__(message)
        self.message, self.reason, self.since = message, reason, since


def public_article_by_code(articles: QuerySet[Article], code: str) -> Article:
    """Return the public article with this code.

    Raises GoneError if it was withdrawn or erased, else NotFoundError.
    """
    article = articles.filter(code=code).first()
    if article is not None:
        return require_public(article)
    blocked = BlockedIdentity.objects.filter(code=code).first()
    if blocked is not None:
        raise erased_error(blocked)
    raise NotFoundError(_("The archive has no story with this code."))


def public_source(slug: str) -> Source:
    """Return the outlet with this slug; raise NotFoundError if it has no public story."""
    source = Source.objects.filter(slug=slug, story_count__gt=0).first()
    if source is None:  # nor is an outlet revealed that has only hidden stories
        raise NotFoundError(_("The archive has no story of such an outlet."))
    return source


def public_tag(slug: str) -> Tag:
    """Return the topic with this slug; raise NotFoundError if it has no public story."""
    tag: Tag | None = Tag.objects.filter(slug=slug, story_count__gt=0).first()
    if tag is None:  # nor is a topic revealed that has only hidden stories
        raise NotFoundError(_("The archive has no story on such a topic."))
    return tag


def public_author(slug: str) -> Author:
    """Return the author with this slug; for a merged spelling, the author it was merged into.

    Raises NotFoundError if there is no public story.
    """
    author = Author.objects.select_related("merged_into").filter(slug=slug).first()
    if author is not None and author.merged_into is not None and author.merged_into.story_count:
        return author.merged_into
    if author is None or not author.story_count:  # nor is a name revealed of only hidden stories
        raise NotFoundError(_("The archive has no story of such an author."))
    return author


def require_public(article: Article) -> Article:
    """Return ``article`` if it is public.

    Raises GoneError if it was withdrawn, NotFoundError if it is in review or was never public.
    """
    if article.state == State.WITHDRAWN and article.first_public_at:
        raise GoneError(
            _("This story was withdrawn from the archive."),
            article.state_reason,
            article.state_changed_at,
        )
    if not article.is_public:
        raise NotFoundError(_("The archive shows no story at this address."))
    return article


def erased_error(tombstone: BlockedIdentity) -> GoneError:
    """Return the error for an article that was erased."""
    message = _("This story was erased from the archive.")
    return GoneError(message, tombstone.reason, tombstone.blocked_at)
