"""Measure time, processor time and memory of a command with all its child processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05
MAX_OUTPUT_BYTES = 200_000_000  # only the end of a longer output is kept


@dataclass(frozen=True, slots=True)
class Measurement:
    """The measurement of one command; ``exit_code`` is negative for a signal."""

    seconds: float
    user_seconds: float
    system_seconds: float
    peak_bytes: int
    exit_code: int
    output: str
    errors: str


class CommandError(RuntimeError):
    """A measured command failed, so its numbers are meaningless."""


def measure(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log_folder: Path,
    accepted: frozenset[int] = frozenset({0}),
) -> Measurement:
    """Run ``command`` and return its measurement.

    Processor time is the kernel's count for the process and every child it waited for. Memory
    is the peak of the proportional set sizes of the process tree, sampled each 50 ms, so pages
    that workers share count once; without /proc it is the resident set of the largest process.
    Raises CommandError unless the exit code is in ``accepted``.
    """
    out_path, err_path = log_folder / "command.out", log_folder / "command.err"
    with out_path.open("wb") as out, err_path.open("wb") as err:
        started = time.perf_counter()
        # Waited for below with wait4, which also returns the children's processor time.
        process = subprocess.Popen(
            list(command), cwd=folder, env=dict(environment), stdout=out, stderr=err
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            sampler.stop()
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    result = Measurement(
        seconds=seconds,
        user_seconds=usage.ru_utime,
        system_seconds=usage.ru_stime,
        # ru_maxrss is in KiB on Linux.
        peak_bytes=sampler.peak_bytes or usage.ru_maxrss * 1024,
        exit_code=process.returncode,
        output=_read_tail(out_path),
        errors=_read_tail(err_path),
    )
    if result.exit_code not in accepted:
        raise CommandError(
            f"`{' '.join(command)}` ended with exit code {result.exit_code}:\n"
            f"{(result.errors or result.output)[-2000:]}"
        )
    return result


def _read_tail(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - MAX_OUTPUT_BYTES))
        return file.read().decode(errors="replace")


class _Sampler(threading.Thread):
    """Samples the memory of a process tree and records the peak."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak_bytes = 0

    def run(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.peak_bytes = max(
                self.peak_bytes, sum(map(_proportional_set_size, _process_tree(self._pid)))
            )

    def stop(self) -> None:
        self._done.set()
        self.join()


def _process_tree(pid: int) -> list[int]:
    """Return ``pid`` and all its running descendants."""
    pids = [pid]
    for parent in pids:  # grows during the iteration
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            for task in tasks:
                pids += map(int, (task / "children").read_text().split())
        except OSError:  # ended meanwhile, or a system without /proc
            continue
    return pids


def _proportional_set_size(pid: int) -> int:
    """Return the proportional set size in bytes; 0 for a process that has ended."""
    try:
        with Path(f"/proc/{pid}/smaps_rollup").open() as lines:
            for line in lines:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:  # ended meanwhile, or a system without /proc
        return 0
    return 0
