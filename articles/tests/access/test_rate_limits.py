"""Rate limits: what they allow, how clients are told apart, and what is stored on disk."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from articles.access.client_address import client_address
from articles.access.throttling import rate_limit_store, rate_limits
from articles.access.throttling.rate_parsing import Rate, parse_rate
from articles.models import Article
from articles.tests.support.editors import import_article, logged_in_client, make_superuser
from articles.tests.support.import_runs import PROJECT

NOON = 1_700_000_000.25


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spent.sqlite3"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Clear what a test with an unusable file has counted in memory."""
    yield
    rate_limit_store._memory = None
    rate_limit_store._warned.clear()


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/minute", Rate(60, 60)),
        (" 10/15  Minutes ", Rate(10, 900)),
        ("5/hour", Rate(5, 3600)),
        ("1/second", Rate(1, 1)),
        ("100/2 days", Rate(100, 172_800)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_rates_are_parsed(text: str, rate: Rate | None) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "60", "60/", "0/minute", "-1/minute", "60/fortnight", "1.5/hour", "60 per minute"]
)
def test_invalid_rates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        parse_rate(text)


def test_burst_then_even_refill(file: Path) -> None:
    rate = Rate(3, 60)
    assert [rate_limit_store.consume(file, b"a", rate, NOON) for _ in range(3)] == [0, 0, 0]
    assert rate_limit_store.consume(file, b"a", rate, NOON) == pytest.approx(20, abs=0.01)
    assert rate_limit_store.consume(file, b"b", rate, NOON) == 0
    assert rate_limit_store.consume(file, b"a", rate, NOON + 19.9) == pytest.approx(0.1, abs=0.01)
    assert rate_limit_store.consume(file, b"a", rate, NOON + 20) == 0
    assert rate_limit_store.consume(file, b"a", rate, NOON + 20) > 0
    assert [rate_limit_store.consume(file, b"a", rate, NOON + 500) for _ in range(4)][3] > 0


def test_refunded_unit_can_be_consumed_again(file: Path) -> None:
    rate = Rate(1, 60)
    assert rate_limit_store.consume(file, b"a", rate, NOON) == 0
    rate_limit_store.refund(file, b"a", rate, NOON)
    assert rate_limit_store.consume(file, b"a", rate, NOON) == 0
    assert rate_limit_store.consume(file, b"a", rate, NOON) > 0


def test_clock_set_back_locks_nobody_out(file: Path) -> None:
    rate = Rate(1, 60)
    assert rate_limit_store.consume(file, b"a", rate, NOON) == 0
    assert rate_limit_store.consume(file, b"a", rate, NOON - 86_400) == 0
    assert rate_limit_store.consume(file, b"a", rate, NOON - 86_400) > 0


@given(
    st.integers(1, 50),
    st.integers(1, 600),
    st.lists(st.floats(0, 100), min_size=1, max_size=60),
)
def test_never_allows_more_than_burst_and_refill(
    count: int, seconds: int, pauses: list[float]
) -> None:
    rate, now, allowed = Rate(count, seconds), NOON, 0
    rate_limit_store._memory = None
    for pause in pauses:
        now += pause
        allowed += rate_limit_store.consume(Path("/proc/none/spent"), b"a", rate, now) == 0
    assert allowed <= count + (now - NOON) * count / seconds + 1


_CONSUME_20 = """
import sys
from pathlib import Path
from articles.access.throttling import rate_limit_store
from articles.access.throttling.rate_parsing import Rate
rate_limit_store._BUSY_TIMEOUT_SECONDS = 60.0
file, rate = Path(sys.argv[1]), Rate(30, 86_400)
print(sum(rate_limit_store.consume(file, b"a", rate, 1_700_000_000.0) == 0 for _ in range(20)))
"""


