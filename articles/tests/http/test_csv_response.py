"""CSV files: no cell is a formula, and no text is lost."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles.http.csv_response import csv_lines, escape_formula
from articles.models import Article, ImportIssue
from articles.tests.support.editors import logged_in_client, make_person
from articles.tests.support.import_runs import PROJECT
from articles.tests.support.url_walk import create_full_archive

FORMULAS = "=+-@＝＋－＠\t\r\n"
IGNORED_PREFIX = " \"'\u00a0\u3000\u200b\ufeff"


@given(st.text(alphabet=FORMULAS + IGNORED_PREFIX + "a1\0,;", max_size=12) | st.text(max_size=20))
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = str(escape_formula(text))
    assert cell.startswith("'") or not cell.lstrip(IGNORED_PREFIX).startswith(tuple(FORMULAS))
    assert not cell.startswith(tuple(FORMULAS))
    assert cell in {text.replace("\0", ""), "'" + text.replace("\0", "")}


@given(st.integers() | st.floats(allow_nan=False))
def test_numbers_stay_numbers(number: float) -> None:
    assert escape_formula(number) is number


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("＝1+1", "'＝1+1"),
        ("﹢1", "'﹢1"),  # compatibility forms of the four signs
        ("⁼1", "'⁼1"),
        ("﹣1", "'﹣1"),
        ("\u3000﹫SUM(1)", "'\u3000﹫SUM(1)"),
        (' "=1"', '\' "=1"'),
        ("\0=1", "'=1"),
        ("1+1=2", "1+1=2"),
        ("港口", "港口"),
        (None, ""),
        (-3, -3),
    ],
)
def test_escaped_cells(value: object, cell: object) -> None:
    assert escape_formula(value) == cell


@given(st.lists(st.lists(st.text(alphabet='a",\n;港=', max_size=5), min_size=2), max_size=5))
def test_rows_round_trip(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO("".join(csv_lines(rows)), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == rows


@pytest.mark.django_db
def test_admin_exports_escape_formulas(tmp_path: Path) -> None:
    article = create_full_archive(tmp_path / "posts")
    Article.objects.update(title="=HYPERLINK(1)")
    client = logged_in_client(make_person("ada", "view_article", "view_importissue", is_staff=True))
    issue = ImportIssue.objects.get()
    for model, key in (("article", article.pk), ("importissue", issue.pk)):
        response = client.post(
            reverse(f"admin:articles_{model}_changelist"),
            {"action": "save_selected", "_selected_action": [key]},
        )
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert "sandbox" in response["Content-Security-Policy"]
        content = b"".join(response).decode("utf-8-sig")
        header, row = list(csv.reader(io.StringIO(content)))
        assert len(header) == len(row)
        assert not [cell for cell in row if cell.startswith(tuple(FORMULAS))]
        assert [cell for cell in row if cell.startswith("'=")]


def test_only_one_module_writes_csv() -> None:
    users = [
        path.relative_to(PROJECT).as_posix()
        for path in sorted(PROJECT.glob("articles/**/*.py"))
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Import) and any(alias.name == "csv" for alias in node.names)
    ]
    assert users == ["articles/http/csv_response.py"]
