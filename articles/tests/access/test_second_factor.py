"""The second factor: set up, enter, renew and remove; no page opens before it is verified."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings

from articles.access import second_factor
from articles.access.checks import check_second_factor
from articles.access.throttling.rate_parsing import Rate
from articles.tests.support.archive_comparison import dump_archive
from articles.tests.support.editors import (
    add_second_factor,
    logged_in_client,
    make_person,
    make_superuser,
    totp_code,
)
from articles.tests.support.url_walk import create_full_archive, iter_site_urls
from articles.tests.test_settings import start

pytestmark = pytest.mark.django_db

GOOD = "right horse battery"
OWN, CODE = "/admin/second_factor/", "/admin/second_factor_code/"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock in the middle of a code's 30 seconds, so that none expires during a test."""
    now = time.time() // 30 * 30 + 10
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture
def ada() -> User:
    ada = User.objects.create_user("ada", password=GOOD, is_staff=True)
    ada.user_permissions.set(Permission.objects.filter(codename="view_article"))
    return ada


def logged_in(name: str = "ada", target: str = "/admin/") -> tuple[Client, Any]:
    """Return a client after the login with a password, and the response to it."""
    client = Client()
    values = {"username": name, "password": GOOD, "next": target}
    return client, client.post("/admin/login/", values, follow=True)


def verified(person: User, key: str) -> Client:
    client = logged_in_client(person)
    assert client.post(CODE, {"code": totp_code(key)}).status_code == 302
    return client


def to_hex(key: str) -> str:
    return b32decode(key).hex()


def enroll(client: Client) -> tuple[str, list[str]]:
    """Set up a second factor through the pages; return its key and the recovery codes."""
    page = client.get(OWN)
    key = to_hex(page.context["key"])
    response = client.post(OWN, {"key": page.context["signed_key"], "code": totp_code(key)})
    assert response.status_code == 201
    codes = re.findall("<code>([a-z2-7-]+)</code>", response.content.decode())
    assert len(set(codes)) == 10
    return key, codes


def test_account_without_a_second_factor_needs_no_code(ada: User) -> None:
    client, _ = logged_in()
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("mode", ["optional", "required"])
def test_no_page_opens_before_the_second_factor(
    tmp_path: Path, settings: Settings, mode: str, method: str
) -> None:
    article = create_full_archive(tmp_path / "posts")
    settings.SECOND_FACTOR = mode
    person = make_superuser()
    opened = {"admin:login", "admin:logout"}
    if mode == "optional":
        add_second_factor(person)
        opened |= {"admin:second_factor_code"}
        page = CODE
    else:
        opened |= {"admin:second_factor", "admin:confirm"}
        page = OWN
    client, before, walked = logged_in_client(person), dump_archive(), set()
    for address in iter_site_urls(article):
        if not address.name.startswith("admin:") or address.name in opened:
            continue
        walked.add(address.name)
        response = getattr(client, method)(address.path, {"post": "yes"})
        assert response.status_code == 302, address
        assert response["Location"].startswith(f"{page}?next="), address
    assert len(walked) > 60
    assert dump_archive() == before
    for name in opened:
        response = client.get(reverse(name), follow=True)
        links = re.findall('href="([^"?]+)', response.content.decode())
        assert not [to for to in links if to.startswith("/admin/") and to not in {page, "/admin/"}]


def test_code_redirects_to_the_requested_page(ada: User) -> None:
    key = add_second_factor(ada)
    target = "/admin/articles/article/?state=review"
    client, page = logged_in(target=target)
    assert page.redirect_chain[-1][0].startswith(CODE)
    before = client.session.session_key
    values = {"code": totp_code(key), "next": page.context["next"]}
    response = client.post(CODE, values)
    assert response["Location"] == target
    assert client.get(target).status_code == 200
    assert client.session.session_key != before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
