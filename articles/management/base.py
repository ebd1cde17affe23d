"""The base class of all commands: exit codes that programs rely on, and clear errors on stderr.

0 success · 1 fatal · 2 usage · 3 finished with findings · 4 another one runs · 130 interrupted.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from articles.archive_lock import AlreadyRunningError, LockLostError
from articles.management.error_messages import describe_error
from articles.management.exit_codes import ALREADY_RUNNING, FINDINGS, INTERRUPTED


class ArchiveCommand(BaseCommand):
    """A command that exits with the archive's exit codes."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; turn environment errors into one clear last line and an exit code."""
        try:
            return super().execute(*args, **options)
        except AlreadyRunningError as error:
            raise CommandError(str(error), returncode=ALREADY_RUNNING) from error
        except LockLostError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "interrupted; run the command again to go on", returncode=INTERRUPTED
            ) from error
        except (DatabaseError, InterfaceError, OSError, sqlite3.Error) as error:
            raise CommandError(
                f"{describe_error(error)}. The archive is as it was after the last finished step; "
                "fix the cause and run the command again."
            ) from error

    def check_migrations(self) -> None:
        """Raise :class:`CommandError` when the database lacks migrations of this code."""
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            raise CommandError(
                f"the database lacks {len(missing)} migrations; run manage.py migrate first"
            )

    def exit_with_findings(self, message: str) -> NoReturn:
        """Exit with code 3 and ``message`` on stderr."""
        raise CommandError(message, returncode=FINDINGS)
