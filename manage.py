#!/usr/bin/env python
"""Run a management command of the archive: ``manage.py help`` lists them."""

import os
import sys


def main() -> None:
    """Hand the command line to Django with the archive's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
