"""Import the real posts of the folder in ``ARCHIVE_CORPUS``, if set: none fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.models import Article, ArticleBody, Capture, ImportIssue, Original, Sighting
from articles.tests.support.archive_comparison import raw_rows
from articles.tests.support.import_runs import ImportOutput, assert_counts_are_right, run_import
from articles.tests.support.policy_violations import assert_policy_holds, clean_again_with_bleach

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ImportOutput:
    """Return the output of importing the whole corpus."""
    corpus = corpus.resolve()
    monkeypatch.chdir(tmp_path)
    return run_import(corpus, "--workers=2", "--root=corpus")


def test_whole_corpus_is_imported(imported: ImportOutput, corpus: Path) -> None:
    assert imported.exit_code == 0
    reported = imported.summary
    assert reported["failed"] == 0
    assert reported["files"] == reported["created"] + reported["versions"] + reported["unchanged"]
    assert reported["files"] + reported["skipped"] == len(imported.files)
    assert reported["files"] == Sighting.objects.count()
    assert reported["created"] == Article.objects.count() == ArticleBody.objects.count()
    assert Capture.objects.count() == Original.objects.count()
    assert not ImportIssue.objects.exists()
    assert_counts_are_right()
    assert_bodies_are_clean()
    before = raw_rows()
    again = run_import(corpus.resolve(), "--workers=0", "--root=corpus")
    assert again.summary["unchanged"] == reported["files"]
    assert raw_rows() == before


def assert_bodies_are_clean() -> None:
    """Check every body against the policy, and some with bleach, which is slow."""
    bodies = ArticleBody.objects.order_by("pk")
    for number, html in enumerate(bodies.values_list("html", flat=True)):
        assert_policy_holds(html)
        if number % 25 == 0:
            assert clean_again_with_bleach(html) == html
    assert not bodies.filter(html__contains="feedx.net").exists()
