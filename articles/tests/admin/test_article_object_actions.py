"""Actions on articles in the admin: who may run them, with which reason, and what is logged."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from articles.images.store import store_upload
from articles.models import Article, BlockedIdentity, Image, Original, State
from articles.publishing import publication_state
from articles.tests.images.test_store import image_bytes
from articles.tests.support.editors import (
    admin_url,
    form_data,
    import_article,
    logged_in_client,
    make_editor,
    make_person,
    make_superuser,
)
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import BODY, STORY_URL, make_post, write_post

pytestmark = pytest.mark.django_db
POSTS = ("publish", "review", "reviewed")  # pages that only accept a POST
LIST = "/admin/articles/article/"


@pytest.fixture
def article(tmp_path: Path) -> Article:
    return import_article(tmp_path / "posts")


@pytest.fixture
def client(db: None) -> Client:
    return logged_in_client(make_editor())


def log() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))


def state_of(article: Article) -> str:
    return Article.objects.values_list("state", flat=True).get(pk=article.pk)


def pages_of(article: Article) -> dict[str, str]:
    """Return the URLs, by name, of an article's pages that are not public."""
    capture = article.captures.order_by("pk").first()
    assert capture is not None
    article_pages = ("change", *POSTS, "withdraw", "erase", "preview")
    version_pages = ("hide", "show", "original")
    return {name: admin_url(article, name) for name in article_pages} | {
        name: admin_url(article, name, capture.pk) for name in version_pages
    }


# Permissions


def test_anonymous_is_redirected_to_the_login(article: Article) -> None:
    for name, page in pages_of(article).items():
        for response in (
            Client().get(page),
            Client().post(page, {"reason": "x"}),
        ):
            assert response.status_code == 302, name
            assert response["Location"].startswith("/admin/login/"), name


def test_staff_without_permission_is_refused(article: Article) -> None:
    client = logged_in_client(make_person("eve", is_staff=True))
    for name, page in pages_of(article).items():
        assert client.get(page).status_code in {403, 405}, name
        assert client.post(page, {"reason": "x"}).status_code == 403, name
    assert state_of(article) == State.PUBLISHED


def test_staff_with_view_permission_only_cannot_change(article: Article) -> None:
    client = logged_in_client(make_person("eve", "view_article", is_staff=True))
    pages = pages_of(article)
    for name in ("change", *POSTS, "withdraw", "erase", "hide", "show"):
        values = {"reason": "x", "code": article.code}
        assert client.post(pages[name], values).status_code == 403, name
    for name in ("change", "preview", "original"):
        assert client.get(pages[name]).status_code == 200, name
    assert state_of(article) == State.PUBLISHED


def test_editor_can_open_every_page_but_erase(article: Article, client: Client) -> None:
    for name, page in pages_of(article).items():
        expected = dict.fromkeys(POSTS, 405) | {"erase": 403}
        assert client.get(page).status_code == expected.get(name, 200), name


def test_editor_cannot_erase(article: Article, client: Client) -> None:
    response = client.post(admin_url(article, "erase"), {"reason": "x", "code": article.code})
    assert response.status_code == 403
    assert Article.objects.exists()
    assert admin_url(article, "erase") not in client.get(admin_url(article)).content.decode()


@pytest.mark.parametrize("name", [*POSTS, "withdraw", "hide", "show", "erase", "preview"])
def test_forged_request_is_refused(article: Article, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_superuser())
    values = {"reason": "x", "code": article.code}
    assert client.post(pages_of(article)[name], values).status_code == 403
    assert state_of(article) == State.PUBLISHED


def test_articles_cannot_be_added_or_deleted(article: Article) -> None:
    client = logged_in_client(make_superuser())
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{article.pk}/delete/", {"post": "yes"}).status_code == 403
    values = {"action": "delete_selected", "_selected_action": article.pk, "post": "yes"}
    client.post(LIST, values)
    assert Article.objects.exists()


# Actions on one article


