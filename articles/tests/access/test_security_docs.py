"""docs/asvs.md and docs/security.md: the tests, links and totals that they state are right."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from articles.tests.support.import_runs import PROJECT

DOCS = PROJECT / "docs"
_TEST = re.compile(r"`((?:[a-z_]+/)*test_[a-z_0-9]+\.py)(?:::(test_[a-z_0-9]+))?`")
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)


@pytest.mark.parametrize("page", ["asvs.md", "security.md"])
def test_every_referenced_test_exists(page: str) -> None:
    named = set(_TEST.findall((DOCS / page).read_text()))
    assert named
    missing = []
    for file, name in sorted(named):
        found = list((PROJECT / "articles" / "tests").rglob(file)) or [
            path for path in [PROJECT / file] if path.exists()
        ]
        if not any(f"def {name}" in path.read_text() for path in found):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_every_requirement_of_levels_1_and_2_has_one_verdict() -> None:
    rows = _ROW.findall((DOCS / "asvs.md").read_text())
    numbers = [row[0] for row in rows]
    assert len(numbers) == len(set(numbers)) == 253
    assert Counter(row[1] for row in rows) == {"1": 70, "2": 183}
    assert {row[3] for row in rows} == {"met", "n.a.", "operator", "**not met**"}


def test_totals_match_the_table() -> None:
    text = (DOCS / "asvs.md").read_text()
    counts = Counter(row[3] for row in _ROW.findall(text))
    assert (
        f"Met {counts['met']}, not applicable {counts['n.a.']}, "
        f"the operator's {counts['operator']}, not met {counts['**not met**']}."
    ) in text


@pytest.mark.parametrize("page", ["asvs.md", "security.md", "../SECURITY.md"])
def test_link_targets_exist(page: str) -> None:
    file = DOCS / page
    for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
        assert (file.parent / target).exists(), target


def test_access_settings_are_in_the_guide_and_in_env_example() -> None:
    guide = (DOCS / "operators.md").read_text()
    example = (PROJECT / ".env.example").read_text()
    for name in (
        "COSTLY_RATE", "SEARCH_RATE", "LOGIN_RATE", "LOGIN_NAME_RATE", "LIMITS_FILE",
        "SESSION_MINUTES", "SESSION_IDLE_MINUTES", "SECURITY_CONTACT", "LOG_ADDRESSES",
        "SECOND_FACTOR",
    ):  # fmt: skip
        assert f"`{name}`" in guide
        assert name in example
