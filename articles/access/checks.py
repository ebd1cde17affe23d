"""What ``manage.py check --deploy`` says of the doors, beyond Django's own checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, register


def register_checks() -> None:
    """Add the checks to Django's."""
    register(contact_is_told, Tags.security, deploy=True)
    register(second_factor_is_required, Tags.security, deploy=True)


def contact_is_told(**kwargs: Any) -> list[CheckMessage]:
    """Return a note when nobody can be told of a hole: a site may want it so, so it is no fault."""
    if settings.SECURITY_CONTACT:
        return []
    return [
        Info(
            "SECURITY_CONTACT is not set: /.well-known/security.txt answers 404.",
            hint="Write SECURITY_CONTACT=mailto:security@news.example into .env.",
            id="articles.I001",
        )
    ]


def second_factor_is_required(**kwargs: Any) -> list[CheckMessage]:
    """Return a note when a password alone opens an account: for a small team that may do."""
    if settings.SECOND_FACTOR == "required":
        return []
    return [
        Info(
            f"SECOND_FACTOR is {settings.SECOND_FACTOR}: a password alone may open the admin.",
            hint="Write SECOND_FACTOR=required into .env; each person is led to set one up.",
            id="articles.I002",
        )
    ]
