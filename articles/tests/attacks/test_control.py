"""The audit detects attacks: the same archive without cleaning, with and without its policy."""

from __future__ import annotations

import pytest

from articles.tests.attacks.conftest import is_sampled
from articles.tests.attacks.page_visits import AuditResult
from articles.tests.attacks.vectors import SAMPLE, Place, cases

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(3600),
]  # seconds; an audit runs in its fixture


@pytest.mark.parametrize("group", sorted({case.vector.group for case in cases()}))
def test_control_run_detects_every_live_case(unprotected: AuditResult, group: str) -> None:
    cases_with_events = unprotected.cases_with_events("run", "request")
    live = [case for case in cases() if case.vector.group == group and not case.inert]
    assert live or SAMPLE > 1
    assert not [case.name for case in live if case.number not in cases_with_events]


def test_control_run_detects_a_case_in_every_place(unprotected: AuditResult) -> None:
    cases_with_events = unprotected.cases_with_events("run", "request")
    assert {case.place for case in cases() if case.number in cases_with_events} == set(Place)


def test_control_run_detects_inert_cases_by_the_audit(unprotected: AuditResult) -> None:
    found = unprotected.cases_with_events(
        "page", "request"
    )  # a refresh may leave the page before the audit
    assert not [c.name for c in cases() if c.is_audited and c.number not in found]


def test_policy_alone_stops_programs_and_reports_them(policy_only: AuditResult) -> None:
    sample = [case for case in cases() if is_sampled(case)]
    reported = policy_only.cases_with_events("policy")
    assert not policy_only.event_lines("run")
    assert len(sample) * SAMPLE >= 40
    assert not [case.name for case in sample if case.number not in reported]
