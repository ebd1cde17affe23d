"""``audit_html``: every stored body that a cleaner would change is named."""

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


def audited() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit_html", stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_what_was_imported_and_edited_is_clean(article: Article) -> None:
    set_fields(article, {EditedField.HTML: "<p>新的<b>文字</b></p>"}, Editor(None))
    assert audited() == (0, "2 bodies, nothing found\n")


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ("<p>甲</p><script>alert(1)</script>", ["strict check", "nh3 would", "bleach would"]),
        ("<p>甲 &copy;</p>", ["strict check", "nh3 would"]),
        ("<p>甲</p>\n" * 80 + "<pre>\n乙</pre>", ["strict check", "bleach would"]),
    ],
)
def test_a_body_that_would_change_is_named(article: Article, html: str, named: list[str]) -> None:
    ArticleBody.objects.update(html=html)
    code, said = audited()
    assert code == 3
    assert all(name in said for name in named)
    assert f"/a/{article.code}/" in said
    assert "rebuild_articles" in said


def test_an_edit_that_would_change_is_named(article: Article) -> None:
    set_fields(article, {EditedField.HTML: "<p>新的文字</p>"}, Editor(None))
    article.edits.update(value="<p onclick='x'>新的文字</p>")
    code, said = audited()
    assert code == 3
    assert f"/a/{article.code}/, edit {article.edits.get().pk}" in said
    assert 'character 2: "<p onclick=' in said


def test_long_lists_of_blocks_are_taken_in_parts(article: Article) -> None:
    ArticleBody.objects.update(html="<p>甲</p>\n" * 200 + "<pre>乙\n\n丙</pre>\n" * 100)
    assert audited()[0] == 0
