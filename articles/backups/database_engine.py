"""Which of the two databases it is, for backups and restores."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.backups import postgresql_dump, sqlite_dump
from articles.backups.manifest import DatabaseFacts, Manifest


class Engine(Protocol):
    """What a backup needs of a database; the modules ``sqlite`` and ``postgresql`` have it."""

    def dump(self, connection: BaseDatabaseWrapper, folder: Path) -> DatabaseFacts:
        """Write a copy into ``folder`` and return what it holds."""

    def require_vacant(self, connection: BaseDatabaseWrapper) -> None:
        """Raise ``BackupError`` unless a restore would overwrite nothing."""

    def holds(self, connection: BaseDatabaseWrapper, manifest: Manifest) -> bool:
        """Tell whether the database is as a restore of this backup leaves it."""

    def load(self, connection: BaseDatabaseWrapper, source: Path, manifest: Manifest) -> None:
        """Restore the copy."""


def engine_of(connection: BaseDatabaseWrapper) -> Engine:
    """Return the engine of the database that the settings name."""
    engines: dict[str, Engine] = {"sqlite": sqlite_dump, "postgresql": postgresql_dump}
    return engines[connection.vendor]
