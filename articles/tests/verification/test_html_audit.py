"""``audit_html``: every stored body that a sanitizer would change is reported."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from articles.models import Article, ArticleBody, EditedField
from articles.publishing.editing import Editor, set_fields
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import make_post, write_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(tmp_path: Path) -> Article:
    write_post(tmp_path, "2021-01-14-a.md", make_post())
    run_import(tmp_path)
    return Article.objects.get()


def run_audit() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit_html", stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_imported_and_edited_html_has_no_findings(article: Article) -> None:
    set_fields(article, {EditedField.HTML: "<p>新的<b>文字</b></p>"}, Editor(None))
    assert run_audit() == (0, "2 bodies, nothing found\n")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>甲</p><script>alert(1)</script>", ["strict check", "nh3 would", "bleach would"]),
        ("<p>甲 &copy;</p>", ["strict check", "nh3 would"]),
        ("<p>甲</p>\n" * 80 + "<pre>\n乙</pre>", ["strict check", "bleach would"]),
    ],
)
def test_a_body_that_would_change_is_reported(
    article: Article, html: str, expected: list[str]
) -> None:
    ArticleBody.objects.update(html=html)
    code, output = run_audit()
    assert code == 3
    assert all(name in output for name in expected)
    assert f"/a/{article.code}/" in output
    assert "rebuild_articles" in output


def test_an_edit_that_would_change_is_reported(article: Article) -> None:
    set_fields(article, {EditedField.HTML: "<p>新的文字</p>"}, Editor(None))
    article.edits.update(value="<p onclick='x'>新的文字</p>")
    code, output = run_audit()
    assert code == 3
    assert f"/a/{article.code}/, edit {article.edits.get().pk}" in output
    assert 'character 2: "<p onclick=' in output


def test_long_lists_of_blocks_are_cleaned_in_chunks(article: Article) -> None:
    ArticleBody.objects.update(html="<p>甲</p>\n" * 200 + "<pre>乙\n\n丙</pre>\n" * 100)
    assert run_audit()[0] == 0
