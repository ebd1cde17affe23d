"""A step of an editor's that meets another one: taken again, and then it sees the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

_TRIES = 3
_MET = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock


def again_when_met(step: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Return ``step``, one transaction, taken anew when another one came first.

    Somebody may take an address, or remove a picture, while a step is on its way to it.
    """

    @wraps(step)
    def taken(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        for _ in range(_TRIES - 1):
            try:
                return step(*args, **kwargs)
            except IntegrityError:
                continue
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in _MET:
                    raise
        return step(*args, **kwargs)

    return taken
