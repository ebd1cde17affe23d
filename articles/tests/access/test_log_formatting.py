"""The log: it records security events, nothing about readers, and its lines can't be forged."""

from __future__ import annotations

import http.client
import logging
import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from articles.access.log_formatting import (
    ExpectedRefusalFilter,
    LineFormatter,
    RedactReadersFilter,
    escape_controls,
)
from articles.access.throttling.rate_parsing import Rate
from articles.tests.support.editors import admin_url, logged_in_client, make_person, make_superuser
from articles.tests.support.import_runs import PROJECT, environment
from articles.tests.support.url_walk import create_full_archive

ADDRESS = "192.0.2.77"
GOOD = "right horse battery"


def format_line(message: str, *arguments: object) -> str:
    record = logging.LogRecord("a", logging.INFO, "f.py", 1, message, arguments, None)
    RedactReadersFilter().filter(record)
    return LineFormatter("{levelname} {message}", style="{").format(record)


@given(st.text())
def test_a_message_is_one_line_of_visible_characters(text: str) -> None:
    line = format_line("Not Found: %s", text)
    assert len(line.splitlines()) == 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
    line.encode()


def test_times_are_in_utc() -> None:
    record = logging.LogRecord("a", logging.INFO, "f.py", 1, "x", (), None)
    record.created = 1_610_633_062.123
    assert LineFormatter("{asctime}", style="{").format(record) == "2021-01-14T14:04:22.123+00:00"


def test_terminal_escapes_and_direction_marks_are_escaped() -> None:
    assert escape_controls("\x1b[2J\u202e\r") == "\\x1b[2J\\u202e\\x0d"
    assert escape_controls("港口 é") == "港口 é"


def test_traceback_cannot_forge_a_line() -> None:
    try:
        raise ValueError("x\n2026-01-01 INFO articles.events: Login: root\x1b[31m")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "broken", (), sys.exc_info())
    first, *others = LineFormatter("{message}", style="{").format(record).split("\n")
    assert first == "broken"
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in "".join(others)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (f"Invalid request from ip={ADDRESS}: too large", "INFO Invalid request: too large"),
        (
            f"Invalid request from ip={ADDRESS}: Invalid line: '/?q=secret'",
            "INFO Invalid request: Invalid line",
        ),
        ("Error handling request /search/?q=secret", "INFO Error handling request /search/"),
        ("Error handling request /search/", "INFO Error handling request /search/"),
        ("Booting worker with pid: 7", "INFO Booting worker with pid: 7"),
    ],
)
def test_gunicorn_messages_are_redacted(message: str, line: str) -> None:
    assert format_line(message) == line


