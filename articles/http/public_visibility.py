"""What the public may know of an article, and how it is told that something is not here.

Pages and the API ask here alike, so that none of them shows what another one hides.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from articles.models import Article, Author, BlockedIdentity, Source, State, Tag


class NotHereError(Http404):
    """There is nothing to show the public; the message is a sentence for the reader."""


class GoneError(Exception):
    """It was here and was taken away for good: answered with 410."""

    def __init__(self, what: str, reason: str = "", since: dt.datetime | None = None) -> None:
        super().__init__(what)
        self.what, self.reason, self.since = what, reason, since


def by_code(articles: QuerySet[Article], code: str) -> Article:
    """Return the public article with this code.

    Raises GoneError for one that was withdrawn or erased, NotHereError for any other.
    """
    article = articles.filter(code=code).first()
    if article is not None:
        return seen_by_public(article)
    blocked = BlockedIdentity.objects.filter(code=code).first()
    if blocked is not None:
        raise erased(blocked)
    raise NotHereError(_("The archive has no story with this code."))


def source_of(slug: str) -> Source:
    """Return the outlet with this slug; raises NotHereError when it has no public story."""
    found = Source.objects.filter(slug=slug, story_count__gt=0).first()
    if found is None:  # an outlet of hidden texts alone is not told
        raise NotHereError(_("The archive has no story of such an outlet."))
    return found


def tag_of(slug: str) -> Tag:
    """Return the topic with this slug; raises NotHereError when it has no public story."""
    found: Tag | None = Tag.objects.filter(slug=slug, story_count__gt=0).first()
    if found is None:  # a topic of hidden texts alone is not told
        raise NotHereError(_("The archive has no story on such a topic."))
    return found


def author_of(slug: str) -> Author:
    """Return the author that a slug stands for, of a merged spelling the one it was merged into.

    Raises NotHereError when there is no public story.
    """
    found = Author.objects.select_related("merged_into").filter(slug=slug).first()
    if found is not None and found.merged_into is not None and found.merged_into.story_count:
        return found.merged_into
    if found is None or not found.story_count:  # a name that only hidden texts bear is not told
        raise NotHereError(_("The archive has no story of such an author."))
    return found


def seen_by_public(article: Article) -> Article:
    """Return ``article`` if readers may see it.

    Raises GoneError when it was withdrawn and NotHereError when it is in review or has never been
    public.
    """
    if article.state == State.WITHDRAWN and article.address_frozen:
        raise GoneError(
            _("This story was withdrawn from the archive."),
            article.state_reason,
            article.state_changed_at,
        )
    if not article.is_public:
        raise NotHereError(_("The archive shows no story at this address."))
    return article


def erased(mark: BlockedIdentity) -> GoneError:
    """Return what is told of an article that was erased."""
    return GoneError(_("This story was erased from the archive."), mark.reason, mark.blocked_at)
