"""Outlets, with the hosts and aliases by which an import recognises them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Model, Q
from django.http import HttpRequest

from articles.admin.base.keyset_changelist import KeysetAdmin
from articles.admin.base.typed_bases import ModelForm, TabularInline
from articles.admin.list_filters import NEEDS_REVIEW, ReviewFilter
from articles.content.text.normalization import normalize_line
from articles.content.text.slugs import make_slug
from articles.content.urls.normalization import normalize_host
from articles.deriving.bulk_get_or_create import unique_slug
from articles.models import Source, SourceAlias, SourceHost


class HostForm(ModelForm):
    """A host name, normalised as lookups expect it."""

    class Meta:
        model = SourceHost
        fields = ("host",)

    def clean_host(self) -> str:
        """Return the host in lower-case ASCII."""
        try:
            return normalize_host(normalize_line(self.cleaned_data["host"]))
        except ValueError as error:
            raise forms.ValidationError(
                "This is not a host name. Write it like www.herald.example."
            ) from error


class SourceChildInline(TabularInline):
    """Rows that belong to an outlet, with the permissions on the outlet."""

    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user has the permission on outlets."""
        user = request.user
        return user.has_perm("articles.view_source") or self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user has the permission on outlets."""
        return request.user.has_perm("articles.change_source")

    has_add_permission = has_delete_permission = has_change_permission


class HostInline(SourceChildInline):
    """The outlet's hosts."""

    model = SourceHost
    form = HostForm


class AliasInline(SourceChildInline):
    """The outlet's aliases."""

    model = SourceAlias
    fields = ("alias",)


@admin.register(Source)
class SourceAdmin(KeysetAdmin):
    """Outlets. Their slugs never change, and they cannot be deleted."""

    order = ("name",)
    list_display = ("name", "language", "country", "story_count", "needs_review", "slug")
    list_filter = (ReviewFilter,)
    search_fields = ("name",)
    search_help_text = "Part of a name."
    fields = (
        "name", "slug", "needs_review", "language", "country", "home_page", "description",
        "rights", "canonical_policy", "story_count", "created_at",
    )  # fmt: skip
    readonly_fields = ("slug", "story_count", "created_at")
    inlines = (HostInline, AliasInline)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def index_scans(self, filters: Mapping[str, str]) -> list[Q]:
        """Return the range scan of new outlets, or of all."""
        return [NEEDS_REVIEW] if filters.get("review") == "1" else [Q()]

    def has_unindexed_filters(self, filters: Mapping[str, str]) -> bool:
        """Return whether there is a search query."""
        return "q" in filters

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save the outlet; a new one gets its slug."""
        assert isinstance(obj, Source)
        if not obj.slug:
            taken = Source.objects.filter(slug=make_slug(obj.name)).exists()
            obj.slug = unique_slug(obj.name, taken)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: stories, captures and imports refer to outlets."""
        return False
