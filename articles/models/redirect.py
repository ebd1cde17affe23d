"""Addresses that an article had before."""

from __future__ import annotations

from django.db import models


class Redirect(models.Model):
    """A path that once was an article's address, with the article that answers there now."""

    path = models.TextField(unique=True, help_text="Decoded, from '/' to '/'.")
    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="redirects")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.path