@pytest.mark.parametrize("page", [CODE, "/admin/confirm/"])
def test_next_never_redirects_to_another_site(ada: User, page: str, target: str) -> None:
    client = logged_in_client(ada)
    values = {"password": GOOD, "next": target}
    if page == CODE:
        values["code"] = totp_code(add_second_factor(ada))
    assert client.post(page, values)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("steps", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_code_is_accepted_30_seconds_early_and_late(
    ada: User, steps: int, is_accepted: bool
) -> None:
    client, _ = logged_in()
    response = logged_in_client(ada).post(CODE, {"code": totp_code(add_second_factor(ada), steps)})
    assert (response.status_code == 302) is is_accepted
    assert client.get("/admin/").status_code == 302  # it verifies no other session


def test_code_works_once(ada: User) -> None:
    key = add_second_factor(ada)
    verified(ada, key)
    for code in (totp_code(key), totp_code(key, -1)):
        again = logged_in_client(ada).post(CODE, {"code": code})
        assert again.status_code == 200
        assert "works once" in again.content.decode()
    assert logged_in_client(ada).post(CODE, {"code": totp_code(key, 1)}).status_code == 302


@pytest.mark.parametrize("entered", ["", "123456", "abc", "１２３４５６", "0" * 99, "\0", "+12345"])
def test_wrong_codes_are_refused_and_logged(
    ada: User, entered: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = add_second_factor(ada)
    client = logged_in_client(ada)
    wrong = "654321" if entered == totp_code(key) else entered
    assert client.post(CODE, {"code": wrong}).status_code == 200
    assert client.get("/admin/").status_code == 302
    assert "Second factor failed: ada" in caplog.text
    if wrong:
        assert wrong not in caplog.text


def test_full_width_digits_and_spaces_are_accepted(ada: User) -> None:
    code = totp_code(add_second_factor(ada))
    entered = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert logged_in_client(ada).post(CODE, {"code": entered}).status_code == 302


def test_wrong_codes_are_throttled_like_logins(ada: User, settings: Settings) -> None:
    settings.LOGIN_NAME_RATE = Rate(3, 3600)
    key = add_second_factor(ada)
    statuses = [
        logged_in_client(ada).post(CODE, {"code": "x"}, REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    assert logged_in_client(ada).post(CODE, {"code": totp_code(key)}).status_code == 429


def test_code_of_another_account_is_refused(ada: User) -> None:
    add_second_factor(ada)
    other = add_second_factor(make_person("bob", is_staff=True))
    assert logged_in_client(ada).post(CODE, {"code": totp_code(other)}).status_code == 200


def test_enrollment_shows_key_and_recovery_codes_once(
    ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = logged_in()
    page = client.get(OWN).content.decode()
    assert 'class="qr"' in page
    assert "style=" not in page
    assert "otpauth://totp/News%20Archive" in page
    key, codes = enroll(client)
    assert TOTPDevice.objects.get(user=ada).key == key
    assert "Second factor: set up by ada" in caplog.text
    later = client.get(OWN).content.decode()
    assert 'class="qr"' not in later
    assert not [code for code in codes if code in later]
    assert client.get("/admin/").status_code == 200  # this session is verified
    other, _ = logged_in()
    assert other.get("/admin/").status_code == 302


def test_enrollment_requires_a_code_of_the_displayed_key(ada: User) -> None:
    client, _ = logged_in()
    signed = client.get(OWN).context["signed_key"]
    own_key = "00" * 20
    for key, code in ((signed, "000000"), (own_key, totp_code(own_key)), (f"{signed}x", "1")):
        page = client.post(OWN, {"key": key, "code": code})
        assert page.status_code == 200
        assert "Wrong code for this key" in page.content.decode()
    assert not TOTPDevice.objects.exists()


def test_key_stays_after_a_wrong_code_and_is_bound_to_the_account(ada: User) -> None:
    client = logged_in_client(ada)
    first = client.get(OWN).context
    second = client.post(OWN, {"key": first["signed_key"], "code": "1"}).context
    assert second["key"] == first["key"]
    assert client.get(OWN).context["key"] != first["key"]
    values = {"key": first["signed_key"], "code": totp_code(to_hex(first["key"]))}
    bob = logged_in_client(make_person("bob", is_staff=True))
    assert bob.post(OWN, values).status_code == 200
    assert client.post(OWN, values).status_code == 201


def test_enrollment_requires_a_recent_password(ada: User, settings: Settings) -> None:
    client, _ = logged_in()
    settings.CONFIRM_SECONDS = -1
    assert client.get(OWN)["Location"] == f"/admin/confirm/?next={OWN.replace('/', '%2F')}"


def test_recovery_codes_work_once_and_are_stored_hashed(
    ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = logged_in()
    _, codes = enroll(client)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not [code for code in codes if code.replace("-", "") in str(stored).lower()]
    first = codes[0].upper().replace("-", " ")
    opened = logged_in_client(ada).post(CODE, {"code": first}, follow=True)
    assert "Recovery codes left: 9." in opened.content.decode()
    assert "ada used a recovery code" in caplog.text
    assert logged_in_client(ada).post(CODE, {"code": first}).status_code == 200
    assert logged_in_client(ada).post(CODE, {"code": codes[1]}).status_code == 302
    assert not [code for code in codes if code in caplog.text]


@pytest.mark.parametrize("step", ["renew", "remove"])
def test_change_requires_password_and_code(ada: User, step: str) -> None:
    client, _ = logged_in()
    key, codes = enroll(client)
    for values in (
        {"password": "wrong", "code": codes[0]},
        {"password": GOOD, "code": "000000"},
        {"password": GOOD, "code": totp_code(key)},  # used when it was set up
        {"password": GOOD},
    ):
        assert client.post(OWN, {step: "1", **values}).status_code == 200
    assert second_factor.count_recovery_codes(ada) == 10
    response = client.post(OWN, {step: "1", "password": GOOD, "code": codes[0]})
    assert second_factor.has_second_factor(ada) is (step == "renew")
    if step == "renew":
        assert response.status_code == 201
        assert second_factor.count_recovery_codes(ada) == 10
        assert logged_in_client(ada).post(CODE, {"code": codes[1]}).status_code == 200  # an old one
    else:
        assert response.status_code == 302
        assert not StaticToken.objects.exists()
        assert logged_in()[0].get("/admin/").status_code == 200


def test_required_second_factor_is_set_up_right_after_the_password(
    ada: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    client, page = logged_in()
    assert page.redirect_chain[-1][0].startswith(OWN)
    assert "requires a second factor of everybody" in page.content.decode()
    enroll(client)
    assert client.get("/admin/").status_code == 200


def test_off_asks_for_no_code_and_has_no_page(ada: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "off"
    add_second_factor(ada)
    client, page = logged_in()
    assert page.status_code == 200
    assert OWN not in page.content.decode()
    assert client.get(OWN).status_code == 404
    assert client.get("/admin/").status_code == 200


def test_superuser_removes_another_users_second_factor(
    ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    key = add_second_factor(ada)
    second_factor.create_recovery_codes(ada)
    session = verified(ada, key)
    root = logged_in_client(make_superuser())
    account = reverse("admin:auth_user_change", args=[ada.pk])
    removal = reverse("admin:auth_user_second_factor", args=[ada.pk])
    assert removal in root.get(account).content.decode()
    root.get(removal)
    assert second_factor.has_second_factor(ada)
    assert "password alone" in root.post(removal, follow=True).content.decode()
    assert not second_factor.has_second_factor(ada)
    assert not StaticToken.objects.exists()
    assert f"Second factor: of user {ada.pk} taken away by root" in caplog.text
    assert "Second factor removed." in str(LogEntry.objects.get())
    assert removal not in root.get(account).content.decode()
    assert session.get("/admin/").status_code == 200
    assert logged_in_client(ada).get("/admin/").status_code == 200


def test_removing_ones_own_second_factor_requires_a_code() -> None:
    root = make_superuser()
    client = verified(root, add_second_factor(root))
    removal = reverse("admin:auth_user_second_factor", args=[root.pk])
    assert client.post(removal)["Location"] == OWN
    assert second_factor.has_second_factor(root)


def test_command_removes_a_second_factor(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    add_second_factor(ada)
    call_command("second_factor", "remove", "ada")
    assert not second_factor.has_second_factor(ada)
    assert f"Second factor: of user {ada.pk} removed by a command" in caplog.text
    with pytest.raises(CommandError, match="ada has no second factor"):
        call_command("second_factor", "remove", "ada")
    with pytest.raises(CommandError, match="there is no account 'eve'"):
        call_command("second_factor", "remove", "eve")


def test_admin_has_no_page_that_shows_device_keys(ada: User) -> None:
    add_second_factor(ada)
    page = logged_in_client(make_superuser()).get("/admin/").content.decode()
    assert "otp_" not in page


@pytest.mark.parametrize("value", ["on", "sometimes", "Required!"])
def test_invalid_setting_stops_the_start(tmp_path: Path, value: str) -> None:
    code, message = start(tmp_path / "a.sqlite3", SECOND_FACTOR=value)
    assert code == 1
    assert "SECOND_FACTOR=off or SECOND_FACTOR=optional or SECOND_FACTOR=required" in message


@pytest.mark.parametrize("mode", ["off", "optional", "required"])
def test_deploy_check_reports_an_optional_second_factor(settings: Settings, mode: str) -> None:
    settings.SECOND_FACTOR = mode
    assert [note.id for note in check_second_factor()] == (
        [] if mode == "required" else ["articles.I002"]
    )
