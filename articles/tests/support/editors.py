"""Users for tests of the admin, and the article form as they see it."""

from __future__ import annotations

import re
import time
from contextlib import chdir
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.models import Article
from articles.tests.support.import_runs import PROJECT, run_import
from articles.tests.support.post_files import BODY, OUTLET, make_post, write_post

LATER = "2021-01-15T15:00:00.000Z"


def make_person(name: str, *permissions: str, **values: Any) -> User:
    """Return a new user with these permissions, such as ``change_article``."""
    person = User.objects.create_user(name, password="pw", **values)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


def logged_in_client(person: User | None) -> Client:
    """Return a test client in which ``person`` is logged in; None for an anonymous one."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def add_second_factor(person: User) -> str:
    """Add a second factor (TOTP) for ``person``; return its key in hexadecimal."""
    return str(TOTPDevice.objects.create(user=person, name="App").key)


def totp_code(key: str, steps: int = 0) -> str:
    """Return the current TOTP code of six digits, or that of ``steps`` steps of 30 s later."""
    app = TOTP(bytes.fromhex(key), drift=steps)
    app.time = time.time()
    return f"{app.token():06d}"


def make_superuser() -> User:
    """Return a new superuser."""
    return make_person("root", is_staff=True, is_superuser=True)


def make_editor() -> User:
    """Return a new staff user with the permissions of docs/editors.md."""
    return make_person("ada", *editor_permissions(), is_staff=True)


def editor_permissions() -> list[str]:
    """Return the permissions of editors, read from docs/editors.md."""
    guide = (PROJECT / "docs" / "editors.md").read_text()
    return re.findall(r"`((?:view|add|change|delete|publish|withdraw|hide)_[a-z]+)`", guide)


def import_article(folder: Path, body: str = BODY) -> Article:
    """Import a story with two captures, the second one day newer, and return its article."""
    write_post(folder, "2021-01-14-a.md", make_post(tags=[OUTLET, "港口"]))
    newer = make_post(
        title="新标题", date=LATER, body=body + "<p>续报。</p>", tags=[OUTLET, "港口"]
    )
    write_post(folder, "2021-01-15-b.md", newer)
    with chdir(folder):  # the lock file of an in-memory database is in the working directory
        result = run_import(folder)
    assert result.exit_code == 0, result.message
    return Article.objects.get()


def admin_url(article: Article, name: str = "change", *arguments: Any) -> str:
    """Return the admin URL ``articles_article_NAME`` of an article."""
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *arguments])


def form_data(client: Client, article: Article) -> dict[str, Any]:
    """Return the data that the article's form would post if nothing in it were changed."""
    form = client.get(admin_url(article)).context["adminform"].form
    values = {bound.name: bound.value() for bound in form}
    return {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in values.items()
        if value not in (None, False)
    }
