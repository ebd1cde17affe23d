"""Every case in Chromium: nothing runs, nothing is asked for elsewhere, no policy is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from articles.tests.attacks.benign import benign
from articles.tests.attacks.tour import Toured

pytestmark = pytest.mark.browser

#: Patterns that the tour does not open, and why nothing of a post is on them.
NOT_VISITED = {
    "admin/logout/": "takes a POST and ends the visit; its page says goodbye and nothing else",
    "admin/second_factor/": "a new key on each visit, and a link that opens an app",
    "admin/second_factor_code/": "asks for a code, where the account has a second factor",
    "admin/auth/user/<int:object_id>/second_factor/": "asks before it takes one from an account",
    "admin/password_change/done/": "a sentence of Django's",
    "admin/autocomplete/": "answers JSON to fields that complete; no form here has one",
    "admin/r/<path:content_type_id>/<path:object_id>/": "redirects to a public page",
    "admin/(?P<url>.*)$": "answers 404 to whatever has no page",
    "admin/articles/article/<int:object_id>/step/": "takes a POST and redirects to the article",
    "admin/articles/importissue/<path:object_id>/history/": "nothing is logged of these rows",
    "admin/articles/image/<path:object_id>/history/": "the log of uploads, which names codes",
    "admin/articles/author/<path:object_id>/history/": "nothing is logged of these rows",
    "admin/articles/tag/<path:object_id>/history/": "nothing is logged of these rows",
    "admin/articles/source/<path:object_id>/delete/": "refused, 403, while there are stories",
    "admin/auth/user/<id>/password/": "a form for a password",
    "admin/auth/group/<path:object_id>/history/": "there are no groups, and none comes of a post",
    "admin/auth/group/<path:object_id>/change/": "the same",
    "admin/auth/group/<path:object_id>/delete/": "the same",
    "admin/auth/group/add/": "an empty form of Django's",
}
#: The same for whole families of them, by the end of the pattern.
_NEVER = {
    "<path:object_id>/": "redirects to the page for changing",
    "/add/": "nobody may add such a row: 403",
    "/delete/": "nobody may delete such a row: 403",
}
_READ_ONLY = (
    "redirect", "blockedidentity", "article", "author", "tag", "image", "importrun", "importissue",
)  # fmt: skip


def test_nothing_runs(clean: Toured) -> None:
    assert not clean.of("run")


def test_nothing_is_asked_for_elsewhere(clean: Toured) -> None:
    assert not clean.of("request")
    assert not clean.asked


def test_no_policy_is_broken(clean: Toured) -> None:
    assert not clean.of("policy")
    assert not clean.witness.without_policy


def test_no_page_has_what_no_page_should_have(clean: Toured) -> None:
    assert not clean.of("page")
    assert not clean.of("message")


def test_every_address_answers_as_it_should(clean: Toured) -> None:
    assert not clean.statuses
    assert not clean.witness.odd_headers


def test_text_and_names_are_shown_as_they_are(clean: Toured) -> None:
    assert not clean.of("text")


def test_harmless_markup_is_shown(clean: Toured) -> None:
    wanted = [[*(f".body {selector}" for selector in each.holds), each.text] for each in benign()]
    assert list(clean.holds.values()) == wanted


def test_every_pattern_is_visited_or_has_a_reason_not_to_be(clean: Toured) -> None:
    """A page that is new, such as search or a feed, has to be added to the itinerary."""
    patterns = set(_patterns(get_resolver()))
    unseen = {pattern for pattern in patterns - clean.witness.routes if not _reason(pattern)}
    assert not unseen, "add these to articles/tests/attacks/itinerary.py, or a reason above"
    assert not NOT_VISITED.keys() & clean.witness.routes, "these are visited: take the reason away"
    assert not NOT_VISITED.keys() - patterns, "there are no such patterns any more"


def _patterns(resolver: Any, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        part = str(each.pattern)
        route = before + (part.removeprefix("^") if before else part)  # as a match names it
        if hasattr(each, "url_patterns"):
            yield from _patterns(each, route)
        else:
            yield route


def _reason(pattern: str) -> str:
    if pattern in NOT_VISITED:
        return NOT_VISITED[pattern]
    model = pattern.removeprefix("admin/articles/").split("/")[0]
    for end, reason in _NEVER.items():
        belongs = end.startswith("<") or model in _READ_ONLY
        if pattern.startswith("admin/") and pattern.endswith(end) and belongs:
            return reason
    return ""
