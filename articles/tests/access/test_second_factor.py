"""The second factor: setting it up, giving it, losing it; nothing opens before it was given."""

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
from articles.access.checks import second_factor_is_required
from articles.access.throttling.rates import Rate
from articles.tests.support.archive_comparison import dump_archive
from articles.tests.support.editors import client_of, code_of, give_app, make_person, superuser
from articles.tests.support.url_walk import every_address, filled_archive
from articles.tests.test_settings import start

pytestmark = pytest.mark.django_db

GOOD = "right horse battery"
OWN, CODE = "/admin/second_factor/", "/admin/second_factor_code/"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the middle of a code's 30 seconds, so that none ends during a test."""
    now = time.time() // 30 * 30 + 10
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture
def ada() -> User:
    ada = User.objects.create_user("ada", password=GOOD, is_staff=True)
    ada.user_permissions.set(Permission.objects.filter(codename="view_article"))
    return ada


def logged_in(name: str = "ada", target: str = "/admin/") -> tuple[Client, Any]:
    """Return a browser that has given the password, and the answer to it."""
    client = Client()
    values = {"username": name, "password": GOOD, "next": target}
    return client, client.post("/admin/login/", values, follow=True)


def verified(person: User, key: str) -> Client:
    client = client_of(person)
    assert client.post(CODE, {"code": code_of(key)}).status_code == 302
    return client


