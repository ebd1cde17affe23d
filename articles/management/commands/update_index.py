"""Bring the search index up to date, make it anew, or compare it with the archive."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from articles.importing.reporting import is_watched, progress_bar
from articles.management.base import ArchiveCommand
from articles.models import Article
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Bring what has changed into the search index; the first time, make it. Searches go on "
        "meanwhile. Exit: 0 well, 1 fatal, 2 usage, 3 --check has found something, 130 interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--rebuild",
            action="store_true",
            help="make a new index and put it in the old one's place",
        )
        what.add_argument(
            "--check", action="store_true", help="name every article that the index has otherwise"
        )
        parser.add_argument("--no-progress", action="store_true", help="show no bar")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        watched = is_watched() and not options["no_progress"]
        if options["check"]:
            self._check()
        elif options["rebuild"]:
            total = Article.objects.count() if watched else None
            with progress_bar(total, "indexing") as advance:
                count = index_updates.rebuild(advance)
            self.stdout.write(f"{count} articles are in the new index")
        else:
            with progress_bar(index_updates.pending() if watched else None, "indexing") as advance:
                count = index_updates.update(advance)
            self.stdout.write(f"{count} changes were brought into the index")

    def _check(self) -> None:
        findings = 0
        try:
            for difference in index_updates.differences():
                findings += 1
                self.stdout.write(str(difference))
        except IndexMissingError as error:
            self.end_with_findings(f"{error}; run manage.py update_index")
        if findings:
            self.end_with_findings(
                f"{findings} differences; manage.py update_index --rebuild puts them right"
            )
        waiting = index_updates.pending()
        self.stdout.write(
            "nothing found" + (f"; {waiting} changes wait for update_index" if waiting else "")
        )
