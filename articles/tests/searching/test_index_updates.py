"""Updates of the index: the command update_index, imports, and requests of editors."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from articles.models import Article, SearchChange, SearchIndex, State
from articles.publishing.editing import Editor, set_fields
from articles.publishing.erasure import erase
from articles.publishing.publication_state import hide_version, publish, withdraw
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError, get_backend
from articles.searching.index_documents import article_id_batches, load_documents
from articles.searching.search import search
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import STORY_URL, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(tmp_path: Path) -> Article:
    """Return a story that was imported and indexed."""
    return _imported(tmp_path, make_post(body="<p>渡轮停航</p>", url=f"{STORY_URL}/ferry"))


def _imported(folder: Path, post: bytes, *arguments: str) -> Article:
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "posts" / "2021-01-14-ferry.md").write_bytes(post)
    assert run_import(folder / "posts", *arguments).exit_code == 0
    return Article.objects.get()


def found(query: str) -> int:
    with search(query) as results:
        return len(results.page().articles)


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("update_index", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_import_indexes_new_stories(story: Article) -> None:
    assert found("渡輪") == 1
    assert not SearchChange.objects.exists()
    assert run("--check") == (0, "nothing found\n")


def test_import_without_index_leaves_it_to_the_command(tmp_path: Path) -> None:
    _imported(tmp_path, make_post(body="<p>渡轮停航</p>"), "--no-index")
    with pytest.raises(IndexMissingError):
        found("渡輪")
    assert run() == (0, "1 changes were written to the index\n")
    assert found("渡輪") == 1


def test_empty_archive_has_no_hits() -> None:
    assert found("渡輪") == 0


@pytest.mark.usefixtures("story")
def test_dry_run_does_not_change_the_index(tmp_path: Path) -> None:
    (tmp_path / "posts" / "2021-01-15-new.md").write_bytes(make_post(url=f"{STORY_URL}/new"))
    assert run_import(tmp_path / "posts", "--dry-run").exit_code == 0
    assert not SearchChange.objects.exists()


def _withdraw(story: Article) -> None:
    withdraw(story, "a reason")


def _erase(story: Article) -> None:
    erase(story, Editor(None, "a reason"))


def _retitle(story: Article) -> None:
    set_fields(story, {"html": "<p>别的</p>", "title": "别的"}, Editor(None))


@pytest.mark.parametrize("act", [_withdraw, _erase, _retitle])
def test_story_is_gone_from_results_before_the_index_update(story: Article, act: object) -> None:
    assert callable(act)
    act(story)
    assert SearchChange.objects.count() == 1
    assert found("渡輪") == 0
    assert run()[0] == 0
    assert (found("渡輪"), SearchChange.objects.count()) == (0, 0)
    assert run("--check")[0] == 0


def test_hidden_version_is_not_found(tmp_path: Path, story: Article) -> None:
    changed = make_post(
        body="<p>缆车停航</p>", url=f"{STORY_URL}/ferry", date="2021-01-15 08:00:00 +0000"
    )
    (tmp_path / "posts" / "2021-01-15-ferry.md").write_bytes(changed)
    assert run_import(tmp_path / "posts").exit_code == 0
    assert (found("渡轮"), found("缆车")) == (0, 1)
    hide_version(story.captures.get(version=2), Editor(None, "names somebody"))
    assert (found("缆车"), SearchChange.objects.count()) == (0, 1)
    run()
    assert (found("渡轮"), found("缆车")) == (1, 0)


def test_story_that_is_published_again_is_found_again(story: Article) -> None:
    withdraw(story, "a reason")
    run()
    publish(story)
    run()
    assert found("渡輪") == 1


def test_check_ignores_concurrent_changes(story: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(batch: int) -> Iterator[list[int]]:
        """Yield the ids after an editor saved a change and it was indexed."""
        set_fields(story, {"title": "新的题目"}, Editor(None, "a slip"))
        assert run()[0] == 0
        yield from article_id_batches(batch)

    monkeypatch.setattr(index_updates, "article_id_batches", changed)
    assert run("--check")[0] == 0


def test_check_reports_every_difference(story: Article, tmp_path: Path) -> None:
    Article.objects.update(title="behind the index's back")
    code, output = run("--check")
    assert (code, f"article number {story.pk} is in the index as it was" in output) == (3, True)
    assert run("--rebuild") == (0, "1 articles are in the new index\n")
    Article.objects.update(state=State.REVIEW)
    code, output = run("--check")
    assert (code, f"article number {story.pk} is in the index as it was" in output) == (3, True)
    [document] = load_documents([story.pk])
    other = dataclasses.replace(document, article_id=story.pk + 1)
    with (
        get_backend().lock(wait=True),
        get_backend().writer(index_updates.index_identity()) as writer,
    ):
        writer.delete([story.pk])
        writer.upsert([other])
    code, output = run("--check")
    assert (code, f"article number {story.pk} is not in the index" in output) == (3, True)
    assert f"article number {story.pk + 1} is in the index, and no more in the archive" in output
    assert run("--rebuild") == (0, "1 articles are in the new index\n")
    assert run("--check")[0] == 0


def test_check_without_an_index_says_what_to_do(story: Article) -> None:
    SearchIndex.objects.all().delete()
    code, output = run("--check")
    assert (code, "run manage.py update_index" in output) == (3, True)


def test_index_of_another_archive_is_not_used(story: Article) -> None:
    SearchIndex.objects.all().delete()
    SearchIndex.objects.create()
    with pytest.raises(IndexMissingError):
        found("渡輪")
    run()
    assert found("渡輪") == 1


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="pw"))
    return client


def test_change_by_an_editor_is_indexed_before_the_response(story: Article, editor: Client) -> None:
    address = f"/admin/articles/article/{story.pk}/withdraw/"
    assert editor.post(address, {"reason": "a reason"}).status_code == 302
    story.refresh_from_db()
    assert story.state == State.WITHDRAWN
    assert not SearchChange.objects.exists()
    assert run("--check")[0] == 0


def test_many_changes_are_left_to_the_command(story: Article) -> None:
    withdraw(story, "a reason")
    with mock.patch.object(index_updates, "MAX_INLINE_CHANGES", 0):
        index_updates.try_update()
    assert SearchChange.objects.count() == 1


def test_index_error_is_logged_and_not_raised(
    story: Article, caplog: pytest.LogCaptureFixture
) -> None:
    withdraw(story, "a reason")
    with mock.patch.object(
        index_updates, "_drain_outbox", side_effect=OperationalError("disk I/O error")
    ):
        index_updates.try_update()
    assert "run update_index" in caplog.text
    assert SearchChange.objects.count() == 1
    assert found("渡輪") == 0


def test_request_does_not_build_an_index(story: Article) -> None:
    withdraw(story, "a reason")
    SearchIndex.objects.all().delete()
    index_updates.try_update()
    assert not SearchIndex.objects.exists()
