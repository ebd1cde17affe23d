"""A worker that is killed while it sends its result; it does not import Django."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from articles.importing.readers.found_file import FoundFile
from articles.importing.worker_pool import ReadResult, read_chunk

MARK_VARIABLE = (
    "DIED_WHILE_SENDING"  # environment variable: path of a file that exists once a worker has died
)


def read_or_die(chunk: Sequence[FoundFile]) -> list[ReadResult]:
    """Return the results of the files; the first time, write half a message and be killed."""
    mark = Path(os.environ[MARK_VARIABLE])
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
