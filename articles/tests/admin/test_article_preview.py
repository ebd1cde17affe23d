"""The preview of an article: the public page with unsaved values, and nothing written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from articles.models import Article
from articles.publishing import publication_state
from articles.publishing.editing import Editor, set_fields
from articles.tests.support.archive_comparison import dump_archive
from articles.tests.support.editors import client_of, editor, form_of, imported_article, page_of
from articles.tests.support.post_files import TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(tmp_path: Path) -> Article:
    return imported_article(tmp_path / "posts")


@pytest.fixture
def client(db: None) -> Client:
    return client_of(editor())


def test_preview_shows_the_form_and_writes_nothing(client: Client, article: Article) -> None:
    before = dump_archive()
    values = form_of(client, article) | {
        "title": "还没保存的标题",
        "html": "<p>新的<script>alert(1)</script>正文</p>",
        "author": "从未见过的记者",
        "tags": "新主题",
        "published_at": "2020-02-29T10:00:00",
    }
    html = client.post(page_of(article, "preview"), values).content.decode()
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


def test_preview_of_nothing_changed_is_the_article(client: Client, article: Article) -> None:
    html = client.post(page_of(article, "preview"), form_of(client, article)).content.decode()
    assert "新标题" in html
    assert TEXT in html


def test_preview_back_to_the_imported_text(client: Client, article: Article) -> None:
    set_fields(article, {"html": "<p>编辑的正文</p>"}, Editor(None))
    page = page_of(article, "preview")
    assert TEXT not in client.post(page, form_of(client, article)).content.decode()
    back = form_of(client, article) | {"back_html": "on"}
    assert TEXT in client.post(page, back).content.decode()


def test_preview_does_not_mind_another_persons_change(client: Client, article: Article) -> None:
    values = form_of(client, article) | {"title": "甲"}
    set_fields(article, {"title": "乙"}, Editor(None))
    assert client.post(page_of(article, "preview"), values).status_code == 200


@pytest.mark.parametrize("state", ["review", "withdrawn"])
def test_preview_of_what_readers_do_not_see(client: Client, article: Article, state: str) -> None:
    if state == "review":
        publication_state.send_to_review(article)
    else:
        publication_state.withdraw(article, "asked")
    assert TEXT in client.get(page_of(article, "preview")).content.decode()
    assert page_of(article, "preview") in client.get(page_of(article)).content.decode()


def test_preview_is_kept_by_nobody_and_runs_nothing(client: Client, article: Article) -> None:
    answer = client.get(page_of(article, "preview"))
    policy = [part.strip() for part in answer["Content-Security-Policy"].split(";")]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert not [part for part in policy if part.startswith("script-src")]
    assert "no-store" in answer["Cache-Control"]


def test_preview_stands_in_a_sandboxed_frame_of_the_admin_alone(
    client: Client, article: Article
) -> None:
    form = client.get(page_of(article))
    (frame,) = re.findall("<iframe[^>]*>", form.content.decode())
    assert re.search(r"\ssandbox(\s|>)", frame)  # no "allow-…" in it
    assert f'src="{page_of(article, "preview")}"' in frame
    assert 'formtarget="article-preview"' in form.content.decode()
    answer = client.get(page_of(article, "preview"))
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "frame-src 'self'" in form["Content-Security-Policy"]
    assert form["X-Frame-Options"] == "DENY"


def test_preview_of_what_cannot_be_taken_says_so(client: Client, article: Article) -> None:
    values = form_of(client, article) | {"published_at": "yesterday"}
    answer = client.post(page_of(article, "preview"), values)
    assert answer.status_code == 400
    assert "published_at" in answer.content.decode()
