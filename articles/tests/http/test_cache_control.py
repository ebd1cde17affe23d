"""Caching of public responses: lifetimes, ETags and revalidation.

``tests/reverse_proxy`` tests the same through a real proxy.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from django.conf import settings
from django.test import Client

from articles.access.throttling.rate_parsing import parse_rate
from articles.http import cache_control
from articles.images.store import store_upload
from articles.models import Article, Image, ListChange
from articles.publishing import publication_state
from articles.publishing.editing import Editor, set_fields
from articles.searching import index_updates
from articles.tests.support.import_runs import run_import
from articles.tests.support.page_fixtures import at, publish
from articles.tests.support.post_files import BODY, make_post, write_post
from articles.tests.support.url_walk import create_full_archive, iter_site_urls

pytestmark = pytest.mark.django_db

_MINUTE = 60
#: Headers that a response with a body has and its 304 has not.
_BODY_HEADERS = {"Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding"}
_FEEDS = ("feed/", "feed.rss", "feed.json")
_BODY_WITH_VIDEO = BODY + '<iframe src="https://www.youtube.com/embed/aqz-KE-bpKQ"></iframe>'

Snapshot = dict[str, tuple[int, str]]


def public_paths(folder: Path) -> list[str]:
    """Return a path for every public and cacheable URL pattern."""
    addresses = iter_site_urls(create_full_archive(folder))
    uncached = ("/admin/", "/healthz", "/readyz")
    return [each.path for each in addresses if not each.path.startswith(uncached)]


def cache_directives(response: Any) -> set[str]:
    return {part.strip() for part in response["Cache-Control"].split(",")}


def test_lifetimes_add_up_to_less_than_a_minute(client: Client, tmp_path: Path) -> None:
    for path in public_paths(tmp_path / "posts"):
        response = client.get(path)
        directives = cache_directives(response)
        if directives == {"no-store"}:
            assert response.status_code != 200, path
            continue
        assert directives == {"public", f"max-age={cache_control.MAX_AGE_SECONDS}"}, path
    # A shared cache and the browser behind it, each up to the end of its last second, and the lag
    # of a replica.
    assert 2 * (cache_control.MAX_AGE_SECONDS + 1) + settings.STANDBY_MAX_DELAY <= _MINUTE


def test_responses_depend_on_the_url_alone(client: Client, tmp_path: Path) -> None:
    for path in public_paths(tmp_path / "posts"):
        plain = client.get(path)
        other = client.get(
            path, headers={"accept-language": "zh-Hant", "cookie": "sessionid=x; csrftoken=y"}
        )
        assert not plain.has_header("Vary"), path  # stored pictures have it: Accept
        assert not other.cookies, path
        if not plain.streaming:
            assert plain.content == other.content, path


def test_known_etag_gets_304_with_the_same_headers(client: Client, tmp_path: Path) -> None:
    known = 0
    for path in public_paths(tmp_path / "posts"):
        response = client.get(path)
        if response.status_code != 200 or response.streaming:
            continue
        known += 1
        for etag in (response["ETag"], f'"other", W/{response["ETag"]}', "*"):
            again = client.get(path, headers={"if-none-match": etag})
            assert (again.status_code, again.content) == (304, b""), path
            expected = {k: v for k, v in response.headers.items() if k not in _BODY_HEADERS}
            assert dict(again.headers) == expected, path
        assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200
        assert client.head(path)["ETag"] == response["ETag"]
    assert known > 40


def test_if_modified_since_never_gets_304(client: Client, tmp_path: Path) -> None:
    tomorrow = {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    for path in public_paths(tmp_path / "posts"):
        response = client.get(path, headers=tomorrow)
        assert response.status_code != 304, path
        # Otherwise a cache would return the 304 itself.
        assert not response.has_header("Last-Modified"), path


def test_304_of_a_page_with_a_player_keeps_its_csp(client: Client, tmp_path: Path) -> None:
    write_post(tmp_path, "2021-01-14-a.md", make_post(body=_BODY_WITH_VIDEO))
    run_import(tmp_path)
    path = Article.objects.get().get_absolute_url()
    response = client.get(path)
    assert "frame-src https://" in response["Content-Security-Policy"]
    again = client.get(path, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    assert again["Content-Security-Policy"] == response["Content-Security-Policy"]


def test_picture_etag_depends_on_its_content(client: Client, tmp_path: Path) -> None:
    story = create_full_archive(tmp_path / "posts")
    image = Image.objects.get()
    store_upload(image, draw_png("teal"))
    path = f"/i/{image.code}?w=400"
    first = client.get(path)
    assert (first.status_code, first["Vary"]) == (200, "Accept")
    assert b"".join(first) != b""
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, b"".join(again), again["Vary"]) == (304, b"", "Accept")
    webp = client.get(path, headers={"accept": "image/webp", "if-none-match": first["ETag"]})
    assert webp.status_code == 200
    store_upload(image, draw_png("tomato"))
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200
    publication_state.withdraw(story, "asked")
    assert client.get(path, headers={"if-none-match": "*"}).status_code == 404


def draw_png(colour: str) -> io.BytesIO:
    file = io.BytesIO()
    PIL.Image.new("RGB", (40, 30), colour).save(file, "PNG")
    file.seek(0)
    return file


@pytest.mark.parametrize("path", ["/search/?q=船", "/search/feed/?q=船", "/search/suggest?q=船"])
def test_429_is_not_cached(client: Client, path: str, settings: Any) -> None:
    settings.SEARCH_RATE = settings.SUGGEST_RATE = parse_rate("1/hour")
    responses = [client.get(path) for _ in range(2)]
    assert responses[1].status_code == 429
    assert cache_directives(responses[1]) == {"no-store"}


@pytest.fixture
def story(tmp_path: Path) -> Article:
    """Return a story; three others have other days, and another outlet, topic and author."""
    for month, outlet, topic in (
        ("2020-01", "江河时报", "河流"), ("2020-06", "江河时报", "河流"),
        ("2021-01", "海港日报", "港口"), ("2021-03", "江河时报", "河流"),
    ):  # fmt: skip
        post = make_post(
            url=f"https://{len(outlet)}.example/{month}", title=f"{month}的消息",
            category=outlet, tags=[outlet, topic], author=f"写{topic}的人",
            date=f"{month}-14T14:41:19.000Z",
        )  # fmt: skip
        write_post(tmp_path, f"{month}-14-a.md", post)
    run_import(tmp_path)
    # Otherwise a change within the same second would not show in a sitemap.
    ListChange.objects.update(changed_at=at(9))
    Article.objects.update(updated_at=at(9))
    return Article.objects.get(day=dt.date(2021, 1, 14))


@pytest.mark.parametrize("status", [404, 410])
def test_404_and_410_are_cached_no_longer_than_pages(
    client: Client, story: Article, status: int
) -> None:
    path = story.get_absolute_url()
    publication_state.withdraw(
        story, "asked"
    ) if status == 410 else publication_state.send_to_review(story)
    response = client.get(path)
    assert response.status_code == status
    assert cache_directives(response) <= {
        "no-store",
        "public",
        f"max-age={cache_control.MAX_AGE_SECONDS}",
    }
    assert not response.has_header("ETag")


def list_paths(story: Article) -> list[str]:
    """Return the paths of the lists of a story's outlet, topic and author."""
    topic = story.tags.get(name__in=["港口", "河流"])
    assert story.author is not None
    return [row.get_absolute_url() for row in (story.source, topic, story.author)]


