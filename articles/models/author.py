"""Authors: the bylines under which stories appeared."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from .folded_name import FoldedName


class Author(models.Model):
    """A byline as posts spell it. A merged one is another spelling of ``merged_into``."""

    name = models.CharField(max_length=200, unique=True)
    folded = FoldedName()
    slug = models.SlugField(max_length=120, unique=True, allow_unicode=True)
    story_count = models.PositiveIntegerField(default=0, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="other_spellings"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
                name="author_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the list of the author's stories."""
        return reverse("author", args=[self.slug])
