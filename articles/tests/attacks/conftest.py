"""Fixtures that run each audit once, and a summary of the audits in pytest's report."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.tests.attacks.browser import require_chromium
from articles.tests.attacks.page_visits import AuditResult, audit_site
from articles.tests.attacks.vectors import Case, Place

_SUMMARY: list[str] = []


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return the path of Chromium; without one, fail when CI is set, else skip the test."""
    return require_chromium()


@pytest.fixture(scope="session")
def protected(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    """Return the result for the archive as it is: all cases, all pages."""
    return _run("as it is", tmp_path_factory.mktemp("clean"), "full", chromium_path)


@pytest.fixture(scope="session")
def unprotected(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    """Return the result for an archive without cleaning and without a policy: the control run."""
    return _run("no cleaning", tmp_path_factory.mktemp("control"), "none", chromium_path)


@pytest.fixture(scope="session")
def policy_only(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    """Return the result for an archive without cleaning but with its policy, on a sample."""
    folder = tmp_path_factory.mktemp("policed")
    return _run("policy alone", folder, "csp_only", chromium_path, is_sample=True)


def is_sampled(case: Case) -> bool:
    """Return whether a case is in the sample for the policy alone."""
    groups = {"handlers", "scripts", "foreign", "styles"}
    return case.vector.group in groups and case.place == Place.BODY and not case.inert


def _run(
    name: str, folder: Path, protection: str, path: str, *, is_sample: bool = False
) -> AuditResult:
    result = audit_site(
        folder, protection, path, is_chosen=is_sampled if is_sample else lambda _: True
    )
    kinds = ("run", "request", "policy", "page", "text")
    recorder = result.recorder
    counts = ", ".join(f"{kind} {len(result.event_lines(kind))}" for kind in kinds)
    _SUMMARY.append(
        f"{name}: {result.pages} pages, {recorder.requests} requests, {result.seconds:.0f} s, "
        f"{len(recorder.routes)} URL patterns; events: {counts}"
    )
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report what the audits recorded."""
    if _SUMMARY:
        terminalreporter.section("attack vectors in Chromium")
        for line in _SUMMARY:
            terminalreporter.line(line)
