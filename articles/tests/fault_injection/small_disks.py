"""Small disks of a test's own, that fill and are made read-only; only root can mount them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest


class Disk:
    """A tmpfs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, kilobytes: int) -> None:
        """Give it another size."""
        _run("mount", "-o", f"remount,size={kilobytes}k", str(self.folder))

    def fill(self, leave_kilobytes: int) -> None:
        """Take its room away, all but so much."""
        status = os.statvfs(self.folder)
        size = status.f_bavail * status.f_frsize - leave_kilobytes * 1024
        (self.folder / "filler").write_bytes(b"\0" * max(0, size))

    def make_room(self) -> None:
        """Give back what :meth:`fill` took."""
        (self.folder / "filler").unlink()

    def read_only(self, on: bool) -> None:
        """Mount it for reading only, or for writing again."""
        _run("mount", "-o", f"remount,{'ro' if on else 'rw'}", str(self.folder))


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Disk]:
    """Mount a disk of this size at ``folder``; skip the test where that is not allowed."""
    if not _may_mount():
        pytest.skip("only root can mount a small disk (tmpfs)")
    folder.mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


@cache
def _may_mount() -> bool:
    """Tell whether this process may mount: root, and not in a container that forbids it."""
    if os.geteuid() != 0:
        return False
    return not subprocess.run(["unshare", "--mount", "true"], check=False).returncode


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
