"""``/sitemap.xml``: everything public, nothing else, with the last change."""

from __future__ import annotations

import datetime as dt
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from articles.models import Article, ListChange, State
from articles.publishing import erasure, publication_state
from articles.publishing.editing import Editor, set_fields
from articles.tests.support.import_runs import run_import
from articles.tests.support.page_fixtures import at, publish
from articles.tests.support.post_files import BODY, make_post, write_post
from articles.views.site import sitemaps

pytestmark = pytest.mark.django_db

_NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
#: A complete date with a time in UTC: one of the forms of www.w3.org/TR/NOTE-datetime.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_EDITOR = Editor(None, "asked")

Entries = dict[str, dt.datetime | None]


@pytest.fixture(autouse=True)
def _address(settings: Settings) -> None:
    settings.SITE_URL = "https://news.example"


def entries_of(client: Client, path: str) -> Entries:
    """Return the paths in a sitemap with their ``lastmod``."""
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    root = ElementTree.fromstring(response.content)
    each = {"sitemapindex": "sitemap", "urlset": "url"}[root.tag.removeprefix(_NAMESPACE)]
    found: Entries = {}
    for entry in root:
        assert entry.tag == _NAMESPACE + each
        parts = {part.tag.removeprefix(_NAMESPACE): part.text or "" for part in entry}
        assert {"loc"} <= parts.keys() <= {"loc", "lastmod"}
        url = urlsplit(parts["loc"])
        assert f"{url.scheme}://{url.netloc}" == "https://news.example"
        assert url.path not in found
        found[url.path] = parse_time(parts.get("lastmod"))
    return found


def parse_time(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    assert _MOMENT.fullmatch(text)
    return dt.datetime.fromisoformat(text)


def all_entries(client: Client) -> Entries:
    """Return the entries of all sitemaps in the sitemap index."""
    return {
        k: v
        for path in entries_of(client, "/sitemap.xml")
        for k, v in entries_of(client, path).items()
    }


def imported(folder: Path, *days: int) -> list[Article]:
    """Return an imported public story for each of these days of January 2021."""
    for day in days:
        date = f"2021-01-{day:02d}T14:41:19.000Z"
        url = f"https://herald.example/port/{day}"
        post = make_post(url=url, title=f"港口 {day}", body=BODY, date=date)
        write_post(folder, f"2021-01-{day:02d}-{day}.md", post)
    run_import(folder)
    return list(Article.objects.order_by("published_at"))


def backdate_everything() -> dt.datetime:
    """Move all recorded changes into the past; return the new time."""
    past = dt.datetime(2022, 2, 2, tzinfo=dt.UTC)
    Article.objects.update(updated_at=past)
    ListChange.objects.update(changed_at=past)
    return past


def test_sitemaps_have_every_public_story_once_and_no_other(client: Client) -> None:
    public = [publish(published_at=at(9, day=day), slug=f"港口-{day}") for day in (1, 14, 31)]
    hidden = [publish(state=state, state_reason="x", published_at=at(9)) for state in State
              if state != State.PUBLISHED]  # fmt: skip
    named = all_entries(client)
    assert {story.get_absolute_url() for story in public} <= named.keys()
    assert not {story.get_absolute_url() for story in hidden} & named.keys()
    for path in named:
        assert client.get(path).status_code == 200, path


def test_months_are_listed_newest_first(client: Client) -> None:
    for year in (2019, 2021, 2020):
        publish(published_at=dt.datetime(year, 12, 31, tzinfo=dt.UTC))
    assert list(entries_of(client, "/sitemap.xml")) == [
        "/sitemap/calendar.xml", "/sitemap/outlets.xml",
        "/sitemap/2021/12.xml", "/sitemap/2020/12.xml", "/sitemap/2019/12.xml",
    ]  # fmt: skip


def test_large_month_is_split_into_parts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "STORIES_PER_SITEMAP", 2)
    stories = [publish(published_at=at(9, day=day)) for day in (1, 2, 2, 3, 4)]
    parts = [path for path in entries_of(client, "/sitemap.xml") if "2021" in path]
    assert parts == [f"/sitemap/2021/01{end}.xml" for end in ("", "/2", "/3")]
    named = [path for part in parts for path in entries_of(client, part)]
    assert sorted(named) == sorted(story.get_absolute_url() for story in stories)
    assert client.get("/sitemap/2021/01/4.xml").status_code == 404


def test_story_has_its_last_change(client: Client) -> None:
    story = publish(published_at=at(9), updated_at=at(10))
    assert entries_of(client, "/sitemap/2021/01.xml") == {story.get_absolute_url(): at(10)}


