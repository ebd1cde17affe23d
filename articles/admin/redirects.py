"""Redirects from the former URLs of articles."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from django.contrib import admin

from articles.admin.base.read_only import ReadOnlyAdmin
from articles.models import Redirect


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
