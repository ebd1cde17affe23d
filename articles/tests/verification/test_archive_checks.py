"""``verify_archive`` and ``rebuild_articles``: faults are reported, and fixed where possible."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from articles.models import (
    Article,
    ArticleBody,
    ArticleImage,
    Capture,
    DayCount,
    Image,
    ImportIssue,
    Original,
    Redirect,
    Sighting,
    Source,
    SourceAlias,
    TaggedArticle,
)
from articles.publishing.editing import Editor, EditValue, revert_fields, set_fields
from articles.publishing.erasure import erase
from articles.publishing.publication_state import hide_version, publish, withdraw
from articles.tests.support.archive_comparison import differences, dump_archive
from articles.tests.support.post_files import BODY, make_post, write_post

pytestmark = pytest.mark.django_db
EDITOR = Editor(None, "for a test")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Import two versions of one story, another story with a picture and tags, a broken file."""
    posts = tmp_path / "posts"
    picture = '<img src="https://img.herald.example/pier.jpg" alt="码头">'
    later = make_post(title="改过的标题", date="2021-01-15T00:00:00Z", body=BODY + "<p>又。</p>")
    other = make_post(
        url="https://herald.example/other",
        body=picture + BODY,
        tags=["港口", "航运"],
        author="岸边记者",
    )
    write_post(posts, "2021-01-14-a.md", make_post())
    write_post(posts, "2021-01-15-b.md", later)
    write_post(posts, "2021-01-14-c.md", other)
    write_post(posts, "2021-01-14-d.md", b"---\nno end\n")
    with pytest.raises(CommandError):
        call_command("import_posts", str(posts), workers=0, stdout=StringIO(), stderr=StringIO())
    return posts


def verify(*, fix: bool = False) -> list[str]:
    """Return the findings, one line each."""
    out = StringIO()
    status = 0
    try:
        call_command("verify_archive", fix=fix, stdout=out)
    except CommandError as error:
        status = error.returncode
    findings = [line for line in out.getvalue().splitlines() if line != "nothing found"]
    assert status == (3 if findings else 0)
    return findings


def other() -> Article:
    return Article.objects.get(url="https://herald.example/other")


def test_imported_archive_has_no_findings(archive: Path) -> None:
    assert verify() == []


def test_edited_archive_has_no_findings(archive: Path) -> None:
    edited = Article.objects.get(version_count=2)
    values: dict[str, EditValue] = {
        "title": "编辑的标题",
        "html": "<p>编辑的正文。</p>",
        "author": "某编辑",
        "tags": ["新话题"],
        "language": "zh-Hant",
        "kind": "gallery",
        "published_at": "2020-12-31T23:30:00+00:00",
    }
    set_fields(edited, values, EDITOR)
    assert verify() == []
    revert_fields(edited, ["html", "published_at"], EDITOR)
    hide_version(edited.captures.get(version=2), EDITOR)
    withdraw(other(), "出版者要求")
    assert verify() == []
    publish(other())
    erase(edited, EDITOR)
    assert verify() == []


