"""The output of an import: a line for each file, a summary, a progress bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from articles.content.text.file_paths import display_path
from articles.importing.batch import FileResult, Outcome
from articles.importing.import_run import Summary


def result_json(result: FileResult) -> dict[str, Any]:
    """Return the JSON object of one file."""
    return {
        "path": display_path(result.path),
        "root": result.root,
        "sha256": result.sha256,
        "outcome": result.outcome.value,
        "article": result.article,
        "reason": result.reason,
        "warnings": list(result.warnings),
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return the JSON object of the summary, the last line of ``--format json``."""
    return {
        "type": "summary",
        "files": summary.files,
        "created": summary.count(Outcome.CREATED),
        "versions": summary.count(Outcome.VERSION),
        "unchanged": summary.count(Outcome.UNCHANGED),
        "failed": summary.count(Outcome.FAILED),
        "skipped": summary.count(Outcome.SKIPPED),
        "seconds": round(summary.seconds, 3),
        "run": summary.run,
    }


def summary_text(summary: Summary) -> str:
    """Return the summary as text."""
    return (
        f"{summary.files} files in {summary.seconds:.1f} s: "
        f"{summary.count(Outcome.CREATED)} created, {summary.count(Outcome.VERSION)} versions, "
        f"{summary.count(Outcome.UNCHANGED)} unchanged, {summary.count(Outcome.FAILED)} failed; "
        f"{summary.count(Outcome.SKIPPED)} skipped, {summary.with_warnings} with warnings"
    )


def json_line(data: dict[str, Any]) -> str:
    """Return ``data`` as one line of JSON."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


class ReportFile:
    """The file of ``--report``; an :class:`OSError` from writing it has its path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._file.close()
        except OSError as full:
            if error is None:  # otherwise an earlier error is on its way up
                raise self._with_path(full) from full

    def write(self, line: dict[str, Any]) -> None:
        """Add a line of JSON."""
        try:
            self._file.write(json_line(line) + "\n")
        except OSError as full:
            raise self._with_path(full) from full

    def _with_path(self, error: OSError) -> OSError:
        return OSError(error.errno, error.strerror, str(self._path))


@contextmanager
def progress_bar(total: int | None, label: str = "importing") -> Iterator[Callable[..., None]]:
    """Show a progress bar on standard error, when that is a terminal and ``total`` is known.

    Yields a function that advances it, by one or by a number.
    """
    if total is None:
        yield lambda count=1: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda count=1: progress.advance(task, count)


def is_interactive() -> bool:
    """Return whether standard error is a terminal."""
    return sys.stderr.isatty()
