"""``manage.py restore DIR``: restore a backup into an empty database and media folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from articles.backups.durable_copies import BackupError
from articles.backups.restore import AlreadyRestoredError, restore
from articles.management.base import ArchiveCommand


class Command(ArchiveCommand):
    """Restore a backup; nothing that exists is overwritten."""

    help = "Restore the backup in DIR. Database and media folder must be empty or missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the argument."""
        parser.add_argument(
            "dir", metavar="DIR", type=Path, help="a folder that the backup command wrote"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and report whether the database has to be migrated."""
        loader = MigrationLoader(None, ignore_no_migrations=True)
        on_disk = {".".join(key): migration for key, migration in loader.disk_migrations.items()}
        replaced = {".".join(key) for each in on_disk.values() for key in each.replaces}
        try:
            manifest = restore(
                connection, Path(settings.MEDIA_ROOT), options["dir"], on_disk.keys() | replaced
            )
        except AlreadyRestoredError as done:
            self.stdout.write(str(done))
            return
        except BackupError as error:
            raise CommandError(str(error)) from error
        database = manifest.database
        self.stdout.write(
            f"restored the backup of {manifest.created}: {sum(database.counts.values())} rows, "
            f"{len(manifest.media)} media files. To build the search index, run: "
            "manage.py update_index"
        )
        if on_disk.keys() - set(database.migrations):
            self.stdout.write("The backup is older than this code. Run: manage.py migrate")