def snapshot(client: Client, paths: set[str]) -> Snapshot:
    """Return the status and the ETag of each path."""
    responses = {path: client.get(path) for path in sorted(paths)}
    return {path: (each.status_code, each.get("ETag", "")) for path, each in responses.items()}


def changed_paths(before: Snapshot, after: Snapshot) -> set[str]:
    return {path for path, state in before.items() if state != after[path]}


def test_change_affects_exactly_the_pages_that_show_the_story(
    client: Client, story: Article
) -> None:
    other = Article.objects.get(day=dt.date(2020, 1, 14))
    code = f"/api/v1/articles/{story.code}"
    show_it = {"/", "/2021/01/14/", story.get_absolute_url(), code, "/api/v1/articles",
               f"/a/{story.code}/versions/", "/sitemap/2021/01.xml", "/search/?q=消息",
               *list_paths(story)}  # fmt: skip
    show_it |= {below + form for below in ("/", *list_paths(story)) for form in _FEEDS}
    have_times = {"/sitemap.xml", "/sitemap/calendar.xml", "/sitemap/outlets.xml"}
    count_it = {"/2021/", "/2021/01/", "/sources/", "/tags/", "/authors/"}
    others = {"/2020/", "/2020/01/", "/2020/01/14/", other.get_absolute_url(), "/robots.txt",
              f"/api/v1/articles/{other.code}", "/sitemap/2020/01.xml", "/search/?q=2020",
              "/opensearch.xml", "/search/help/", *list_paths(other)}  # fmt: skip
    others |= {below + form for below in list_paths(other) for form in _FEEDS}
    paths = show_it | have_times | count_it | others
    before = snapshot(client, paths)
    assert {status for status, _ in before.values()} == {200}

    set_fields(story, {"title": "另一个消息"}, Editor(None, "asked"))
    index_updates.update()
    retitled = snapshot(client, paths)
    assert changed_paths(before, retitled) == show_it | have_times

    ListChange.objects.update(changed_at=at(9))
    before = snapshot(client, paths)
    publication_state.withdraw(story, "asked")
    gone = snapshot(client, paths)
    assert changed_paths(before, gone) == show_it | have_times | count_it
    assert gone[story.get_absolute_url()][0] == gone[code][0] == 410

    publication_state.publish(story)
    back = snapshot(client, paths)
    assert changed_paths(before, back) <= show_it | have_times
    assert back[story.get_absolute_url()][0] == 200


def test_etag_is_strong_and_of_the_content(client: Client) -> None:
    publish(published_at=at(9))
    etag = client.get("/2021/01/14/")["ETag"]
    assert re.fullmatch('"[0-9a-f]{32}"', etag)
    assert client.get("/2021/01/14/")["ETag"] == etag
