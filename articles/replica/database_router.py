"""Where a query goes: to the standby while somebody has chosen it, else to the primary."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.db.models import Model

STANDBY = "standby"
_reads_standby = ContextVar("_reads_standby", default=False)


def is_configured() -> bool:
    """Tell whether the archive has a standby."""
    return STANDBY in settings.DATABASES


def is_chosen() -> bool:
    """Tell whether this context's reads go to the standby."""
    return _reads_standby.get()


def choose(standby: bool) -> None:
    """Let the reads of this context go to the standby, or to the primary, from now on."""
    _reads_standby.set(standby)


class Router:
    """Django's router of models: the databases differ by time alone."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Return the database to read from."""
        return STANDBY if _reads_standby.get() else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Return the database to write to: the primary."""
        return None

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        """Allow relations: a row is the same row wherever it was read."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Refuse migrations of the standby, which has them from the primary."""
        return False if db == STANDBY else None


def _forget(**_: object) -> None:
    """Choose the primary when a request is over, also one that was streamed to its end."""
    _reads_standby.set(False)


request_finished.connect(_forget, dispatch_uid="articles.replica.forget")
