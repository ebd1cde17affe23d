"""Time the pages of one archive, page by page; ``pages.py`` starts this for each size.

It runs in a process of its own, whose environment names the database, because Django knows one
set of settings for the life of a process. It fills the archive and prints how many queries each
page takes; for each name of a page on stdin it then times that page and prints the milliseconds.
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

    page_requests.fill(int(sys.argv[1]))
    with override_settings(STORAGES=page_requests.PLAIN_STATIC):
        client = Client()
        pages = page_requests.find_pages(client)
        _print({page.name: page.queries for page in pages})
        by_name = {page.name: page for page in pages}
        for line in sys.stdin:
            _print(page_requests.time_page(client, by_name[line.rstrip("\n")]))


def _print(figures: object) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
