"""Update the search index, rebuild it, or compare it with the archive."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from articles.importing.reporting import is_interactive, progress_bar
from articles.management.base import ArchiveCommand
from articles.models import Article
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Write what has changed to the search index; build the index if there is none. Searches "
        "work meanwhile. Exit: 0 success, 1 fatal, 2 usage, 3 --check has findings, "
        "130 interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--rebuild",
            action="store_true",
            help="build a new index and replace the old one with it",
        )
        what.add_argument(
            "--check",
            action="store_true",
            help="list every story on which index and archive differ",
        )
        parser.add_argument("--no-progress", action="store_true", help="show no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        shows_progress = is_interactive() and not options["no_progress"]
        if options["check"]:
            self._check()
        elif options["rebuild"]:
            total = Article.objects.count() if shows_progress else None
            with progress_bar(total, "indexing") as advance:
                count = index_updates.rebuild(advance)
            self.stdout.write(f"{count} articles are in the new index")
        else:
            with progress_bar(
                index_updates.count_pending() if shows_progress else None, "indexing"
            ) as advance:
                count = index_updates.update(advance)
            self.stdout.write(f"{count} changes were written to the index")

    def _check(self) -> None:
        findings = 0
        try:
            for difference in index_updates.find_differences():
                findings += 1
                self.stdout.write(str(difference))
        except IndexMissingError as error:
            self.exit_with_findings(f"{error}; run manage.py update_index")
        if findings:
            self.exit_with_findings(
                f"{findings} differences; run manage.py update_index --rebuild to repair them"
            )
        waiting = index_updates.count_pending()
        self.stdout.write(
            "nothing found" + (f"; {waiting} changes wait for update_index" if waiting else "")
        )
