"""Files, and orders of files, that must neither slow an import down nor change its result."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, transaction
from django.test import Client

from articles.content.post_file.parsing import PostError, parse_post
from articles.content.post_file.size_limits import MAX_ENTITIES, MAX_TAGS
from articles.content.text.diff import ChangeType, compare_texts
from articles.deriving.unit_of_work import UnitOfWork
from articles.importing import batch
from articles.importing.batch import Batch
from articles.importing.worker_pool import ReadResult
from articles.models import Article, ImportIssue, Source, Tag
from articles.publishing.editing import Editor, set_fields
from articles.publishing.erasure import erase
from articles.publishing.publication_state import hide_version
from articles.tests.support.archive_comparison import FILE_FACTS, differences, dump_archive
from articles.tests.support.import_runs import rolled_back, run_import
from articles.tests.support.post_files import BODY, TEXT, VOA_URL, make_post, write_post

pytestmark = pytest.mark.django_db
DAY = "2021-01-14T14:41:19.000Z"


def dump_of(folder: Path, *, batch_files: int = 500, options: tuple[str, ...] = ()) -> object:
    """Return the dump of an archive of ``folder``, imported in batches of so many files."""
    with rolled_back(), mock.patch.object(batch, "BATCH_FILES", batch_files):
        with mock.patch("articles.importing.change_detection.CHUNK_FILES", batch_files):
            run_import(folder, *options)
        return dump_archive(without=FILE_FACTS)


def test_outlet_of_a_category_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    posts = tmp_path / "p"
    write_post(posts, "2021-01-14-a.md", make_post(category="周报", url=VOA_URL))
    write_post(posts, "2021-01-14-b.md", make_post(category="周报", url="https://weekly.example/x"))
    assert run_import(posts).exit_code == 0
    assert Source.objects.count() == 2
    call_command("verify_archive")  # raises on any finding


@pytest.mark.parametrize("options", [(), ("--status=review",)])
def test_urls_and_tags_do_not_depend_on_where_batches_end(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    posts = tmp_path / "p"
    first, other = "https://herald.example/1", "https://herald.example/2"
    tags = [["AI"], ["ai"], ["Ai", "AI"]]
    write_post(posts, "2021-01-14-a.md", make_post(title="Alpha", url=first, tags=tags[0]))
    later = make_post(title="Beta", url=first, tags=tags[1], date="2021-01-14T15:00:00Z")
    write_post(posts, "2021-01-14-b.md", later)
    write_post(posts, "2021-01-14-c.md", make_post(title="Alpha", url=other, tags=tags[2]))
    one_batch = dump_of(posts, options=options)
    assert not differences(one_batch, dump_of(posts, batch_files=1, options=options))  # type: ignore[arg-type]


def test_fail_fast_ends_at_the_first_failure(tmp_path: Path) -> None:
    for number in range(300):
        broken = number in {5, 250}
        post = b"---\nno end\n" if broken else make_post(url=f"https://herald.example/{number}")
        write_post(tmp_path / "p", f"2021-01-14-{number:03}.md", post)
    for options in (["--dry-run"], []):
        result = run_import(tmp_path / "p", "--fail-fast", *options)
        assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 5, 1)


def test_limit_counts_no_failed_files(tmp_path: Path) -> None:
    for number in range(4):
        write_post(tmp_path / "p", f"2021-01-13-{number}.md", b"---\nno end\n")
        post = make_post(url=f"https://herald.example/{number}")
        write_post(tmp_path / "p", f"2021-01-14-{number}.md", post)
    assert run_import(tmp_path / "p", "--limit=3").summary["created"] == 3
    assert run_import(tmp_path / "p", "--limit=3").summary["created"] == 1


def test_post_that_the_database_refuses_is_quarantined_alone(tmp_path: Path) -> None:
    for number in range(9):
        title = "refused" if number == 4 else "well"
        post = make_post(title=title, url=f"https://herald.example/{number}")
        write_post(tmp_path / "p", f"2021-01-14-{number}.md", post)
    original = Batch.run

    def refuse(batch: Batch, reads: list[ReadResult]) -> object:
        if any(read.post is not None and read.post.title == "refused" for read in reads):
            raise DataError("value too long")
        return original(batch, reads)

    with mock.patch.object(Batch, "run", refuse):
        result = run_import(tmp_path / "p")
    assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 8, 1)
    issue = ImportIssue.objects.get()
    assert "value too long" in issue.reason
    assert b"refused" in issue.content


@pytest.mark.parametrize(
    "url", ["https://" + "a" * 300 + ".example/x", "https://" + "a." * 200 + "example/x"]
)
def test_url_with_an_invalid_host_is_dropped(tmp_path: Path, url: str) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post(url=url, category=""))
    assert run_import(tmp_path / "p").exit_code == 0
    assert Article.objects.get().flags == ["no address"]


def test_mtime_of_another_century_is_accepted(tmp_path: Path) -> None:
    path = write_post(tmp_path / "p", "2021-01-14-a.md", make_post())
    os.utime(path, (10**10, 10**10))
    assert run_import(tmp_path / "p").summary["created"] == 1
    assert run_import(tmp_path / "p").summary["unchanged"] == 1


def test_folders_deeper_than_the_limit_are_skipped(tmp_path: Path) -> None:
    deep = tmp_path / "p" / "/".join("d" * 400)
    deep.mkdir(parents=True)
    write_post(deep, "2021-01-14-a.md", make_post())
    write_post(tmp_path / "p", "2021-01-14-b.md", make_post())
    result = run_import(tmp_path / "p")
    assert (result.exit_code, result.summary["created"], result.summary["skipped"]) == (0, 1, 1)


def test_post_with_thousands_of_tags_keeps_a_hundred(tmp_path: Path) -> None:
    tags = [f"t{number}" for number in range(1900)]
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post(tags=tags))
    result = run_import(tmp_path / "p")
    assert Tag.objects.count() == 100
    assert "only the first 100" in result.files[0]["warnings"][0]


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[ "])
def test_deeply_nested_front_matter_is_refused_or_warned_about(opening: str) -> None:
    header = f"---\ntitle: x\ndate: {DAY}\na: {opening * 20000}\n---\n{BODY}\n".encode()
    try:
        post = parse_post(header, b"2021-01-14-a.md")
    except PostError:
        return
    assert post.warnings


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * (MAX_TAGS - 10),
        "<p><small>x</small></p>" * (MAX_TAGS // 4 - 10),
        "<a href=x>" + "<p>x</p>" * (MAX_TAGS // 2 - 10),
        '<a href="y"><img src="x"></a>' * (MAX_TAGS // 3 - 10),
        "<a" * (MAX_TAGS + 1),
        "&" * 1_000_000,
        "<p>a</p><?php echo 1 ?><p>b</p>",
    ],
    ids=["nested", "captions", "one link", "linked pictures", "broken", "entities", "php"],
)
def test_body_of_many_elements_is_parsed_or_refused(body: str) -> None:
    """Each took minutes or crashed the process once; a regression shows without a time limit."""
    post = make_post(body=body)
    if body.count("<") > MAX_TAGS or body.count("&") > MAX_ENTITIES:
        with pytest.raises(PostError, match="more than"):
            parse_post(post, b"2021-01-14-a.md")
    else:
        assert parse_post(post, b"2021-01-14-a.md").identity


def test_diff_of_two_repetitive_texts_has_few_runs() -> None:
    """A diff by characters took half a minute."""
    difference = compare_texts("a", "a", "甲乙" * 1000, "乙甲甲" * 660)
    marks = [run.change for paragraph in difference.paragraphs for run in paragraph.runs]
    assert len(marks) <= 4
    assert {ChangeType.DELETED, ChangeType.INSERTED} <= set(marks)


def test_new_version_beside_a_hidden_one_is_flagged(tmp_path: Path) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post())
    write_post(tmp_path / "p", "2021-01-15-b.md", make_post(body=BODY + "<p>张三做的。</p>"))
    run_import(tmp_path / "p")
    article = Article.objects.get()
    hide_version(article.captures.get(version=2), Editor(None, "names somebody"))
    write_post(tmp_path / "p", "2021-01-16-c.md", make_post(body=BODY + "<p>张三做的！</p>"))
    run_import(tmp_path / "p")
    article.refresh_from_db()
    assert article.needs_review


def test_erasure_deletes_quarantined_copies_of_the_file_too(tmp_path: Path) -> None:
    path = write_post(tmp_path / "p", "2021-01-14-a.md", b"---\n" + TEXT.encode())
    assert run_import(tmp_path / "p").exit_code == 3
    path.write_bytes(make_post())
    run_import(tmp_path / "p")
    with transaction.atomic():
        erase(Article.objects.get(), Editor(None, "court order"))
    assert not ImportIssue.objects.exists()


def test_article_erased_during_an_import_stays_erased(tmp_path: Path) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post())
    run_import(tmp_path / "p")
    newer = make_post(title="新标题", date="2021-01-15T00:00:00Z")
    write_post(tmp_path / "p", "2021-01-15-b.md", newer)
    original = UnitOfWork.load

    def load(unit: UnitOfWork, article_ids: Iterable[int]) -> None:
        keys = list(article_ids)
        erase(Article.objects.get(), Editor(None, "court order"))
        original(unit, keys)

    with mock.patch.object(UnitOfWork, "load", load):
        result = run_import(tmp_path / "p")
    assert (result.exit_code, result.summary["created"], result.summary["skipped"]) == (0, 0, 1)
    assert not Article.objects.exists()
    call_command("verify_archive")


def test_erased_story_returns_410_at_every_url_it_had(tmp_path: Path, client: Client) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post())
    run_import(tmp_path / "p")
    article = Article.objects.get()
    first = article.get_absolute_url()
    set_fields(article, {"published_at": "2020-05-05T12:00:00+00:00"}, Editor(None))
    urls = [first, article.get_absolute_url(), f"/a/{article.code}/"]
    assert [client.get(each).status_code for each in urls] == [301, 200, 301]
    erase(article, Editor(None, "court order"))
    for url in urls:
        result = client.get(url)
        assert (result.status_code, "court order" in result.content.decode()) == (410, True)


def test_post_without_title_and_url_is_one_article_at_any_path(tmp_path: Path) -> None:
    post = make_post(title="", url="")
    write_post(tmp_path / "p", "2021-01-14-z.md", post)
    run_import(tmp_path / "p")
    write_post(tmp_path / "p", "2021-01-14-a.md", post)
    dry = run_import(tmp_path / "p", "--dry-run").summary
    run_import(tmp_path / "p")
    assert (dry["created"], Article.objects.count()) == (0, 1)
    call_command("verify_archive")


def test_unmigrated_database_is_reported_on_standard_error(tmp_path: Path) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post())
    with mock.patch(
        "articles.management.base.MigrationExecutor.migration_plan", return_value=[object()] * 3
    ):
        result = run_import(tmp_path / "p")
    assert result.exit_code == 1
    assert "manage.py migrate" in result.message
    assert result.summary["files"] == 0


def test_root_label_with_surrogates_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("import_posts", str(tmp_path), root="a\udcff")
    assert caught.value.returncode == 2
