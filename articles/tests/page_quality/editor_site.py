"""An archive with two editors and a few stories: ``python -m …editor_site FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from articles.tests.support.live_server import serve_site

EDITORS = ("ada", "ben")
PASSWORD = "pw"
#: The stories by their titles, and the states that they get.
STATES = {"First": "published", "Second": "review", "Third": "withdrawn", "Fourth": "published"}


def prepare(folder: Path) -> None:
    """Create the archive in ``folder``: tables, static files, editors, stories."""
    settings.STATIC_ROOT = folder / "static"
    settings.MEDIA_ROOT = folder / "media"
    django.setup()
    from django.core.management import call_command

    from articles.models import Article
    from articles.publishing import publication_state
    from articles.tests.support.editors import editor_permissions, make_person
    from articles.tests.support.post_files import STORY_URL, make_post, write_post

    call_command("collectstatic", "--no-input", verbosity=0)
    for name in EDITORS:
        make_person(name, *editor_permissions(), is_staff=True)
    for title in STATES:
        post = make_post(title=title, url=f"{STORY_URL}/{title}")
        write_post(folder / "posts", f"2021-01-14-{title}.md", post)
    posts = str(folder / "posts")
    call_command("import_posts", posts, "--workers=0", "--no-progress", verbosity=0)
    publication_state.send_to_review(Article.objects.get(title="Second"))
    publication_state.withdraw(Article.objects.get(title="Third"), "Court order")


def describe_site(base: str) -> dict[str, Any]:
    """Return the base URL, and the path of each story's page in the admin."""
    from articles.models import Article
    from articles.tests.support.editors import admin_url

    pages = {article.title: admin_url(article) for article in Article.objects.all()}
    return {"base": base, "pages": pages}


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    prepare(_folder)
    serve_site(_folder, describe_site)
