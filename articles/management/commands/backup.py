"""``manage.py backup DIR``: the database and the pictures, while the site is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from articles.backups.backup import back_up, broken_off
from articles.backups.durable_copies import BackupError
from articles.exporting.file_names import on_one_line
from articles.management.base import ArchiveCommand


class Command(ArchiveCommand):
    """Write a backup to DIR; 3 means that links among the media were left out."""

    help = "Write database and media to DIR, which appears once the backup is whole."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the argument."""
        parser.add_argument("dir", metavar="DIR", type=Path, help="a folder that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up, and end with 3 when something among the media is no file."""
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
        for path in broken_off(target):
            self.stderr.write(f"note: {path} is of a backup that broke off or still runs")
        if backup.left_out:
            names = ", ".join(map(on_one_line, backup.left_out))
            self.end_with_findings(f"left out, because they are no regular files: {names}")
