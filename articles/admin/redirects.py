"""Redirects from the former URLs of articles."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from django.contrib import admin

from articles.admin.base.read_only import ReadOnlyAdmin
from articles.models import Redirect


@admin.register(Redirect)
class RedirectAdmin(ReadOnlyAdmin):
    """Former paths; the archive writes one when the path of a public article changes."""

    list_display = ("path", "article", "created_at")
    list_select_related = ("article",)
    search_fields = ("path",)
    search_help_text = "A former URL or path, or part of one."
    fields = ("path", "article", "created_at")

    def find_exact(self, query: str) -> Sequence[int]:
        """Return the key of the redirect from exactly this URL or path."""
        try:
            path = unquote(urlsplit(query).path).rstrip("/") + "/"
        except ValueError:
            return ()
        if "\0" in path:  # PostgreSQL text cannot contain NUL
            return ()
        return list(Redirect.objects.filter(path=path).values_list("pk", flat=True))
