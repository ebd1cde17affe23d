"""The list of the user's own sessions, each of which can be ended."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.fixtures import Settings

from articles.tests.support.editors import logged_in_client, make_person

pytestmark = pytest.mark.django_db

PAGE = "/admin/sessions/"


@pytest.fixture
def ada() -> User:
    return make_person("ada", is_staff=True)


def other_sessions(client: Client) -> list[str]:
    """Return the public ids of the sessions that the page offers to end."""
    shown = client.get(PAGE).context["sessions"]
    assert [each.is_this for each in shown] == [True] + [False] * (len(shown) - 1)
    return [each.public_id for each in shown if not each.is_this]


def is_logged_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_page_lists_own_sessions_without_their_keys(ada: User) -> None:
    here, there = logged_in_client(ada), logged_in_client(ada)
    logged_in_client(make_person("bob", is_staff=True))
    assert len(other_sessions(here)) == len(other_sessions(there)) == 1
    page = here.get(PAGE).content.decode()
    assert "this one" in page
    assert "127.0.0.1" not in page
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in page


def test_one_session_is_ended(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    here, there, elsewhere = (logged_in_client(ada) for _ in range(3))
    (own,) = (e for e in there.get(PAGE).context["sessions"] if e.is_this)
    page = here.post(PAGE, {"session": own.public_id}, follow=True).content.decode()
    assert "Sessions ended: 1." in page
    assert (is_logged_in(here), is_logged_in(there), is_logged_in(elsewhere)) == (True, False, True)
    assert "Sessions ended by ada: 1" in caplog.text


def test_all_others_are_ended_at_once(ada: User) -> None:
    here, *others = (logged_in_client(ada) for _ in range(4))
    bob = logged_in_client(make_person("bob", is_staff=True))
    here.post(PAGE, {"session": "all"})
    assert is_logged_in(here)
    assert not any(is_logged_in(each) for each in others)
    assert is_logged_in(bob)


def test_nobody_ends_the_session_of_another(ada: User) -> None:
    bob = logged_in_client(make_person("bob", is_staff=True))
    (his,) = bob.get(PAGE).context["sessions"]
    logged_in_client(ada).post(PAGE, {"session": his.public_id})
    assert is_logged_in(bob)


def test_expired_sessions_are_not_listed(
    ada: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, old = logged_in_client(ada), logged_in_client(ada)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + settings.SESSION_IDLE_SECONDS - 60)
    assert is_logged_in(old)
    monkeypatch.setattr(time, "time", lambda: start + settings.SESSION_IDLE_SECONDS + 60)
    here = logged_in_client(ada)
    assert len(other_sessions(here)) == 1  # the idle one has expired
    assert not is_logged_in(idle)
    ada.set_password("another horse battery")
    ada.save()
    assert other_sessions(logged_in_client(ada)) == []
