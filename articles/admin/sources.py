"""Outlets, with the hosts and spellings by which an import tells them."""

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
from articles.admin.list_filters import TO_REVIEW, ReviewFilter
from articles.content.text.normalization import one_line
from articles.content.text.slugs import slug_of
from articles.content.urls.normalization import ascii_host
from articles.deriving.bulk_get_or_create import own_slug
from articles.models import Source, SourceAlias, SourceHost


class HostForm(ModelForm):
    """A host name, in the one spelling in which it is looked up."""

    class Meta:
        model = SourceHost
        fields = ("host",)

    def clean_host(self) -> str:
        """Return it in lower-case ASCII."""
        try:
            return ascii_host(one_line(self.cleaned_data["host"]))
        except ValueError as error:
            raise forms.ValidationError(
                "This is no host name; write www.herald.example."
            ) from error


class PartInline(TabularInline):
    """A part of an outlet: who may change the outlet may change it."""

    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the permission on outlets."""
        user = request.user
        return user.has_perm("articles.view_source") or self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the permission on outlets."""
        return request.user.has_perm("articles.change_source")

    has_add_permission = has_delete_permission = has_change_permission


class HostInline(PartInline):
    """The outlet's hosts."""

    model = SourceHost
    form = HostForm


class AliasInline(PartInline):
    """The outlet's spellings."""

    model = SourceAlias
    fields = ("alias",)


@admin.register(Source)
class SourceAdmin(KeysetAdmin):
    """Outlets. Their addresses do not change, and none is deleted while it has stories."""

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

    def walks(self, chosen: Mapping[str, str]) -> list[Q]:
        """Return the walk along the index of new outlets."""
        return [TO_REVIEW] if chosen.get("review") == "1" else [Q()]

    def is_sieved(self, chosen: Mapping[str, str]) -> bool:
        """Tell whether words are searched for."""
        return "q" in chosen

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Give a new outlet its slug."""
        assert isinstance(obj, Source)
        if not obj.slug:
            taken = Source.objects.filter(slug=slug_of(obj.name)).exists()
            obj.slug = own_slug(obj.name, taken)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: stories, captures and imports rely on outlets."""
        return False
