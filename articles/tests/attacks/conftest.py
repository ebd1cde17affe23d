"""The tours, each made once; what they saw goes into pytest's summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.tests.attacks.browser import require_chromium
from articles.tests.attacks.tour import Toured, tour
from articles.tests.attacks.vectors import Case, Place

_SUMMARY: list[str] = []


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return the path of Chromium; without one, fail on a machine for tests, else skip."""
    return require_chromium()


@pytest.fixture(scope="session")
def clean(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Toured:
    """Return what was seen of the archive as it is: all cases, all pages."""
    return _tour("as it is", tmp_path_factory.mktemp("clean"), "up", chromium_path)


@pytest.fixture(scope="session")
def control(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Toured:
    """Return what was seen of an archive that cleans nothing and has no policy."""
    return _tour("no cleaning", tmp_path_factory.mktemp("control"), "down", chromium_path)


@pytest.fixture(scope="session")
def policed(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Toured:
    """Return what was seen of an archive that cleans nothing and has its policy: a sample."""
    folder = tmp_path_factory.mktemp("policed")
    return _tour("policy alone", folder, "policy", chromium_path, sampled=True)


def is_sampled(case: Case) -> bool:
    """Tell whether a case is one of those on which the policy alone is tried."""
    groups = {"handlers", "scripts", "foreign", "styles"}
    return case.vector.group in groups and case.place == Place.BODY and not case.inert


def _tour(name: str, folder: Path, walls: str, path: str, *, sampled: bool = False) -> Toured:
    seen = tour(folder, walls, path, chosen=is_sampled if sampled else lambda _: True)
    kinds = ("run", "request", "policy", "page", "text")
    noticed = ", ".join(f"{kind} {len(seen.of(kind))}" for kind in kinds)
    _SUMMARY.append(
        f"{name}: {seen.pages} pages, {seen.witness.requests} requests, {seen.seconds:.0f} s, "
        f"{len(seen.witness.routes)} address patterns; noticed: {noticed}"
    )
    return seen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tours saw."""
    if _SUMMARY:
        terminalreporter.section("attack vectors in Chromium")
        for line in _SUMMARY:
            terminalreporter.line(line)
