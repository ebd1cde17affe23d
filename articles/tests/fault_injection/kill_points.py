"""Points in the run of a command at which it can be killed, without hooks in the product.

A point is a database statement, a commit (before and after), or a file system change or read.
At its n-th point a command is killed, interrupted or paused, or the server ends its session.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from articles.tests.backups.isolated_archive import server

_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"})
_READS = frozenset({"os.scandir", "fcntl.flock", "subprocess.Popen"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Effect(Enum):
    """The effect of a fault on a command."""

    KILL = signal.SIGKILL
    STOP = signal.SIGTERM
    INTERRUPT = signal.SIGINT
    PAUSE = signal.SIGSTOP
    CUT = 0  # the PostgreSQL server ends its session


@dataclass(frozen=True)
class Fault:
    """A fault at the point number ``at``, counted from 1; 0 is no fault.

    ``log`` is the path of a file that gets a line for each point, "" for none. Opened files count
    as points only below the folder ``below``.
    """

    at: int = 0
    effect: Effect = Effect.KILL
    log: str = ""
    below: str = "/"


NO_FAULT = Fault()


class _PointCounter:
    """Counts the points that the process passes."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.passed = 0
        self.suspended = False  # what the counter itself does is no point

    def point(self, label: str) -> None:
        if self.suspended:
            return
        self.passed += 1
        if self.fault.log:
            self.suspended = True
            with Path(self.fault.log).open("a", errors="replace") as file:
                file.write(label.replace("\n", " ") + "\n")
            self.suspended = False
        if self.passed == self.fault.at:
            self.suspended = True
            _apply_effect(self.fault.effect)
            self.suspended = False


def _apply_effect(effect: Effect) -> None:
    if effect is not Effect.CUT:
        os.kill(os.getpid(), effect.value)
        return
    session = connection.connection
    if session is None or session.closed:
        return
    with closing(server()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])


def arm(fault: Fault) -> None:
    """Install the fault in this process; it can't be removed."""
    if not (fault.at or fault.log):
        return
    counter = _PointCounter(fault)
    below = os.fsencode(fault.below)

    def audit_hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes) and os.fsencode(path).startswith(below):
                counter.point(f"{'write' if flags & _WRITES else 'read'} {os.fsdecode(path)}")
        elif event in _CHANGES | _READS:
            counter.point(f"{event} {arguments[0]!r}")

    sys.addaudithook(audit_hook)
    _call_before(CursorWrapper, "execute", lambda args: counter.point(_statement_label(args[0])))
    _call_before(
        CursorWrapper, "executemany", lambda args: counter.point(_statement_label(args[0]))
    )
    original = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def commit(self: BaseDatabaseWrapper) -> None:
        counter.point("before commit")
        original(self)
        counter.point("after commit")

    BaseDatabaseWrapper._commit = commit  # type: ignore[attr-defined]


def _call_before(owner: type, name: str, callback: Callable[[tuple[Any, ...]], None]) -> None:
    original = getattr(owner, name)

    def wrapper(self: object, *args: Any, **kwargs: Any) -> Any:
        callback(args)
        return original(self, *args, **kwargs)

    setattr(owner, name, wrapper)


def _statement_label(sql: object) -> str:
    parts = str(sql).split()
    verb = parts[0].upper()
    if verb == "INSERT":
        return f"INSERT {parts[parts.index('INTO') + 1]}"
    if verb == "UPDATE":
        return f"UPDATE {parts[1]}"
    if verb in {"SELECT", "DELETE"} and "FROM" in parts:
        return f"{verb} {parts[parts.index('FROM') + 1]}"
    return " ".join(parts)[:60]
