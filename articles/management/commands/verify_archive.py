"""Verify the archive: check every SHA-256 and derived value, and look for orphans."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import ExitStack
from itertools import chain
from typing import Any

from django.conf import settings

from articles.archive_lock import exclusive_lock
from articles.management.base import ArchiveCommand
from articles.searching import index_updates
from articles.verification import archive_checks


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Compute every SHA-256 and derive every value again; list what differs. "
        "Exit: 0 nothing found, 3 findings, 4 an import runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write the newly derived values")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        fix: bool = options["fix"]
        with ExitStack() as stack:
            # A running import would look like a fault: half of its writes are missing.
            check = stack.enter_context(exclusive_lock())
            groups = (
                group
                for _, group in archive_checks.find_differences(settings.ARCHIVE_TIME_ZONE, fix=fix)
            )
            findings = 0
            unfixed = 0
            for finding in chain(
                archive_checks.find_damaged_bytes(),
                chain.from_iterable(groups),
                archive_checks.find_orphans(),
                archive_checks.find_wrong_counts(fix=fix),
            ):
                findings += 1
                unfixed += not (fix and finding.is_fixable)
                self.stdout.write(str(finding))
            check()
        index_updates.update()
        if findings:
            fixed = findings - unfixed
            self.exit_with_findings(f"{findings} findings, {fixed} of them fixed")
        self.stdout.write("nothing found")
