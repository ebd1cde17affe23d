"""Twenty realistic searches, if ``ARCHIVE_CORPUS`` names a folder of real posts."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.tests.support.import_runs import run_import
from tools.twenty_searches import load_searches, run_searches


def test_there_are_twenty_searches() -> None:
    typed = [search.typed for search in load_searches()]
    assert len(typed) == len(set(typed)) == 20


@pytest.mark.django_db
def test_each_search_finds_exactly_the_expected_stories(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_import(corpus, "--root=corpus").exit_code in {0, 3}
    wrong = {
        result.expected.typed: (len(result.should), len(result.found))
        for result in run_searches()
        if not result.is_right
    }
    assert wrong == {}