DAMAGES: dict[str, Callable[[], object]] = {
    "differs in title": lambda: Article.objects.filter(version_count=2).update(title="别的"),
    "differs in day": lambda: Article.objects.filter(version_count=2).update(
        day=dt.date(2019, 1, 1)
    ),
    "differs in source_id": lambda: Article.objects.filter(version_count=2).update(
        source=Source.objects.create(name="别家", slug="other")
    ),
    "differs in author_id": lambda: Article.objects.filter(url__endswith="other").update(
        author=None
    ),
    "text: ": lambda: ArticleBody.objects.filter(article=other()).update(html="<p>换了</p>"),
    "pictures: ": lambda: ArticleImage.objects.all().delete(),
    "has no row": lambda: (ArticleImage.objects.all().delete(), Image.objects.all().delete()),
    "tags: ": lambda: TaggedArticle.objects.filter(tag__name="港口").delete(),
    "differs in text_hash": lambda: Capture.objects.filter(version=1).update(text_hash="0" * 64),
    "its version number is wrong": lambda: Capture.objects.filter(version=2).update(version=7),
    "count: DayCount": lambda: DayCount.objects.update(story_count=99),
    "count: Source": lambda: Source.objects.update(story_count=0),
    "count is missing, but": lambda: DayCount.objects.all().delete(),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_changed_derived_value_is_reported_and_fixed(archive: Path, message: str) -> None:
    before = dump_archive()
    DAMAGES[message]()
    findings = verify()
    assert any(message in finding for finding in findings), findings
    assert verify() == findings, "without --fix nothing is written"
    verify(fix=True)
    assert verify() == []
    Redirect.objects.all().delete()  # the wrong day has left one
    Source.objects.filter(slug="other").delete()
    assert not differences(before, dump_archive())


def test_damaged_bytes_are_reported_and_not_fixable(archive: Path) -> None:
    sha256 = Capture.objects.get(version=2).original_id
    Original.objects.filter(pk=sha256).update(data=b"no deflated bytes")
    assert any(f"original: {sha256}" in finding for finding in verify())
    Original.objects.filter(pk=sha256).update(data=zlib.compress(b"other bytes"))
    assert any(f"original: {sha256}" in finding for finding in verify(fix=True))
    assert any(f"original: {sha256}" in finding for finding in verify())


def test_damaged_quarantine_is_reported(archive: Path) -> None:
    ImportIssue.objects.update(data=zlib.compress(b"other bytes"))
    assert any(finding.startswith("quarantine: ") for finding in verify())


def test_orphans_are_reported(archive: Path) -> None:
    Sighting.objects.filter(original__captures__version=2).delete()
    lost = Original.objects.create(sha256="a" * 64, data=zlib.compress(b""), size=0)
    found = "\n".join(verify())
    assert "has no sighting, so its path is unknown" in found
    assert f"original: {lost.pk}: belongs to no article" in found


def test_rebuild_lists_differences_in_a_dry_run_and_writes_them(archive: Path) -> None:
    ArticleBody.objects.filter(article=other()).update(text="换了")
    out = StringIO()
    call_command("rebuild_articles", dry_run=True, stdout=out)
    assert f"article {other().code}" in out.getvalue()
    assert out.getvalue().endswith("1 articles would be rebuilt\n")
    assert ArticleBody.objects.get(article=other()).text == "换了"
    call_command("rebuild_articles", stdout=StringIO())
    assert ArticleBody.objects.get(article=other()).text != "换了"
    assert verify() == []


def test_rebuild_keeps_edits(archive: Path) -> None:
    set_fields(other(), {"title": "编辑的标题", "tags": ["新话题"]}, EDITOR)
    call_command("rebuild_articles", stdout=StringIO())
    assert other().title == "编辑的标题"
    assert list(other().tags.names()) == ["新话题"]


def test_rebuild_continues_after_an_article(archive: Path) -> None:
    first, last = Article.objects.order_by("pk")
    ArticleBody.objects.update(text="换了")
    call_command("rebuild_articles", after=first.pk, stdout=StringIO())
    assert ArticleBody.objects.get(pk=first.pk).text == "换了"
    assert ArticleBody.objects.get(pk=last.pk).text != "换了"


def test_rebuild_moves_stories_to_the_outlet_that_now_has_their_category(archive: Path) -> None:
    right = Source.objects.create(name="真正的名字", slug="real")
    SourceAlias.objects.update(source=right)
    call_command("rebuild_articles", stdout=StringIO())
    assert set(Article.objects.values_list("source__slug", flat=True)) == {"real"}
    right.refresh_from_db()
    assert right.story_count == 2
    assert verify() == []


def test_changed_day_creates_a_redirect(archive: Path) -> None:
    old = other().get_absolute_url()
    set_fields(other(), {"published_at": "2020-05-05T12:00:00+00:00"}, EDITOR)
    assert other().get_absolute_url().startswith("/2020/05/05/")
    assert Redirect.objects.get().article == other()
    revert_fields(other(), ["published_at"], EDITOR)
    assert other().get_absolute_url() == old
    assert Redirect.objects.get().path.startswith("/2020/05/05/")
