"""The tour would have noticed: the same archive without cleaning, with its policy and without."""

from __future__ import annotations

import pytest

from articles.tests.attacks.conftest import is_sampled
from articles.tests.attacks.tour import Toured
from articles.tests.attacks.vectors import SAMPLE, Place, cases

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("group", sorted({case.vector.group for case in cases()}))
def test_control_run_notices_every_live_case(control: Toured, group: str) -> None:
    noticed = control.noticed("run", "request")
    live = [case for case in cases() if case.vector.group == group and not case.inert]
    assert live or SAMPLE > 1
    assert not [case.name for case in live if case.number not in noticed]


def test_control_run_notices_something_in_every_place(control: Toured) -> None:
    noticed = control.noticed("run", "request")
    assert {case.place for case in cases() if case.number in noticed} == set(Place)


def test_control_run_sees_by_the_audit_what_cannot_run(control: Toured) -> None:
    found = control.noticed("page", "request")  # a refresh may be off before anybody looks
    assert not [c.name for c in cases() if c.is_audited and c.number not in found]


def test_policy_alone_stops_programs_and_reports_them(policed: Toured) -> None:
    sample = [case for case in cases() if is_sampled(case)]
    reported = policed.noticed("policy")
    assert not policed.of("run")
    assert len(sample) * SAMPLE >= 40
    assert not [case.name for case in sample if case.number not in reported]
