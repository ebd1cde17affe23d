"""Take the screenshots of the documentation: ``python -m tools.screenshots [FOLDER]``.

It creates an archive of the samples, serves it on the loopback address, and deletes it afterwards.
Each kind of public page is taken in English, simplified and traditional Chinese, 390 and 1280
pixels wide, light and dark, into FOLDER (docs/screenshots); pages with one language, or with all
three at once, are taken once. CHROMIUM names a browser; a font with Chinese has to be installed
(Debian: fonts-noto-cjk). The exit code is 1 when a page scrolls sideways or logs to the console.
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
#: By the language in the file name: the path prefix, and the script of the texts.
LANGUAGES = {
    "en": ("", ""),
    "zh-Hans": ("/zh-hans", "hans"),
    "zh-Hant": ("/zh-hant", "hant"),
}
#: Error pages in all three languages: no healthy server returns them, so a route is faked.
FAULTS = {"fault": "500.html", "away": "503.html"}
SEARCHED = "港"
EDITOR = "ada"
_RATE_LIMITS = ("COSTLY_RATE", "SEARCH_RATE", "SUGGEST_RATE", "LOGIN_RATE", "LOGIN_NAME_RATE")


@contextmanager
def serve_samples(folder: Path, password: str) -> Iterator[str]:
    """Serve an archive of the samples from ``folder``; yield its base URL."""
    listener = listen()
    listener.set_inheritable(True)
    base = f"http://{HOST}:{listener.getsockname()[1]}"
    os.environ |= dict.fromkeys(_RATE_LIMITS, "off") | {
        "DJANGO_SETTINGS_MODULE": "archive_site.settings",
        "DATABASE_URL": f"sqlite:///{folder}/archive.sqlite3",
        "SEARCH_DATABASE": f"{folder}/search.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "LIMITS_FILE": f"{folder}/limits.sqlite3",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "off",  # with it, Django's debug pages would replace the 404 page
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


def public_paths() -> dict[str, str]:
    """Return the path of the largest example of each public kind of page, by file name."""
    from articles.content.post_file.parsing import Kind
    from articles.http.pagination import start_cursor
    from articles.models import Article, Author, Source, State, Tag

    stories = Article.objects.published().newest_first()
    longest = stories.order_by("-character_count").filter(kind=Kind.STORY)[0]
    video = stories.order_by("-character_count").filter(kind=Kind.VIDEO)[0]
    changed = stories.order_by("-version_count", "-published_at")[0]
    withdrawn = Article.objects.get(state=State.WITHDRAWN)
    last = changed.version_count
    below = f"/a/{changed.code}/versions/"
    source, tag, author = (
        model._default_manager.order_by("-story_count")[0].get_absolute_url()
        for model in (Source, Tag, Author)
    )
    return {
        "home": "/",
        "stories": f"/?after={start_cursor()}",
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
        "gone": withdrawn.get_absolute_url(),
    }


def english_paths() -> dict[str, str]:
    """Return the paths of pages that are in English only: the API, and two of the admin."""
    from articles.models import Article

    changed = Article.objects.order_by("-version_count", "-published_at")[0]
    return {
        "api": "/api/v1/docs",
        "admin-list": f"/admin/articles/article/?q={SEARCHED}",
        "admin-article": f"/admin/articles/article/{changed.pk}/change/",
    }


def take_screenshots(base: str, password: str, folder: Path, browser_path: str) -> list[str]:
    """Take all screenshots; return the faults of the pages."""
    faults: list[str] = []
    public, others = public_paths(), english_paths()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for (width, height), scheme in product(WIDTHS.items(), SCHEMES):
            viewport: ViewportSize = {"width": width, "height": height}
            for language, (prefix, script) in LANGUAGES.items():
                # A new context, in which no story is marked as read.
                context = browser.new_context(viewport=viewport, color_scheme=scheme)
                page = _page_with_console(context, faults)
                for name, url_path in public.items():
                    separator = "&" if "?" in url_path else "?"
                    query = f"{separator}script={script}" if script else ""
                    path = folder / f"{name}-{language}-{width}-{scheme}.png"
                    faults += _take_screenshot(page, base + prefix + url_path + query, path)
                context.close()
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            page = _page_with_console(context, faults)
            _log_in(page, base, password)
            for name, url_path in others.items():
                faults += _take_screenshot(
                    page, base + url_path, folder / f"{name}-{width}-{scheme}.png"
                )
            for name, template in FAULTS.items():
                html = render_to_string(template)
                page.route("**/fault/", partial(_fulfill_with, html))
                path = folder / f"{name}-{width}-{scheme}.png"
                faults += _take_screenshot(page, f"{base}/fault/", path)
            context.close()
        browser.close()
    return faults


def _fulfill_with(html: str, route: Route) -> None:
    """Fulfill a request with ``html`` instead of the server's response."""
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


def _page_with_console(context: BrowserContext, faults: list[str]) -> Page:
    """Return a new page whose console messages go to ``faults``."""
    page = context.new_page()
    page.on("console", lambda message: faults.extend(_console_faults(message)))
    return page


def _take_screenshot(page: Page, url_path: str, path: Path) -> list[str]:
    """Take one screenshot, with 128 colours to keep it small; return the faults of the page."""
    page.goto(url_path)
    image = Image.open(BytesIO(page.screenshot()))
    image.convert("RGB").quantize(128).save(path, optimize=True)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        return [f"{url_path} scrolls sideways"]
    return []


def _console_faults(message: ConsoleMessage) -> list[str]:
    """Return a console message, except for the statuses 404 and 410 that two pages should have."""
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
    """Take the screenshots into ``folder`` and return an exit code."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    browser_path = next((path for name in names if name and (path := shutil.which(name))), None)
    if browser_path is None:
        sys.exit("no Chromium is installed (apt-get install chromium), or CHROMIUM names none")
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    with (
        TemporaryDirectory(prefix="archive-screenshots-") as temporary,
        serve_samples(Path(temporary), password) as base,
    ):
        faults = take_screenshots(base, password, folder, browser_path)
    sys.stderr.writelines(f"{line}\n" for line in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "screenshots"))
