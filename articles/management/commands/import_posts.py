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

from articles.archive_lock import exclusive_lock
from articles.content.text.file_paths import display_path
from articles.importing import reporting
from articles.importing.batch import FileResult, Outcome
from articles.importing.import_run import Importer, Options
from articles.importing.readers import (
    FoundFile,
    SourceMissingError,
    check_sources,
    find_files,
    find_listed_files,
    is_cheap_to_count,
    is_dated_since,
)
from articles.management.base import ArchiveCommand
from articles.models import State
from articles.searching import index_updates


def _iso_date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date; write 2021-01-31") from error


def _non_negative_int(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Import post files. PATH is a folder, a file, an archive (.zip, .tar, .tar.gz, .tar.bz2, "
        ".tar.xz), the top of a git checkout or a bare repository (read at HEAD; what is not "
        "committed is not read), or - for a list of paths on standard input. "
        "Unchanged files that were imported before are skipped. Exit: 0 success, 1 fatal, "
        "2 usage, 3 finished with failed files, 4 another import runs, 130 interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("paths", nargs="+", metavar="PATH")
        add("--dry-run", action="store_true", help="report what would happen, write nothing")
        add(
            "--workers",
            type=_non_negative_int,
            default=os.cpu_count() or 1,
            help="0: no worker processes",
        )
        add(
            "--limit",
            type=_non_negative_int,
            metavar="N",
            help="import at most N new or changed posts",
        )
        add("--since", type=_iso_date, metavar="DATE", help="only files of this day or later")
        add("--force", action="store_true", help="read unchanged files too")
        add("--status", choices=["published", "review"], default="published")
        add("--root", default="", metavar="LABEL", help="label to store the files under")
        add("--report", metavar="FILE.jsonl", help="write a line of JSON for each file")
        add("--format", choices=["text", "json"], default="text")
        add("--fail-fast", action="store_true", help="stop at the first file that fails")
        add("--no-index", action="store_true", help="do not update the search index")
        add("--no-progress", action="store_true", help="show no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_arguments(options)
        self.as_json: bool = options["format"] == "json"
        importer = Importer(_import_options(options), self._report_result)
        self.report_file: reporting.ReportFile | None = None
        previous_handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with ExitStack() as stack:
                self.check_migrations()
                if options["report"]:
                    self.report_file = stack.enter_context(
                        reporting.ReportFile(Path(options["report"]))
                    )
                if not options["dry_run"]:
                    importer.check_lock = stack.enter_context(exclusive_lock())
                self._run_import(importer, options, stack)
            if not (options["dry_run"] or options["no_index"]):
                self._update_index(options)
        finally:
            signal.signal(signal.SIGTERM, previous_handler)
            summary = importer.summary
            if self.as_json:
                self.stdout.write(reporting.json_line(reporting.summary_json(summary)))
            else:
                self.stdout.write(reporting.summary_text(summary))
        if summary.count(Outcome.FAILED):
            self.exit_with_findings(
                f"{summary.count(Outcome.FAILED)} files could not be read; "
                "their bytes and the reasons are in quarantine"
            )

    def _check_arguments(self, options: dict[str, Any]) -> None:
        paths = options["paths"]
        if "-" in paths and len(paths) > 1:
            raise CommandError(
                "- cannot be combined with other paths: it reads them all from standard input",
                returncode=2,
            )
        if not options["root"].isprintable():
            raise CommandError(
                "--root: a label is UTF-8 text without control characters", returncode=2
            )
        if "/" in options["root"] or options["root"] in {".", ".."}:
            raise CommandError(f"--root {options['root']!r}: a label has no slash", returncode=2)
        try:
            check_sources(path for path in paths if path != "-")
        except SourceMissingError as error:
            raise CommandError(str(error), returncode=2) from error

    def _run_import(self, importer: Importer, options: dict[str, Any], stack: ExitStack) -> None:
        reads_stdin = options["paths"] == ["-"]
        shows_progress = (
            reporting.is_interactive() and not options["no_progress"] and not reads_stdin
        )
        countable = shows_progress and is_cheap_to_count(options["paths"])
        total = sum(1 for _ in self._iter_files(importer, options, stack)) if countable else None
        with reporting.progress_bar(total) as self.advance:
            roots = [options["root"] or display_path(os.fsencode(p)) for p in options["paths"]]
            importer.import_files(self._iter_files(importer, options, stack), roots)

    def _update_index(self, options: dict[str, Any]) -> None:
        """Index what was imported: a phase with a progress bar of its own."""
        shows_progress = reporting.is_interactive() and not options["no_progress"]
        count = index_updates.count_pending()
        if count:
            with reporting.progress_bar(count if shows_progress else None, "indexing") as advance:
                index_updates.update(advance)

    def _iter_files(
        self, importer: Importer, options: dict[str, Any], stack: ExitStack
    ) -> Iterator[FoundFile]:
        def note_commit(root: str, commit: str) -> None:
            importer.record_commit(root, commit)
            self._report_commit(root, commit)

        paths, label = options["paths"], options["root"]
        if paths == ["-"]:
            files = find_listed_files(sys.stdin.buffer, label)
        else:
            files = find_files(paths, label, stack, note_commit)
        since = options["since"]
        return (
            file for file in files if since is None or file.problem or is_dated_since(file, since)
        )

    def _report_commit(self, root: str, commit: str) -> None:
        if self.as_json:
            line = {"type": "commit", "root": root, "commit": commit}
            self.stdout.write(reporting.json_line(line))
        else:
            self.stderr.write(
                f"{root}: a git repository, read at commit {commit}; uncommitted changes are not "
                "read"
            )

    def _report_result(self, result: FileResult) -> None:
        self.advance()
        line = reporting.result_json(result)
        if self.report_file is not None:
            self.report_file.write(line)
        if self.as_json:
            self.stdout.write(reporting.json_line({"type": "file", **line}))
        elif result.outcome in {Outcome.FAILED, Outcome.SKIPPED}:
            path = display_path(result.path)
            self.stderr.write(f"{result.outcome}: {result.root}/{path}: {result.reason}")


def _import_options(options: dict[str, Any]) -> Options:
    return Options(
        workers=options["workers"],
        limit=options["limit"],
        force=options["force"],
        dry_run=options["dry_run"],
        fail_fast=options["fail_fast"],
        state=State(options["status"]),
        zone=settings.ARCHIVE_TIME_ZONE,
    )
