"""Route reads to the replica while it is in use in this context, everything else to the primary."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.db.models import Model

REPLICA = "standby"  # its key in DATABASES
_uses_replica = ContextVar("_uses_replica", default=False)


def is_configured() -> bool:
    """Return whether the archive has a replica."""
    return REPLICA in settings.DATABASES


def is_replica_in_use() -> bool:
    """Return whether this context's reads go to the replica."""
    return _uses_replica.get()


def use_replica(enabled: bool) -> None:
    """Send the reads of this context to the replica, or to the primary, from now on."""
    _uses_replica.set(enabled)


class ReplicaRouter:
    """Django's database router: both databases hold the same rows, the replica a little later."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Return the database to read from."""
        return REPLICA if _uses_replica.get() else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Return the database to write to: the primary."""
        return None

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        """Allow relations: a row is the same row wherever it was read."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Refuse migrations of the replica, which gets them from the primary."""
        return False if db == REPLICA else None


def _reset(**_: object) -> None:
    """Go back to the primary when a request has finished, also after a streamed response."""
    _uses_replica.set(False)


request_finished.connect(_reset, dispatch_uid=__name__)
