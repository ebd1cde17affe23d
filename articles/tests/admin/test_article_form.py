"""The article form: every change becomes an edit, and concurrent editors are warned."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from articles.models import Article, ArticleEdit, Capture, Source
from articles.publishing.editing import Editor, set_fields
from articles.tests.support.editors import (
    admin_url,
    form_data,
    import_article,
    logged_in_client,
    make_editor,
    make_person,
)
from articles.tests.support.factories import make_source
from articles.tests.support.post_files import TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(tmp_path: Path) -> Article:
    return import_article(tmp_path / "posts")


@pytest.fixture
def client(db: None) -> Client:
    return logged_in_client(make_editor())


def save(client: Client, article: Article, **changes: Any) -> Any:
    """Post the article's form with these values changed."""
    return client.post(admin_url(article), form_data(client, article) | changes)


def edits_of(article: Article) -> dict[str, Any]:
    return dict(article.edits.filter(active=True).values_list("field", "value"))


def errors_of(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200, "the form was accepted"
    return dict(response.context["adminform"].form.errors)


def test_saving_an_unchanged_form_changes_nothing(client: Client, article: Article) -> None:
    before = Article.objects.values().get()
    assert save(client, article).status_code == 302
    assert Article.objects.values().get() == before
    assert not ArticleEdit.objects.exists()


def test_change_becomes_an_edit_of_that_field_only(client: Client, article: Article) -> None:
    assert save(client, article, title="改过的标题", reason="typo").status_code == 302
    edit = ArticleEdit.objects.get()
    assert (edit.field, edit.value, edit.reason) == ("title", "改过的标题", "typo")
    assert edit.editor is not None
    assert edit.editor.username == "ada"
    article.refresh_from_db()
    assert article.title == "改过的标题"
    assert set(Capture.objects.values_list("title", flat=True)) == {"港口今日恢复通航", "新标题"}


def test_change_is_logged_with_its_reason(client: Client, article: Article) -> None:
    save(client, article, title="甲", language="zh-Hant", reason="typo")
    entry = LogEntry.objects.get()
    assert entry.object_id == str(article.pk)
    assert entry.change_message == "Changed title, language. typo"


def test_text_is_cleaned_before_it_is_stored(client: Client, article: Article) -> None:
    save(client, article, html='<p onclick="x()">新<script>alert(1)</script>文</p>')
    assert edits_of(article) == {"html": "<p>新文</p>"}
    assert Article.objects.get().body.html == "<p>新文</p>"


def test_tags_are_split_at_commas_of_both_widths_and_not_at_spaces(
    client: Client, article: Article
) -> None:
    save(client, article, tags="港口，three words、航运, ,")
    assert edits_of(article) == {"tags": ["港口", "three words", "航运"]}


def test_publication_time_is_entered_in_utc(
    client: Client, article: Article, settings: Any
) -> None:
    settings.TIME_ZONE = settings.ARCHIVE_TIME_ZONE = "Asia/Taipei"
    save(client, article, published_at="2021-01-16T20:00:00")
    article.refresh_from_db()
    assert article.published_at == dt.datetime(2021, 1, 16, 20, tzinfo=dt.UTC)
    assert article.day == dt.date(2021, 1, 17)


def test_outlet_author_and_kind_can_change(client: Client, article: Article) -> None:
    other = make_source("Other Paper")
    save(client, article, source=other.pk, author="某记者", kind="gallery")
    article = Article.objects.select_related("source", "author").get()
    assert article.author is not None
    assert (article.source, article.author.name, article.kind) == (other, "某记者", "gallery")


def test_author_can_be_removed(client: Client, article: Article) -> None:
    save(client, article, author="某记者")
    save(client, article, author="")
    assert edits_of(article) == {"author": None}
    assert Article.objects.get().author is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", 'zh" onclick="x'),
        ("published_at", "yesterday"),
        ("kind", "poem"),
        ("source", "999999"),
        ("title", "x" * 1001),
    ],
)
def test_invalid_value_is_reported_at_its_field(
    client: Client, article: Article, field: str, value: str
) -> None:
    response = save(client, article, **{"author": "某记者", field: value})
    assert set(errors_of(response)) == {field}
    assert not ArticleEdit.objects.exists()


