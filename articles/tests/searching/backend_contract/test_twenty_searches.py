"""Twenty searches of a reader, when ``ARCHIVE_CORPUS`` names a folder of real posts."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.tests.support.import_runs import run_import
from tools.twenty_searches import play, searches


def test_there_are_twenty() -> None:
    typed = [search.typed for search in searches()]
    assert len(typed) == len(set(typed)) == 20


@pytest.mark.django_db
def test_each_finds_what_it_should_and_nothing_else(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_import(corpus, "--root=corpus").code in {0, 3}
    wrong = {
        result.wanted.typed: (len(result.should), len(result.found))
        for result in play()
        if not result.is_right
    }
    assert wrong == {}
