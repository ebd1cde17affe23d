"""Real posts, when ``ARCHIVE_CORPUS`` names a folder of them: all come in, none fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.models import Article, ArticleBody, Capture, ImportIssue, Original, Sighting
from articles.tests.support.archive_comparison import raw_rows
from articles.tests.support.import_runs import Ran, assert_counts_are_right, run_import
from articles.tests.support.policy_violations import assert_policy_holds, bleached

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    """Return what the import of the whole corpus answered."""
    corpus = corpus.resolve()
    monkeypatch.chdir(tmp_path)
    return run_import(corpus, "--workers=2", "--root=corpus")


def test_whole_corpus_comes_in(imported: Ran, corpus: Path) -> None:
    assert imported.code == 0
    told = imported.summary
    assert told["failed"] == 0
    assert told["files"] == told["created"] + told["versions"] + told["unchanged"]
    assert told["files"] + told["skipped"] == len(imported.files)
    assert told["files"] == Sighting.objects.count()
    assert told["created"] == Article.objects.count() == ArticleBody.objects.count()
    assert Capture.objects.count() == Original.objects.count()
    assert not ImportIssue.objects.exists()
    assert_counts_are_right()
    assert_bodies_are_clean()
    before = raw_rows()
    again = run_import(corpus.resolve(), "--workers=0", "--root=corpus")
    assert again.summary["unchanged"] == told["files"]
    assert raw_rows() == before


def assert_bodies_are_clean() -> None:
    """Look at every body by the policy, and at some by bleach, which is slow."""
    bodies = ArticleBody.objects.order_by("pk")
    for number, html in enumerate(bodies.values_list("html", flat=True)):
        assert_policy_holds(html)
        if number % 25 == 0:
            assert bleached(html) == html
    assert not bodies.filter(html__contains="feedx.net").exists()
