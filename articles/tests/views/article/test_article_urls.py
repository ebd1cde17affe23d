"""URLs that redirect, are gone or unknown; and rules for every public page."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.db import DatabaseError
from django.test import Client

from articles.models import Article, BlockedIdentity, Redirect, State
from articles.tests.support.factories import NOON, make_capture
from articles.tests.support.page_fixtures import add_version, at, page_text, publish

pytestmark = pytest.mark.django_db

REASON = "At the request of a person named in it."


def withdrawn(**values: Any) -> Article:
    return publish(
        state=State.WITHDRAWN, state_reason=REASON, state_changed_at=at(9), title="名字", **values
    )


def test_code_redirects_to_the_current_url(client: Client) -> None:
    story = publish(slug="港口-今日")
    response = client.get(f"/a/{story.code}/")
    assert (response.status_code, response["Location"]) == (301, story.get_absolute_url())


def test_former_path_redirects_to_the_current_url(client: Client) -> None:
    story = publish()
    Redirect.objects.create(path="/2019/05/04/旧-标题/", article=story, created_at=NOON)
    response = client.get("/2019/05/04/" + quote("旧-标题") + "/")
    assert (response.status_code, response["Location"]) == (301, story.get_absolute_url())


def test_former_path_of_a_withdrawn_story_is_gone(client: Client) -> None:
    Redirect.objects.create(path="/2019/05/04/old/", article=withdrawn(), created_at=NOON)
    assert REASON in page_text(client, "/2019/05/04/old/", 410)


def test_former_path_of_a_story_in_review_is_not_found(client: Client) -> None:
    story = publish(state=State.REVIEW)
    Redirect.objects.create(path="/2019/05/04/old/", article=story, created_at=NOON)
    page_text(client, "/2019/05/04/old/", 404)


def test_every_url_of_a_withdrawn_story_gives_reason_and_date(client: Client) -> None:
    story = withdrawn()
    url, short = story.get_absolute_url(), f"/a/{story.code}/"
    for path in (
        url,
        short,
        f"{short}versions/",
        f"{short}versions/1/",
        f"{short}versions/1..2/",
    ):
        html = page_text(client, path, 410)
        assert REASON in html
        assert "14 January 2021, 09:00 UTC" in html
        assert "名字" not in html


def test_story_in_review_is_not_found_anywhere(client: Client) -> None:
    story = publish(state=State.REVIEW, title="未发表")
    add_version(story, 1)
    short = f"/a/{story.code}/"
    for path in (story.get_absolute_url(), short, f"{short}versions/", f"{short}versions/1/"):
        assert "未发表" not in page_text(client, path, 404)


def test_code_of_an_erased_story_gives_reason_and_date(client: Client) -> None:
    BlockedIdentity.objects.create(
        identity_hash="0" * 64, code="abcd1234", reason=REASON, blocked_at=at(9)
    )
    for path in ("/a/abcd1234/", "/a/abcd1234/versions/"):
        html = page_text(client, path, 410)
        assert REASON in html
        assert "14 January 2021" in html


NAME = "2021-01-14-港口 #1? 100%"


@pytest.mark.parametrize(
    "path",
    [
        f"/2021-01-14/{NAME}",
        f"/2021-01-14/{NAME}.html",
        "/2021-01-14/港口 #1? 100%",
        "/示例日报/2021/01/14/港口 #1? 100%.html",
        "/news/local/2021/01/14/港口 #1? 100%.html",
    ],
)
def test_old_path_redirects_by_the_sighted_file(client: Client, path: str) -> None:
    story = publish()
    make_capture(path=f"archived/2021-01-14/{NAME}.md".encode(), article=story)
    response = client.get(quote(path))
    assert (response.status_code, response["Location"]) == (301, story.get_absolute_url())


def test_old_path_with_a_line_break_in_the_name(client: Client) -> None:
    story = publish()
    make_capture(path=b"_posts/2021-01-14-x\n.md", article=story)
    assert client.get("/2021-01-14/2021-01-14-x%0A").status_code == 301


def test_old_path_prefers_the_public_story_of_a_shared_name(client: Client) -> None:
    path = b"_posts/2021-01-14-x.md"
    story = publish(published_at=at(9))
    make_capture(b"a", path, article=story)
    make_capture(b"b", path, article=withdrawn(published_at=at(10)))
    assert client.get("/2021-01-14/2021-01-14-x")["Location"] == story.get_absolute_url()


@pytest.mark.parametrize(("state", "status"), [(State.WITHDRAWN, 410), (State.REVIEW, 404)])
def test_old_path_of_a_story_that_is_not_public(client: Client, state: State, status: int) -> None:
    story = publish(state=state, state_reason=REASON)
    make_capture(path=b"_posts/2021-01-14-x.md", article=story)
    page_text(client, "/2021-01-14/2021-01-14-x", status)


@pytest.mark.parametrize(
    "path",
    [
        "/2021-01-14/2021-01-14-nothing",
        "/x/2021/01/14/nothing.html",
        "/nowhere/",
        "/2021/01/14/nothing/",
        "/a/00000000/",
        "/a/short/",
        "/2021/1/14/",
    ],
)
def test_unknown_path_is_not_found(client: Client, path: str) -> None:
    html = page_text(client, path, 404)
    assert "Nothing here" in html
    assert "matches" not in html  # a word of Django's own messages


def test_not_found_page_for_paths_of_bots_needs_no_database(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        page_text(client, "/nowhere/at/all.php", 404)


def test_500_page_needs_no_database(
    client: Client, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        # There is no static files manifest: the 500 page must not need one.
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    client.raise_request_exception = False
    with (
        patch("articles.views.lists.front_page._years", side_effect=RuntimeError("a fault")),
        django_assert_num_queries(0),
    ):
        html = page_text(client, "/", 500)
    assert "Out of order" in html
    assert "a fault" not in html


def test_every_public_page_can_be_cached_for_everybody(client: Client) -> None:
    story = publish(tags=("Harbour",), published_at=at(9))
    add_version(story, 1)
    gone = withdrawn()
    short = f"/a/{story.code}/"
    for path in (
        "/", "/2021/", "/2021/01/", "/2021/01/14/", story.get_absolute_url(), short,
        f"{short}versions/", f"{short}versions/1/", "/sources/", "/sources/example-herald/",
        "/tags/", "/tags/harbour/", "/authors/", gone.get_absolute_url(),
    ):  # fmt: skip
        response = client.get(path, headers={"accept-language": "zh", "cookie": "sessionid=x"})
        assert response["Cache-Control"] == "public, max-age=25", path
        assert not response.has_header("Vary"), path
        assert not response.cookies, path


def test_public_pages_have_no_inline_script_or_style_and_no_foreign_url(client: Client) -> None:
    story = publish(tags=("Harbour",), published_at=at(9))
    add_version(story, 1)
    for path in ("/", "/2021/", "/2021/01/14/", story.get_absolute_url(), "/sources/"):
        html = page_text(client, path)
        assert re.findall(r"<script(?![^>]* src=\"/static/)[^>]*>", html) == (
            ['<script type="application/ld+json">'] if path.count("/") == 5 else []
        )
        assert "<style" not in html
        assert " style=" not in html
        assert 'src="http' not in html
        assert "csrf" not in html


def test_public_pages_refuse_post(client: Client) -> None:
    assert client.post("/").status_code == 405
    assert client.head("/").status_code == 200


def test_healthz_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert page_text(client, "/healthz") == "ok\n"


def test_readyz_queries_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = client.get("/readyz")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_readyz_is_503_without_the_database(client: Client) -> None:
    with patch("articles.views.site.health.connection.cursor", side_effect=DatabaseError("down")):
        assert client.get("/readyz").status_code == 503
