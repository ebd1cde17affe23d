"""Retry an editor's transaction when a concurrent one has committed first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")

_MAX_ATTEMPTS = 3
_CONFLICT_SQLSTATES = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock


def retry_on_conflict(operation: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
    """Return ``operation``, one transaction, with up to three attempts when it conflicts.

    Somebody may take the same URL, or delete a picture, between its reads and its writes. The next
    attempt sees what they committed. The last attempt lets the error out.
    """

    @wraps(operation)
    def wrapper(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
        for _ in range(_MAX_ATTEMPTS - 1):
            try:
                return operation(*args, **kwargs)
            except IntegrityError:
                continue
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in _CONFLICT_SQLSTATES:
                    raise
        return operation(*args, **kwargs)

    return wrapper