@pytest.mark.parametrize(
    "change",
    ["withdraw", "send_to_review", "erase", "retitle", "move_day", "move_month", "move_outlet"],
)
def test_change_affects_only_pages_that_show_it(
    client: Client, tmp_path: Path, change: str
) -> None:
    story, _other = imported(tmp_path, 14, 20)
    other_month = publish(published_at=dt.datetime(2020, 2, 26, tzinfo=dt.UTC))
    past = backdate_everything()
    before = all_entries(client) | entries_of(client, "/sitemap.xml")
    assert {moment for path, moment in before.items() if path[1:3] == "20"} <= {past, None}
    began = dt.datetime.now(dt.UTC).replace(microsecond=0)
    url, outlet = story.get_absolute_url(), story.source.get_absolute_url()
    changed = {"/", "/2021/", "/2021/01/", "/2021/01/14/", "/sources/", outlet,
               "/sitemap/calendar.xml", "/sitemap/outlets.xml", "/sitemap/2021/01.xml"}  # fmt: skip
    match change:
        case "withdraw":
            publication_state.withdraw(story, "asked")
        case "send_to_review":
            publication_state.send_to_review(story)
        case "erase":
            erasure.erase(story, _EDITOR)
        case "retitle":
            set_fields(story, {"title": "另一个标题"}, _EDITOR)
            changed.add(url)
        case "move_day":
            set_fields(story, {"published_at": "2021-01-20T10:00:00+00:00"}, _EDITOR)
            changed |= {"/2021/01/20/", story.get_absolute_url()}
        case "move_month":
            set_fields(story, {"published_at": "2020-03-01T10:00:00+00:00"}, _EDITOR)
            changed |= {"/2020/", "/2020/03/", "/2020/03/01/", "/sitemap/2020/03.xml",
                        story.get_absolute_url()}  # fmt: skip
        case "move_outlet":
            set_fields(story, {"source": str(other_month.source_id)}, _EDITOR)
            changed |= {url, other_month.source.get_absolute_url()}
    after = all_entries(client) | entries_of(client, "/sitemap.xml")
    new_paths = {path for path, moment in after.items() if moment and moment >= began}
    assert new_paths == changed & after.keys()
    if change != "retitle":
        assert changed - after.keys() <= {"/2021/01/14/", url}


def test_change_of_a_story_that_is_not_public_changes_nothing(
    client: Client, tmp_path: Path
) -> None:
    story, _other = imported(tmp_path, 14, 20)
    publication_state.withdraw(story, "asked")
    backdate_everything()
    before = all_entries(client) | entries_of(client, "/sitemap.xml")
    set_fields(story, {"title": "另一个标题"}, _EDITOR)
    assert all_entries(client) | entries_of(client, "/sitemap.xml") == before


def test_second_import_changes_no_time(client: Client, tmp_path: Path) -> None:
    imported(tmp_path, 14)
    past = backdate_everything()
    run_import(tmp_path, "--force")
    assert entries_of(client, "/sitemap.xml")["/sitemap/2021/01.xml"] == past


def test_migration_fills_in_existing_stories(client: Client, tmp_path: Path) -> None:
    imported(tmp_path, 14, 20)
    ListChange.objects.all().delete()
    newest = at(9)
    Article.objects.update(updated_at=newest)
    migration = import_module("articles.migrations.0007_changes_of_lists")
    migration.fill(apps, connection.schema_editor())
    assert {moment for moment in all_entries(client).values() if moment} == {newest}
    assert ListChange.objects.count() == 3


def test_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: Any) -> None:
    for day in range(1, 20):
        publish(published_at=at(9, day=day))
    # Days with stories; changes of days and of outlets; the rows of one file.
    for path, queries in (("/sitemap.xml", 3), ("/sitemap/2021/01.xml", 1),
                          ("/sitemap/calendar.xml", 2), ("/sitemap/outlets.xml", 2)):  # fmt: skip
        with django_assert_num_queries(queries):
            client.get(path)


@pytest.mark.parametrize(
    "path", ["/sitemap/2021/13.xml", "/sitemap/2021/02.xml", "/sitemap/0000/01.xml",
             "/sitemap/9999/12.xml", "/sitemap/2021/01/2.xml", "/zh-hans/sitemap.xml"],
)  # fmt: skip
def test_unknown_sitemap_is_not_found(client: Client, path: str) -> None:
    publish(published_at=at(9))
    assert client.get(path).status_code == 404


def test_empty_archive_has_a_sitemap(client: Client) -> None:
    assert set(all_entries(client)) == {"/", "/sources/"}
