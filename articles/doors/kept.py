"""Answers that are kept in memory, by what they were made from, as long as there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class Kept:
    """Bytes by their keys, up to ``limit`` bytes in all; what was asked for last stays longest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._values: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: bytes, make: Callable[[], bytes]) -> bytes:
        """Return what is kept at ``key``, else what ``make`` returns, which is kept from then on.

        Two threads that ask for the same at once may both make it; neither waits for the other.
        """
        with self._lock:
            if (found := self._values.get(key)) is not None:
                self._values.move_to_end(key)
                return found
        value = make()
        with self._lock:
            self._size += len(value) - len(self._values.pop(key, b""))
            self._values[key] = value
            while self._size > self._limit:
                _, old = self._values.popitem(last=False)
                self._size -= len(old)
        return value
