"""Log lines: one event is one line, whatever a visitor sent, and no line tells who reads what."""

from __future__ import annotations

import datetime as dt
import logging
import re

# Controls would forge lines or drive the terminal of whoever reads them. The last group turns the
# direction of writing round, or can't be seen.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
# The kind of fault goes up to a colon; what follows is the line or the header that was sent.
_INVALID_REQUEST = re.compile(r"\A(Invalid request) from ip=[^ ]*(: [^:]*).*\Z", re.DOTALL)
_ERROR_HANDLING = re.compile(r"\A(Error handling request [^?]*)\?.*\Z", re.DOTALL)


def one_line(text: str) -> str:
    r"""Return ``text`` with everything that is no visible character escaped.

    >>> one_line("/a\n\x1b[31mERROR")
    '/a\\x0a\\x1b[31mERROR'
    """
    return _UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class LineFormatter(logging.Formatter):
    """Keeps the message on its line; the lines of a traceback are indented below it."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the time of ``record`` in UTC, such as 2021-01-14T14:04:22.123+00:00."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        return moment.isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line of ``record``."""
        return one_line(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Return the traceback, each of its lines indented."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """Return the stack, each of its lines indented."""
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return "\n".join("    " + one_line(line) for line in text.split("\n"))


class WithoutReaders(logging.Filter):
    """Takes a reader's address and query out of what the server says of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; every one of them is kept."""
        message = record.getMessage()
        cut = _ERROR_HANDLING.sub(r"\1", _INVALID_REQUEST.sub(r"\1\2", message))
        if cut != message:
            record.msg, record.args = cut, ()
        return True
