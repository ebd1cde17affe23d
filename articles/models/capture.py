"""Where an article comes from: original bytes, the paths they were seen at, and captures."""

from __future__ import annotations

import hashlib
import zlib

from django.conf import settings
from django.db import models

from articles.content.post_file.parsing import Kind
from articles.content.post_file.publication_date import Evidence
from articles.content.text.date_parsing import Precision


class Original(models.Model):
    """The bytes of a post file, stored once per SHA-256, deflated by zlib."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField(help_text="The bytes, deflated by zlib.")
    size = models.PositiveBigIntegerField(help_text="Bytes before deflating.")

    def __str__(self) -> str:
        return self.sha256

    @property
    def content(self) -> bytes:
        """Return the original bytes.

        Raises :class:`zlib.error` when the stored bytes are damaged.
        """
        return zlib.decompress(bytes(self.data))


class Sighting(models.Model):
    """These bytes were seen at this path: provenance, and the fingerprint of unchanged files.

    Size, times and inode are the stat fingerprint by which an import skips an unchanged file.
    """

    root = models.CharField(max_length=255, help_text="Label of the folder or archive.")
    path = models.BinaryField(help_text="Bytes, relative to the root, separated by '/'.")
    original = models.ForeignKey(Original, on_delete=models.CASCADE, related_name="sightings")
    stem_hash = models.CharField(
        max_length=16, help_text="Of the file name without suffix, for a static site's addresses."
    )
    size = models.PositiveBigIntegerField()
    mtime_ns = models.BigIntegerField()
    ctime_ns = models.BigIntegerField()
    inode = models.BigIntegerField()
    first_run = models.ForeignKey("ImportRun", on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey("ImportRun", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["root", "path", "original"], name="one_sighting_each")
        ]
        indexes = [models.Index(fields=["stem_hash"], name="sighting_stem")]

    def __str__(self) -> str:
        return f"{self.root}/{bytes(self.path).decode('utf-8', 'backslashreplace')}"

    @staticmethod
    def hash_stem(path: bytes) -> str:
        """Return the ``stem_hash`` of a path: 16 hex digits of its file name without suffix."""
        stem = path.rsplit(b"/", 1)[-1].rpartition(b".")[0]
        return hashlib.sha256(stem).hexdigest()[:16]


class Capture(models.Model):
    """One distinct content of a post of one article: immutable, never deleted by an import.

    The columns cache what the parser derives from the original, so that the order of captures,
    the version numbers and the effective values need no parsing. ``order_path`` is the smallest
    path (compared as bytes) at which this content was seen.
    """

    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="captures")
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="captures")
    order_path = models.BinaryField()
    front_matter = models.JSONField(default=dict)
    front_matter_at = models.DateTimeField(null=True)
    epoch_ms = models.BigIntegerField(null=True)
    url = models.TextField(blank=True, help_text="The address as the post gives it.")
    title = models.CharField(max_length=1000, blank=True)
    text_hash = models.CharField(max_length=64, help_text="SHA-256 of the plain text.")
    character_count = models.PositiveIntegerField(default=0)
    picture_count = models.PositiveIntegerField(default=0)
    excerpt = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in Kind])
    language = models.CharField(max_length=20, blank=True)
    source = models.ForeignKey("Source", on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    tag_names = models.JSONField(default=list)
    published_at = models.DateTimeField()
    published_precision = models.CharField(
        max_length=10, choices=[(p.value, p.value) for p in Precision]
    )
    published_evidence = models.CharField(
        max_length=20, choices=[(e.value, e.value) for e in Evidence]
    )
    flags = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    removals = models.JSONField(default=list, help_text="What cleaning took away, by which rule.")
    rules_version = models.CharField(max_length=16, help_text="Which rules derived this.")
    version = models.PositiveIntegerField(null=True)
    hidden = models.BooleanField(default=False)
    hidden_reason = models.CharField(max_length=500, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    imported_at = models.DateTimeField()

    class Meta:
        permissions = [("hide_capture", "Can hide capture")]
        constraints = [
            models.UniqueConstraint(fields=["article", "original"], name="one_capture_a_content"),
            models.CheckConstraint(
                condition=models.Q(hidden=False) | ~models.Q(hidden_reason=""),
                name="capture_hidden_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(version__isnull=True) | models.Q(version__gte=1),
                name="capture_versions_from_1",
            ),
        ]

    def __str__(self) -> str:
        number = f"version {self.version}" if self.version else "another copy"
        return f"{number} of article {self.article_id}"

    def has_same_text_as(self, other: Capture) -> bool:
        """Return whether title and text equal those of ``other``: a copy, not another version."""
        return (self.title, self.text_hash) == (other.title, other.text_hash)
