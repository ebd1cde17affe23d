"""Verify the archive: every SHA-256, every derived value, every orphan."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import ExitStack
from itertools import chain
from typing import Any

from django.conf import settings

from articles.archive_lock import exclusive
from articles.management.base import ArchiveCommand
from articles.searching import index_updates
from articles.verification import archive_checks


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Compute every SHA-256 anew and derive every value anew; list what differs. "
        "Exit: 0 nothing found, 3 something found, 4 an import runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write what is derived anew")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        fix: bool = options["fix"]
        with ExitStack() as stack:
            # While an import writes, half of what it does would look like a fault.
            check = stack.enter_context(exclusive())
            groups = (
                found
                for _, found in archive_checks.differences(settings.ARCHIVE_TIME_ZONE, fix=fix)
            )
            findings = 0
            unfixed = 0
            for finding in chain(
                archive_checks.damaged_bytes(),
                chain.from_iterable(groups),
                archive_checks.orphans(),
                archive_checks.wrong_counts(fix=fix),
            ):
                findings += 1
                unfixed += not (fix and finding.fixable)
                self.stdout.write(str(finding))
            check()
        index_updates.update()
        if findings:
            fixed = findings - unfixed
            self.end_with_findings(f"{findings} findings, {fixed} of them put right")
        self.stdout.write("nothing found")
