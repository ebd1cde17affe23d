"""``/.well-known/security.txt``: the contact for vulnerability reports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.access.checks import check_security_contact
from articles.tests.test_settings import start

PATH = "/.well-known/security.txt"


def fields(settings: Settings, contact: str) -> dict[str, str]:
    settings.SECURITY_CONTACT, settings.SITE_URL = contact, "https://news.example"
    response = Client().get(PATH)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.parametrize("contact", ["mailto:security@news.example", "https://news.example/report"])
def test_file_has_the_contact(settings: Settings, contact: str) -> None:
    values = fields(settings, contact)
    assert values["Contact"] == contact
    assert values["Canonical"] == f"https://news.example{PATH}"
    assert values["Preferred-Languages"] == "en, zh"
    expires = dt.datetime.fromisoformat(values["Expires"])
    now = dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=100) < expires - now < dt.timedelta(days=365)


def test_file_is_not_found_without_a_contact(settings: Settings) -> None:
    settings.SECURITY_CONTACT = ""
    response = Client().get(PATH)
    assert response.status_code == 404
    (note,) = check_security_contact()
    assert note.id == "articles.I001"
    assert not note.is_serious()
    settings.SECURITY_CONTACT = "mailto:security@news.example"
    assert check_security_contact() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURITY_CONTACT", "security@news.example"),
        ("SECURITY_CONTACT", "http://news.example"),
        ("SECURITY_CONTACT", "mailto:a@b.example\nExpires: never"),
        ("LOGIN_RATE", "often"),
        ("LOGIN_NAME_RATE", "0/minute"),
        ("COSTLY_RATE", "60"),
        ("SUGGEST_RATE", "often"),
        ("SEARCH_RATE", "-1/minute"),
        ("SESSION_MINUTES", "0"),
        ("SESSION_IDLE_MINUTES", "an hour"),
        ("LOG_ADDRESSES", "perhaps"),
    ],
)
def test_invalid_setting_fails_at_startup_and_is_named(
    tmp_path: Path, name: str, value: str
) -> None:
    code, message = start(tmp_path / "a.sqlite3", **{name: value})
    assert code == 1
    assert name in message


def test_deployment_check_passes_and_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    values = {"SECRET_KEY": "k7" + "x9Qz" * 20, "SECURE_SSL_REDIRECT": "on", "DEBUG": "off"}
    arguments = ("check", "--deploy", "--fail-level", "WARNING")
    code, message = start(tmp_path / "a.sqlite3", *arguments, **values)
    assert code == 0, message
    program = (
        "from django.conf import settings as s; "
        "assert s.SESSION_COOKIE_NAME == '__Host-sessionid', s.SESSION_COOKIE_NAME; "
        "assert s.CSRF_COOKIE_NAME == '__Host-csrftoken'; "
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE; "
        "assert s.SESSION_COOKIE_PATH == '/' and not s.SESSION_COOKIE_DOMAIN; "
        "assert s.CONTENT_SECURITY_POLICY['DIRECTIVES']['upgrade-insecure-requests'] is True; "
        "assert s.SECURE_HSTS_SECONDS == 31_536_000"
    )
    code, message = start(tmp_path / "a.sqlite3", "shell", "--command", program, **values)
    assert (code, message) == (0, "")
