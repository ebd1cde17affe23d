"""Remove the second factor of an account whose owner has lost it, when no superuser can."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management import CommandError

from articles.access import second_factor
from articles.access.security_log import log_event
from articles.management.base import ArchiveCommand


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Remove the second factor and the recovery codes of an account. Its owner then logs in "
        "with the password alone, until they set up a new one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=["remove"], help="what to do")
        parser.add_argument("name", metavar="NAME", help="the user name")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        name: str = options["name"]
        account = User.objects.filter(username=name).first()
        if account is None:
            raise CommandError(f"there is no account {name!r}; the admin lists them under Users")
        if not second_factor.remove_second_factor(account):
            raise CommandError(f"{name} has no second factor and logs in with the password alone")
        log_event(None, "Second factor: of user %s removed by a command", account.pk)
        self.stdout.write(f"{name} now logs in with the password alone")
