"""Tombstones of erased articles: what must not be imported again, and which URLs return 410."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models


class BlockedIdentity(models.Model):
    """The tombstone of an erased article: no import may create its identity again."""

    identity_hash = models.CharField(max_length=64, primary_key=True)
    code = models.CharField(max_length=52, unique=True)
    reason = models.TextField()
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    blocked_at = models.DateTimeField()

    class Meta:
        ordering = ["-blocked_at"]
        verbose_name = "erased address"
        verbose_name_plural = "erased addresses"
        indexes = [models.Index(fields=["-blocked_at", "code"], name="blocked_latest")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="blocked_with_reason")
        ]

    def __str__(self) -> str:
        return self.code


class ErasedPath(models.Model):
    """A path that an erased article had, as a hash, because the path itself may name somebody."""

    path_hash = models.CharField(max_length=64, primary_key=True)
    mark = models.ForeignKey(BlockedIdentity, on_delete=models.CASCADE, related_name="paths")

    def __str__(self) -> str:
        return self.path_hash

    @staticmethod
    def hash_path(path: str) -> str:
        """Return the SHA-256 (hex) of a percent-decoded path, from '/' to '/'."""
        return hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()
