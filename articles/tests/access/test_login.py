"""Login, session expiry and logout; passwords and the permissions of accounts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import Rate
from articles.tests.support.editors import logged_in_client, make_person, make_superuser

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
GOOD, BAD = "right horse battery", "wrong horse battery"


@pytest.fixture
def ada() -> User:
    ada = User.objects.create_user("ada", password=GOOD, is_staff=True)
    ada.user_permissions.add(Permission.objects.get(codename="view_article"))
    return ada


def try_login(client: Client, name: str, password: str, **more: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password}, **more)


def test_attempts_are_throttled_by_ip_address(settings: Settings, ada: User) -> None:
    settings.LOGIN_RATE = Rate(3, 3600)
    client = Client()
    statuses = [try_login(client, name, BAD).status_code for name in ("ada", "b", "c", "d")]
    assert statuses == [200, 200, 200, 429]
    refused = try_login(client, "ada", GOOD)
    assert refused.status_code == 429
    assert "_auth_user_id" not in client.session
    assert int(refused["Retry-After"]) > 0
    assert try_login(client, "ada", GOOD, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_attempts_are_throttled_by_account_name(settings: Settings, ada: User) -> None:
    settings.LOGIN_NAME_RATE = Rate(4, 3600)
    # The form normalizes the second and third name to the first.
    statuses = [
        try_login(Client(), name, BAD, REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number, name in enumerate(("ada", " ada\t", "ａｄａ", "ADA", "ada", "　ada"))
    ]
    assert statuses == [200, 200, 200, 200, 429, 429]
    assert try_login(Client(), "bob", BAD, REMOTE_ADDR="192.0.2.50").status_code == 200


def test_successful_login_does_not_count(settings: Settings, ada: User) -> None:
    settings.LOGIN_RATE = settings.LOGIN_NAME_RATE = Rate(2, 3600)
    assert {try_login(Client(), "ada", GOOD).status_code for _ in range(5)} == {302}


def test_wrong_password_counts_even_when_logged_in(settings: Settings, ada: User) -> None:
    settings.LOGIN_RATE = Rate(2, 3600)
    client = logged_in_client(ada)
    statuses = [try_login(client, "root", BAD).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_throttling_does_not_reveal_whether_the_account_exists(
    settings: Settings, ada: User
) -> None:
    settings.LOGIN_NAME_RATE = Rate(1, 3600)
    pages = {}
    for name in ("ada", "nobody"):
        first = try_login(Client(), name, BAD).content.decode().replace(name, "NAME")
        second = try_login(Client(), name, BAD)
        assert second.status_code == 429
        assert name not in second.content.decode()
        pages[name] = (first.count("errornote"), second.content)
    assert pages["ada"] == pages["nobody"]


def test_every_failed_login_shows_the_same_message(ada: User) -> None:
    User.objects.create_user("reader", password=GOOD)
    User.objects.create_user("gone", password=GOOD, is_staff=True, is_active=False)
    cases = [("ada", BAD), ("nobody", GOOD), ("reader", GOOD), ("gone", GOOD)]
    errors = {
        str(try_login(Client(), name, password).context["form"].non_field_errors())
        for name, password in cases
    }
    assert len(errors) == 1


def test_unknown_name_takes_as_long_as_a_known_one(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    original = User.set_password

    def set_password(user: User, raw: str | None) -> None:
        hashed.append(raw)
        original(user, raw)

    monkeypatch.setattr(User, "set_password", set_password)
    try_login(Client(), "nobody", BAD)
    assert hashed == [BAD]


def test_guesses_of_the_old_password_are_throttled(settings: Settings, ada: User) -> None:
    settings.LOGIN_NAME_RATE = Rate(2, 3600)
    client = logged_in_client(ada)
    values = {"old_password": BAD, "new_password1": "x" * 20, "new_password2": "x" * 20}
    page = reverse("admin:password_change")
    assert [client.post(page, values).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_login_never_redirects_to_another_site(ada: User, target: str) -> None:
    response = Client().post(
        f"{LOGIN}?next={target}", {"username": "ada", "password": GOOD, "next": target}
    )
    assert response.status_code == 302
    assert response["Location"] == reverse("admin:index")


def test_session_is_new_after_login_and_gone_after_logout(ada: User) -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    try_login(client, "ada", GOOD)
    key = client.session.session_key
    assert key != planted
    assert key is not None
    assert len(key) >= 32
    response = client.post(reverse("admin:logout"), secure=True)
    assert response["Clear-Site-Data"] == '"cache"'
    assert not Session.objects.filter(session_key=key).exists()


def test_logout_needs_a_post(ada: User) -> None:
    client = logged_in_client(ada)
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("change", ["password", "inactive", "deleted", "staff"])
def test_sessions_end_when_the_account_changes(ada: User, change: str) -> None:
    client = logged_in_client(ada)
    assert client.get("/admin/").status_code == 200
    if change == "password":
        ada.set_password("another horse battery")
    elif change == "inactive":
        ada.is_active = False
    elif change == "staff":
        ada.is_staff = False
    ada.save()
    if change == "deleted":
        ada.delete()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("after", "step", "stays"),
    [(60, 0, True), (119 * 60, 0, True), (121 * 60, 0, False), (13 * 3600, 3000, False)],
)
def test_session_expires(
    ada: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
    step: int,
    stays: bool,
) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE = 120 * 60, 12 * 3600
    start = time.time()
    client = Client()
    try_login(client, "ada", GOOD)
    for moment in range(step, after, step) if step else ():
        monkeypatch.setattr(time, "time", lambda moment=moment: start + moment)
        client.get("/admin/")
    monkeypatch.setattr(time, "time", lambda: start + after)
    assert (client.get("/admin/").status_code == 200) is stays


def test_each_request_resets_the_idle_timeout(
    ada: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SESSION_IDLE_SECONDS = 120 * 60
    start = time.time()
    client = logged_in_client(ada)
    for hour in range(1, 6):
        monkeypatch.setattr(time, "time", lambda hour=hour: start + hour * 3600)
        assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "short-one", "password1234", "newsarchive2026", "Admin-Archive!99", "123456789012345",
        "1qaz2wsx3edc", "ada.lovelace",
    ],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str) -> None:
    user = User(username="ada.lovelace")
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "港口今日恢复通航了吗真好",
        "Z" + "9x" * 60,
        "renewsubscription",
    ],
)
def test_good_passwords_of_any_script_and_length_are_accepted(password: str) -> None:
    validate_password(password, User(username="ada"))


def test_passwords_are_hashed_with_scrypt_and_old_hashes_are_upgraded(
    settings: Settings, ada: User
) -> None:
    assert identify_hasher(ada.password).algorithm == "scrypt"
    from django.contrib.auth.hashers import make_password

    ada.password = make_password(GOOD, hasher="pbkdf2_sha256")
    ada.save()
    assert try_login(Client(), "ada", GOOD).status_code == 302
    ada.refresh_from_db()
    assert identify_hasher(ada.password).algorithm == "scrypt"


def test_password_managers_can_fill_the_fields(client: Client) -> None:
    page = client.get(LOGIN).content.decode()
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def manager() -> User:
    return make_person("max", "view_user", "add_user", "change_user", "delete_user", is_staff=True)


def test_account_managers_cannot_grant_permissions(ada: User) -> None:
    max_ = manager()
    client = logged_in_client(max_)
    reader = User.objects.create_user("reader", password=GOOD)
    values = {
        "username": "reader2", "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "user_permissions": [Permission.objects.get(codename="change_article").pk],
        "date_joined_0": "2021-01-01", "date_joined_1": "00:00:00",
    }  # fmt: skip
    response = client.post(reverse("admin:auth_user_change", args=[reader.pk]), values)
    assert response.status_code == 302
    reader.refresh_from_db()
    assert reader.username == "reader2"
    assert not any((reader.is_staff, reader.is_superuser, reader.user_permissions.exists()))


@pytest.mark.parametrize("page", ["change", "password_change", "delete"])
def test_only_superusers_change_accounts_with_permissions(ada: User, page: str) -> None:
    client = logged_in_client(manager())
    path = reverse(f"admin:auth_user_{page}", args=[ada.pk])
    values = {
        "username": "ada", "password1": "x" * 20, "password2": "x" * 20, "post": "yes",
        "usable_password": "true",
    }  # fmt: skip
    before = User.objects.get(pk=ada.pk).password
    assert client.post(path, values).status_code in {302, 403, 404}
    ada.refresh_from_db()
    assert ada.password == before


def test_bulk_delete_spares_accounts_with_permissions(ada: User) -> None:
    client = logged_in_client(manager())
    reader = User.objects.create_user("reader", password=GOOD)
    values = {
        "action": "delete_selected", "_selected_action": [ada.pk, reader.pk], "post": "yes",
    }  # fmt: skip
    client.post(reverse("admin:auth_user_changelist"), values)
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "max"}


def test_only_superusers_change_groups() -> None:
    person = make_person("eve", "change_group", "add_group", "delete_group", is_staff=True)
    group = Group.objects.create(name="Editors")
    client = logged_in_client(person)
    change = client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "Mine"})
    assert change.status_code == 403
    assert client.get(reverse("admin:auth_group_add")).status_code == 403
    assert (
        logged_in_client(make_superuser()).get(reverse("admin:auth_group_add")).status_code == 200
    )


def test_changing_ones_own_password_requires_the_old_one() -> None:
    root = make_superuser()
    path = reverse("admin:auth_user_password_change", args=[root.pk])
    response = logged_in_client(root).post(path, {"password1": "x" * 20, "password2": "x" * 20})
    assert response["Location"] == reverse("admin:password_change")
