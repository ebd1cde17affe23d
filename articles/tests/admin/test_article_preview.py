"""The article preview: it shows the public page with unsaved values and writes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from articles.models import Article
from articles.publishing import publication_state
from articles.publishing.editing import Editor, set_fields
from articles.tests.support.archive_comparison import dump_archive
from articles.tests.support.editors import (
    admin_url,
    form_data,
    import_article,
    logged_in_client,
    make_editor,
)
from articles.tests.support.post_files import TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(tmp_path: Path) -> Article:
    return import_article(tmp_path / "posts")


@pytest.fixture
def client(db: None) -> Client:
    return logged_in_client(make_editor())


def test_preview_shows_the_form_and_writes_nothing(client: Client, article: Article) -> None:
    before = dump_archive()
    values = form_data(client, article) | {
        "title": "还没保存的标题",
        "html": "<p>新的<script>alert(1)</script>正文</p>",
        "author": "从未见过的记者",
        "tags": "新主题",
        "published_at": "2020-02-29T10:00:00",
    }
    html = client.post(admin_url(article, "preview"), values).content.decode()
    for words in (
        "还没保存的标题",
        "<p>新的正文</p>",
        "从未见过的记者",
        "新主题",
        "29 February 2020",
    ):
        assert words in html
    assert "<script" not in html
    assert "not saved" in html
    assert dump_archive() == before


def test_preview_of_an_unchanged_form_shows_the_article(client: Client, article: Article) -> None:
    html = client.post(admin_url(article, "preview"), form_data(client, article)).content.decode()
    assert "新标题" in html
    assert TEXT in html


def test_preview_is_the_public_page(client: Client, article: Article) -> None:
    """From the headline to the neighbours: everything but what needs a script."""
    public = Client().get(article.get_absolute_url()).content.decode()
    preview = client.get(admin_url(article, "preview")).content.decode()
    assert _article_of(preview) == _article_of(public)
    assert re.search("<h1>[^/]*>新标题<", preview)
    assert "GB/T 7714" in preview


def _article_of(page: str) -> str:
    article = page[page.index("<article") : page.index("</article>")]
    return re.sub(r'<aside class="tools".*?</aside>', "", article, flags=re.DOTALL)


def test_preview_shows_a_changed_headline(client: Client, article: Article) -> None:
    values = form_data(client, article) | {"title": "还没保存的标题"}
    html = client.post(admin_url(article, "preview"), values).content.decode()
    assert re.search(r"<h1>[^<]*<span[^>]*>还没保存的标题</span>", html)


def test_preview_of_reverting_to_the_imported_text(client: Client, article: Article) -> None:
    set_fields(article, {"html": "<p>编辑的正文</p>"}, Editor(None))
    page = admin_url(article, "preview")
    assert TEXT not in client.post(page, form_data(client, article)).content.decode()
    back = form_data(client, article) | {"back_html": "on"}
    assert TEXT in client.post(page, back).content.decode()


def test_preview_ignores_a_concurrent_edit(client: Client, article: Article) -> None:
    values = form_data(client, article) | {"title": "甲"}
    set_fields(article, {"title": "乙"}, Editor(None))
    assert client.post(admin_url(article, "preview"), values).status_code == 200


@pytest.mark.parametrize("state", ["review", "withdrawn"])
def test_preview_of_articles_that_are_not_public(
    client: Client, article: Article, state: str
) -> None:
    if state == "review":
        publication_state.send_to_review(article)
    else:
        publication_state.withdraw(article, "asked")
    assert TEXT in client.get(admin_url(article, "preview")).content.decode()
    assert admin_url(article, "preview") in client.get(admin_url(article)).content.decode()


def test_preview_is_not_cached_and_runs_no_scripts(client: Client, article: Article) -> None:
    response = client.get(admin_url(article, "preview"))
    policy = [part.strip() for part in response["Content-Security-Policy"].split(";")]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert not [part for part in policy if part.startswith("script-src")]
    assert "no-store" in response["Cache-Control"]


def test_preview_is_framed_only_by_the_admin_in_a_sandbox(client: Client, article: Article) -> None:
    form = client.get(admin_url(article))
    (frame,) = re.findall("<iframe[^>]*>", form.content.decode())
    assert re.search(r"\ssandbox(\s|>)", frame)  # no "allow-…" in it
    assert f'src="{admin_url(article, "preview")}"' in frame
    assert 'formtarget="article-preview"' in form.content.decode()
    response = client.get(admin_url(article, "preview"))
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "frame-src 'self'" in form["Content-Security-Policy"]
    assert form["X-Frame-Options"] == "DENY"


def test_preview_of_an_invalid_form_shows_the_errors(client: Client, article: Article) -> None:
    values = form_data(client, article) | {"published_at": "yesterday"}
    response = client.post(admin_url(article, "preview"), values)
    assert response.status_code == 400
    assert "published_at" in response.content.decode()
