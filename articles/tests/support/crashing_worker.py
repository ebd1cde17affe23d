"""A worker that is killed in the middle of telling its result; it knows nothing of Django."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from articles.importing.readers.found_file import Found
from articles.importing.worker_pool import Read, read_chunk

MARK = "DIED_WHILE_TELLING"  # names a file that is there once a worker has died


def read_or_die(chunk: Sequence[Found]) -> list[Read]:
    """Return the files, read; the first time, write half a message and be killed."""
    mark = Path(os.environ[MARK])
    if chunk and not mark.exists():
        mark.touch()
        frame = sys._getframe()
        while "result_queue" not in frame.f_locals:
            assert frame.f_back is not None
            frame = frame.f_back
        handle = frame.f_locals["result_queue"]._writer.fileno()
        os.write(handle, (1000).to_bytes(4) + b"half a message")
        os.kill(os.getpid(), signal.SIGKILL)
    return read_chunk(chunk)
