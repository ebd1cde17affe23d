"""The list of one's own sessions, each of which can be ended."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.fixtures import Settings

from articles.tests.support.editors import client_of, make_person

pytestmark = pytest.mark.django_db

PAGE = "/admin/sessions/"


@pytest.fixture
def ada() -> User:
    return make_person("ada", is_staff=True)


def marks(client: Client) -> list[str]:
    """Return the marks of the sessions that the page offers to end."""
    shown = client.get(PAGE).context["sessions"]
    assert [each.is_this for each in shown] == [True] + [False] * (len(shown) - 1)
    return [each.mark for each in shown if not each.is_this]


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_page_lists_ones_own_sessions_and_gives_no_key_away(ada: User) -> None:
    here, there = client_of(ada), client_of(ada)
    client_of(make_person("bob", is_staff=True))
    assert len(marks(here)) == len(marks(there)) == 1
    page = here.get(PAGE).content.decode()
    assert "this one" in page
    assert "127.0.0.1" not in page
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in page


def test_one_session_is_ended(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    here, there, elsewhere = (client_of(ada) for _ in range(3))
    (own,) = (e for e in there.get(PAGE).context["sessions"] if e.is_this)
    page = here.post(PAGE, {"mark": own.mark}, follow=True).content.decode()
    assert "Sessions that were ended: 1." in page
    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, True)
    assert "Sessions ended by ada: 1" in caplog.text


def test_all_others_are_ended_at_once(ada: User) -> None:
    here, *others = (client_of(ada) for _ in range(4))
    bob = client_of(make_person("bob", is_staff=True))
    here.post(PAGE, {"mark": "all"})
    assert is_in(here)
    assert not any(is_in(each) for each in others)
    assert is_in(bob)


def test_nobody_ends_the_session_of_another(ada: User) -> None:
    bob = client_of(make_person("bob", is_staff=True))
    (his,) = bob.get(PAGE).context["sessions"]
    client_of(ada).post(PAGE, {"mark": his.mark})
    assert is_in(bob)


def test_sessions_that_are_over_are_not_listed(
    ada: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, old = client_of(ada), client_of(ada)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + settings.SESSION_IDLE_SECONDS - 60)
    assert is_in(old)
    monkeypatch.setattr(time, "time", lambda: start + settings.SESSION_IDLE_SECONDS + 60)
    here = client_of(ada)
    assert len(marks(here)) == 1  # the idle one has run out
    assert not is_in(idle)
    ada.set_password("another horse battery")
    ada.save()
    assert marks(client_of(ada)) == []
