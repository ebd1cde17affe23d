"""Marks of erased articles: what may not be imported again, and which URLs answer 410."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models


class BlockedIdentity(models.Model):
    """The mark that stays when an article was erased for good: its address comes in no more."""

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
    """An address that an erased article had, as a hash: the address itself may name somebody."""

    path_hash = models.CharField(max_length=64, primary_key=True)
    mark = models.ForeignKey(BlockedIdentity, on_delete=models.CASCADE, related_name="paths")

    def __str__(self) -> str:
        return self.path_hash

    @staticmethod
    def hash_of(path: str) -> str:
        """Return the key of a decoded path, from '/' to '/'."""
        return hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()
