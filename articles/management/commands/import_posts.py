"""Import post files: folders, archives, git repositories, files, or a list of paths."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from articles.archive_lock import exclusive
from articles.importing import reporting
from articles.importing.batch import Outcome, Result
from articles.importing.import_run import Importer, Options
from articles.importing.readers import (
    Found,
    SourceMissingError,
    check_sources,
    find,
    find_listed,
    is_cheap_to_count,
    is_since,
)
from articles.management.base import ArchiveCommand
from articles.models import State
from articles.searching import index_updates


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date; write 2021-01-31") from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Import post files. PATH is a folder, a file, an archive (.zip, .tar, .tar.gz, .tar.bz2, "
        ".tar.xz), the top of a git checkout or a bare repository (read at HEAD; what is not "
        "committed is not read), or - for a list of paths on standard input. "
        "Files that were imported before and have not changed are passed over. Exit: 0 well, "
        "1 fatal, 2 usage, 3 finished with failed files, 4 another import runs, 130 interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("paths", nargs="+", metavar="PATH")
        add("--dry-run", action="store_true", help="say what would happen, write nothing")
        add("--workers", type=_count, default=os.cpu_count() or 1, help="0: no worker processes")
        add("--limit", type=_count, help="take at most so many posts that are new or changed")
        add("--since", type=_date, metavar="DATE", help="only files of this day or later")
        add("--force", action="store_true", help="read every file, also unchanged ones")
        add("--status", choices=["published", "review"], default="published")
        add("--root", default="", metavar="LABEL", help="name under which the files are filed")
        add("--report", metavar="FILE.jsonl", help="write a line of JSON for each file")
        add("--format", choices=["text", "json"], default="text")
        add("--fail-fast", action="store_true", help="stop at the first file that fails")
        add("--no-index", action="store_true", help="leave search to update_index")
        add("--no-progress", action="store_true", help="show no bar")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check(options)
        self.as_json: bool = options["format"] == "json"
        importer = Importer(_options(options), self._result)
        self.report_file: reporting.ReportFile | None = None
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with ExitStack() as stack:
                self.check_migrations()
                if options["report"]:
                    self.report_file = stack.enter_context(
                        reporting.ReportFile(Path(options["report"]))
                    )
                if not options["dry_run"]:
                    importer.check = stack.enter_context(exclusive())
                self._import(importer, options, stack)
            if not (options["dry_run"] or options["no_index"]):
                self._index(options)
        finally:
            signal.signal(signal.SIGTERM, before)
            summary = importer.summary
            if self.as_json:
                self.stdout.write(reporting.to_line(reporting.summary_json(summary)))
            else:
                self.stdout.write(reporting.summary_text(summary))
        if summary.count(Outcome.FAILED):
            self.end_with_findings(
                f"{summary.count(Outcome.FAILED)} files could not be read; "
                "their bytes and the reasons are in quarantine"
            )

    def _check(self, options: dict[str, Any]) -> None:
        paths = options["paths"]
        if "-" in paths and len(paths) > 1:
            raise CommandError(
                "- stands alone: paths come from standard input or not", returncode=2
            )
        if not options["root"].isprintable():
            raise CommandError("--root: a label is text without controls, in UTF-8", returncode=2)
        if "/" in options["root"] or options["root"] in {".", ".."}:
            raise CommandError(f"--root {options['root']!r}: a label has no slash", returncode=2)
        try:
            check_sources(path for path in paths if path != "-")
        except SourceMissingError as error:
            raise CommandError(str(error), returncode=2) from error

    def _import(self, importer: Importer, options: dict[str, Any], stack: ExitStack) -> None:
        listed = options["paths"] == ["-"]
        watched = reporting.is_watched() and not options["no_progress"] and not listed
        countable = watched and is_cheap_to_count(options["paths"])
        total = sum(1 for _ in self._found(importer, options, stack)) if countable else None
        with reporting.progress_bar(total) as self.advance:
            roots = [
                options["root"] or reporting.path_text(os.fsencode(p)) for p in options["paths"]
            ]
            importer.import_files(self._found(importer, options, stack), roots)

    def _index(self, options: dict[str, Any]) -> None:
        """Bring what has come in into the search index: a phase with a bar of its own."""
        watched = reporting.is_watched() and not options["no_progress"]
        count = index_updates.pending()
        if count:
            with reporting.progress_bar(count if watched else None, "indexing") as advance:
                index_updates.update(advance)

    def _found(
        self, importer: Importer, options: dict[str, Any], stack: ExitStack
    ) -> Iterator[Found]:
        def note(root: str, commit: str) -> None:
            importer.note_commit(root, commit)
            self._commit(root, commit)

        paths, label = options["paths"], options["root"]
        if paths == ["-"]:
            found = find_listed(sys.stdin.buffer, label)
        else:
            found = find(paths, label, stack, note)
        since = options["since"]
        return (each for each in found if since is None or each.problem or is_since(each, since))

    def _commit(self, root: str, commit: str) -> None:
        if self.as_json:
            line = {"type": "commit", "root": root, "commit": commit}
            self.stdout.write(reporting.to_line(line))
        else:
            self.stderr.write(
                f"{root}: a git repository, read at commit {commit}; changes that are not "
                "committed are not read"
            )

    def _result(self, result: Result) -> None:
        self.advance()
        line = reporting.result_json(result)
        if self.report_file is not None:
            self.report_file.write(line)
        if self.as_json:
            self.stdout.write(reporting.to_line({"type": "file", **line}))
        elif result.outcome in {Outcome.FAILED, Outcome.SKIPPED}:
            path = reporting.path_text(result.path)
            self.stderr.write(f"{result.outcome}: {result.root}/{path}: {result.reason}")


def _options(options: dict[str, Any]) -> Options:
    return Options(
        workers=options["workers"],
        limit=options["limit"],
        force=options["force"],
        dry_run=options["dry_run"],
        fail_fast=options["fail_fast"],
        state=State(options["status"]),
        zone=settings.ARCHIVE_TIME_ZONE,
    )
