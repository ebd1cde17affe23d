"""An archive that holds every case, served on the loopback address: a process of its own.

``python -m articles.tests.attacks.site FOLDER WALLS``: WALLS is ``up``, ``down`` (no cleaning,
no policy) or ``policy`` (no cleaning, but the Content-Security-Policy). Its environment names
the database.
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

from articles.tests.attacks.posts import files_of
from articles.tests.attacks.uncleaned_site import take_the_editors_walls_down, take_the_walls_down
from articles.tests.attacks.vectors import cases
from articles.tests.support.live_server import serve

ROUTE_HEADER = "X-Route"
PARSED_AGAIN = "/parsed-again"  # an empty page without a policy
EDITOR, PASSWORD = "ada", "pw"
MOVED = "https://herald.example/benign/100"


class TellRoute:
    """Middleware that says in a header which pattern of the URLconf has answered.

    It has a page of its own, PARSED_AGAIN, in which the tour parses what the archive wrote.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        if request.path == PARSED_AGAIN:
            return HttpResponse("<!doctype html>")
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            response[ROUTE_HEADER] = f"/{quote(match.route)}"
        return response


def prepare(folder: Path, walls: str) -> None:
    """Make the archive in ``folder``: tables, static files, an editor, the imported cases."""
    settings.STATIC_ROOT = folder / "static"
    settings.MEDIA_ROOT = folder / "media"
    settings.CONFIRM_SECONDS = 86_400  # the tour logs in once and takes longer than an editor may
    settings.MIDDLEWARE.insert(0, "articles.tests.attacks.site.TellRoute")
    if walls != "up":
        take_the_walls_down()
    if walls == "down":
        settings.MIDDLEWARE.remove("csp.middleware.CSPMiddleware")
    django.setup()
    if walls != "up":
        take_the_editors_walls_down()
    from django.contrib.auth.models import User
    from django.core.management import CommandError, call_command

    from articles.tests.attacks.benign import benign_files

    call_command("collectstatic", "--no-input", verbosity=0)
    User.objects.create_superuser(EDITOR, password=PASSWORD)
    posts = folder / "posts"
    for path, content in chain(*map(files_of, cases()), benign_files()):
        file = posts / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    # Workers are processes of their own, in which the walls stand.
    workers = "--workers=0" if walls != "up" else "--workers=2"
    report = f"--report={folder / 'report.jsonl'}"
    try:
        with (folder / "import.log").open("w") as log:
            call_command(
                "import_posts", str(posts), workers, report, "--no-progress", stdout=log, stderr=log
            )
    except CommandError as error:
        if error.returncode != 3:  # broken files are among the cases
            raise
    if walls == "up":
        _make_the_rest()


def _make_the_rest() -> None:
    """Have a picture that is held, and an article that has moved to another day."""
    from PIL import Image as Drawing

    from articles.images.store import keep, prepare
    from articles.models import Article, Image
    from articles.publishing.editing import Editor, set_fields

    drawn = io.BytesIO()
    Drawing.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    drawn.seek(0)
    keep(Image.objects.earliest("pk"), prepare(drawn))
    moved = Article.objects.get(current_capture__url=MOVED)
    set_fields(moved, {"published_at": "2020-02-29T10:00:00+00:00"}, Editor(None))


def facts(base: str) -> dict[str, Any]:
    """Return the itinerary of the archive at ``base``."""
    from articles.tests.attacks.itinerary import site

    return site(base)


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    prepare(_folder, sys.argv[2])
    serve(_folder, facts)
