"""Checks of ``manage.py check --deploy`` about access, beyond Django's own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, register


def register_checks() -> None:
    """Register the checks with Django."""
    register(check_security_contact, Tags.security, deploy=True)
    register(check_second_factor, Tags.security, deploy=True)


def check_security_contact(**kwargs: Any) -> list[CheckMessage]:
    """Return an Info when no security contact is set: a site may want that, so it is no warning."""
    if settings.SECURITY_CONTACT:
        return []
    return [
        Info(
            "SECURITY_CONTACT is not set: /.well-known/security.txt returns 404.",
            hint="Write SECURITY_CONTACT=mailto:security@news.example into .env.",
            id="articles.I001",
        )
    ]


def check_second_factor(**kwargs: Any) -> list[CheckMessage]:
    """Return an Info when a password alone opens an account: a small team may accept that."""
    if settings.SECOND_FACTOR == "required":
        return []
    return [
        Info(
            f"SECOND_FACTOR is {settings.SECOND_FACTOR}: a password alone may open the admin.",
            hint="Write SECOND_FACTOR=required into .env; everyone is then asked to set one up.",
            id="articles.I002",
        )
    ]
