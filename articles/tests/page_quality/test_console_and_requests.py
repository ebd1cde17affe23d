"""No page asks another host, says anything in the console, or breaks its own policy."""

from __future__ import annotations

import pytest

from articles.tests.page_quality.browser import Room

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_no_page_makes_a_noise(room: Room, scripts: bool) -> None:
    before = len(room.noise)
    with room.window(java_script_enabled=scripts) as page:
        for _ in room.tour(page):
            page.wait_for_load_state("networkidle")
    assert not room.noise[before:]
    assert not room.elsewhere.asked


def test_a_noise_would_be_heard(room: Room) -> None:
    before = len(room.noise)
    with room.window() as page:
        room.open(page, "/")
        page.evaluate(
            "() => { const p = document.createElement('p'); p.style = ''; "
            "p.setAttribute('style', 'color: red'); console.log('said'); "
            "return fetch('http://other.example/').catch(() => 0); }"
        )
    noise = " ".join(room.noise[before:])
    del room.noise[before:]
    assert "policy: style-src" in noise
    assert "policy: connect-src" in noise
    assert "says: said" in noise
