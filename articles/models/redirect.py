"""Former paths of articles."""

from __future__ import annotations

from django.db import models


class Redirect(models.Model):
    """A former path of an article, and the article that it redirects to."""

    path = models.TextField(unique=True, help_text="Decoded, from '/' to '/'.")
    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="redirects")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.path
