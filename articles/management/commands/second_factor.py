"""Take a second factor off an account whose owner has lost it, where no superuser can."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management import CommandError

from articles.access import second_factor
from articles.access.security_log import note
from articles.management.base import ArchiveCommand


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Remove the second factor and the recovery codes of an account; its password alone opens "
        "it then, until a new one is set up."
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
        if not second_factor.remove(account):
            raise CommandError(f"{name} has no second factor; the password alone opens the account")
        note(None, "Second factor: of user %s removed by a command", account.pk)
        self.stdout.write(f"{name} logs in with the password alone now")
