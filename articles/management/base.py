"""What all commands share: exit codes that other programs rely on, and plain words on stderr.

0 well · 1 fatal · 2 usage · 3 finished with findings · 4 another one runs · 130 interrupted.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from articles.archive_lock import AlreadyRunningError, ArchiveLostError
from articles.management.error_messages import in_words
from articles.management.exit_codes import ALREADY_RUNNING, FINDINGS, INTERRUPTED


class ArchiveCommand(BaseCommand):
    """A command that ends with the archive's exit codes."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; turn what can go wrong outside of it into a clear last line."""
        try:
            return super().execute(*args, **options)
        except AlreadyRunningError as error:
            raise CommandError(str(error), returncode=ALREADY_RUNNING) from error
        except ArchiveLostError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "interrupted; run the command again to go on", returncode=INTERRUPTED
            ) from error
        except (DatabaseError, InterfaceError, OSError, sqlite3.Error) as error:
            raise CommandError(
                f"{in_words(error)}. The archive is as it was after the last finished step; mend "
                "the cause and run the command again."
            ) from error

    def check_migrations(self) -> None:
        """Raise :class:`CommandError` when the database is not the one this code is for."""
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            raise CommandError(
                f"the database lacks {len(missing)} migrations; run manage.py migrate first"
            )

    def end_with_findings(self, message: str) -> NoReturn:
        """End with exit code 3 and ``message`` on stderr."""
        raise CommandError(message, returncode=FINDINGS)
