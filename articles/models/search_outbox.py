"""What the search index has yet to learn, and which index belongs to this archive."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import models

#: The schema of a PostgreSQL database in which the index keeps its table; no backup carries it.
SCHEMA = "search_index"


class SearchChange(models.Model):
    """The outbox of the search index: an article that may have changed since it was indexed.

    Written in the transaction that changes the article, and taken away when the index has it. The
    article is a number and no foreign key: it may have been erased.
    """

    article_id = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"article {self.article_id}"

    @staticmethod
    def note(article_ids: Iterable[int]) -> None:
        """Note that these articles have changed; the caller holds the transaction."""
        changes = [SearchChange(article_id=pk) for pk in sorted(set(article_ids))]
        SearchChange.objects.bulk_create(changes)


class SearchIndex(models.Model):
    """The one index of this archive, by a name that stands in the index too.

    An index with another name was made for another archive, or for this one before it was restored
    from a backup: it is not asked, and has to be made anew.
    """

    identity = models.UUIDField(primary_key=True, default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.identity)
