"""The command that keeps the index, and what keeps it without a command."""

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
from articles.searching.backend import IndexMissingError, backend
from articles.searching.index_documents import every_id, load
from articles.searching.search import search
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import ADDRESS, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(tmp_path: Path) -> Article:
    """Return a story that an import has brought in and indexed."""
    return _imported(tmp_path, make_post(body="<p>渡轮停航</p>", url=f"{ADDRESS}/ferry"))


def _imported(folder: Path, post: bytes, *arguments: str) -> Article:
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "posts" / "2021-01-14-ferry.md").write_bytes(post)
    assert run_import(folder / "posts", *arguments).code == 0
    return Article.objects.get()


def found(words: str) -> int:
    with search(words) as results:
        return len(results.page().articles)


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("update_index", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_import_indexes_what_it_brings_in(story: Article) -> None:
    assert found("渡輪") == 1
    assert not SearchChange.objects.exists()
    assert run("--check") == (0, "nothing found\n")


def test_import_without_index_leaves_it_to_the_command(tmp_path: Path) -> None:
    _imported(tmp_path, make_post(body="<p>渡轮停航</p>"), "--no-index")
    with pytest.raises(IndexMissingError):
        found("渡輪")
    assert run() == (0, "1 changes were brought into the index\n")
    assert found("渡輪") == 1


def test_archive_without_a_story_finds_none() -> None:
    assert found("渡輪") == 0


@pytest.mark.usefixtures("story")
def test_dry_run_leaves_the_index_alone(tmp_path: Path) -> None:
    (tmp_path / "posts" / "2021-01-15-new.md").write_bytes(make_post(url=f"{ADDRESS}/new"))
    assert run_import(tmp_path / "posts", "--dry-run").code == 0
    assert not SearchChange.objects.exists()


def _withdraw(story: Article) -> None:
    withdraw(story, "a reason")


def _erase(story: Article) -> None:
    erase(story, Editor(None, "a reason"))


def _retitle(story: Article) -> None:
    set_fields(story, {"html": "<p>别的</p>", "title": "别的"}, Editor(None))


@pytest.mark.parametrize("act", [_withdraw, _erase, _retitle])
def test_story_is_gone_from_results_before_the_index_knows(story: Article, act: object) -> None:
    assert callable(act)
    act(story)
    assert SearchChange.objects.count() == 1
    assert found("渡輪") == 0
    assert run()[0] == 0
    assert (found("渡輪"), SearchChange.objects.count()) == (0, 0)
    assert run("--check")[0] == 0


def test_hidden_version_is_found_no_more(tmp_path: Path, story: Article) -> None:
    changed = make_post(
        body="<p>缆车停航</p>", url=f"{ADDRESS}/ferry", date="2021-01-15 08:00:00 +0000"
    )
    (tmp_path / "posts" / "2021-01-15-ferry.md").write_bytes(changed)
    assert run_import(tmp_path / "posts").code == 0
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


def test_check_is_not_deceived_by_what_changes_meanwhile(
    story: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(batch: int) -> Iterator[list[int]]:
        """Yield the keys when an editor has saved something, and the index has it."""
        set_fields(story, {"title": "新的题目"}, Editor(None, "a slip"))
        assert run()[0] == 0
        yield from every_id(batch)

    monkeypatch.setattr(index_updates, "every_id", changed)
    assert run("--check")[0] == 0


def test_check_names_every_difference(story: Article, tmp_path: Path) -> None:
    Article.objects.update(title="behind the index's back")
    code, said = run("--check")
    assert (code, f"article number {story.pk} is in the index as it was" in said) == (3, True)
    assert run("--rebuild") == (0, "1 articles are in the new index\n")
    Article.objects.update(state=State.REVIEW)
    code, said = run("--check")
    assert (code, f"article number {story.pk} is in the index as it was" in said) == (3, True)
    [document] = load([story.pk])
    other = dataclasses.replace(document, article_id=story.pk + 1)
    with backend().lock(wait=True), backend().writer(index_updates.identity()) as writer:
        writer.drop([story.pk])
        writer.put([other])
    code, said = run("--check")
    assert (code, f"article number {story.pk} is not in the index" in said) == (3, True)
    assert f"article number {story.pk + 1} is in the index, and no more in the archive" in said
    assert run("--rebuild") == (0, "1 articles are in the new index\n")
    assert run("--check")[0] == 0


def test_check_without_an_index_says_what_to_do(story: Article) -> None:
    SearchIndex.objects.all().delete()
    code, said = run("--check")
    assert (code, "run manage.py update_index" in said) == (3, True)


def test_index_of_another_archive_is_not_asked(story: Article) -> None:
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


def test_what_an_editor_does_is_indexed_before_the_answer(story: Article, editor: Client) -> None:
    address = f"/admin/articles/article/{story.pk}/withdraw/"
    assert editor.post(address, {"reason": "a reason"}).status_code == 302
    story.refresh_from_db()
    assert story.state == State.WITHDRAWN
    assert not SearchChange.objects.exists()
    assert run("--check")[0] == 0


def test_what_is_too_much_for_a_page_waits_for_the_command(story: Article) -> None:
    withdraw(story, "a reason")
    with mock.patch.object(index_updates, "SOON", 0):
        index_updates.update_soon()
    assert SearchChange.objects.count() == 1


def test_trouble_with_the_index_troubles_no_editor(
    story: Article, caplog: pytest.LogCaptureFixture
) -> None:
    withdraw(story, "a reason")
    with mock.patch.object(
        index_updates, "_drained", side_effect=OperationalError("disk I/O error")
    ):
        index_updates.update_soon()
    assert "run update_index" in caplog.text
    assert SearchChange.objects.count() == 1
    assert found("渡輪") == 0


def test_page_makes_no_index(story: Article) -> None:
    withdraw(story, "a reason")
    SearchIndex.objects.all().delete()
    index_updates.update_soon()
    assert not SearchIndex.objects.exists()