def test_processes_share_one_count(file: Path) -> None:
    command = [sys.executable, "-c", _CONSUME_20, str(file)]
    running = [
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert sum(int(process.communicate(timeout=120)[0]) for process in running) == 30


def test_expired_rows_are_deleted(file: Path) -> None:
    import sqlite3

    for number in range(20):
        rate_limit_store.consume(file, bytes([number]), Rate(1, 60), NOON)
    rate_limit_store.consume(file, b"last", Rate(1, 60), NOON + 61)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM spent").fetchone() == (1,)


@pytest.mark.parametrize("kind", ["folder", "link", "damaged", "nowhere"])
def test_unusable_file_blocks_nobody_and_is_logged_once(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "spent.sqlite3"
    if kind == "folder":
        file.mkdir()
    elif kind == "link":
        (tmp_path / "other").write_text("")
        file.symlink_to(tmp_path / "other")
    elif kind == "damaged":
        file.write_bytes(b"no database at all" * 100)
    else:
        file = tmp_path / "missing" / "spent.sqlite3"
    with caplog.at_level(logging.WARNING):
        waits = [rate_limit_store.consume(file, b"a", Rate(2, 60), NOON) for _ in range(4)]
    assert waits[:2] == [0, 0]
    assert min(waits[2:]) > 0  # each process still counts for itself
    assert len(caplog.records) == 1
    assert str(file) in caplog.text
    assert (tmp_path / "other").exists() is (kind == "link")


def test_file_is_private_and_contains_no_address(settings: Settings) -> None:
    settings.COSTLY_RATE = Rate(1, 60)
    rate_limits.consume("COSTLY_RATE", "192.0.2.77")
    file = settings.LIMITS_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"192.0.2" not in file.read_bytes()


def test_keys_differ_by_day_and_by_rate() -> None:
    today = rate_limits._subject_key("COSTLY_RATE", "192.0.2.77", NOON)
    assert rate_limits._subject_key("COSTLY_RATE", "192.0.2.77", NOON) == today
    assert rate_limits._subject_key("COSTLY_RATE", "192.0.2.78", NOON) != today
    assert rate_limits._subject_key("COSTLY_RATE", "192.0.2.77", NOON + 86_400) != today
    assert rate_limits._subject_key("LOGIN_RATE", "192.0.2.77", NOON) != today


def request_from(address: str, forwarded: str | None = None) -> HttpRequest:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_client_address(settings: Settings, address: str, subject: str) -> None:
    settings.BEHIND_PROXY = False
    assert client_address(request_from(address)) == subject
    assert client_address(request_from(address, "203.0.113.9")) == subject  # untrusted header


@pytest.mark.parametrize(
    ("forwarded", "subject"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1,203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9, ", "192.0.2.1"),
        ("unknown", "192.0.2.1"),
        (None, "192.0.2.1"),
    ],
)
def test_only_the_last_entry_of_a_proxy_is_trusted(
    settings: Settings, forwarded: str | None, subject: str
) -> None:
    settings.BEHIND_PROXY = True
    assert client_address(request_from("192.0.2.1", forwarded)) == subject


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_spoofed_header_does_not_raise_the_limit(settings: Settings, behind_proxy: bool) -> None:
    settings.BEHIND_PROXY, settings.COSTLY_RATE = behind_proxy, Rate(2, 60)
    waits = []
    for number in range(4):
        # A proxy writes the last entry; the entries before it came with the request.
        forwarded = f"198.51.100.{number}" + (", 203.0.113.9" if behind_proxy else "")
        subject = client_address(request_from("192.0.2.1", forwarded))
        waits.append(rate_limits.consume("COSTLY_RATE", subject))
    assert [bool(wait) for wait in waits] == [False, False, True, True]


@pytest.fixture
def article(db: None, tmp_path: Path) -> Article:
    return import_article(tmp_path / "posts")


@pytest.mark.parametrize("page", ["1/", "1..2/"])
def test_costly_pages_return_429_above_the_rate(
    settings: Settings, client: Client, article: Article, page: str
) -> None:
    settings.COSTLY_RATE = Rate(2, 60)
    path = f"/a/{article.code}/versions/{page}"
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    refused = client.get(path)
    assert refused.status_code == 429
    assert 25 <= int(refused["Retry-After"]) <= 30
    assert "no-store" in refused["Cache-Control"]
    words = " ".join(refused.content.decode().split())
    assert f"Wait {refused['Retry-After']} seconds" in words
    assert not refused.cookies
    assert client.get(path, REMOTE_ADDR="192.0.2.99").status_code == 200
    assert client.get(article.get_absolute_url()).status_code == 200


def test_rate_that_is_off_counts_nothing(
    settings: Settings, client: Client, article: Article
) -> None:
    settings.COSTLY_RATE = None
    path = f"/a/{article.code}/versions/1/"
    assert {client.get(path).status_code for _ in range(5)} == {200}
    assert not settings.LIMITS_FILE.exists()


def test_requests_without_an_address_are_not_counted(settings: Settings) -> None:
    settings.COSTLY_RATE = Rate(1, 60)
    assert [rate_limits.consume("COSTLY_RATE", "") for _ in range(3)] == [0, 0, 0]


def test_admin_searches_are_rate_limited(settings: Settings, db: None) -> None:
    settings.SEARCH_RATE = Rate(2, 60)
    client = logged_in_client(make_superuser())
    path = "/admin/articles/article/"
    assert [client.get(path, {"q": "a"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(path).status_code == 200


def test_limits_use_the_system_clock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.COSTLY_RATE = Rate(1, 60)
    monkeypatch.setattr(time, "time", lambda: NOON)
    assert rate_limits.consume("COSTLY_RATE", "192.0.2.1") == 0
    assert rate_limits.consume("COSTLY_RATE", "192.0.2.1") == 60
    monkeypatch.setattr(time, "time", lambda: NOON + 60)
    assert rate_limits.consume("COSTLY_RATE", "192.0.2.1") == 0
