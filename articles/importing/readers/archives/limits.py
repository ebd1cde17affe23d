"""What an archive may cost: bombs are refused before they go off."""

from __future__ import annotations

MAX_MEMBERS = 2_000_000
#: Text packs ten to thirty times smaller, a collection of near copies a hundred times.
MAX_RATIO = 200
FREE_BYTES = 64 * 1024 * 1024  # a small archive of much the same may unpack to this in any case
FREE_MEMBERS = 10_000
MIN_MEMBER_BYTES = 32  # of an archive, for each of its members; no post packs smaller


class ArchiveError(Exception):
    """An archive is refused as a whole; the message says where, why, and what to do."""


class BrokenOffError(ArchiveError):
    """An archive ends too early; what came before is sound."""


class Allowance:
    """What the members of an archive of ``packed`` bytes may come to.

    Of a ``stream`` only the bytes count that :meth:`grant` was told of, so that a bomb at its
    beginning does not have the room of all that follows.
    """

    def __init__(self, packed: int, *, stream: bool = False) -> None:
        self.packed = packed
        self._bytes = FREE_BYTES + (0 if stream else MAX_RATIO * packed)
        self._members = min(MAX_MEMBERS, FREE_MEMBERS + packed // MIN_MEMBER_BYTES)

    def grant(self, packed: int) -> None:
        """Let so many more packed bytes count."""
        self._bytes += MAX_RATIO * packed

    def spend(self, size: int) -> None:
        """Take ``size`` unpacked bytes; raises :class:`ArchiveError` when there are none left."""
        self._bytes -= size
        if self._bytes < 0:
            raise ArchiveError(
                f"it unpacks to more than {MAX_RATIO} times its size, as no collection of posts "
                "does; nothing of it was imported. If you trust it, unpack it and import the folder"
            )

    def member(self) -> None:
        """Take one member; raises :class:`ArchiveError` when there are too many."""
        self._members -= 1
        if self._members < 0:
            raise ArchiveError(
                "it has more members than an archive of its size can hold, or more than "
                f"{MAX_MEMBERS:,}; nothing of it was imported. If you trust it, unpack it and "
                "import the folder, or split it"
            )
