"""Authors and tags. Posts and edits refer to them by name, so names are read-only here."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.base.read_only import ReadOnlyAdmin
from articles.models import Author, Tag


@admin.register(Author)
class AuthorAdmin(ReadOnlyAdmin):
    """The bylines."""

    order = ("name",)
    list_display = ("name", "story_count", "merged_into")
    list_select_related = ("merged_into",)
    search_fields = ("name",)
    search_help_text = "Part of a name."
    fields = ("name", "slug", "story_count", "merged_into", "spellings")

    @admin.display(description="other spellings")
    def spellings(self, author: Author) -> str:
        """Return the bylines that were merged into this one."""
        return ", ".join(other.name for other in author.other_spellings.all()) or "–"


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """The topics."""

    order = ("name",)
    list_display = ("name", "story_count", "slug")
    search_fields = ("name",)
    search_help_text = "Part of a name."
    fields = ("name", "slug", "story_count", "page")

    @admin.display(description="stories")
    def page(self, tag: Tag) -> str:
        """Return a link to the topic's public page."""
        path = reverse("tag", args=[tag.slug])
        return format_html('<a href="{}">{}</a>', path, path)
