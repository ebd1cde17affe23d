"""What happens with a primary and a standby, each played by a process of its own.

Its environment names both servers; it ends with a traceback when something is not as it should be.
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

_PATIENCE = 30.0  # seconds in which a standby comes up, or catches up


def prepare(folder: str) -> None:
    """Fill the primary: two stories, and an editor."""

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("ada", password="of-a-test-only")
    for number, word in enumerate(("台灣", "香港")):
        post = make_post(
            title=f"{word}的港口", url=f"https://herald.example/{number}", body=f"<p>{word}</p>",
            date=f"2021-01-1{number}T10:00:00.000Z",
        )  # fmt: skip
        write_post(Path(folder), f"2021-01-1{number}-a.md", post)
    assert run_import(folder).code == 0


def readers_pages_come_from_the_standby() -> None:
    """Home, story, search and its download ask nobody else; what is not there yet is not shown."""
    client = Client()
    story = _story()
    addresses = ["/", story.get_absolute_url(), "/search/?q=港口", "/search/download.csv?q=港口"]
    with _replay_paused():
        _retitle(story, "新的港口")
        for address in addresses:
            with _asked("default") as primary, _asked("standby") as standby:
                page = _text(client, address)
            assert (len(primary), len(standby) > 0) == (0, True), (
                address,
                primary.captured_queries,
            )
            assert "台灣的" in page, address
            assert "新的" not in page, address
    _wait_for_the_standby()
    with _asked("default") as primary:
        assert "新的港口" in _text(client, "/")
    assert len(primary) == 0
    _retitle(story, "台灣的港口")


def the_admin_and_commands_work_on_the_primary() -> None:
    """An editor reads what was written a moment ago, and so does a command."""

    client = _editor()
    with _replay_paused(), _asked("standby") as standby:
        _retitle(_story(), "新的港口")
        assert "新的港口" in _text(client, "/admin/articles/article/?q=港口")
        call_command("update_index", "--check", "--no-progress")
        _retitle(_story(), "台灣的港口")
    assert all("pg_" in query["sql"] for query in standby.captured_queries), "the watch alone asks"


def whoever_has_written_reads_what_they_wrote() -> None:
    """A withdrawal is seen by the editor at once, by others when the standby has it."""
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
        with _asked("default") as primary:
            assert editor.get(address).status_code == 410
        assert len(primary) > 0
        assert reader.get(address).status_code == 200
        forged = Client()
        forged.cookies["written"] = "0/0' OR '1"
        assert forged.get(address).status_code == 200
    _wait_for_the_standby()
    assert reader.get(address).status_code == 410
    # Behind the withdrawal the log may hold what no commit has sent on yet: seconds.
    _until(lambda: _is_answered_by_the_standby(editor, address, 410))

    publish(story)


def a_standby_far_behind_is_not_asked() -> None:
    """After STANDBY_MAX_DELAY readers read from the primary, until the standby has caught up."""
    with override_settings(STANDBY_MAX_DELAY=1), _replay_paused():
        _retitle(_story(), "新的港口")
        _until(lambda: "新的港口" in _text(Client(), "/"))
        _retitle(_story(), "台灣的港口")
    _until(_standby_is_asked)


def a_standby_that_ends_is_done_without() -> None:
    """Also in the middle of a request; when it is there again, it is asked again."""

    standby = _server("standby")
    _until(_standby_is_asked)
    lag_monitor._next_look = time.monotonic() + 60  # nobody looks: the view itself meets the end
    standby.stop()
    for address in ("/", "/search/?q=港口", "/api/v1/articles?q=港口", _story().get_absolute_url()):
        lag_monitor._reason, lag_monitor._next_look = "", time.monotonic() + 60
        answer = Client().get(address)
        assert answer.status_code == 200, address
        assert lag_monitor._reason.startswith("it does not answer")
    assert "港口" in _text(Client(), "/search/download.jsonl?q=港口")
    lag_monitor._AFTER_FAILURE = 0.2
    lag_monitor._next_look = 0
    assert "港口" in _text(Client(), "/")
    standby.start()
    _until(_standby_is_asked)


def a_standby_without_its_primary_is_not_asked() -> None:
    """Nobody knows how far behind it is; without either a page says when to come again."""
    primary = _server("primary")
    _until(_standby_is_asked)
    primary.stop()
    _until(lambda: Client().get("/").status_code == 503)
    primary.start()
    _until(_standby_is_asked)


def a_server_that_is_no_standby_is_not_asked() -> None:
    """One that was promoted goes its own way."""
    _until(_standby_is_asked)
    _server("standby").promote()
    _until(lambda: not _standby_is_asked())
    _retitle(_story(), "新的港口")
    assert "新的港口" in _text(Client(), "/")


# What the scenarios are told with


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
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    content = b"".join(answer) if answer.streaming else answer.content
    return bytes(content).decode()


def _asked(alias: str) -> CaptureQueriesContext:

    return CaptureQueriesContext(connections[alias])


def _standby_is_asked() -> bool:
    return _is_answered_by_the_standby(Client(), "/", 200)


def _is_answered_by_the_standby(client: Client, address: str, status: int) -> bool:
    with _asked("default") as primary:
        is_answered = client.get(address).status_code == status
    return is_answered and len(primary) == 0


@contextmanager
def _replay_paused() -> Iterator[None]:
    _wait_for_the_standby()
    _on_the_standby("SELECT pg_wal_replay_pause()")
    _until(lambda: _on_the_standby("SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        _on_the_standby("SELECT pg_wal_replay_resume()")


def _wait_for_the_standby() -> None:

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        (position,) = cursor.fetchone()
    _until(lambda: _on_the_standby(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"))
    _until(_standby_is_asked)


def _on_the_standby(statement: str) -> object:
    with psycopg.connect(_server("standby").url, autocommit=True) as session:
        row = session.execute(statement).fetchone()
    return row[0] if row else None


def _server(name: str) -> Server:

    url = os.environ["DATABASE_URL" if name == "primary" else "STANDBY_URL"]
    port = int(url.rpartition(":")[2].partition("/")[0])
    return Server(Path(os.environ["TEST_PROGRAMS"]), Path(os.environ["TEST_SERVERS"], name), port)


def _until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


SCENARIOS = (
    readers_pages_come_from_the_standby,
    the_admin_and_commands_work_on_the_primary,
    whoever_has_written_reads_what_they_wrote,
    a_standby_far_behind_is_not_asked,
    a_standby_that_ends_is_done_without,
    a_standby_without_its_primary_is_not_asked,
    a_server_that_is_no_standby_is_not_asked,
)
