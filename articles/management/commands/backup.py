"""``manage.py backup DIR``: back up the database and the pictures while the site is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from articles.backups.backup import back_up, find_partial_backups
from articles.backups.durable_copies import BackupError
from articles.exporting.file_names import escape_controls
from articles.management.base import ArchiveCommand


class Command(ArchiveCommand):
    """Write a backup to DIR; exit 3 when media that are not regular files were left out."""

    help = "Write database and media to DIR, which appears once the backup is complete."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the argument."""
        parser.add_argument(
            "dir", metavar="DIR", type=Path, help="a folder that does not exist yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up, and exit with 3 when something among the media is not a regular file."""
        target = options["dir"]
        try:
            backup = back_up(connection, settings.MEDIA_ROOT, target, timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        manifest = backup.manifest
        size = sum(facts.size for facts in manifest.files.values())
        self.stdout.write(
            f"{target}: {manifest.database.vendor} database with "
            f"{sum(manifest.database.counts.values())} rows, {len(manifest.media)} media files, "
            f"{size} bytes in all."
        )
        for path in find_partial_backups(target):
            self.stderr.write(f"note: {path} belongs to a backup that failed or still runs")
        if backup.skipped_paths:
            names = ", ".join(map(escape_controls, backup.skipped_paths))
            self.exit_with_findings(f"left out because they are not regular files: {names}")