def test_imported_value_is_shown_beside_an_edit(client: Client, article: Article) -> None:
    set_fields(article, {"title": "甲", "html": "<p>乙</p>"}, Editor(None))
    html = client.get(admin_url(article)).content.decode()
    assert "Imported: 新标题" in html
    assert TEXT in html
    assert html.count("Revert to the imported value") == 2


def test_revert_to_the_imported_value(client: Client, article: Article) -> None:
    set_fields(article, {"title": "甲", "author": "乙"}, Editor(None))
    assert save(client, article, back_title="on").status_code == 302
    assert edits_of(article) == {"author": "乙"}
    assert Article.objects.get().title == "新标题"
    assert LogEntry.objects.get().change_message == "Reverted to the imported title."


def test_revert_together_with_a_change_is_refused(client: Client, article: Article) -> None:
    set_fields(article, {"title": "甲"}, Editor(None))
    response = save(client, article, title="丙", back_title="on")
    assert set(errors_of(response)) == {"title"}
    assert edits_of(article) == {"title": "甲"}


def test_concurrent_edit_warns_the_second_editor(client: Client, article: Article) -> None:
    opened = form_data(client, article)
    set_fields(article, {"title": "别人的标题"}, Editor(make_person("ben")))
    response = client.post(admin_url(article), opened | {"title": "我的标题", "author": "某记者"})
    errors = errors_of(response)
    assert "ben" in errors["__all__"][0]
    assert "别人的标题" in errors["title"][0]
    assert edits_of(article) == {"title": "别人的标题"}
    html = response.content.decode()
    assert "我的标题" in html
    assert "某记者" in html


def test_concurrent_edit_is_overwritten_on_the_second_save(
    client: Client, article: Article
) -> None:
    opened = form_data(client, article) | {"title": "我的标题"}
    set_fields(article, {"title": "别人的标题"}, Editor(None))
    refused = client.post(admin_url(article), opened)
    again = refused.context["adminform"].form["base"].value()
    assert client.post(admin_url(article), opened | {"base": again}).status_code == 302
    assert Article.objects.get().title == "我的标题"
    assert article.edits.count() == 2, "the other person's value stays in the history"


def test_form_without_base_is_refused(client: Client, article: Article) -> None:
    values = form_data(client, article) | {"title": "甲"}
    del values["base"]
    assert "base" in errors_of(client.post(admin_url(article), values))


def test_staff_with_view_permission_only_sees_no_form(article: Article) -> None:
    client = logged_in_client(make_person("eve", "view_article", is_staff=True))
    html = client.get(admin_url(article)).content.decode()
    assert "新标题" in html
    assert "<textarea" not in html
    assert 'name="step"' not in html
    assert client.post(admin_url(article), {"title": "甲"}).status_code == 403


def test_page_shows_the_provenance_of_the_article(client: Client, article: Article) -> None:
    set_fields(article, {"source": Source.objects.get().pk, "title": "甲"}, Editor(None, "因为"))
    html = client.get(admin_url(article)).content.decode()
    for capture in article.captures.all():
        assert capture.original_id in html
    assert "posts/2021-01-14-a.md" in html
    assert "因为" in html


@pytest.mark.parametrize("copies", [0, 12])
def test_queries_do_not_grow_with_the_captures(
    client: Client, article: Article, copies: int, django_assert_num_queries: Any
) -> None:
    capture = article.captures.order_by("pk").last()
    assert capture is not None
    for n in range(copies):
        original = capture.original
        original.pk = f"{n:064x}"
        original.save(force_insert=True)
        capture.pk, capture.original_id = None, original.pk
        capture.title, capture.version = f"{n}", n + 3
        capture.save(force_insert=True)
    client.get(admin_url(article))  # content types are cached from here on
    # Session, user, second factor, two of permissions; article, captures, edits, outlets of the
    # menu; sightings, history of edits, pictures.
    with django_assert_num_queries(12):
        client.get(admin_url(article))
