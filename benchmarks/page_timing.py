"""Time the pages of one archive; ``pages.py`` starts this script for each size.

It runs in a separate process, because Django has one set of settings for the life of a process;
the environment names the database. It fills the archive and prints the number of queries of each
page; then, for each page name on stdin, it times that page and prints the milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

if __package__ in {None, ""}:  # run as a file, Python looks for modules beside it only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django


def main() -> None:
    """Fill the archive that the environment names with N articles and time its pages."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "archive_site.settings"
    django.setup()
    # Models can only be imported once Django is set up.
    from django.test import Client, override_settings

    from benchmarks import page_requests

    page_requests.fill_database(int(sys.argv[1]))
    with override_settings(STORAGES=page_requests.STORAGES_WITHOUT_MANIFEST):
        client = Client()
        pages = page_requests.example_pages(client)
        _print({page.name: page.queries for page in pages})
        by_name = {page.name: page for page in pages}
        for line in sys.stdin:
            _print(page_requests.time_page(client, by_name[line.rstrip("\n")]))


def _print(figures: object) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
