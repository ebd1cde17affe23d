"""Every case in Chromium: nothing runs, no foreign host is requested, no policy is violated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from articles.tests.attacks.harmless_posts import harmless_posts
from articles.tests.attacks.page_visits import AuditResult

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(3600),
]  # seconds; an audit runs in its fixture

#: Patterns that the audit does not open, and why they show nothing of a post.
NOT_VISITED = {
    "admin/logout/": "takes a POST and ends the visit; its page says goodbye and nothing else",
    "admin/second_factor/": "a new key on each visit, and a link that opens an app",
    "admin/second_factor_code/": "asks for a code, where the account has a second factor",
    "admin/auth/user/<int:object_id>/second_factor/": "asks before it takes one from an account",
    "admin/password_change/done/": "a sentence of Django's",
    "admin/autocomplete/": "answers JSON to fields that complete; no form here has one",
    "admin/r/<path:content_type_id>/<path:object_id>/": "redirects to a public page",
    "admin/(?P<url>.*)$": "answers 404 to whatever has no page",
    "admin/articles/article/<int:object_id>/publish/": "takes a POST, redirects to the article",
    "admin/articles/article/<int:object_id>/review/": "the same",
    "admin/articles/article/<int:object_id>/reviewed/": "the same",
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
#: The same for groups of patterns, by their ending.
_NOT_VISITED_ENDINGS = {
    "<path:object_id>/": "redirects to the page for changing",
    "/add/": "nobody may add such a row: 403",
    "/delete/": "nobody may delete such a row: 403",
}
_READ_ONLY = (
    "redirect", "blockedidentity", "article", "author", "tag", "image", "importrun", "importissue",
)  # fmt: skip


def test_nothing_runs(protected: AuditResult) -> None:
    assert not protected.event_lines("run")


def test_no_foreign_host_is_requested(protected: AuditResult) -> None:
    assert not protected.event_lines("request")
    assert not protected.requested_names


def test_no_policy_is_violated(protected: AuditResult) -> None:
    assert not protected.event_lines("policy")
    assert not protected.recorder.without_policy


def test_audit_finds_no_forbidden_markup(protected: AuditResult) -> None:
    assert not protected.event_lines("page")
    assert not protected.event_lines("message")


def test_every_page_has_the_expected_status(protected: AuditResult) -> None:
    assert not protected.statuses
    assert not protected.recorder.odd_headers


def test_text_and_names_are_shown_verbatim(protected: AuditResult) -> None:
    assert not protected.event_lines("text")


def test_harmless_markup_is_shown(protected: AuditResult) -> None:
    expected = [
        [*(f".body {selector}" for selector in each.selectors), each.text]
        for each in harmless_posts()
    ]
    assert list(protected.selectors.values()) == expected


def test_every_pattern_is_visited_or_has_a_reason_not_to_be(protected: AuditResult) -> None:
    """A new page has to be added to page_paths."""
    patterns = set(_patterns(get_resolver()))
    unseen = {pattern for pattern in patterns - protected.recorder.routes if not _reason(pattern)}
    assert not unseen, "add these to articles/tests/attacks/page_paths.py, or a reason above"
    assert not NOT_VISITED.keys() & protected.recorder.routes, (
        "these are visited: take the reason away"
    )
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
    for end, reason in _NOT_VISITED_ENDINGS.items():
        belongs = end.startswith("<") or model in _READ_ONLY
        if pattern.startswith("admin/") and pattern.endswith(end) and belongs:
            return reason
    return ""