@pytest.mark.parametrize(
    ("before", "step", "after", "words"),
    [
        (State.REVIEW, "publish", State.PUBLISHED, "Published."),
        (State.PUBLISHED, "review", State.REVIEW, "Sent to review."),
    ],
)
def test_simple_action(
    client: Client, article: Article, before: State, step: str, after: State, words: str
) -> None:
    Article.objects.update(state=before)
    assert client.post(admin_url(article, step)).status_code == 302
    assert state_of(article) == after
    assert log() == [words]


def test_mark_as_reviewed_clears_needs_review(client: Client, article: Article) -> None:
    Article.objects.update(needs_review=True)
    client.post(admin_url(article, "reviewed"))
    assert not Article.objects.get().needs_review


def test_withdraw_needs_a_reason(client: Client, article: Article) -> None:
    response = client.post(admin_url(article, "withdraw"), {"reason": "  "})
    assert response.status_code == 200
    assert "required" in response.content.decode()
    assert state_of(article) == State.PUBLISHED
    assert log() == []


def test_withdraw(client: Client, article: Article) -> None:
    client.post(admin_url(article, "withdraw"), {"reason": "a court asked"})
    row = Article.objects.get()
    assert (row.state, row.state_reason) == (State.WITHDRAWN, "a court asked")
    assert log() == ["Withdrew: a court asked"]
    assert Client().get(article.get_absolute_url()).status_code == 410


def test_hide_and_show_a_version(client: Client, article: Article) -> None:
    newest = article.captures.get(version=2)
    client.post(admin_url(article, "hide", newest.pk), {"reason": "names a child"})
    newest.refresh_from_db()
    assert (newest.hidden, newest.hidden_reason) == (True, "names a child")
    assert newest.hidden_by is not None
    assert newest.hidden_by.username == "ada"
    assert Article.objects.get().title == "港口今日恢复通航"
    assert "names a child" in client.get(admin_url(article)).content.decode()
    client.post(admin_url(article, "show", newest.pk))
    assert Article.objects.get().title == "新标题"
    assert log() == ["Hid version 2: names a child", "Showed version 2 again."]


def test_hide_the_last_version_shows_a_message(client: Client, article: Article) -> None:
    for capture in article.captures.order_by("version"):
        response = client.post(admin_url(article, "hide", capture.pk), {"reason": "x"})
    assert response.status_code == 200
    assert "withdraw the article instead" in response.content.decode()
    assert article.captures.filter(hidden=False).count() == 1
    assert len(log()) == 1


def test_version_of_another_article_is_not_found(client: Client, article: Article) -> None:
    for name in ("hide", "show", "original"):
        assert client.get(admin_url(article, name, 999_999)).status_code == 404


# Erasing


def test_erase_requires_the_typed_code(article: Article) -> None:
    client = logged_in_client(make_superuser())
    response = client.post(admin_url(article, "erase"), {"reason": "law", "code": "00000000"})
    assert response.status_code == 200
    assert "not the article" in response.content.decode()
    assert Article.objects.exists()


