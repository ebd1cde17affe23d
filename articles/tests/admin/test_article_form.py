"""The article form: every change becomes an edit, and concurrent editors are warned."""

from __future__ import annotations

import datetime as dt
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from articles.models import Article, ArticleEdit, Capture, Source
from articles.publishing import publication_state
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
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import TEXT, make_post, write_post

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


def test_what_cleaning_takes_out_is_told_before_it_is_saved(
    client: Client, article: Article
) -> None:
    text = (
        '<p onclick="x()">新<script>alert(1)</script>文</p>'
        '<iframe src="https://far.example/frame"></iframe>'
        '<p>图<img src="https://far.example/a.png" alt="a"></p>'
    )
    refused = save(client, article, html=text)
    [message] = errors_of(refused)["html"]
    for words in ("1 iframe (src: https://far.example/frame)", "1 script", "onclick of p",
                  "1 img (src: https://far.example/a.png)"):  # fmt: skip
        assert words in message
    assert not ArticleEdit.objects.exists()
    form = refused.context["adminform"].form
    assert form["html"].value() == text, "what was typed is still there"
    values = form_data(client, article) | {"html": text, "told": form["told"].value()}
    assert client.post(admin_url(article), values).status_code == 302
    assert edits_of(article) == {"html": "<p>新文</p><p>图</p>"}
    assert Article.objects.get().body.html == "<p>新文</p><p>图</p>"


def test_another_text_is_told_again(client: Client, article: Article) -> None:
    refused = save(client, article, html="<p>一</p><script>1</script>")
    told = refused.context["adminform"].form["told"].value()
    assert "html" in errors_of(save(client, article, html="<p>二</p><style>a</style>", told=told))


def test_plain_text_gets_its_paragraphs(client: Client, article: Article) -> None:
    assert save(client, article, html="第一段 1 < 2 & 3\r\n续行\r\n\r\n第二段").status_code == 302
    assert edits_of(article) == {"html": "<p>第一段 1 &lt; 2 &amp; 3<br>续行</p>\n<p>第二段</p>"}


def test_pasted_blocks_do_not_run_together(client: Client, article: Article) -> None:
    save(client, article, html="<h1>题</h1><div><div>一</div><div>二<ul><li>三</ul></div></div>")
    assert edits_of(article) == {"html": "<h2>题</h2><p>一</p><p>二</p><ul><li>三</li></ul>"}


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


def test_only_touched_fields_are_written(client: Client, article: Article) -> None:
    """B, who opened the form before A saved a headline, changes the author alone."""
    opened = form_data(client, article)
    set_fields(article, {"title": "别人的标题"}, Editor(make_person("ben")))
    values = opened | {"author": "某记者"}
    response = client.post(admin_url(article), values, follow=True)
    assert response.redirect_chain
    assert edits_of(article) == {"title": "别人的标题", "author": "某记者"}
    [told] = [str(m) for m in response.context["messages"] if m.level_tag == "warning"]
    assert told == ("Title: ben changed this to “别人的标题” since you opened the form. It stays.")
    assert LogEntry.objects.get().change_message == "Changed author."


def test_the_same_field_stops_once_and_says_who_and_what(client: Client, article: Article) -> None:
    opened = form_data(client, article)
    ben = Editor(make_person("ben"))
    set_fields(article, {"title": "别人的标题", "language": "zh-Hant"}, ben)
    mine = {"title": "我的标题", "author": "某记者"}
    refused = client.post(admin_url(article), opened | mine)
    errors = errors_of(refused)
    assert set(errors) == {"__all__", "title"}
    assert "ben changed this to “别人的标题”" in errors["title"][0]
    assert edits_of(article) == {"title": "别人的标题", "language": "zh-Hant"}
    form = refused.context["adminform"].form
    assert {name: form[name].value() for name in mine} == mine
    assert form["language"].value() == "zh-Hant", "what others changed elsewhere is shown"
    assert "ben changed this to “zh-Hant”" in form["language"].help_text
    assert "ben changed this to “zh-Hant”" in refused.content.decode()
    again = {bound.name: bound.value() or "" for bound in form}
    assert client.post(admin_url(article), again).status_code == 302
    assert edits_of(article) == {"language": "zh-Hant", **mine}
    assert article.edits.filter(field="title").count() == 2, "theirs stays in the history"


def test_what_others_changed_is_escaped(client: Client, article: Article) -> None:
    opened = form_data(client, article)
    set_fields(article, {"author": "<b>甲</b>", "title": "乙"}, Editor(None))
    refused = client.post(admin_url(article), opened | {"title": "丙"})
    assert "&lt;b&gt;甲" in refused.content.decode()
    assert "<b>甲" not in refused.content.decode()


def test_invalid_value_of_a_field_that_others_changed_is_told_once_it_is_valid(
    client: Client, article: Article
) -> None:
    opened = form_data(client, article)
    set_fields(article, {"language": "zh-Hant"}, Editor(make_person("ben")))
    refused = client.post(admin_url(article), opened | {"language": "?"})
    form = refused.context["adminform"].form
    assert form["language"].value() == "?"
    again = {bound.name: bound.value() or "" for bound in form} | {"language": "en"}
    errors = errors_of(client.post(admin_url(article), again))
    assert "ben changed this to “zh-Hant”" in errors["language"][0]


def test_third_change_between_two_attempts_stops_again(client: Client, article: Article) -> None:
    opened = form_data(client, article) | {"title": "我的标题"}
    set_fields(article, {"title": "甲"}, Editor(None))
    refused = client.post(admin_url(article), opened)
    again = opened | {"base": refused.context["adminform"].form["base"].value()}
    set_fields(article, {"title": "乙"}, Editor(make_person("cy")))
    assert (
        "cy changed this to “乙”" in errors_of(client.post(admin_url(article), again))["title"][0]
    )


