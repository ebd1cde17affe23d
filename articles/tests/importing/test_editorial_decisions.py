"""Editorial decisions survive every import: edits, withdrawals, hidden versions, erasures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from articles.models import (
    Article,
    ArticleBody,
    BlockedIdentity,
    Capture,
    ImportIssue,
    Original,
    Source,
    State,
    Tag,
    TaggedArticle,
    TagReason,
)
from articles.publishing.editing import EditError, Editor, mark_reviewed, revert_fields, set_fields
from articles.publishing.erasure import erase
from articles.publishing.publication_state import hide_version, publish, show_version, withdraw
from articles.tests.support.import_runs import assert_counts_are_right, run_import
from articles.tests.support.post_files import (
    BODY,
    OUTLET,
    STORY_URL,
    TEXT,
    VOA,
    VOA_URL,
    make_post,
    write_post,
)

pytestmark = pytest.mark.django_db

EDITOR = Editor(user=None, reason="a correction")
LATER = "2021-01-15T15:00:00.000Z"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "posts"


@pytest.fixture
def article(folder: Path) -> Article:
    """Return the article of one imported post with one topical tag."""
    write_post(folder, "2021-01-14-a.md", make_post(tags=[OUTLET, "港口"]))
    run_import(folder)
    return Article.objects.get()


def import_newer(folder: Path) -> None:
    """Import one more capture of the article, a day later."""
    post = make_post(title="新标题", date=LATER, body=BODY + "<p>续报。</p>")
    write_post(folder, "2021-01-15-b.md", post)
    assert run_import(folder).summary["versions"] == 1


def test_edit_wins_over_a_new_capture_which_is_flagged_for_review(
    article: Article, folder: Path
) -> None:
    set_fields(article, {"title": "编辑的标题", "tags": ["码头"]}, EDITOR)
    assert not Article.objects.filter(needs_review=True).exists()
    import_newer(folder)
    article.refresh_from_db()
    assert article.title == "编辑的标题"
    assert set(article.tags.names()) == {"码头"}
    assert "续报" in article.body.text
    assert article.version_count == 2
    assert article.needs_review
    mark_reviewed(article)
    run_import(folder, "--force")
    assert not Article.objects.filter(needs_review=True).exists()
    revert_fields(article, ["title"], EDITOR)
    article.refresh_from_db()
    assert article.title == "新标题"
    assert_counts_are_right()


def test_edited_text_is_kept_and_cleaned(article: Article, folder: Path) -> None:
    set_fields(article, {"html": '<p onclick="x()">编辑的正文。</p><script>x()</script>'}, EDITOR)
    import_newer(folder)
    body = ArticleBody.objects.get(article=article)
    assert body.html == "<p>编辑的正文。</p>"
    assert body.text == "编辑的正文。"


def test_new_capture_without_an_edit_needs_no_review(article: Article, folder: Path) -> None:
    import_newer(folder)
    article.refresh_from_db()
    assert not article.needs_review


def test_withdrawn_article_stays_withdrawn(article: Article, folder: Path) -> None:
    withdraw(article, "names a child")
    import_newer(folder)
    run_import(folder, "--force", "--status=published")
    article.refresh_from_db()
    assert (article.state, article.state_reason) == (State.WITHDRAWN, "names a child")
    assert article.version_count == 2
    assert not Article.objects.published().exists()
    assert_counts_are_right()
    publish(article)
    assert_counts_are_right()


def test_withdrawal_needs_a_reason(article: Article) -> None:
    with pytest.raises(EditError):
        withdraw(article, "  ")


def test_hidden_version_stays_hidden(article: Article, folder: Path) -> None:
    import_newer(folder)
    newer = Capture.objects.get(version=2)
    hide_version(newer, EDITOR)
    article.refresh_from_db()
    assert "续报" not in article.body.text
    run_import(folder, "--force")
    write_post(folder, "copy/2021-01-15-b.md", (folder / "2021-01-15-b.md").read_bytes())
    run_import(folder)
    newer.refresh_from_db()
    article.refresh_from_db()
    assert newer.hidden
    assert newer.version == 2
    assert article.title == "港口今日恢复通航"
    assert TEXT in article.body.text
    show_version(newer, EDITOR)
    article.refresh_from_db()
    assert article.title == "新标题"


def test_copy_of_a_hidden_text_is_hidden_too(article: Article, folder: Path) -> None:
    import_newer(folder)
    hide_version(Capture.objects.get(version=2), EDITOR)
    body = "<section>" + BODY + "<p>续报。</p></section>"
    again = make_post(title="新标题", date="2021-01-16T00:00:00Z", body=body)
    write_post(folder, "2021-01-16-c.md", again)
    run_import(folder)
    article.refresh_from_db()
    assert "续报" not in article.body.text
    assert article.title == "港口今日恢复通航"


def test_erased_article_is_not_imported_again(article: Article, folder: Path) -> None:
    content = (folder / "2021-01-14-a.md").read_bytes()
    mark = erase(article, EDITOR)
    assert_counts_are_right()
    for options in ([], ["--force"], ["--root=elsewhere"]):
        assert run_import(folder, *options).exit_code == 0
    write_post(folder, "2021-01-15-b.md", make_post(url=STORY_URL + "/?utm_source=x", date=LATER))
    run_import(folder)
    assert not Article.objects.exists()
    assert not Capture.objects.exists()
    assert not Original.objects.exists()
    assert not ImportIssue.objects.exists()
    assert BlockedIdentity.objects.get() == mark
    assert content  # the file itself is not the archive's to delete
    assert (folder / "2021-01-14-a.md").read_bytes() == content


def test_taggings_record_whether_an_editor_or_an_import_made_them(
    article: Article, folder: Path
) -> None:
    assert TaggedArticle.objects.get().reason == TagReason.IMPORT
    set_fields(article, {"tags": ["港口", "码头"]}, EDITOR)
    reasons = dict(TaggedArticle.objects.values_list("tag__name", "reason"))
    assert reasons["码头"] == TagReason.EDITOR


def test_unknown_outlet_is_created_once_and_flagged(article: Article, folder: Path) -> None:
    write_post(folder, "2021-01-14-b.md", make_post(url=STORY_URL + "/2"))
    run_import(folder)
    source = Source.objects.get()
    assert (source.name, source.needs_review, source.story_count) == (OUTLET, True, 2)
    assert list(source.aliases.values_list("alias", flat=True)) == [OUTLET]


def test_known_outlet_is_not_flagged_and_creates_no_tag(folder: Path) -> None:
    post = make_post(url=VOA_URL, category=VOA, tags=[VOA, "港口"], author=VOA)
    write_post(folder, "2021-01-14-a.md", post)
    run_import(folder)
    source = Source.objects.get()
    assert not source.needs_review
    assert source.hosts.filter(host="www.voachinese.com").exists()
    assert set(Tag.objects.values_list("name", flat=True)) == {"港口"}
    assert Article.objects.get().author is None


def test_outlet_renamed_by_an_editor_is_still_recognised(article: Article, folder: Path) -> None:
    Source.objects.update(name="编辑改的名字", needs_review=False)
    write_post(folder, "2021-01-14-b.md", make_post(url=STORY_URL + "/2"))
    run_import(folder)
    assert Source.objects.get().story_count == 2


def test_import_sets_the_time_of_import_and_of_capture(article: Article) -> None:
    assert (timezone.now() - article.imported_at).total_seconds() < 300
    assert article.captured_at is not None
    assert article.captured_at.isoformat() == "2021-01-14T14:41:19+00:00"


def test_story_of_the_future_waits_in_review(tmp_path: Path) -> None:
    """Half a day ahead may be a time without its zone; three days ahead is the future."""
    now = dt.datetime.now(dt.UTC)
    for name, hours in (("soon", 12), ("later", 72)):
        date = (now + dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        post = make_post(title=name, date=date, url=f"{STORY_URL}/{name}")
        write_post(tmp_path, f"{date[:10]}-{name}.md", post)
    run_import(tmp_path)
    states = dict(Article.objects.values_list("title", "state"))
    assert states == {"soon": "published", "later": "review"}
