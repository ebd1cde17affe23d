"""Take the screenshots of the documentation: ``python -m tools.screenshots [FOLDER]``.

An archive of the samples is made, served on the loopback address, and thrown away. Each page is
taken 390 and 1280 pixels wide, light and dark, into FOLDER (docs/screenshots). CHROMIUM names a
browser; a font with Chinese has to be installed (Debian: fonts-noto-cjk). It exits with 1 where a
page scrolls sideways or writes to the console.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from playwright.sync_api import Page, sync_playwright

from tools.demo import HOST, SAMPLES, listen

ROOT = Path(__file__).resolve().parents[1]
WIDTHS = {390: 844, 1280: 900}
SCHEMES = ("light", "dark")
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
        "DEBUG": "on",  # static files are served without being collected
        "ALLOWED_HOSTS": HOST,
        "SECURE_SSL_REDIRECT": "off",
        "SITE_URL": base,
    }
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    call_command("import_posts", str(SAMPLES), "--no-progress", verbosity=0)
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
    """Return the pages to take, by the names of their pictures: the fullest example of each."""
    from articles.content.posts import Kind
    from articles.models import Article, Source

    stories = Article.objects.published().newest_first()
    longest = stories.order_by("-character_count").filter(kind=Kind.STORY)[0]
    video = stories.order_by("-character_count").filter(kind=Kind.VIDEO)[0]
    changed = stories.order_by("-version_count", "-published_at")[0]
    last = changed.version_count
    return {
        "home": "/",
        "day": f"/{longest.day:%Y/%m/%d}/",
        "article": longest.get_absolute_url(),
        "versions": f"/a/{changed.code}/versions/{last - 1}..{last}/",
        "video": video.get_absolute_url(),
        "source": Source.objects.order_by("-story_count")[0].get_absolute_url(),
        "search": f"/search/?q={SEARCHED}",
        "search-help": "/search/help/",
        "admin-list": f"/admin/articles/article/?q={SEARCHED}",
        "admin-article": f"/admin/articles/article/{changed.pk}/change/",
    }


def take(base: str, password: str, folder: Path, browser_path: str) -> list[str]:
    """Take every picture; return what is wrong with the pages."""
    wrong: list[str] = []
    pages = addresses()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                page = context.new_page()
                page.on("console", lambda message: wrong.append(f"console: {message.text}"))
                _log_in(page, base, password)
                for name, address in pages.items():
                    page.goto(base + address)
                    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                        wrong.append(f"{address} scrolls sideways at {width} pixels")
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                context.close()
        browser.close()
    return wrong


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