def test_a_new_import_under_an_open_form_is_told(
    client: Client, article: Article, tmp_path: Path
) -> None:
    opened = form_data(client, article)
    newest = make_post(title="第三个标题", date="2021-01-16T15:00:00.000Z")
    write_post(tmp_path / "posts", "2021-01-16-c.md", newest)
    with chdir(tmp_path):
        run_import(tmp_path / "posts")
    errors = errors_of(client.post(admin_url(article), opened | {"title": "我的标题"}))
    assert "An import changed this to “第三个标题”" in errors["title"][0]


def test_both_saving_the_same_value_is_no_conflict(client: Client, article: Article) -> None:
    opened = form_data(client, article) | {"title": "同样的标题"}
    set_fields(article, {"title": "同样的标题"}, Editor(None))
    assert client.post(admin_url(article), opened).status_code == 302
    assert article.edits.count() == 1


def test_reverting_what_somebody_changed_meanwhile_stops(client: Client, article: Article) -> None:
    set_fields(article, {"title": "甲"}, Editor(None))
    opened = form_data(client, article) | {"back_title": "on"}
    set_fields(article, {"title": "乙"}, Editor(make_person("ben")))
    assert "ben" in errors_of(client.post(admin_url(article), opened))["title"][0]


def test_state_change_is_no_conflict(client: Client, article: Article) -> None:
    opened = form_data(client, article) | {"title": "我的标题"}
    publication_state.send_to_review(article)
    assert client.post(admin_url(article), opened).status_code == 302
    assert Article.objects.get().state == "review"


# Buttons for the state


def test_state_button_saves_first(client: Client, article: Article) -> None:
    publication_state.send_to_review(article)
    response = save(client, article, title="改过的标题", _state="publish")
    assert response.status_code == 302
    assert response["Location"] == admin_url(article)
    row = Article.objects.get()
    assert (row.title, row.state) == ("改过的标题", "published")
    messages = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert messages == ["Changed title.", "Published."]


def test_state_button_with_an_invalid_form_does_nothing(client: Client, article: Article) -> None:
    response = save(client, article, title="改过的标题", language="?", _state="review")
    assert set(errors_of(response)) == {"language"}
    assert response.context["adminform"].form["title"].value() == "改过的标题"
    assert Article.objects.get().state == "published"


def test_withdraw_button_saves_and_asks_for_the_reason(client: Client, article: Article) -> None:
    response = save(client, article, title="改过的标题", _state="withdraw")
    assert response["Location"] == admin_url(article, "withdraw")
    row = Article.objects.get()
    assert (row.title, row.state) == ("改过的标题", "published")


def test_state_button_without_the_permission_saves_nothing(article: Article) -> None:
    client = logged_in_client(make_person("cy", "change_article", is_staff=True))
    html = client.get(admin_url(article)).content.decode()
    assert 'name="_state"' not in html
    for name in ("review", "withdraw"):
        assert save(client, article, title="改过", _state=name).status_code == 403
    assert not ArticleEdit.objects.exists()
    assert Article.objects.get().state == "published"


# Dates


@pytest.mark.parametrize("year", [1, 1599, dt.datetime.now(dt.UTC).year + 11, 9999])
def test_impossible_year_is_refused_with_a_reason(
    client: Client, article: Article, year: int
) -> None:
    response = save(client, article, published_at=f"{year:04}-03-01T10:00:00")
    assert "cannot be right" in errors_of(response)["published_at"][0]
    assert not ArticleEdit.objects.exists()


def test_future_date_of_a_public_story_is_refused(client: Client, article: Article) -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    response = save(client, article, published_at=tomorrow.strftime("%Y-%m-%dT%H:%M:%S"))
    [message] = errors_of(response)["published_at"]
    assert "is in the future" in message
    assert "send the story to review first" in message


def test_story_in_review_may_have_a_future_date_and_is_not_published_with_it(
    client: Client, article: Article
) -> None:
    publication_state.send_to_review(article)
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    values = {"published_at": tomorrow.strftime("%Y-%m-%dT%H:%M:%S")}
    assert save(client, article, **values).status_code == 302
    response = client.post(admin_url(article, "publish"), follow=True)
    assert "is in the future" in str(list(response.context["messages"])[-1])
    assert Article.objects.get().state == "review"


def test_reverting_to_an_imported_future_date_is_refused(client: Client, article: Article) -> None:
    future = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    Capture.objects.update(published_at=future)
    set_fields(article, {"published_at": "2021-01-14T10:00:00+00:00"}, Editor(None))
    assert "future" in errors_of(save(client, article, back_published_at="on"))["published_at"][0]


@pytest.mark.parametrize("base", ["", "x", "title:1", "{}", "title:1 title:2 x"])
def test_form_with_a_damaged_base_is_refused(client: Client, article: Article, base: str) -> None:
    values = form_data(client, article) | {"title": "甲", "base": base}
    assert "base" in errors_of(client.post(admin_url(article), values))
    assert not ArticleEdit.objects.exists()


def test_form_without_base_is_refused(client: Client, article: Article) -> None:
    values = form_data(client, article) | {"title": "甲"}
    del values["base"]
    assert "base" in errors_of(client.post(admin_url(article), values))


def test_staff_with_view_permission_only_sees_no_form(article: Article) -> None:
    client = logged_in_client(make_person("eve", "view_article", is_staff=True))
    html = client.get(admin_url(article)).content.decode()
    assert "新标题" in html
    assert "<textarea" not in html
    assert 'name="_state"' not in html
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
