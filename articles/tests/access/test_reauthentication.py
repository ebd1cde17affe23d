"""Reauthentication before accounts and permissions are changed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import Rate
from articles.tests.support.editors import (
    add_second_factor,
    logged_in_client,
    make_person,
    totp_code,
)

pytestmark = pytest.mark.django_db

GOOD = "right horse battery"
CONFIRM = "/admin/confirm/"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", password=GOOD)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that moves the clock forward by a number of seconds."""
    start, passed = time.time(), [0]
    monkeypatch.setattr(time, "time", lambda: start + passed[0])

    def advance(seconds: int) -> None:
        passed[0] += seconds

    return advance


def change_pages() -> dict[str, dict[str, Any]]:
    """Return the path of each page that changes an account or a group, with valid form data."""
    reader = User.objects.create_user("reader", password=GOOD)
    group = Group.objects.create(name="Editors")
    password = {"password1": "another horse", "password2": "another horse"}
    ticked = {"action": "delete_selected", "post": "yes"}
    return {
        reverse("admin:auth_user_add"): {"username": "eve", "usable_password": "true", **password},
        reverse("admin:auth_user_change", args=[reader.pk]): {
            "username": "reader", "is_active": "on", "is_superuser": "on",
            "date_joined_0": "2021-01-01", "date_joined_1": "00:00:00",
        },
        reverse("admin:auth_user_password_change", args=[reader.pk]): {
            "usable_password": "true", **password,
        },
        reverse("admin:auth_user_delete", args=[reader.pk]): {"post": "yes"},
        reverse("admin:auth_user_changelist"): {**ticked, "_selected_action": [reader.pk]},
        reverse("admin:auth_group_add"): {"name": "Guests"},
        reverse("admin:auth_group_change", args=[group.pk]): {"name": "Owners"},
        reverse("admin:auth_group_delete", args=[group.pk]): {"post": "yes"},
        reverse("admin:auth_group_changelist"): {**ticked, "_selected_action": [group.pk]},
    }  # fmt: skip


def state() -> list[Any]:
    return [
        *User.objects.order_by("pk").values_list("username", "password", "is_superuser"),
        *Group.objects.order_by("pk").values_list("name", flat=True),
    ]


@pytest.mark.parametrize("number", range(9))
def test_each_change_requires_a_recent_password(root: User, clock: Any, number: int) -> None:
    client = logged_in_client(root)
    path, values = list(change_pages().items())[number]
    before = state()
    clock(901)
    form = client.get(path)
    if "action" in values:
        assert form.status_code == 200  # viewing a list changes nothing
    else:
        assert form["Location"] == f"{CONFIRM}?next={path.replace('/', '%2F')}"
    clock(900)
    late = client.post(path, values, follow=True)
    assert late.redirect_chain[0][0].startswith(CONFIRM)
    assert "Nothing was saved" in late.content.decode()
    assert state() == before
    response = client.post(CONFIRM, {"password": GOOD, "next": late.context["next"]})
    assert response["Location"] == path
    clock(901)  # a form that was opened in time can still be sent
    assert client.post(path, values).status_code == 302
    assert state() != before


def test_login_counts_as_confirmation_for_15_minutes(root: User, clock: Any) -> None:
    client = Client()
    client.post("/admin/login/", {"username": "root", "password": GOOD})
    path = reverse("admin:auth_user_add")
    clock(890)
    assert client.get(path).status_code == 200
    clock(20)
    assert client.get(path).status_code == 302


def test_clock_set_back_does_not_extend_the_confirmation(root: User, clock: Any) -> None:
    client = logged_in_client(root)
    clock(-5)
    assert client.get(reverse("admin:auth_user_add")).status_code == 302


def test_view_only_users_are_not_asked(root: User, clock: Any) -> None:
    viewer = logged_in_client(make_person("vera", "view_user", is_staff=True))
    clock(1000)
    assert viewer.get(reverse("admin:auth_user_change", args=[root.pk])).status_code == 200
    assert viewer.get(reverse("admin:auth_user_add")).status_code == 403


def test_wrong_password_is_logged_and_throttled(
    root: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOGIN_NAME_RATE = Rate(2, 3600)
    client = logged_in_client(root)
    statuses = [client.post(CONFIRM, {"password": "wrong one"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert "Password again failed: root" in caplog.text
    assert "wrong one" not in caplog.text


def test_account_with_a_second_factor_needs_a_code_too(root: User, clock: Any) -> None:
    key = add_second_factor(root)
    client = logged_in_client(root)
    client.post("/admin/second_factor_code/", {"code": totp_code(key)})
    clock(960)
    assert client.post(CONFIRM, {"password": GOOD}).status_code == 200
    wrong = client.post(CONFIRM, {"password": "wrong", "code": totp_code(key)})
    assert wrong.status_code == 200
    right = client.post(CONFIRM, {"password": GOOD, "code": totp_code(key)})
    assert right.status_code == 302  # the wrong password has not used the code up


def test_account_pages_require_the_csrf_token(root: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    for name in ("confirm", "second_factor", "second_factor_code", "sessions"):
        values = {"password": GOOD, "session": "all"}
        assert client.post(reverse(f"admin:{name}"), values).status_code == 403
