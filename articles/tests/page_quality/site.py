"""The reading room's archive, served: ``python -m articles.tests.page_quality.site FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from articles.tests.support.live_server import serve


def prepare(folder: Path) -> None:
    """Make the archive in ``folder``: tables, static files, rows."""
    settings.STATIC_ROOT = folder / "static"
    settings.MEDIA_ROOT = folder / "media"
    django.setup()
    from django.core.management import call_command

    from articles.tests.page_quality.fixtures import fill

    call_command("collectstatic", "--no-input", verbosity=0)
    fill(folder)


def facts(base: str) -> dict[str, Any]:
    """Return the site's address, and of each kind of page its name, address and status."""
    from articles.tests.page_quality.page_kinds import KINDS

    return {"base": base, "kinds": [[kind.name, kind.address(), kind.status] for kind in KINDS]}


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    prepare(_folder)
    serve(_folder, facts)
