"""Scenarios with a primary and a replica, each run in a process of its own.

The environment names both servers. A failed assertion ends the process with a traceback.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from articles.models import Article
from articles.publishing.editing import Editor, set_fields
from articles.publishing.publication_state import publish
from articles.replica import lag_monitor
from articles.searching import index_updates
from articles.tests.replica.postgresql_servers import Server
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import make_post, write_post

_TIMEOUT_SECONDS = 30.0  # for a replica to start, or to catch up


def prepare(folder: str) -> None:
    """Fill the primary with two stories and an editor."""

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("ada", password="of-a-test-only")
    for number, word in enumerate(("台灣", "香港")):
        post = make_post(
            title=f"{word}的港口", url=f"https://herald.example/{number}", body=f"<p>{word}</p>",
            date=f"2021-01-1{number}T10:00:00.000Z",
        )  # fmt: skip
        write_post(Path(folder), f"2021-01-1{number}-a.md", post)
    assert run_import(folder).exit_code == 0


def public_pages_are_read_from_the_replica() -> None:
    """Home, story, search and download query only the replica, and show what it has replayed."""
    client = Client()
    story = _story()
    addresses = ["/", story.get_absolute_url(), "/search/?q=港口", "/search/download.csv?q=港口"]
    with _replay_paused():
        _retitle(story, "新的港口")
        for address in addresses:
            with _captured_queries("default") as primary, _captured_queries("standby") as standby:
                page = _text(client, address)
            assert (len(primary), len(standby) > 0) == (0, True), (
                address,
                primary.captured_queries,
            )
            assert "台灣的" in page, address
            assert "新的" not in page, address
    _wait_for_replica()
    with _captured_queries("default") as primary:
        assert "新的港口" in _text(client, "/")
    assert len(primary) == 0
    _retitle(story, "台灣的港口")


def admin_and_commands_use_the_primary() -> None:
    """An editor and a command read what was written a moment ago."""

    client = _editor()
    with _replay_paused(), _captured_queries("standby") as standby:
        _retitle(_story(), "新的港口")
        assert "新的港口" in _text(client, "/admin/articles/article/?q=港口")
        call_command("update_index", "--check", "--no-progress")
        _retitle(_story(), "台灣的港口")
    queries = [query["sql"] for query in standby.captured_queries]
    assert all("pg_" in sql for sql in queries), "only the lag monitor may query the replica"


def clients_read_their_own_writes() -> None:
    """The editor sees a withdrawal at once, others once the replica has replayed it."""
    story = _story()
    editor, reader = _editor(), Client()
    address = story.get_absolute_url()
    with _replay_paused():
        editor.post(
            f"/admin/articles/article/{story.pk}/withdraw/",
            {"reason": "wrong", "_base": story.state},
        )
        story.refresh_from_db()
        assert story.state == "withdrawn"
        assert editor.cookies["written"]["httponly"]
        with _captured_queries("default") as primary:
            assert editor.get(address).status_code == 410
        assert len(primary) > 0
        assert reader.get(address).status_code == 200
        forged = Client()
        forged.cookies["written"] = "0/0' OR '1"
        assert forged.get(address).status_code == 200
    _wait_for_replica()
    assert reader.get(address).status_code == 410
    # After the withdrawal, the WAL may hold records that no commit has flushed yet: seconds.
    _until(lambda: _is_served_from_replica(editor, address, 410))

    publish(story)


def a_lagging_replica_is_not_used() -> None:
    """Above STANDBY_MAX_DELAY readers read from the primary, until the replica has caught up."""
    with override_settings(STANDBY_MAX_DELAY=1), _replay_paused():
        _retitle(_story(), "新的港口")
        _until(lambda: "新的港口" in _text(Client(), "/"))
        _retitle(_story(), "台灣的港口")
    _until(_is_replica_used)


def a_stopped_replica_is_replaced_by_the_primary() -> None:
    """Even in the middle of a request; once it is up again, it is used again."""

    standby = _server("standby")
    _until(_is_replica_used)
    lag_monitor._next_check = time.monotonic() + 60  # no check: the view itself sees the failure
    standby.stop()
    for address in ("/", "/search/?q=港口", "/api/v1/articles?q=港口", _story().get_absolute_url()):
        lag_monitor._reason, lag_monitor._next_check = "", time.monotonic() + 60
        response = Client().get(address)
        assert response.status_code == 200, address
        assert lag_monitor._reason.startswith("it does not respond")
    assert "港口" in _text(Client(), "/search/download.jsonl?q=港口")
    lag_monitor._FAILURE_PAUSE_SECONDS = 0.2
    lag_monitor._next_check = 0
    assert "港口" in _text(Client(), "/")
    standby.start()
    _until(_is_replica_used)


def a_replica_without_its_primary_is_not_used() -> None:
    """Its lag is unknown; without either server, pages return 503."""
    primary = _server("primary")
    _until(_is_replica_used)
    primary.stop()
    _until(lambda: Client().get("/").status_code == 503)
    primary.start()
    _until(_is_replica_used)


def a_promoted_replica_is_not_used() -> None:
    """It no longer follows the primary."""
    _until(_is_replica_used)
    _server("standby").promote()
    _until(lambda: not _is_replica_used())
    _retitle(_story(), "新的港口")
    assert "新的港口" in _text(Client(), "/")


# Helpers of the scenarios


def _story() -> Article:

    return Article.objects.get(url="https://herald.example/0")


def _retitle(story: Article, title: str) -> None:

    set_fields(story, {"title": title}, Editor(None, "a test"))
    index_updates.update()


def _editor() -> Client:
    client = Client()
    assert client.login(username="ada", password="of-a-test-only")
    return client


def _text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    content = b"".join(response) if response.streaming else response.content
    return bytes(content).decode()


def _captured_queries(alias: str) -> CaptureQueriesContext:

    return CaptureQueriesContext(connections[alias])


def _is_replica_used() -> bool:
    return _is_served_from_replica(Client(), "/", 200)


def _is_served_from_replica(client: Client, address: str, status: int) -> bool:
    with _captured_queries("default") as primary:
        has_status = client.get(address).status_code == status
    return has_status and len(primary) == 0


@contextmanager
def _replay_paused() -> Iterator[None]:
    _wait_for_replica()
    _query_replica("SELECT pg_wal_replay_pause()")
    _until(lambda: _query_replica("SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        _query_replica("SELECT pg_wal_replay_resume()")


def _wait_for_replica() -> None:

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        (position,) = cursor.fetchone()
    _until(lambda: _query_replica(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"))
    _until(_is_replica_used)


def _query_replica(statement: str) -> object:
    with psycopg.connect(_server("standby").url, autocommit=True) as session:
        row = session.execute(statement).fetchone()
    return row[0] if row else None


def _server(name: str) -> Server:

    url = os.environ["DATABASE_URL" if name == "primary" else "STANDBY_URL"]
    port = int(url.rpartition(":")[2].partition("/")[0])
    return Server(Path(os.environ["TEST_PROGRAMS"]), Path(os.environ["TEST_SERVERS"], name), port)


def _until(is_true: Callable[[], object]) -> None:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.1)


SCENARIOS = (
    public_pages_are_read_from_the_replica,
    admin_and_commands_use_the_primary,
    clients_read_their_own_writes,
    a_lagging_replica_is_not_used,
    a_stopped_replica_is_replaced_by_the_primary,
    a_replica_without_its_primary_is_not_used,
    a_promoted_replica_is_not_used,
)
