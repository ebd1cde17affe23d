"""Archives of a test's own on the database the tests run on, and commands that work on them.

A command runs in a fork of a process that has Django ready, which takes a tenth of a start.
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

from articles.tests.backups.own_archive import ON_SQLITE, ROOT, Archive
from articles.tests.fault_injection import child_process
from articles.tests.fault_injection.kill_points import NO_FAULT, Fault
from articles.tests.support.archive_comparison import Dump

HANG_SECONDS = 300  # nothing here takes a tenth of it
_forks = get_context("forkserver")
_forks.set_forkserver_preload(
    # The tests too, whose functions are called there.
    [f"{__package__}.{name}" for name in ("child_process", "test_kills", "test_concurrency")]
)


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code, negative for a signal, and what it said."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """Return the last line of an import in JSON."""
        answer: dict[str, Any] = json.loads(self.out.strip().split("\n")[-1])
        return answer


class Running:
    """A command at work."""

    def __init__(self, process: BaseProcess, folder: Path) -> None:
        self.process = process
        self.folder = folder

    @property
    def pid(self) -> int:
        """Return the number of its process."""
        assert self.process.pid is not None
        return self.process.pid

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return self.process.is_alive()

    def wait_for_pause(self) -> None:
        """Return when it has stopped at a fault that is a pause."""
        deadline = time.monotonic() + HANG_SECONDS
        while not self._is_paused():
            assert self.is_alive(), f"it ended without a pause: {self._said('err')}"
            assert time.monotonic() < deadline, "it never came to the pause"
            time.sleep(0.01)

    def _is_paused(self) -> bool:
        try:
            return _state(self.pid) == "T"
        except FileNotFoundError:
            return False

    def go_on(self) -> None:
        """End its pause."""
        os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> Done:
        """Return how it ended."""
        self.process.join(HANG_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
            raise AssertionError(f"it hung, and had said: {self._said('err')}")
        assert self.process.exitcode is not None
        return Done(self.process.exitcode, self._said("out"), self._said("err"))

    def _said(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class TestArchive(Archive):
    """An archive whose commands run in forks; ``folder`` takes what they say."""

    __test__ = False

    def __init__(self, url: str, media: Path, folder: Path) -> None:
        super().__init__(url, media)
        self.folder = folder

    def start(self, *arguments: object, fault: Fault = NO_FAULT, **place: Any) -> Running:
        """Start a management command; ``place`` is more of :class:`child.Place`."""
        return self._fork(child_process.command, [str(word) for word in arguments], fault, **place)

    def fork(self, *arguments: object, fault: Fault = NO_FAULT, **place: Any) -> Done:
        """Run a management command to its end."""
        return self.start(*arguments, fault=fault, **place).wait()

    def importing(self, *arguments: object, fault: Fault = NO_FAULT, **place: Any) -> Done:
        """Import in this archive without workers unless told, answering in JSON."""
        return self.start_import(*arguments, fault=fault, **place).wait()

    def start_import(self, *arguments: object, fault: Fault = NO_FAULT, **place: Any) -> Running:
        """Start an import."""
        words = ["import_posts", *map(str, arguments), "--format=json"]
        if not any(word.startswith("--workers") for word in words):
            words.append("--workers=0")
        return self.start(*words, fault=fault, **place)

    def call(
        self, function: Callable[..., None], *arguments: object, fault: Fault = NO_FAULT
    ) -> Done:
        """Run a function of a test's module with this archive as its database."""
        return self.start_call(function, *arguments, fault=fault).wait()

    def start_call(
        self, function: Callable[..., None], *arguments: object, fault: Fault = NO_FAULT
    ) -> Running:
        """Start a function of a test's module with this archive as its database."""
        return self._fork(child_process.call, [function, *arguments], fault)

    def spawn(self, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        """Start ``manage.py`` as a process of its own, as an operator would."""
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
        """Return the canonical dump of the archive, leaving out some columns."""
        path = self.folder / "dump.json"
        done = self.call(child_process.dump, str(path), list(without))
        assert done.code == 0, done.err
        dump: Dump = json.loads(path.read_text())
        return dump

    def assert_sound(self) -> None:
        """Verify the archive: every hash, every derived value, every count, every orphan."""
        done = self.fork("verify_archive")
        assert (done.code, done.out) == (0, "nothing found\n"), done.out + done.err

    def _fork(
        self,
        target: Callable[..., None],
        arguments: Sequence[object],
        fault: Fault,
        **place: Any,
    ) -> Running:
        folder = Path(mkdtemp(dir=self.folder))
        where = child_process.Place(self.name, str(self.media), str(folder), **place)
        process = _forks.Process(target=target, args=(where, fault, *arguments))
        process.start()
        return Running(process, folder)


__all__ = ["ON_SQLITE", "Done", "Running", "TestArchive"]
