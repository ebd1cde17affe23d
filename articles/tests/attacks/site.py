"""Serve an archive that holds every case on the loopback address, in a separate process.

``python -m articles.tests.attacks.site FOLDER PROTECTION``: PROTECTION is ``full``, ``none`` (no
cleaning, no policy) or ``csp_only`` (no cleaning, but the Content-Security-Policy). The environment
names the database.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django
from django.conf import settings
from django.http import HttpResponse

from articles.tests.attacks.post_files import post_files
from articles.tests.attacks.uncleaned_site import disable_cleaning, disable_cleaning_of_edits
from articles.tests.attacks.vectors import cases
from articles.tests.support.live_server import serve_site

ROUTE_HEADER = "X-Route"
REPARSE_PATH = "/parsed-again"  # an empty page without a policy
EDITOR, PASSWORD = "ada", "pw"
MOVED_STORY_URL = "https://herald.example/benign/100"


class RouteHeaderMiddleware:
    """Middleware that adds a header with the URL pattern that matched the request.

    At REPARSE_PATH it returns an empty page, in which the audit parses the archive's HTML again.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        if request.path == REPARSE_PATH:
            return HttpResponse("<!doctype html>")
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            response[ROUTE_HEADER] = f"/{quote(match.route)}"
        return response


def prepare(folder: Path, protection: str) -> None:
    """Create the archive in ``folder``: tables, static files, an editor, the imported cases."""
    settings.STATIC_ROOT = folder / "static"
    settings.MEDIA_ROOT = folder / "media"
    settings.CONFIRM_SECONDS = 86_400  # the audit logs in once and takes longer than usual
    settings.MIDDLEWARE.insert(0, "articles.tests.attacks.site.RouteHeaderMiddleware")
    if protection != "full":
        disable_cleaning()
    if protection == "none":
        settings.MIDDLEWARE.remove("csp.middleware.CSPMiddleware")
    django.setup()
    if protection != "full":
        disable_cleaning_of_edits()
    from django.contrib.auth.models import User
    from django.core.management import CommandError, call_command

    from articles.tests.attacks.harmless_posts import harmless_files

    call_command("collectstatic", "--no-input", verbosity=0)
    User.objects.create_superuser(EDITOR, password=PASSWORD)
    posts = folder / "posts"
    for path, content in chain(*map(post_files, cases()), harmless_files()):
        file = posts / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    # Cleaning is disabled in this process only, not in worker processes.
    workers = "--workers=0" if protection != "full" else "--workers=2"
    report = f"--report={folder / 'report.jsonl'}"
    try:
        with (folder / "import.log").open("w") as log:
            call_command(
                "import_posts", str(posts), workers, report, "--no-progress", stdout=log, stderr=log
            )
    except CommandError as error:
        if error.returncode != 3:  # broken files are among the cases
            raise
    if protection == "full":
        _add_picture_and_redirect()


def _add_picture_and_redirect() -> None:
    """Store a file for a picture, and move an article to another day."""
    from PIL import Image as Drawing

    from articles.images.store import prepare_upload, save_upload
    from articles.models import Article, Image
    from articles.publishing.editing import Editor, set_fields

    buffer = io.BytesIO()
    Drawing.new("RGB", (40, 30), "teal").save(buffer, "PNG")
    buffer.seek(0)
    save_upload(Image.objects.earliest("pk"), prepare_upload(buffer))
    moved = Article.objects.get(current_capture__url=MOVED_STORY_URL)
    set_fields(moved, {"published_at": "2020-02-29T10:00:00+00:00"}, Editor(None))


def describe_site(base: str) -> dict[str, Any]:
    """Return the pages to visit in the archive at ``base``."""
    from articles.tests.attacks.page_paths import describe_archive

    return describe_archive(base)


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    prepare(_folder, sys.argv[2])
    serve_site(_folder, describe_site)
