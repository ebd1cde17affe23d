"""Topics: tags with Unicode slugs, and the reason for each tag of an article."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from taggit.models import ItemBase, TagBase

from articles.content.text.slugs import make_slug

from .folded_name import FoldedName


class Tag(TagBase):
    """A topic. The name is stored as typed; the slug keeps Chinese characters."""

    name = models.CharField(max_length=200, unique=True)
    folded = FoldedName()
    slug = models.SlugField(max_length=120, unique=True, allow_unicode=True)
    story_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = "topic"

    def __str__(self) -> str:
        return self.name

    def slugify(self, tag: str, i: int | None = None) -> str:
        """Return the slug for ``tag``; never empty, also for ``！！！``."""
        slug = make_slug(tag)
        return f"{slug}-{i}" if i is not None else slug

    def get_absolute_url(self) -> str:
        """Return the path of the list of the topic's stories."""
        return reverse("tag", args=[self.slug])


class TagReason(models.TextChoices):
    """Who or what put a tag on an article."""

    IMPORT = "import", "the imported post"
    EDITOR = "editor", "an editor"
    RULE = "rule", "a rule"


class TaggedArticle(ItemBase):
    """One tag of one article, and the reason for it.

    ``listed_at`` repeats the article's publication time and ``arrived_at`` the time when it was
    first public, while the article is public; both are null otherwise. So a tag's lists are index
    range scans, however long they are.
    """

    content_object = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    reason = models.CharField(max_length=10, choices=TagReason, default=TagReason.EDITOR)
    listed_at = models.DateTimeField(null=True, editable=False)
    arrived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="one_tagging_each")
        ]
        indexes = [
            models.Index(
                fields=["tag", "-listed_at", "-content_object"], name="tagging_newest_first"
            ),
            models.Index(fields=["tag", "-arrived_at", "-content_object"], name="tagging_arrivals"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} on {self.content_object_id}"
