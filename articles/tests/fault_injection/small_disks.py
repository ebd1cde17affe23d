"""Small tmpfs disks that can be filled or made read-only; only root can mount them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest


class Disk:
    """A mounted tmpfs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, kilobytes: int) -> None:
        """Change its size, in kilobytes."""
        _run("mount", "-o", f"remount,size={kilobytes}k", str(self.folder))

    def fill(self, leave_kilobytes: int) -> None:
        """Fill it with a file until ``leave_kilobytes`` are free."""
        status = os.statvfs(self.folder)
        size = status.f_bavail * status.f_frsize - leave_kilobytes * 1024
        (self.folder / "filler").write_bytes(b"\0" * max(0, size))

    def free_space(self) -> None:
        """Delete the file of :meth:`fill`."""
        (self.folder / "filler").unlink()

    def set_read_only(self, is_read_only: bool) -> None:
        """Remount it read-only, or writable again."""
        _run("mount", "-o", f"remount,{'ro' if is_read_only else 'rw'}", str(self.folder))


@contextmanager
def mount_small_disk(folder: Path, kilobytes: int) -> Iterator[Disk]:
    """Mount a disk of this size at ``folder``; skip the test where mounting is not permitted."""
    if not _can_mount():
        pytest.skip("only root can mount a small disk (tmpfs)")
    folder.mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


@cache
def _can_mount() -> bool:
    """Return whether this process can mount: it is root and no container forbids it."""
    if os.geteuid() != 0:
        return False
    return not subprocess.run(["unshare", "--mount", "true"], check=False).returncode


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
