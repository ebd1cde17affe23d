"""Take the screenshots of the documentation: ``python -m tools.screenshots [FOLDER]``.

An archive of the samples is made, served on the loopback address, and thrown away. Each kind of
public page is taken in English, simplified and traditional Chinese, 390 and 1280 pixels wide, light
and dark, into FOLDER (docs/screenshots), and beside them what has one language only, or all three
at once. CHROMIUM names a browser; a font with Chinese has to be installed (Debian: fonts-noto-cjk).
It exits with 1 where a page scrolls sideways or writes to the console.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import django
from django.template.loader import render_to_string
from PIL import Image
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    ViewportSize,
    sync_playwright,
)

from tools.demo import HOST, SAMPLES, listen

ROOT = Path(__file__).resolve().parents[1]
WIDTHS = {390: 844, 1280: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: The pictures' name of a language, the prefix that chooses it, and the script of the texts.
LANGUAGES = {
    "en": ("", ""),
    "zh-Hans": ("/zh-hans", "hans"),
    "zh-Hant": ("/zh-hant", "hant"),
}
#: Pages in all three languages at once, which no healthy server shows: put in a server's place.
FAULTS = {"fault": "500.html", "away": "503.html"}
SEARCHED = "港"
EDITOR = "ada"
_OFF = ("COSTLY_RATE", "SEARCH_RATE", "SUGGEST_RATE", "LOGIN_RATE", "LOGIN_NAME_RATE")


@contextmanager
def served(folder: Path, password: str) -> Iterator[str]:
    """Serve an archive of the samples from ``folder``; yield its address."""
    listener = listen()
    listener.set_inheritable(True)
    base = f"http://{HOST}:{listener.getsockname()[1]}"
    os.environ |= dict.fromkeys(_OFF, "off") | {
        "DJANGO_SETTINGS_MODULE": "archive_site.settings",
        "DATABASE_URL": f"sqlite:///{folder}/archive.sqlite3",
        "SEARCH_DATABASE": f"{folder}/search.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "LIMITS_FILE": f"{folder}/limits.sqlite3",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "off",  # with it, pages for what is not there would be Django's own
        "ALLOWED_HOSTS": HOST,
        "SECURE_SSL_REDIRECT": "off",
        "SITE_URL": base,
    }
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connections

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("import_posts", str(SAMPLES), "--no-progress", verbosity=0)
    from articles.models import Article
    from articles.publishing.publication_state import withdraw

    withdraw(Article.objects.published().order_by("pk")[0], "Its author asked for it.")
    get_user_model()._default_manager.create_superuser(username=EDITOR, password=password)
    connections.close_all()
    command = [sys.executable, "-m", "gunicorn", "archive_site.wsgi", "--no-control-socket"]
    command += ["--bind", f"fd://{listener.fileno()}", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[listener.fileno()])
    try:
        yield base
    finally:
        process.terminate()
        process.wait(30)


def addresses() -> dict[str, str]:
    """Return a page of each public kind, by the names of their pictures: the fullest examples."""
    from articles.content.post_file.parsing import Kind
    from articles.http.pagination import before_all
    from articles.models import Article, Author, Source, State, Tag

    stories = Article.objects.published().newest_first()
    longest = stories.order_by("-character_count").filter(kind=Kind.STORY)[0]
    video = stories.order_by("-character_count").filter(kind=Kind.VIDEO)[0]
    changed = stories.order_by("-version_count", "-published_at")[0]
    gone = Article.objects.get(state=State.WITHDRAWN)
    last = changed.version_count
    below = f"/a/{changed.code}/versions/"
    source, tag, author = (
        model._default_manager.order_by("-story_count")[0].get_absolute_url()
        for model in (Source, Tag, Author)
    )
    return {
        "home": "/",
        "stories": f"/?after={before_all()}",
        "year": f"/{longest.day:%Y}/",
        "month": f"/{longest.day:%Y/%m}/",
        "day": f"/{longest.day:%Y/%m/%d}/",
        "article": longest.get_absolute_url(),
        "video": video.get_absolute_url(),
        "versions": below,
        "version": f"{below}1/",
        "difference": f"{below}{last - 1}..{last}/",
        "sources": "/sources/",
        "source": source,
        "tags": "/tags/",
        "tag": tag,
        "authors": "/authors/",
        "author": author,
        "search": f"/search/?q={SEARCHED}",
        "search-empty": "/search/",
        "search-nothing": "/search/?q=zeppelin",
        "search-help": "/search/help/",
        "coverage": "/coverage/",
        "coverage-year": f"/coverage/{longest.day:%Y}/",
        "about": "/about/",
        "takedown": "/about/takedown/",
        "withdrawals": "/withdrawals/",
        "bookmarks": "/bookmarks/",
        "not-found": f"/2020/01/01/{longest.slug}/",
        "gone": gone.get_absolute_url(),
    }


def english_addresses() -> dict[str, str]:
    """Return the pages that are in English only: for programs, and two of the admin."""
    from articles.models import Article

    changed = Article.objects.order_by("-version_count", "-published_at")[0]
    return {
        "api": "/api/v1/docs",
        "admin-list": f"/admin/articles/article/?q={SEARCHED}",
        "admin-article": f"/admin/articles/article/{changed.pk}/change/",
    }


def take(base: str, password: str, folder: Path, browser_path: str) -> list[str]:
    """Take every picture; return what is wrong with the pages."""
    wrong: list[str] = []
    public, others = addresses(), english_addresses()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for (width, height), scheme in product(WIDTHS.items(), SCHEMES):
            viewport: ViewportSize = {"width": width, "height": height}
            for language, (prefix, script) in LANGUAGES.items():
                # Each time a browser that has read nothing yet.
                context = browser.new_context(viewport=viewport, color_scheme=scheme)
                page = _listened(context, wrong)
                for name, address in public.items():
                    mark = "&" if "?" in address else "?"
                    query = f"{mark}script={script}" if script else ""
                    path = folder / f"{name}-{language}-{width}-{scheme}.png"
                    wrong += _taken(page, base + prefix + address + query, path)
                context.close()
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            page = _listened(context, wrong)
            _log_in(page, base, password)
            for name, address in others.items():
                wrong += _taken(page, base + address, folder / f"{name}-{width}-{scheme}.png")
            for name, template in FAULTS.items():
                html = render_to_string(template)
                page.route("**/fault/", partial(_answered, html))
                path = folder / f"{name}-{width}-{scheme}.png"
                wrong += _taken(page, f"{base}/fault/", path)
            context.close()
        browser.close()
    return wrong


def _answered(html: str, route: Route) -> None:
    """Answer in the server's place."""
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


