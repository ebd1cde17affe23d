"""Addresses that an article had, and addresses that may not come in again."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from django.contrib import admin

from articles.admin.readonly import ReadOnlyAdmin
from articles.content.urls import identity_hash, identity_of
from articles.models import BlockedIdentity, Redirect


@admin.register(Redirect)
class RedirectAdmin(ReadOnlyAdmin):
    """Former addresses; the archive writes them when a public article moves."""

    list_display = ("path", "article", "created_at")
    list_select_related = ("article",)
    search_fields = ("path",)
    search_help_text = "A former address, or part of one."
    fields = ("path", "article", "created_at")

    def find(self, words: str) -> Sequence[int]:
        """Return the redirect of exactly this address."""
        try:
            path = unquote(urlsplit(words).path).rstrip("/") + "/"
        except ValueError:
            return ()
        if "\0" in path:  # no text of PostgreSQL's holds one
            return ()
        return list(Redirect.objects.filter(path=path).values_list("pk", flat=True))


@admin.register(BlockedIdentity)
class BlockedIdentityAdmin(ReadOnlyAdmin):
    """The marks of erased articles."""

    order = ("-blocked_at", "-identity_hash")
    list_display = ("code", "blocked_at", "editor", "reason")
    list_select_related = ("editor",)
    search_fields = ("code",)
    search_help_text = "A code, or the address of a story at its outlet."
    fields = ("code", "identity_hash", "blocked_at", "editor", "reason")

    def find(self, words: str) -> Sequence[str]:
        """Return the mark of this address."""
        try:
            digest = identity_hash(identity_of(words))
        except ValueError:
            return []
        return list(BlockedIdentity.objects.filter(pk=digest).values_list("pk", flat=True))
