"""Archives that one test owns, on the database of the test run, and commands that work on them.

A command runs in a fork of a process in which Django is already set up: a tenth of the start time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from articles.tests.backups.isolated_archive import ON_SQLITE, ROOT, Archive
from articles.tests.fault_injection import child_process
from articles.tests.fault_injection.kill_points import NO_FAULT, Fault
from articles.tests.support.archive_comparison import Dump

HANG_SECONDS = 300  # a command that runs longer hangs; the slowest takes less than 30 seconds
_forks = get_context("forkserver")
_forks.set_forkserver_preload(
    # The test modules too: their functions run in the forks.
    [f"{__package__}.{name}" for name in ("child_process", "test_kills", "test_concurrency")]
)


@dataclass(frozen=True)
class CommandResult:
    """The result of a command: its exit code (negative for a signal) and its output."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """Return the last output line of an import, parsed from JSON."""
        summary: dict[str, Any] = json.loads(self.out.strip().split("\n")[-1])
        return summary


class RunningCommand:
    """A command that runs."""

    def __init__(self, process: BaseProcess, folder: Path) -> None:
        self.process = process
        self.folder = folder

    @property
    def pid(self) -> int:
        """Return its process ID."""
        assert self.process.pid is not None
        return self.process.pid

    def is_alive(self) -> bool:
        """Return whether it still runs."""
        return self.process.is_alive()

    def wait_for_pause(self) -> None:
        """Wait until it has stopped at a fault with ``Effect.PAUSE``."""
        deadline = time.monotonic() + HANG_SECONDS
        while not self._is_paused():
            assert self.is_alive(), f"the command ended without a pause: {self._output('err')}"
            assert time.monotonic() < deadline, "the command did not reach the pause"
            time.sleep(0.01)

    def _is_paused(self) -> bool:
        try:
            return _state(self.pid) == "T"
        except FileNotFoundError:
            return False

    def resume(self) -> None:
        """Continue after a pause."""
        os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> CommandResult:
        """Wait for its end and return the result; AssertionError after HANG_SECONDS."""
        self.process.join(HANG_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
            raise AssertionError(f"the command hung; its standard error: {self._output('err')}")
        assert self.process.exitcode is not None
        return CommandResult(self.process.exitcode, self._output("out"), self._output("err"))

    def _output(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class TestArchive(Archive):
    """An archive whose commands run in forks; their output goes to files below ``folder``."""

    __test__ = False

    def __init__(self, url: str, media: Path, folder: Path) -> None:
        super().__init__(url, media)
        self.folder = folder

    def start(
        self, *arguments: object, fault: Fault = NO_FAULT, **extra_settings: Any
    ) -> RunningCommand:
        """Start a management command; ``extra_settings`` are fields of :class:`CommandSettings`."""
        return self._fork(
            child_process.command, [str(word) for word in arguments], fault, **extra_settings
        )

    def run_command(
        self, *arguments: object, fault: Fault = NO_FAULT, **extra_settings: Any
    ) -> CommandResult:
        """Run a management command and return its result."""
        return self.start(*arguments, fault=fault, **extra_settings).wait()

    def run_import(
        self, *arguments: object, fault: Fault = NO_FAULT, **extra_settings: Any
    ) -> CommandResult:
        """Run an import with JSON output and, unless ``--workers`` is given, without workers."""
        return self.start_import(*arguments, fault=fault, **extra_settings).wait()

    def start_import(
        self, *arguments: object, fault: Fault = NO_FAULT, **extra_settings: Any
    ) -> RunningCommand:
        """Start an import with the same defaults as :meth:`run_import`."""
        command_line = ["import_posts", *map(str, arguments), "--format=json"]
        if not any(word.startswith("--workers") for word in command_line):
            command_line.append("--workers=0")
        return self.start(*command_line, fault=fault, **extra_settings)

    def call_function(
        self, function: Callable[..., None], *arguments: object, fault: Fault = NO_FAULT
    ) -> CommandResult:
        """Run a function of a test module with this archive as its database."""
        return self.start_function(function, *arguments, fault=fault).wait()

    def start_function(
        self, function: Callable[..., None], *arguments: object, fault: Fault = NO_FAULT
    ) -> RunningCommand:
        """Start a function of a test module with this archive as its database."""
        return self._fork(child_process.call_function, [function, *arguments], fault)

    def start_process(self, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        """Start ``manage.py`` as a separate process, as an operator does."""
        command = [sys.executable, "manage.py", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(command, cwd=ROOT, env=self.environment(), **pipes)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process that works on this archive."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "archive_site.settings",
            "DATABASE_URL": self.url,
            "MEDIA_ROOT": str(self.media),
            "SECRET_KEY": "of-a-test",
        }

    def dump(self, without: Sequence[str] = ()) -> Dump:
        """Return the canonical dump of the archive, without the columns in ``without``."""
        path = self.folder / "dump.json"
        result = self.call_function(child_process.dump, str(path), list(without))
        assert result.code == 0, result.err
        dump: Dump = json.loads(path.read_text())
        return dump

    def assert_consistent(self) -> None:
        """Run ``verify_archive``: hashes, derived values, counts and orphans are all correct."""
        result = self.run_command("verify_archive")
        assert (result.code, result.out) == (0, "nothing found\n"), result.out + result.err

    def _fork(
        self,
        target: Callable[..., None],
        arguments: Sequence[object],
        fault: Fault,
        **extra_settings: Any,
    ) -> RunningCommand:
        folder = Path(mkdtemp(dir=self.folder))
        command_settings = child_process.CommandSettings(
            self.name, str(self.media), str(folder), **extra_settings
        )
        process = _forks.Process(target=target, args=(command_settings, fault, *arguments))
        process.start()
        return RunningCommand(process, folder)


__all__ = ["ON_SQLITE", "CommandResult", "RunningCommand", "TestArchive"]
