"""The outbox of changes that are not indexed yet, and the identity of this archive's index."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import models

#: The PostgreSQL schema of the index's table; backups leave it out.
SCHEMA = "search_index"


class SearchChange(models.Model):
    """The outbox of the search index: an article that may have changed since it was indexed.

    Written in the transaction that changes the article, and deleted once the change is indexed.
    ``article_id`` is not a foreign key, because the article may have been erased.
    """

    article_id = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"article {self.article_id}"

    @staticmethod
    def record(article_ids: Iterable[int]) -> None:
        """Record that these articles have changed; the caller opens the transaction."""
        changes = [SearchChange(article_id=pk) for pk in sorted(set(article_ids))]
        SearchChange.objects.bulk_create(changes)


class SearchIndex(models.Model):
    """The identity of this archive's index, which is also stored in the index itself.

    An index with another identity was built for another archive, or for this one before it was
    restored from a backup: it is not queried and has to be rebuilt.
    """

    identity = models.UUIDField(primary_key=True, default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.identity)