def in_hex(key: str) -> str:
    return b32decode(key).hex()


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set a second factor up as a person would; return its key and the recovery codes."""
    page = client.get(OWN)
    key = in_hex(page.context["key"])
    response = client.post(OWN, {"key": page.context["signed"], "code": code_of(key)})
    assert response.status_code == 201
    codes = re.findall("<code>([a-z2-7-]+)</code>", response.content.decode())
    assert len(set(codes)) == 10
    return key, codes


def test_account_without_one_needs_none(ada: User) -> None:
    client, _ = logged_in()
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("mode", ["optional", "required"])
def test_nothing_opens_before_it(
    tmp_path: Path, settings: Settings, mode: str, method: str
) -> None:
    article = filled_archive(tmp_path / "posts")
    settings.SECOND_FACTOR = mode
    person = superuser()
    opened = {"admin:login", "admin:logout"}
    if mode == "optional":
        give_app(person)
        opened |= {"admin:second_factor_code"}
        page = CODE
    else:
        opened |= {"admin:second_factor", "admin:confirm"}
        page = OWN
    client, before, walked = client_of(person), dump_archive(), set()
    for address in every_address(article):
        if not address.name.startswith("admin:") or address.name in opened:
            continue
        walked.add(address.name)
        response = getattr(client, method)(address.path, {"step": "review", "post": "yes"})
        assert response.status_code == 302, address
        assert response["Location"].startswith(f"{page}?next="), address
    assert len(walked) > 60
    assert dump_archive() == before
    for name in opened:
        answer = client.get(reverse(name), follow=True)
        links = re.findall('href="([^"?]+)', answer.content.decode())
        assert not [to for to in links if to.startswith("/admin/") and to not in {page, "/admin/"}]


def test_code_leads_on_to_where_the_person_wanted_to_go(ada: User) -> None:
    key = give_app(ada)
    wanted = "/admin/articles/article/?state=review"
    client, page = logged_in(target=wanted)
    assert page.redirect_chain[-1][0].startswith(CODE)
    before = client.session.session_key
    values = {"code": code_of(key), "next": page.context["next"]}
    response = client.post(CODE, values)
    assert response["Location"] == wanted
    assert client.get(wanted).status_code == 200
    assert client.session.session_key != before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
@pytest.mark.parametrize("page", [CODE, "/admin/confirm/"])
def test_no_page_leads_to_another_site(ada: User, page: str, target: str) -> None:
    client = client_of(ada)
    values = {"password": GOOD, "next": target}
    if page == CODE:
        values["code"] = code_of(give_app(ada))
    assert client.post(page, values)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clock_of_the_telephone_may_differ_a_little(ada: User, steps: int, taken: bool) -> None:
    client, _ = logged_in()
    response = client_of(ada).post(CODE, {"code": code_of(give_app(ada), steps)})
    assert (response.status_code == 302) is taken
    assert client.get("/admin/").status_code == 302  # another browser's session is not opened by it


def test_code_serves_once(ada: User) -> None:
    key = give_app(ada)
    verified(ada, key)
    for code in (code_of(key), code_of(key, -1)):
        again = client_of(ada).post(CODE, {"code": code})
        assert again.status_code == 200
        assert "serves once" in again.content.decode()
    assert client_of(ada).post(CODE, {"code": code_of(key, 1)}).status_code == 302


@pytest.mark.parametrize("typed", ["", "123456", "abc", "１２３４５６", "0" * 99, "\0", "+12345"])
def test_wrong_codes_are_refused_and_told(
    ada: User, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = give_app(ada)
    client = client_of(ada)
    wrong = "654321" if typed == code_of(key) else typed
    assert client.post(CODE, {"code": wrong}).status_code == 200
    assert client.get("/admin/").status_code == 302
    assert "Second factor failed: ada" in caplog.text
    if wrong:
        assert wrong not in caplog.text


def test_full_width_digits_and_spaces_are_taken(ada: User) -> None:
    code = code_of(give_app(ada))
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert client_of(ada).post(CODE, {"code": typed}).status_code == 302


def test_wrong_codes_have_the_rate_of_logins(ada: User, settings: Settings) -> None:
    settings.LOGIN_NAME_RATE = Rate(3, 3600)
    key = give_app(ada)
    statuses = [
        client_of(ada).post(CODE, {"code": "x"}, REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    assert client_of(ada).post(CODE, {"code": code_of(key)}).status_code == 429


def test_code_of_another_account_is_refused(ada: User) -> None:
    give_app(ada)
    other = give_app(make_person("bob", is_staff=True))
    assert client_of(ada).post(CODE, {"code": code_of(other)}).status_code == 200


def test_set_up_shows_key_and_codes_once(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    client, _ = logged_in()
    page = client.get(OWN).content.decode()
    assert 'class="qr"' in page
    assert "style=" not in page
    assert "otpauth://totp/News%20Archive" in page
    key, codes = set_up(client)
    assert TOTPDevice.objects.get(user=ada).key == key
    assert "Second factor: set up by ada" in caplog.text
    later = client.get(OWN).content.decode()
    assert 'class="qr"' not in later
    assert not [code for code in codes if code in later]
    assert client.get("/admin/").status_code == 200  # this session has given a code
    other, _ = logged_in()
    assert other.get("/admin/").status_code == 302


def test_set_up_wants_the_code_of_the_key_that_was_shown(ada: User) -> None:
    client, _ = logged_in()
    signed = client.get(OWN).context["signed"]
    own_key = "00" * 20
    for key, code in ((signed, "000000"), (own_key, code_of(own_key)), (f"{signed}x", "1")):
        page = client.post(OWN, {"key": key, "code": code})
        assert page.status_code == 200
        assert "That is not the code of this key" in page.content.decode()
    assert not TOTPDevice.objects.exists()


def test_same_key_is_shown_after_a_slip_and_serves_no_other_account(ada: User) -> None:
    client = client_of(ada)
    first = client.get(OWN).context
    second = client.post(OWN, {"key": first["signed"], "code": "1"}).context
    assert second["key"] == first["key"]
    assert client.get(OWN).context["key"] != first["key"]
    values = {"key": first["signed"], "code": code_of(in_hex(first["key"]))}
    bob = client_of(make_person("bob", is_staff=True))
    assert bob.post(OWN, values).status_code == 200
    assert client.post(OWN, values).status_code == 201


def test_set_up_wants_a_password_of_late(ada: User, settings: Settings) -> None:
    client, _ = logged_in()
    settings.CONFIRM_SECONDS = -1
    assert client.get(OWN)["Location"] == f"/admin/confirm/?next={OWN.replace('/', '%2F')}"


def test_recovery_codes_serve_once_each_and_are_kept_as_hashes(
    ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = logged_in()
    _, codes = set_up(client)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not [code for code in codes if code.replace("-", "") in str(kept).lower()]
    first = codes[0].upper().replace("-", " ")
    opened = client_of(ada).post(CODE, {"code": first}, follow=True)
    assert "Recovery codes that are left: 9." in opened.content.decode()
    assert "ada used a recovery code" in caplog.text
    assert client_of(ada).post(CODE, {"code": first}).status_code == 200
    assert client_of(ada).post(CODE, {"code": codes[1]}).status_code == 302
    assert not [code for code in codes if code in caplog.text]


@pytest.mark.parametrize("step", ["renew", "remove"])
def test_change_wants_password_and_code(ada: User, step: str) -> None:
    client, _ = logged_in()
    key, codes = set_up(client)
    for values in (
        {"password": "wrong", "code": codes[0]},
        {"password": GOOD, "code": "000000"},
        {"password": GOOD, "code": code_of(key)},  # used when it was set up
        {"password": GOOD},
    ):
        assert client.post(OWN, {step: "1", **values}).status_code == 200
    assert second_factor.recovery_codes_left(ada) == 10
    response = client.post(OWN, {step: "1", "password": GOOD, "code": codes[0]})
    assert second_factor.has_one(ada) is (step == "renew")
    if step == "renew":
        assert response.status_code == 201
        assert second_factor.recovery_codes_left(ada) == 10
        assert client_of(ada).post(CODE, {"code": codes[1]}).status_code == 200  # an old one
    else:
        assert response.status_code == 302
        assert not StaticToken.objects.exists()
        assert logged_in()[0].get("/admin/").status_code == 200


def test_whoever_must_have_one_sets_it_up_right_after_the_password(
    ada: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    client, page = logged_in()
    assert page.redirect_chain[-1][0].startswith(OWN)
    assert "asks everybody for a second factor" in page.content.decode()
    set_up(client)
    assert client.get("/admin/").status_code == 200


def test_off_asks_nobody_and_has_no_page(ada: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "off"
    give_app(ada)
    client, page = logged_in()
    assert page.status_code == 200
    assert OWN not in page.content.decode()
    assert client.get(OWN).status_code == 404
    assert client.get("/admin/").status_code == 200


def test_superuser_takes_one_away(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    key = give_app(ada)
    second_factor.new_recovery_codes(ada)
    open_ = verified(ada, key)
    root = client_of(superuser())
    account = reverse("admin:auth_user_change", args=[ada.pk])
    taking = reverse("admin:auth_user_second_factor", args=[ada.pk])
    assert taking in root.get(account).content.decode()
    root.get(taking)
    assert second_factor.has_one(ada)
    assert "password alone" in root.post(taking, follow=True).content.decode()
    assert not second_factor.has_one(ada)
    assert not StaticToken.objects.exists()
    assert f"Second factor: of user {ada.pk} taken away by root" in caplog.text
    assert "Second factor taken away." in str(LogEntry.objects.get())
    assert taking not in root.get(account).content.decode()
    assert open_.get("/admin/").status_code == 200
    assert client_of(ada).get("/admin/").status_code == 200


def test_nobody_takes_their_own_away_without_a_code() -> None:
    root = superuser()
    client = verified(root, give_app(root))
    taking = reverse("admin:auth_user_second_factor", args=[root.pk])
    assert client.post(taking)["Location"] == OWN
    assert second_factor.has_one(root)


def test_command_removes_one(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    give_app(ada)
    call_command("second_factor", "remove", "ada")
    assert not second_factor.has_one(ada)
    assert f"Second factor: of user {ada.pk} removed by a command" in caplog.text
    with pytest.raises(CommandError, match="ada has no second factor"):
        call_command("second_factor", "remove", "ada")
    with pytest.raises(CommandError, match="there is no account 'eve'"):
        call_command("second_factor", "remove", "eve")


def test_devices_have_no_page_that_shows_their_keys(ada: User) -> None:
    give_app(ada)
    page = client_of(superuser()).get("/admin/").content.decode()
    assert "otp_" not in page


@pytest.mark.parametrize("value", ["on", "sometimes", "Required!"])
def test_wrong_value_stops_the_start_and_is_named(tmp_path: Path, value: str) -> None:
    code, message = start(tmp_path / "a.sqlite3", SECOND_FACTOR=value)
    assert code == 1
    assert "SECOND_FACTOR=off or SECOND_FACTOR=optional or SECOND_FACTOR=required" in message


@pytest.mark.parametrize("mode", ["off", "optional", "required"])
def test_check_says_where_a_password_alone_will_do(settings: Settings, mode: str) -> None:
    settings.SECOND_FACTOR = mode
    assert [note.id for note in second_factor_is_required()] == (
        [] if mode == "required" else ["articles.I002"]
    )
