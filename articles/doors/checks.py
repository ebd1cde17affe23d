"""What ``manage.py check --deploy`` says of the doors, beyond Django's own checks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, register


def register_checks() -> None:
    """Add the checks to Django's."""
    register(contact_is_told, Tags.security, deploy=True)


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
