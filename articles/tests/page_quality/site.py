"""The reading room's archive, served: ``python -m articles.tests.page_quality.site FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from articles.tests.support.live_server import serve_site


def prepare(folder: Path) -> None:
    """Create the archive in ``folder``: tables, static files, rows."""
    settings.STATIC_ROOT = folder / "static"
    settings.MEDIA_ROOT = folder / "media"
    django.setup()
    from django.core.management import call_command

    from articles.tests.page_quality.fixtures import fill_archive

    call_command("collectstatic", "--no-input", verbosity=0)
    fill_archive(folder)


def describe_site(base: str) -> dict[str, Any]:
    """Return the site's base URL, and the name, path and status of each kind of page."""
    from articles.tests.page_quality.page_kinds import PAGE_KINDS

    return {
        "base": base,
        "kinds": [[kind.name, kind.path(), kind.status] for kind in PAGE_KINDS],
    }


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    prepare(_folder)
    serve_site(_folder, describe_site)
