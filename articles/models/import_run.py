"""Import runs, and the quarantine of files that a run could not read."""

from __future__ import annotations

import zlib

from django.db import models


class RunState(models.TextChoices):
    """The state of an import run."""

    RUNNING = "running", "running"
    FINISHED = "finished", "finished"
    INTERRUPTED = "interrupted", "interrupted"
    FAILED = "failed", "failed"


class ImportRun(models.Model):
    """One run of ``import_posts`` and its counts of files."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RUNNING)
    roots = models.JSONField(default=list, help_text="The labels that were imported.")
    options = models.JSONField(default=dict)
    commits = models.JSONField(
        default=list, help_text="Of git repositories: root and the id of the commit that was read."
    )
    created = models.PositiveIntegerField(default=0)
    versions = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=RunState.FINISHED) | models.Q(finished_at__isnull=False),
                name="run_finished_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="run_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def files(self) -> int:
        """Return how many post files the run processed."""
        return self.created + self.versions + self.unchanged + self.failed


class ImportIssue(models.Model):
    """Quarantine: a file that could not be read as a post, with its bytes and the reason.

    ``resolved_at`` is set by the later run that could read it.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="issues")
    root = models.CharField(max_length=255)
    path = models.BinaryField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Empty: it could not be read.")
    data = models.BinaryField(help_text="The bytes, deflated by zlib.")
    size = models.PositiveBigIntegerField()
    reason = models.TextField()
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "quarantined file"
        constraints = [
            models.UniqueConstraint(fields=["root", "path", "sha256"], name="one_issue_a_content")
        ]
        indexes = [models.Index(fields=["resolved_at", "-id"], name="issue_open_newest")]

    def __str__(self) -> str:
        return f"{self.root}/{bytes(self.path).decode('utf-8', 'backslashreplace')}"

    @property
    def content(self) -> bytes:
        """Return the bytes of the file as they were read."""
        return zlib.decompress(bytes(self.data))
