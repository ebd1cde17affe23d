"""What an import tells: a line for each file, a summary, and a bar for whoever watches."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from articles.importing.batch import Outcome, Result
from articles.importing.import_run import Summary


def path_text(path: bytes) -> str:
    r"""Return a path as UTF-8 text; bytes that are not UTF-8 stand as ``\xNN``."""
    return path.decode("utf-8", "backslashreplace")


def result_json(result: Result) -> dict[str, Any]:
    """Return the report's object for one file."""
    return {
        "path": path_text(result.path),
        "root": result.root,
        "sha256": result.sha256,
        "outcome": result.outcome.value,
        "article": result.article,
        "reason": result.reason,
        "warnings": list(result.warnings),
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return the summary's object: the last line of ``--format json``."""
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
    """Return the summary in words."""
    return (
        f"{summary.files} files in {summary.seconds:.1f} s: "
        f"{summary.count(Outcome.CREATED)} created, {summary.count(Outcome.VERSION)} versions, "
        f"{summary.count(Outcome.UNCHANGED)} unchanged, {summary.count(Outcome.FAILED)} failed; "
        f"{summary.count(Outcome.SKIPPED)} skipped, {summary.warned} with warnings"
    )


def to_line(data: dict[str, Any]) -> str:
    """Return ``data`` as one line of JSON."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


class ReportFile:
    """The file of ``--report``; an :class:`OSError` of its disk names it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._file.close()
        except OSError as full:
            if error is None:  # else it is known already
                raise self._named(full) from full

    def write(self, line: dict[str, Any]) -> None:
        """Add a line of JSON."""
        try:
            self._file.write(to_line(line) + "\n")
        except OSError as full:
            raise self._named(full) from full

    def _named(self, error: OSError) -> OSError:
        return OSError(error.errno, error.strerror, str(self._path))


@contextmanager
def progress_bar(total: int | None, what: str = "importing") -> Iterator[Callable[..., None]]:
    """Show a bar on standard error, when that is a terminal and ``total`` is known.

    Yields what moves it on, by one or by a number.
    """
    if total is None:
        yield lambda count=1: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count=1: progress.advance(task, count)


def is_watched() -> bool:
    """Tell whether somebody watches standard error on a terminal."""
    return sys.stderr.isatty()
