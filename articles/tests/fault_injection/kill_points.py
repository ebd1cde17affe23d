"""Points of a command's way at which it can be killed, without a hook in the product.

A point is a statement for the database, a commit (before and after), a change in the file system
or a look at it. Where a command passes its n-th one, it is killed or asked to stop, or the server
ends its session.
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

from articles.tests.backups.own_archive import server

_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"})
_LOOKS = frozenset({"os.scandir", "fcntl.flock", "subprocess.Popen"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Harm(Enum):
    """What happens to a command."""

    KILL = signal.SIGKILL
    STOP = signal.SIGTERM
    INTERRUPT = signal.SIGINT
    PAUSE = signal.SIGSTOP
    CUT = 0  # the PostgreSQL server ends its session


@dataclass(frozen=True)
class Fault:
    """The harm that comes at the point number ``at`` (from 1); at 0 none does.

    ``log`` gets a line for each point that is passed; only files below ``below`` count.
    """

    at: int = 0
    harm: Harm = Harm.KILL
    log: str = ""
    below: str = "/"


NO_FAULT = Fault()


class _Way:
    """Counts the points that the process passes."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.passed = 0
        self.busy = False  # what is done here is no point itself

    def point(self, label: str) -> None:
        if self.busy:
            return
        self.passed += 1
        if self.fault.log:
            self.busy = True
            with Path(self.fault.log).open("a", errors="replace") as file:
                file.write(label.replace("\n", " ") + "\n")
            self.busy = False
        if self.passed == self.fault.at:
            self.busy = True
            _do(self.fault.harm)
            self.busy = False


def _do(harm: Harm) -> None:
    if harm is not Harm.CUT:
        os.kill(os.getpid(), harm.value)
        return
    session = connection.connection
    if session is None or session.closed:
        return
    with closing(server()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])


def arm(fault: Fault) -> None:
    """Let the fault happen to this process, for good."""
    if not (fault.at or fault.log):
        return
    way = _Way(fault)
    below = os.fsencode(fault.below)

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes) and os.fsencode(path).startswith(below):
                way.point(f"{'write' if flags & _WRITES else 'read'} {os.fsdecode(path)}")
        elif event in _CHANGES | _LOOKS:
            way.point(f"{event} {arguments[0]!r}")

    sys.addaudithook(listen)
    _before(CursorWrapper, "execute", lambda args: way.point(_verb(args[0])))
    _before(CursorWrapper, "executemany", lambda args: way.point(_verb(args[0])))
    honest = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def commit(self: BaseDatabaseWrapper) -> None:
        way.point("before commit")
        honest(self)
        way.point("after commit")

    BaseDatabaseWrapper._commit = commit  # type: ignore[attr-defined]


def _before(owner: type, name: str, tell: Callable[[tuple[Any, ...]], None]) -> None:
    honest = getattr(owner, name)

    def told(self: object, *args: Any, **kwargs: Any) -> Any:
        tell(args)
        return honest(self, *args, **kwargs)

    setattr(owner, name, told)


def _verb(sql: object) -> str:
    words = str(sql).split()
    verb = words[0].upper()
    if verb == "INSERT":
        return f"INSERT {words[words.index('INTO') + 1]}"
    if verb == "UPDATE":
        return f"UPDATE {words[1]}"
    if verb in {"SELECT", "DELETE"} and "FROM" in words:
        return f"{verb} {words[words.index('FROM') + 1]}"
    return " ".join(words)[:60]
