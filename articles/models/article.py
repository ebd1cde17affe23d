"""Articles: one row per original URL, narrow for lists; the text is in a table of its own."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from taggit.managers import TaggableManager

from articles.content.post_file.parsing import Kind
from articles.content.post_file.publication_date import Evidence, PublicationTime
from articles.content.text.date_parsing import Precision

from .tag import TaggedArticle


class State(models.TextChoices):
    """Who may see an article."""

    PUBLISHED = "published", "published"
    REVIEW = "review", "in review"
    WITHDRAWN = "withdrawn", "withdrawn"


class ArticleQuerySet(models.QuerySet["Article"]):
    """Queries for articles; ``published`` is the only definition of what the public sees."""

    def published(self) -> Self:
        """Return the articles that readers may see."""
        return self.filter(state=State.PUBLISHED)

    def newest_first(self) -> Self:
        """Return them in the order of every list: newest first; the key breaks ties."""
        return self.order_by("-published_at", "-id")

    def for_lists(self) -> Self:
        """Return them with the columns and relations that a list shows, and no others."""
        return self.select_related("source", "author").defer(
            "identity_hash", "url", "state_reason", "flags"
        )

    def on_day(self, day: dt.date) -> Self:
        """Return the articles of one day of the archive's calendar."""
        return self.filter(day=day)


class Article(models.Model):
    """One story at one original URL, as shown: derived from its captures, with edits on top."""

    identity_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the URL.")
    url = models.TextField(help_text="The normalised URL that tells this article from others.")
    code = models.CharField(max_length=52, unique=True)
    slug = models.CharField(max_length=140)
    first_public_at = models.DateTimeField(
        null=True,
        help_text="When readers could first see it. From then on the slug stays, and a new day "
        "leaves a redirect.",
    )
    title = models.CharField(max_length=1000, blank=True)
    excerpt = models.CharField(max_length=400, blank=True)
    source = models.ForeignKey("Source", on_delete=models.PROTECT, related_name="articles")
    author = models.ForeignKey(
        "Author", null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in Kind])
    language = models.CharField(max_length=20, blank=True)
    published_at = models.DateTimeField()
    published_precision = models.CharField(
        max_length=10, choices=[(p.value, p.value) for p in Precision]
    )
    published_evidence = models.CharField(
        max_length=20, choices=[(e.value, e.value) for e in Evidence]
    )
    day = models.DateField()
    captured_at = models.DateTimeField(null=True, help_text="The shown post's own date.")
    imported_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    state_reason = models.TextField(blank=True, help_text="Why it was withdrawn.")
    state_changed_at = models.DateTimeField(null=True)
    character_count = models.PositiveIntegerField(default=0)
    picture_count = models.PositiveIntegerField(default=0)
    version_count = models.PositiveIntegerField(default=0)
    flags = models.JSONField(default=list, help_text="What an editor should look at.")
    needs_review = models.BooleanField(default=False)
    current_capture = models.ForeignKey(
        "Capture", null=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    tags = TaggableManager(through=TaggedArticle, blank=True)
    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        get_latest_by = "published_at"
        permissions = [
            ("publish_article", "Can publish article"),
            ("withdraw_article", "Can withdraw article"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["day", "slug"], name="article_address"),
            models.CheckConstraint(
                condition=~models.Q(state=State.WITHDRAWN) | ~models.Q(state_reason=""),
                name="article_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(slug="") & ~models.Q(code=""), name="article_has_address"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="article_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in Kind]), name="article_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(published_precision__in=[p.value for p in Precision])
                & models.Q(published_evidence__in=[e.value for e in Evidence]),
                name="article_clock_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-published_at", "-id"], name="article_newest"),
            models.Index(fields=["state", "day", "-published_at", "-id"], name="article_day"),
            models.Index(fields=["source", "state", "-published_at", "-id"], name="article_source"),
            models.Index(fields=["author", "state", "-published_at", "-id"], name="article_author"),
            models.Index(fields=["state", "-first_public_at", "-id"], name="article_arrivals"),
            models.Index(
                fields=["source", "state", "-first_public_at", "-id"],
                name="article_source_arrivals",
            ),
            models.Index(
                fields=["author", "state", "-first_public_at", "-id"],
                name="article_author_arrivals",
            ),
            models.Index(fields=["needs_review", "-published_at", "-id"], name="article_review"),
            models.Index(fields=["-published_at", "-id"], name="article_all_newest"),
            # Few articles ever change their state. SQLite would not use a partial index of the
            # withdrawn ones, because queries pass the state as a parameter.
            models.Index(
                fields=["state", "-state_changed_at", "code"],
                condition=models.Q(state_changed_at__isnull=False),
                name="article_state_changed",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.code

    def get_absolute_url(self) -> str:
        """Return the public path, which contains the day and the slug."""
        day = self.day
        return reverse("article", args=[day.year, day.month, day.day, self.slug])

    @property
    def is_public(self) -> bool:
        """Return whether readers may see it."""
        return self.state == State.PUBLISHED

    @property
    def publication_time(self) -> PublicationTime:
        """Return the publication time with its precision and its evidence."""
        return PublicationTime(
            self.published_at,
            Precision(self.published_precision),
            Evidence(self.published_evidence),
        )


class ArticleBody(models.Model):
    """An article's text as shown: clean HTML, and the same as plain text, captions included."""

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="body"
    )
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "article bodies"

    def __str__(self) -> str:
        return f"text of {self.article_id}"


class EditedField(models.TextChoices):
    """The fields of an article whose derived value an editor can override."""

    TITLE = "title"
    HTML = "html", "text"
    SOURCE = "source"
    AUTHOR = "author"
    TAGS = "tags"
    LANGUAGE = "language"
    KIND = "kind"
    PUBLISHED_AT = "published_at", "published"


class ArticleEdit(models.Model):
    """An editor's value for one field of one article, on top of the derived one.

    ``value`` is JSON: a string, a list of tag names, a date and time in ISO 8601, a source's key,
    or null for no author. A field has at most one active edit; inactive ones are its history.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="edits")
    field = models.CharField(max_length=20, choices=EditedField)
    value = models.JSONField(null=True)
    base_capture = models.ForeignKey(
        "Capture", null=True, on_delete=models.PROTECT, related_name="+"
    )
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reason = models.CharField(max_length=500, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "field"],
                condition=models.Q(active=True),
                name="one_active_edit_a_field",
            ),
            models.CheckConstraint(
                condition=models.Q(field__in=EditedField.values), name="edit_field_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.article_id}"