@pytest.mark.django_db
class TestEvents:
    def test_reading_logs_no_address_and_no_query(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        for path in (
            "/?q=secret",
            "/nothing/?q=secret",
            "/sources/?after=secret",
            "/9999/?q=secret",
        ):
            client.get(path, REMOTE_ADDR=ADDRESS, headers={"user-agent": "Secretbrowser"})
        client.post("/?q=secret", REMOTE_ADDR=ADDRESS)
        assert "Not Found: /nothing/" in caplog.text
        for word in ("secret", ADDRESS, "Secretbrowser"):
            assert word not in caplog.text

    @pytest.mark.parametrize("log_addresses", [False, True])
    def test_logins_are_logged_with_the_address_only_if_configured(
        self, settings: Settings, caplog: pytest.LogCaptureFixture, log_addresses: bool
    ) -> None:
        settings.LOG_ADDRESSES, settings.LOGIN_NAME_RATE = log_addresses, Rate(2, 3600)
        User.objects.create_user("ada", password=GOOD, is_staff=True)
        client = Client(REMOTE_ADDR=ADDRESS)
        for name, password in (
            ("ada", GOOD), ("ada", "b"), ("ada", "b"), ("ada", GOOD), ("my-password", "b"),
            ("a\0", "b"),
        ):  # fmt: skip
            client.post("/admin/login/", {"username": name, "password": password})
        client.post("/admin/logout/")
        for line in (
            "Login: ada", "Login failed: ada", "Login locked for", "Login failed: (no such name)",
            "Logout: ada",
        ):  # fmt: skip
            assert line in caplog.text
        for word in (GOOD, "my-password"):
            assert word not in caplog.text
        assert (ADDRESS in caplog.text) is log_addresses

    def test_denials_changes_and_downloads_are_logged(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        article = create_full_archive(tmp_path / "posts")
        eve = logged_in_client(make_person("eve", is_staff=True))
        eve.get(admin_url(article))
        assert f"Refused: eve, GET {admin_url(article)}" in caplog.text
        root = logged_in_client(make_superuser())
        root.post(admin_url(article, "review"))
        assert f"Admin: root, change article {article.pk}" in caplog.text
        capture = article.captures.order_by("version")[0]
        root.get(admin_url(article, "original", capture.pk))
        assert "Download: root, /admin/articles/article/" in caplog.text
        values = {"action": "save_selected", "_selected_action": [article.pk]}
        root.post("/admin/articles/article/", values)
        assert "Export: root, articles.csv" in caplog.text
        root.post(admin_url(article, "erase"), {"reason": "law", "code": article.code})
        assert caplog.text.count(f"article {article.pk}") == 2
        assert article.title not in caplog.text

    def test_account_and_permission_changes_are_logged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        user = User.objects.create_user("bob", password=GOOD)
        user.user_permissions.add(Permission.objects.get(codename="view_article"))
        key = user.pk
        user.delete()
        for line in (f"new user {key}", f"rights of user {key} changed", f"deleted user {key}"):
            assert f"Account: {line}" in caplog.text
        assert GOOD not in caplog.text


def test_real_gunicorn_logs_nothing_about_readers(tmp_path: Path) -> None:
    """Gunicorn, started as in the operators' guide, bound to 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = f"from archive_site.settings import *\nSTATIC_ROOT = {str(tmp_path / 'static')!r}\n"
    (tmp_path / "served_settings.py").write_text(settings)
    env = environment(
        tmp_path / "a.sqlite3",
        SECURE_SSL_REDIRECT="off",
        LIMITS_FILE=str(tmp_path / "limits.sqlite3"),
        DJANGO_SETTINGS_MODULE="served_settings",
        PYTHONPATH=os.pathsep.join([str(tmp_path), str(PROJECT)]),
    )
    for words in (["migrate"], ["collectstatic", "--no-input"]):
        command = [sys.executable, "manage.py", *words, "--verbosity", "0"]
        subprocess.run(command, cwd=PROJECT, env=env, check=True, timeout=120)
    command = [sys.executable, "-m", "gunicorn", "archive_site.wsgi", "--bind", f"127.0.0.1:{port}"]
    log = tmp_path / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            command, cwd=PROJECT, env=env, stdout=file, stderr=file, start_new_session=True
        )
    try:
        _wait(port)
        assert _send(port, b"GET /nothing/?q=secret HTTP/1.1\r\nHost: localhost\r\n\r\n") == 404
        assert _send(port, b"GET /%0a%1b[31mforged HTTP/1.1\r\nHost: localhost\r\n\r\n") == 404
        assert _send(port, b"GET /?q=secret HTTP/1.1\r\nHost: evil.example\r\n\r\n") == 400
        assert _send(port, b"\x16\x03nonsense?q=secret\r\n\r\n") == 400
        assert _send(port, b"TRACE /?q=secret HTTP/1.1\r\nHost: localhost\r\n\r\n") == 405
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=60)
    text = log.read_text()
    assert "Not Found: /nothing/" in text
    assert "Not Found: /\\n\\x1b[31mforged" in text
    assert "\x1b" not in text
    assert "Invalid request" in text
    assert "secret" not in text
    assert "127.0.0.1" not in text.replace(f"http://127.0.0.1:{port}", "")


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                connection.request("GET", "/healthz", headers={"Host": "localhost"})
                assert connection.getresponse().status == 200
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def _send(port: int, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        return int(connection.recv(65536).split()[1])


def test_expected_refusal_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    """The security log has the line; Django's own has the same again, with a traceback."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter("{levelname} {name}: {message}", style="{"))
    handler.addFilter(ExpectedRefusalFilter())
    article = create_full_archive(tmp_path / "posts")
    eve = logged_in_client(make_person("eve", is_staff=True))
    logging.getLogger().addHandler(handler)
    try:
        capsys.readouterr()
        assert eve.get(admin_url(article)).status_code == 403
    finally:
        logging.getLogger().removeHandler(handler)
    lines = [line for line in capsys.readouterr().err.splitlines() if not line[:4].isdigit()]
    assert lines == [f"INFO articles.events: Refused: eve, GET {admin_url(article)}"]


def test_settings_drop_expected_refusals(settings: Settings) -> None:
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["expected_refusals"]
