"""Every URL of the site, from its URL patterns, for tests of all pages."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from articles.models import (
    Article,
    Author,
    BlockedIdentity,
    Image,
    ImportIssue,
    ImportRun,
    Redirect,
    Source,
    Tag,
)
from articles.tests.support.editors import import_article
from articles.tests.support.post_files import BODY

NOW = dt.datetime(2021, 1, 20, tzinfo=dt.UTC)
PICTURE = '<img src="https://img.example/a.jpg">'


@dataclass(frozen=True)
class SiteUrl:
    """A URL: the name of its pattern, and a path with values filled in."""

    name: str
    path: str


def create_full_archive(folder: Path) -> Article:
    """Return an article, after creating a row in every table that has pages."""
    article = import_article(folder, body=BODY + PICTURE)
    ImportIssue.objects.create(
        run=ImportRun.objects.get(), root="posts", path=b"=cmd", sha256="1" * 64, size=0,
        reason="=1+1", data=zlib.compress(b""), created_at=NOW,
    )  # fmt: skip
    Redirect.objects.create(path="/2019/01/01/old/", article=article, created_at=NOW)
    BlockedIdentity.objects.create(
        identity_hash="1" * 64, code="zzzzzzzz", reason="asked", blocked_at=NOW
    )
    Author.objects.get_or_create(name="王小明", slug="王小明")
    User.objects.create_user("reader", password="pw")
    Group.objects.create(name="Editors")
    return article


def iter_patterns(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield each pattern with its full name, or its route if it has no name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from iter_patterns(entry, inner)
        else:
            yield f"{namespace}{entry.name or str(entry.pattern)}", entry


def iter_site_urls(article: Article) -> list[SiteUrl]:
    """Return one URL per pattern; raises AssertionError for a pattern without known values."""
    return [SiteUrl(name, _path(name, pattern, article)) for name, pattern in iter_patterns()]


def admin_row(name: str) -> Model:
    """Return a row for an admin page, by the name of its pattern."""
    app, model = name.removeprefix("admin:").split("_")[:2]
    kind = ContentType.objects.get_by_natural_key(app, model)
    model_class = kind.model_class()
    assert model_class is not None
    if model_class is User:
        return User.objects.get(username="reader")
    row: Model | None = model_class._default_manager.first()
    assert row is not None, f"{name} has no row to show"
    return row


def _path(name: str, pattern: URLPattern, article: Article) -> str:
    if name.startswith("admin:"):
        return _admin_path(name, article)
    old, new = article.captures.order_by("version").values_list("version", flat=True)
    day = article.day
    values: dict[str, Any] = {
        "year": day.year, "month": day.month, "day": day.day, "slug": article.slug,
        "code": article.code, "number": old, "old": old, "new": new, "part": 1,
        "form": "bib", "sha256": article.captures.latest("version").original_id,
    }  # fmt: skip
    rows: dict[str, Model] = {
        "source": Source.objects.get(),
        "tag": Tag.objects.get(name="港口"),
        "author": Author.objects.order_by("-story_count")[0],
    }
    if name in rows:
        return reverse(name, args=[getattr(rows[name], "slug")])  # noqa: B009
    if name == "picture":
        return reverse(name, args=[Image.objects.get().code])
    try:
        return reverse(name, kwargs={key: values[key] for key in pattern.pattern.converters})
    except NoReverseMatch:
        samples = {
            r"^(?P<date>": "/2021-01-14/2021-01-14-a.html",
            r"^(?P<cat": "/x/2021/01/14/a.html",
        }
        return next(path for start, path in samples.items() if name.startswith(start))


def _admin_path(name: str, article: Article) -> str:
    capture = article.captures.order_by("version")[0]
    kind = ContentType.objects.get_for_model(Article)
    own: dict[str, list[Any]] = {
        "admin:view_on_site": [kind.pk, article.pk],
        "admin:app_list": ["articles"],
        "admin:auth_user_password_change": [User.objects.get(username="reader").pk],
    }
    if name in own:
        return reverse(name, args=own[name])
    if not name.startswith("admin:articles_") and not name.startswith("admin:auth_"):
        try:
            return reverse(name)
        except NoReverseMatch:
            # Django's own: an old form of the change URL, and the admin's catch-all.
            assert name in {"admin:<path:object_id>/", "admin:(?P<url>.*)$"}, name
            return reverse("admin:index") + f"articles/article/{article.pk}/"
    for arguments in ([], [admin_row(name).pk], [article.pk, capture.pk]):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no URL is known for {name}: add it to url_walk.py")
