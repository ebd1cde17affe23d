#!/usr/bin/env python
"""Run a management command of the archive: ``manage.py help`` lists them."""

import os
import sys


def main() -> None:
    """Run Django's command line with the archive's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive_site.settings")
    from django.core.management import execute_from_command_line

    from archive_site.environment import SettingError

    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
