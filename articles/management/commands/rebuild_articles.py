"""Derive every article again from its originals, after rules or outlets have changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from articles.archive_lock import exclusive_lock
from articles.importing.reporting import is_interactive, progress_bar
from articles.management.base import ArchiveCommand
from articles.models import Article
from articles.searching import index_updates
from articles.verification import archive_checks


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Derive every story again from its originals and write what differs. Editors' changes "
        "stay on top. When interrupted, it prints the number for --after to continue."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list what would differ")
        parser.add_argument(
            "--after", type=int, default=0, metavar="N", help="continue after article number N"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        dry_run: bool = options["dry_run"]
        done = options["after"]
        differing = 0
        total = Article.objects.filter(pk__gt=done).count() if is_interactive() else None
        try:
            with exclusive_lock() as check, progress_bar(total, "rebuilding") as advance:
                groups = archive_checks.find_differences(
                    settings.ARCHIVE_TIME_ZONE, fix=not dry_run, after=done
                )
                for last, findings in groups:
                    check()
                    done = last
                    differing += len({finding.location for finding in findings})
                    for finding in findings:
                        self.stdout.write(str(finding))
                    for _ in range(archive_checks.ARTICLES_AT_ONCE):
                        advance()
        except BaseException:
            self.stderr.write(f"done up to article number {done}; continue with --after {done}")
            raise
        index_updates.update()
        verb = "would be" if dry_run else "were"
        self.stdout.write(f"{differing} articles {verb} rebuilt")
