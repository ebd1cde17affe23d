"""Hostile sources, each next to two valid posts: a reason with a hint, and the run continues."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from articles.models import Article
from articles.tests.support.hostile_cases import Case
from articles.tests.support.hostile_repositories import OTHERS
from articles.tests.support.hostile_tars import TARS
from articles.tests.support.hostile_zips import ZIPS
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import STORY_URL, make_post, write_post

pytestmark = pytest.mark.django_db


def tree(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


@pytest.mark.parametrize("case", [*ZIPS, *TARS, *OTHERS], ids=str)
def test_hostile_source_is_reported_with_a_hint_and_harms_no_other(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "z"):
        post = make_post(url=f"{STORY_URL}/{name}")
        write_post(tmp_path / "beside", f"2021-01-14-{name}.md", post)
    (tmp_path / "case").mkdir()
    source = case.build(tmp_path / "case")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    before = tree(tmp_path)

    for _ in range(2):  # the second run reports the same
        result = run_import(source, tmp_path / "beside", "--report", tmp_path / "r.jsonl")
        lines = [
            json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()
        ]
        (tmp_path / "r.jsonl").unlink()
        line = next(each for each in lines if each["path"] == case.path)
        assert (line["outcome"], result.exit_code) == (
            case.outcome, 3 if case.outcome == "failed" else 0
        ), result  # fmt: skip
        assert re.search(case.reason, line["reason"], re.DOTALL), line["reason"]
        assert "Traceback" not in result.message
        assert Article.objects.count() == 2 + case.inside, result
        assert tree(tmp_path) == before
