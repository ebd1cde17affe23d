"""Pictures: one row per picture URL, and its placements in articles."""

from __future__ import annotations

from django.db import models
from django.urls import reverse


class ImageState(models.TextChoices):
    """Whether the archive has the picture itself."""

    KNOWN = "known", "address known"
    HELD = "held", "held"


class Image(models.Model):
    """A picture, identified by its URL; ``held`` once its file is stored."""

    code = models.CharField(max_length=52, unique=True)
    url = models.TextField(blank=True, help_text="Where the outlet published it.")
    url_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the address.")
    state = models.CharField(max_length=10, choices=ImageState, default=ImageState.KNOWN)
    file = models.FileField(
        upload_to="pictures", blank=True, max_length=200, help_text="The largest rendition."
    )
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the uploaded bytes.")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=ImageState.KNOWN)
                | (~models.Q(file="") & models.Q(width__gt=0) & models.Q(height__gt=0)),
                name="image_held_has_file",
            )
        ]

    def __str__(self) -> str:
        return self.url or self.code

    def get_absolute_url(self) -> str:
        """Return the path that serves the picture."""
        return reverse("picture", args=[self.code])


class ArticleImage(models.Model):
    """The placement of a picture in an article; ``position`` counts from 0 in reading order."""

    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="pictures")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="places")
    position = models.PositiveIntegerField()
    alt = models.TextField(blank=True)
    caption = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["article", "position"], name="one_picture_a_place")
        ]

    def __str__(self) -> str:
        return f"picture {self.position} of {self.article_id}"
