"""Permissions of the admin, checked on every one of its URLs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from articles.models import Article
from articles.publishing import publication_state
from articles.tests.support.archive_comparison import dump_archive
from articles.tests.support.editors import admin_url, logged_in_client, make_person, make_superuser
from articles.tests.support.url_walk import SiteUrl, create_full_archive, iter_site_urls

pytestmark = pytest.mark.django_db

#: Pages that are public, and those that every staff user may open.
PUBLIC = {"admin:login"}
ALL_STAFF = {
    "admin:index", "admin:logout", "admin:password_change", "admin:password_change_done",
    "admin:second_factor", "admin:second_factor_code", "admin:confirm", "admin:sessions",
    "admin:jsi18n", "admin:view_on_site", "admin:<path:object_id>/", "admin:(?P<url>.*)$",
}  # fmt: skip
#: The permission that each page beyond Django's own requires. An unlisted page fails the test.
REQUIRED_PERMISSIONS = {
    "publish": "publish_article", "review": "publish_article", "reviewed": "change_article",
    "withdraw": "withdraw_article", "hide": "hide_capture", "show": "hide_capture",
    "original": "view_article", "preview": "view_article", "file": "view_image",
    "bytes": "view_importissue",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Use a fast hash: the tests create many users, and no password matters."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def article(tmp_path: Path) -> Article:
    return create_full_archive(tmp_path / "posts")


def admin_urls(article: Article) -> list[SiteUrl]:
    found = [each for each in iter_site_urls(article) if each.name.startswith("admin:")]
    assert len(found) > 60
    return found


def required_permission(name: str) -> str:
    """Return the permission that a page requires; "" if it is for superusers only."""
    app, model, *rest = name.removeprefix("admin:").split("_", 2)
    action = rest[0]
    if action in {"erase", "second_factor"}:
        return ""
    if action in REQUIRED_PERMISSIONS:
        return REQUIRED_PERMISSIONS[action]
    verbs = {"changelist": "view", "history": "view", "change": "view", "add": "add",
             "delete": "delete", "password_change": "change"}  # fmt: skip
    assert app in {"articles", "auth"}, name
    return f"{verbs[action]}_{model}"


def requires_permission(address: SiteUrl) -> bool:
    return address.name not in PUBLIC | ALL_STAFF | {"admin:app_list", "admin:autocomplete"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_admin_requires_a_staff_login(article: Article, method: str) -> None:
    User.objects.create_user("visitor", password="pw")
    clients = [Client(), logged_in_client(User.objects.get(username="visitor"))]
    before = dump_archive()
    for address in admin_urls(article):
        if address.name in PUBLIC | {"admin:logout"}:
            continue
        for client in clients:
            response = getattr(client, method)(address.path)
            assert response.status_code == 302, address
            assert response["Location"].startswith("/admin/login/?next="), address
    assert dump_archive() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_permissions_is_refused_everywhere(article: Article, method: str) -> None:
    client = logged_in_client(make_person("eve", is_staff=True))
    before = dump_archive()
    for address in admin_urls(article):
        if requires_permission(address):
            assert getattr(client, method)(address.path).status_code == 403, address
    assert client.get(reverse("admin:app_list", args=["articles"])).status_code == 404
    for query in ("", "?term=a&app_label=articles&model_name=article&field_name=source"):
        assert client.get(reverse("admin:autocomplete") + query).status_code == 403
    assert dump_archive() == before


def test_each_page_opens_with_its_permission_and_no_other(article: Article) -> None:
    everything = set(Permission.objects.values_list("codename", flat=True))
    for number, address in enumerate(filter(requires_permission, admin_urls(article))):
        needed = required_permission(address.name)
        # The change permission implies the view permission.
        kin = {needed, needed.replace("view_", "change_")}
        other = make_person(f"other{number}", *(everything - kin), is_staff=True)
        refused = logged_in_client(other).get(address.path).status_code
        assert refused == 403, (address, needed)
        if not needed:
            continue
        person = make_person(f"one{number}", needed, is_staff=True)
        opened = logged_in_client(person).get(address.path).status_code
        refused_to_all = {403} if _nobody_may(address.name) else set()
        assert opened in {200, 302, 404, 405} | refused_to_all, (address, needed, opened)


def _nobody_may(name: str) -> bool:
    """Return whether the page is closed to all editors: such rows are not edited by hand."""
    own = ("_add", "_delete") if "articles_" in name else ()
    return name.endswith(own) or "auth_group" in name or "auth_user_add" in name


@pytest.mark.parametrize("who", ["viewer", "superuser"])
def test_view_permission_allows_no_change_by_post(article: Article, who: str) -> None:
    codes = Permission.objects.filter(codename__startswith="view_")
    viewer = make_person("vera", *codes.values_list("codename", flat=True), is_staff=True)
    values: dict[str, Any] = {
        "reason": "mine", "title": "Mine", "name": "Mine", "code": article.code,
        "action": "withdraw_selected", "_selected_action": [article.pk], "post": "yes",
        "password1": "x" * 20, "password2": "x" * 20, "is_superuser": "on",
    }  # fmt: skip
    publication_state.send_to_review(article)
    client = logged_in_client(make_superuser() if who == "superuser" else viewer)
    before, people = dump_archive(), _people()
    for address in admin_urls(article):
        if requires_permission(address) and "password" not in address.name:
            client.post(address.path, values)
    unchanged = (dump_archive(), _people()) == (before, people)
    assert unchanged is (who == "viewer")  # the same requests of a superuser do change things


def _people() -> list[Any]:
    return list(User.objects.order_by("pk").values("username", "password", "is_superuser"))


def test_forms_require_the_csrf_token(article: Article) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_superuser())
    before = dump_archive()
    for address in admin_urls(article):
        if requires_permission(address):
            response = client.post(address.path, {"reason": "x"})
            assert response.status_code == 403, address
            assert "Not accepted" in response.content.decode()
    assert dump_archive() == before


@pytest.mark.parametrize(
    "name", ["publish", "review", "reviewed", "withdraw", "hide", "show", "erase"]
)
def test_steps_do_nothing_by_get(article: Article, name: str) -> None:
    client = logged_in_client(make_superuser())
    capture = article.captures.order_by("version")[0]
    arguments = [capture.pk] if name in {"hide", "show"} else []
    before = dump_archive()
    client.get(admin_url(article, name, *arguments) + "?step=publish&reason=x&code=" + article.code)
    assert dump_archive() == before


def test_action_that_is_not_offered_is_refused(article: Article) -> None:
    client = logged_in_client(make_person("vera", "view_article", is_staff=True))
    page = reverse("admin:articles_article_changelist")
    for action in ("publish_selected", "withdraw_selected", "delete_selected"):
        before = dump_archive()
        values = {"action": action, "_selected_action": [article.pk], "reason": "x", "post": "yes"}
        client.post(page, values)
        assert dump_archive() == before
    saved = client.post(page, {"action": "save_selected", "_selected_action": [article.pk]})
    assert saved["Content-Type"].startswith("text/csv")