def _listened(context: BrowserContext, wrong: list[str]) -> Page:
    """Return a new window whose console is listened to."""
    page = context.new_page()
    page.on("console", lambda message: wrong.extend(_told(message)))
    return page


def _taken(page: Page, address: str, path: Path) -> list[str]:
    """Take one picture, in few colours so that it stays small; return what is wrong."""
    page.goto(address)
    image = Image.open(BytesIO(page.screenshot()))
    image.convert("RGB").quantize(128).save(path, optimize=True)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        return [f"{address} scrolls sideways"]
    return []


def _told(message: ConsoleMessage) -> list[str]:
    """Return a message of the console, but for the status that two of the pages should have."""
    if "status of 404" in message.text or "status of 410" in message.text:
        return []
    return [f"console: {message.text}"]


def _log_in(page: Page, base: str, password: str) -> None:
    page.goto(f"{base}/admin/login/")
    page.fill("#id_username", EDITOR)
    page.fill("#id_password", password)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def main(folder: Path) -> int:
    """Take the pictures into ``folder`` and return an exit code."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    browser_path = next((path for name in names if name and (path := shutil.which(name))), None)
    if browser_path is None:
        sys.exit("no Chromium is installed (apt-get install chromium), or CHROMIUM names none")
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    with (
        TemporaryDirectory(prefix="archive-screenshots-") as temporary,
        served(Path(temporary), password) as base,
    ):
        wrong = take(base, password, folder, browser_path)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "screenshots"))