def test_erase_leaves_no_text_of_the_article(
    article: Article, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = logged_in_client(make_superuser())
    client.post(
        admin_url(article), form_data(client, article) | {"title": "X被告", "reason": "X被告"}
    )
    client.post(admin_url(article, "withdraw"), {"reason": "X被告"})
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(admin_url(article, "erase"), {"reason": "law", "code": article.code})
    assert response.status_code == 302
    tombstone = BlockedIdentity.objects.get()
    assert (tombstone.code, tombstone.reason) == (article.code, "law")
    assert tombstone.editor is not None
    assert not Article.objects.exists()
    assert not Original.objects.exists()
    entries = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert list(entries) == [
        (article.code, ""),
        (article.code, ""),
        (article.code, "Erased for good."),
    ]


def test_erase_removes_pictures_that_no_other_story_shows(
    tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    picture = '<img src="https://img.herald.example/own.jpg">'
    article = import_article(tmp_path / "posts", BODY + picture)
    store_upload(Image.objects.get(), io.BytesIO(image_bytes()))
    with django_capture_on_commit_callbacks(execute=True):
        values = {"reason": "law", "code": article.code}
        logged_in_client(make_superuser()).post(admin_url(article, "erase"), values)
    assert not Image.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


# Bulk actions


def test_selected_articles_are_published(client: Client, article: Article) -> None:
    publication_state.send_to_review(article)
    ticked = {"action": "publish_selected", "_selected_action": [article.pk]}
    assert article.title in client.post(LIST, ticked).content.decode()
    assert state_of(article) == State.REVIEW
    client.post(LIST, {**ticked, "confirmed": "yes"})
    assert state_of(article) == State.PUBLISHED
    assert log() == ["Published."]


def test_selected_articles_are_withdrawn_with_a_reason(client: Client, article: Article) -> None:
    ticked = {"action": "withdraw_selected", "_selected_action": [article.pk]}
    asked = client.post(LIST, ticked)
    assert asked.status_code == 200
    assert article.title in asked.content.decode()
    assert state_of(article) == State.PUBLISHED
    confirmed = {**ticked, "confirmed": "yes"}
    assert client.post(LIST, {**confirmed, "reason": ""}).status_code == 200
    assert client.post(LIST, {**confirmed, "reason": "asked"}).status_code == 302
    assert state_of(article) == State.WITHDRAWN
    assert log() == ["Withdrew: asked"]


def import_stories(folder: Path, **states: str) -> dict[str, Article]:
    """Import a story of each name, and give it this state; withdrawn ones have a reason."""
    for name in states:
        write_post(
            folder, f"2021-01-14-{name}.md", make_post(title=name, url=f"{STORY_URL}/{name}")
        )
    with chdir(folder):
        run_import(folder)
    stories = {story.title: story for story in Article.objects.all()}
    for name, state in states.items():
        reason = "Court order" if state == State.WITHDRAWN else ""
        Article.objects.filter(title=name).update(state=state, state_reason=reason)
    return stories


def post_selected(client: Client, action: str, stories: dict[str, Article], **values: Any) -> Any:
    selected = [story.pk for story in stories.values()]
    values |= {"action": f"{action}_selected", "_selected_action": selected}
    return client.post(LIST, values, follow=True)


def states_of(stories: dict[str, Article]) -> dict[str, str]:
    return {name: state_of(story) for name, story in stories.items()}


def test_bulk_publish_lists_what_changes_and_leaves_withdrawn_stories_out(
    client: Client, tmp_path: Path
) -> None:
    before = {"one": State.REVIEW, "two": State.WITHDRAWN, "three": State.PUBLISHED}
    stories = import_stories(tmp_path, **before)
    Article.objects.filter(title__in=["one", "three"]).update(needs_review=True)
    page = post_selected(client, "publish", stories)
    assert [row.title for row in page.context["page"].rows] == ["one"]
    reasons = {row.title: reason for row, reason in page.context["page"].left_out}
    assert reasons == {"two": "withdrawn: Court order", "three": "public already"}
    for words in ("Publish 1 story", "Court order", "bring back the withdrawn stories"):
        assert words in page.content.decode()
    assert states_of(stories) == before, "nothing has happened yet"

    done = post_selected(client, "publish", stories, confirmed="yes")
    assert states_of(stories) == before | {"one": State.PUBLISHED}
    assert Article.objects.filter(needs_review=True).count() == 2
    assert [str(message) for message in done.context["messages"]] == [
        "Published. (1 story)", "Left out: 2 stories."
    ]  # fmt: skip
    assert log() == ["Published."]


def test_bulk_publish_brings_withdrawn_stories_back_only_by_an_explicit_choice(
    client: Client, tmp_path: Path
) -> None:
    stories = import_stories(tmp_path, one=State.REVIEW, two=State.WITHDRAWN)
    post_selected(client, "publish", stories, confirmed="yes", include_withdrawn="on")
    assert set(states_of(stories).values()) == {State.PUBLISHED}


def test_bulk_review_leaves_withdrawn_stories_withdrawn(client: Client, tmp_path: Path) -> None:
    stories = import_stories(tmp_path, one=State.PUBLISHED, two=State.WITHDRAWN)
    post_selected(client, "review", stories, confirmed="yes")
    assert states_of(stories) == {"one": State.REVIEW, "two": State.WITHDRAWN}


def test_bulk_withdrawal_keeps_the_reasons_of_earlier_ones(client: Client, tmp_path: Path) -> None:
    stories = import_stories(tmp_path, one=State.PUBLISHED, two=State.WITHDRAWN)
    post_selected(client, "withdraw", stories, confirmed="yes", reason="Asked by the author")
    reasons = dict(Article.objects.values_list("title", "state_reason"))
    assert reasons == {"one": "Asked by the author", "two": "Court order"}


def test_bulk_publish_leaves_a_future_story_out(client: Client, tmp_path: Path) -> None:
    stories = import_stories(tmp_path, one=State.REVIEW)
    Article.objects.update(published_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3))
    page = post_selected(client, "publish", stories)
    [(_, reason)] = page.context["page"].left_out
    assert "is in the future" in reason
    assert not page.context["page"].button, "there is nothing to confirm"
    post_selected(client, "publish", stories, confirmed="yes")
    assert states_of(stories) == {"one": State.REVIEW}


def test_bulk_reviewed_counts_only_what_needed_review(client: Client, tmp_path: Path) -> None:
    stories = import_stories(tmp_path, one=State.PUBLISHED, two=State.PUBLISHED)
    Article.objects.filter(title="one").update(needs_review=True)
    done = post_selected(client, "reviewed", stories)
    assert [str(message) for message in done.context["messages"]] == [
        "Marked as reviewed. (1 story)"
    ]
    assert log() == ["Marked as reviewed."]


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("change_article", {"reviewed"}),
        ("publish_article", {"publish", "review"}),
        ("withdraw_article", {"withdraw"}),
        ("hide_capture", set()),
    ],
)
def test_each_action_has_its_own_permission(
    article: Article, permission: str, allowed: set[str]
) -> None:
    """On the page, by its URL, and in bulk."""
    client = logged_in_client(make_person("cy", "view_article", permission, is_staff=True))
    for action in ("publish", "review", "reviewed", "withdraw"):
        state = State.REVIEW if action == "publish" else State.PUBLISHED
        for is_bulk in (False, True):
            Article.objects.update(state=state, state_reason="", needs_review=True)
            before = Article.objects.values("state", "needs_review").get()
            if is_bulk:
                post_selected(client, action, {"a": article}, confirmed="yes", reason="x")
            else:
                client.post(admin_url(article, action), {"reason": "x"})
            has_changed = Article.objects.values("state", "needs_review").get() != before
            assert has_changed is (action in allowed), (action, is_bulk)
    hide = client.post(admin_url(article, "hide", article.captures.first().pk), {"reason": "x"})  # type: ignore[union-attr]
    assert hide.status_code == (302 if permission == "hide_capture" else 403)


