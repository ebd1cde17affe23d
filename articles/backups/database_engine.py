"""Select the dump module of the configured database."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.backups import postgresql_dump, sqlite_dump
from articles.backups.manifest import DatabaseSummary, Manifest


class Engine(Protocol):
    """The functions of ``sqlite_dump`` and ``postgresql_dump`` that backup and restore call."""

    def dump(self, connection: BaseDatabaseWrapper, folder: Path) -> DatabaseSummary:
        """Write a copy into ``folder`` and return a summary of it."""

    def require_empty(self, connection: BaseDatabaseWrapper) -> None:
        """Raise ``BackupError`` if a restore would overwrite something."""

    def matches(self, connection: BaseDatabaseWrapper, manifest: Manifest) -> bool:
        """Return whether the database is what a restore of this backup produces."""

    def load(self, connection: BaseDatabaseWrapper, source: Path, manifest: Manifest) -> None:
        """Restore the copy."""


def get_engine(connection: BaseDatabaseWrapper) -> Engine:
    """Return the engine of ``connection``'s database."""
    engines: dict[str, Engine] = {"sqlite": sqlite_dump, "postgresql": postgresql_dump}
    return engines[connection.vendor]
