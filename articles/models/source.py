"""Outlets: who published a story, and the hosts and aliases by which they are recognised."""

from __future__ import annotations

from django.db import models
from django.urls import reverse


class CanonicalPolicy(models.TextChoices):
    """Which URL is the canonical URL, for search engines, of this outlet's stories."""

    ORIGINAL = "original", "the outlet's own page"
    ARCHIVE = "archive", "the archive's page"


class Source(models.Model):
    """An outlet, such as a newspaper, a broadcaster or a blog."""

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    description = models.TextField(blank=True)
    language = models.CharField(
        max_length=20, blank=True, help_text="BCP 47: zh-Hans, zh-Hant, en, …"
    )
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1: DE, TW, US, …")
    home_page = models.URLField(max_length=500, blank=True)
    rights = models.TextField(blank=True, help_text="Terms under which its stories are kept.")
    canonical_policy = models.CharField(
        max_length=10, choices=CanonicalPolicy, default=CanonicalPolicy.ORIGINAL
    )
    needs_review = models.BooleanField(
        default=False, help_text="Created by an import that did not know this outlet."
    )
    story_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "outlet"
        indexes = [models.Index(fields=["needs_review", "name"], name="source_review_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the list of the outlet's stories."""
        return reverse("source", args=[self.slug])


class SourceHost(models.Model):
    """A host name under which only this outlet publishes."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=255, unique=True)

    class Meta:
        ordering = ["host"]
        verbose_name = "host"

    def __str__(self) -> str:
        return self.host


class SourceAlias(models.Model):
    """A category in posts that means this outlet."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="aliases")
    alias = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["alias"]
        verbose_name = "alias"
        verbose_name_plural = "aliases"

    def __str__(self) -> str:
        return self.alias
