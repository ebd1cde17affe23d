"""Limits for reading archives: decompression bombs are refused before they are unpacked."""

from __future__ import annotations

MAX_MEMBERS = 2_000_000
#: Text compresses ten to thirty times, a collection of near copies a hundred times.
MAX_RATIO = 200
FREE_BYTES = 64 * 1024 * 1024  # any archive may unpack to this: a small one can compress very well
FREE_MEMBERS = 10_000
MAX_TINY_MEMBERS = 10_000  # files with less than MIN_POST_BYTES
MIN_POST_BYTES = 32  # a title and a date between two lines of dashes
MIN_MEMBER_BYTES = 32  # of the archive, for each member; no post compresses to less


class ArchiveError(Exception):
    """An archive is refused; the message says where, why, and what to do."""


class TruncatedError(ArchiveError):
    """An archive ends too early; the members before that are valid."""


class ExtractionBudget:
    """Counts members and unpacked bytes against the limits of an archive of this size in bytes.

    For a ``stream``, only the input that was passed to :meth:`add_input` counts, so that a bomb at
    the beginning cannot use the budget of the bytes after it.
    """

    def __init__(self, archive_size: int, *, stream: bool = False) -> None:
        self.archive_size = archive_size
        self._bytes = FREE_BYTES + (0 if stream else MAX_RATIO * archive_size)
        self._members = min(MAX_MEMBERS, FREE_MEMBERS + archive_size // MIN_MEMBER_BYTES)

    def add_input(self, compressed: int) -> None:
        """Add ``compressed`` bytes of input to the budget."""
        self._bytes += MAX_RATIO * compressed

    def spend_bytes(self, size: int) -> None:
        """Spend ``size`` unpacked bytes; raises :class:`ArchiveError` if the budget is exceeded."""
        self._bytes -= size
        if self._bytes < 0:
            raise ArchiveError(
                f"it unpacks to more than {MAX_RATIO} times its size, which no collection of posts "
                "does; nothing of it was imported. If you trust it, unpack it and import the folder"
            )

    def spend_member(self) -> None:
        """Spend one member; raises :class:`ArchiveError` if that is over the budget."""
        self._members -= 1
        if self._members < 0:
            raise ArchiveError(
                "it has more members than an archive of its size can hold, or more than "
                f"{MAX_MEMBERS:,}; nothing of it was imported. If you trust it, unpack it and "
                "import the folder, or split it"
            )
