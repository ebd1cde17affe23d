"""Tombstones of erased articles, whose identities no import may create again."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin

from articles.admin.base.read_only import ReadOnlyAdmin
from articles.content.urls.normalization import identity_hash, normalize_url
from articles.models import BlockedIdentity


@admin.register(BlockedIdentity)
class BlockedIdentityAdmin(ReadOnlyAdmin):
    """The tombstones of erased articles."""

    order = ("-blocked_at", "-identity_hash")
    list_display = ("code", "blocked_at", "editor", "reason")
    list_select_related = ("editor",)
    search_fields = ("code",)
    search_help_text = "A code, or the URL of a story at its outlet."
    fields = ("code", "identity_hash", "blocked_at", "editor", "reason")

    def find_exact(self, query: str) -> Sequence[str]:
        """Return the key of the tombstone of this URL."""
        try:
            digest = identity_hash(normalize_url(query))
        except ValueError:
            return []
        return list(BlockedIdentity.objects.filter(pk=digest).values_list("pk", flat=True))
