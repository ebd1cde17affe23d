"""People who edit, for tests of the admin, and the form of an article as they see it."""

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
    """Return a new person with these permissions, such as ``change_article``."""
    person = User.objects.create_user(name, password="pw", **values)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


def client_of(person: User | None) -> Client:
    """Return a browser in which ``person`` is logged in."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def give_app(person: User) -> str:
    """Give ``person`` a second factor; return the key that stands in the app."""
    return str(TOTPDevice.objects.create(user=person, name="App").key)


def code_of(key: str, steps: int = 0) -> str:
    """Return the six digits that the app shows now, or so many steps of 30 seconds later."""
    app = TOTP(bytes.fromhex(key), drift=steps)
    app.time = time.time()
    return f"{app.token():06d}"


def superuser() -> User:
    """Return a superuser."""
    return make_person("root", is_staff=True, is_superuser=True)


def editor() -> User:
    """Return a member of staff who may do what docs/editors.md gives to editors."""
    return make_person("ada", *editors_permissions(), is_staff=True)


def editors_permissions() -> list[str]:
    """Return the permissions that docs/editors.md names."""
    guide = (PROJECT / "docs" / "editors.md").read_text()
    return re.findall(r"`((?:view|add|change|delete)_[a-z]+)`", guide)


def imported_article(folder: Path, body: str = BODY) -> Article:
    """Return the article of two captures, imported; the second is one day newer."""
    write_post(folder, "2021-01-14-a.md", make_post(tags=[OUTLET, "港口"]))
    newer = make_post(
        title="新标题", date=LATER, body=body + "<p>续报。</p>", tags=[OUTLET, "港口"]
    )
    write_post(folder, "2021-01-15-b.md", newer)
    with chdir(folder):  # the lock of a database in memory stands in the working directory
        done = run_import(folder)
    assert done.code == 0, done.message
    return Article.objects.get()


def page_of(article: Article, name: str = "change", *arguments: Any) -> str:
    """Return the address of one of an article's pages."""
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *arguments])


def form_of(client: Client, article: Article) -> dict[str, Any]:
    """Return what the article's form would post if nothing in it were touched."""
    form = client.get(page_of(article)).context["adminform"].form
    values = {bound.name: bound.value() for bound in form}
    return {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in values.items()
        if value not in (None, False)
    }
