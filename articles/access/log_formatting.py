"""Log lines: one event is one line, whatever a visitor sent, and no line says who reads what."""

from __future__ import annotations

import datetime as dt
import logging
import re

from django.core.exceptions import PermissionDenied

# Control characters could forge lines or control the terminal of whoever reads the log. The last
# groups are invisible, or reverse the writing direction.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
# The kind of error ends at a colon; what follows is the line or header that the client sent.
_INVALID_REQUEST = re.compile(r"\A(Invalid request) from ip=[^ ]*(: [^:]*).*\Z", re.DOTALL)
_ERROR_HANDLING = re.compile(r"\A(Error handling request [^?]*)\?.*\Z", re.DOTALL)


def escape_controls(text: str) -> str:
    r"""Return ``text`` with control and invisible characters escaped.

    >>> escape_controls("/a\n\x1b[31mERROR")
    '/a\\x0a\\x1b[31mERROR'
    """
    return _UNSAFE.sub(lambda match: _escape(match[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class LineFormatter(logging.Formatter):
    """Puts each message on one line; the lines of a traceback are indented below it."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the time of ``record`` in UTC, such as 2021-01-14T14:04:22.123+00:00."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        return moment.isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the message of ``record`` as one line."""
        return escape_controls(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Return the traceback with each line indented."""
        return _indent(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """Return the stack with each line indented."""
        return _indent(super().formatStack(stack_info))


def _indent(text: str) -> str:
    return "\n".join("    " + escape_controls(line) for line in text.split("\n"))


class RedactReadersFilter(logging.Filter):
    """Removes IP addresses and query strings of readers from gunicorn's messages about requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place; return True, so that no record is dropped."""
        message = record.getMessage()
        redacted = _ERROR_HANDLING.sub(r"\1", _INVALID_REQUEST.sub(r"\1\2", message))
        if redacted != message:
            record.msg, record.args = redacted, ()
        return True


class ExpectedRefusalFilter(logging.Filter):
    """Drops Django's record, with a traceback, of a refusal that the security log has noted."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is anything but such a refusal."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, PermissionDenied)