def test_select_all_changes_only_the_selected_articles(client: Client, article: Article) -> None:
    values = {"action": "review_selected", "_selected_action": ["0"], "select_across": "1",
              "confirmed": "yes"}  # fmt: skip
    client.post(LIST, values)
    assert state_of(article) == State.PUBLISHED


def test_staff_with_view_permission_only_has_no_actions(article: Article) -> None:
    client = logged_in_client(make_person("eve", "view_article", is_staff=True))
    values = {"_selected_action": [article.pk], "confirmed": "yes", "reason": "x"}
    for action in ("publish", "review", "withdraw"):
        client.post(LIST, values | {"action": f"{action}_selected"})
    assert state_of(article) == State.PUBLISHED


# Downloads


def test_original_is_an_attachment_that_cannot_run(client: Client, article: Article) -> None:
    capture = article.captures.select_related("original").order_by("pk").first()
    assert capture is not None
    response = client.get(admin_url(article, "original", capture.pk))
    assert response.content == capture.original.content
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (
        response["Content-Disposition"] == f'attachment; filename="{capture.original_id[:12]}.md"'
    )
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_download_of_a_damaged_original_shows_a_message(client: Client, article: Article) -> None:
    Original.objects.update(data=b"broken")
    capture = article.captures.order_by("pk").first()
    assert capture is not None
    response = client.get(admin_url(article, "original", capture.pk), follow=True)
    assert "damaged" in response.content.decode()
    assert reverse("admin:articles_article_change", args=[article.pk]) in str(
        response.redirect_chain
    )
