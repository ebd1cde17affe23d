"""Downloads of a story: citations, text, Markdown, originals; and their links on its page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from articles.access.throttling.rate_parsing import Rate
from articles.http.security_headers import DOWNLOAD_CSP
from articles.models import Article, ArticleEdit, Author, BlockedIdentity, State
from articles.tests.support.factories import NOON, make_capture
from articles.tests.support.page_fixtures import add_version, at, publish
from articles.tests.support.post_files import make_post
from articles.views.article.citations import make_citations

pytestmark = pytest.mark.django_db
FILES = ("cite.bib", "cite.ris", "cite.json", "text.txt", "text.md")


@pytest.fixture
def story(settings: Any) -> Article:
    """Return a public story with one version, as an import leaves it."""
    settings.SITE_URL = "https://archive.example"
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    article = publish(published_at=at(14, 4), author=author, url="https://herald.example/port")
    add_version(article, 1)
    return article


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("cite.bib", "application/x-bibtex; charset=utf-8"),
        ("cite.ris", "application/x-research-info-systems; charset=utf-8"),
        ("cite.json", "application/vnd.citationstyles.csl+json"),
        ("text.txt", "text/plain; charset=utf-8"),
        ("text.md", "text/markdown; charset=utf-8"),
    ],
)
def test_file_is_a_download_and_never_rendered(
    client: Client, story: Article, name: str, content_type: str
) -> None:
    response = client.get(f"/a/{story.code}/{name}")
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    end = name.rpartition(".")[2]
    assert response["Content-Disposition"] == f'attachment; filename="{story.code}.{end}"'
    assert response["Content-Security-Policy"] == DOWNLOAD_CSP
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert client.post(f"/a/{story.code}/{name}").status_code == 405


def test_files_contain_the_story(client: Client, story: Article) -> None:
    files = {name: client.get(f"/a/{story.code}/{name}").content.decode() for name in FILES}
    for name, content in files.items():
        assert story.title in content, name
        assert "Ada Ferry" in content, name
        assert "Example Herald" in content, name
        assert f"https://archive.example/a/{story.code}/" in content, name
        assert "https://herald.example/port" in content, name
    assert story.body.text in files["text.txt"]
    assert story.body.text in files["text.md"]
    assert json.loads(files["cite.json"])[0]["issued"] == {"date-parts": [[2021, 1, 14]]}


def test_access_date_is_the_import_date(client: Client, story: Article) -> None:
    files = [client.get(f"/a/{story.code}/cite.json").content for _ in range(2)]
    assert files[0] == files[1]
    assert json.loads(files[0])[0]["accessed"] == {"date-parts": [[2020, 2, 26]]}
    assert f"{NOON:%Y-%m-%d}" == "2020-02-26"


@pytest.mark.parametrize("name", [*FILES, "original/" + "0" * 64])
def test_no_file_of_a_story_that_is_not_public(client: Client, name: str) -> None:
    review = publish(state=State.REVIEW)
    withdrawn = publish(state=State.WITHDRAWN, state_reason="a name")
    BlockedIdentity.objects.create(
        identity_hash="0" * 64, code="erased000", reason="a name", blocked_at=NOON
    )
    for code, status in (
        ("0123456789", 404), (review.code, 404), (withdrawn.code, 410), ("erased000", 410),
    ):  # fmt: skip
        assert client.get(f"/a/{code}/{name}").status_code == status


def test_file_has_no_interface_language(client: Client, story: Article) -> None:
    assert client.get(f"/zh-hans/a/{story.code}/cite.bib").status_code == 404


def test_original_has_the_imported_bytes(client: Client, story: Article) -> None:
    content = make_post(title="旧标题", url=story.url) + b"\xff<script>alert(1)</script>"
    capture = make_capture(content, article=story)
    response = client.get(f"/a/{story.code}/original/{capture.original_id}")
    assert response.content == content
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    name = f"{story.code}-{capture.original_id[:8]}.md"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Security-Policy"] == DOWNLOAD_CSP
    assert response["X-Content-Type-Options"] == "nosniff"


def test_original_of_a_hidden_capture_is_gone(client: Client, story: Article) -> None:
    capture = make_capture(b"x", article=story, hidden=True, hidden_reason="secret name")
    response = client.get(f"/a/{story.code}/original/{capture.original_id}")
    assert response.status_code == 410
    assert b"secret name" not in response.content


def test_original_of_another_story_is_not_found(client: Client, story: Article) -> None:
    other = make_capture(b"x", article=publish())
    assert client.get(f"/a/{story.code}/original/{other.original_id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "active", "status"),
    [("html", True, 410), ("title", True, 410), ("author", True, 410), ("tags", True, 200),
     ("html", False, 200)],
)  # fmt: skip
def test_original_of_an_edited_story_is_gone(
    client: Client, story: Article, field: str, active: bool, status: int
) -> None:
    capture = story.current_capture
    assert capture is not None
    ArticleEdit.objects.create(
        article=story, field=field, value="x", active=active, created_at=NOON
    )
    assert client.get(f"/a/{story.code}/original/{capture.original_id}").status_code == status
    page = client.get(story.get_absolute_url()).content.decode()
    assert (f"original/{capture.original_id}" in page) is (status == 200)
    add_version(story, 2, title="第二个标题")  # what was taken out stands in the first
    assert client.get(f"/a/{story.code}/original/{capture.original_id}").status_code == status


def test_costly_files_are_rate_limited(client: Client, story: Article, settings: Any) -> None:
    settings.COSTLY_RATE = Rate(1, 60)
    assert client.get(f"/a/{story.code}/text.md").status_code == 200
    assert client.get(f"/a/{story.code}/text.md").status_code == 429
    assert client.get(f"/a/{story.code}/cite.ris").status_code == 200


def test_page_offers_citations_and_files(story: Article) -> None:
    html = render_to_string(
        "pages/article/_citations.html", {"article": story, "citations": make_citations(story)}
    )
    assert html.count(' hidden data-copies="#cite-') == 4
    for name in FILES:
        assert f'href="/a/{story.code}/{name}"' in html
    for ident in ("cite-gb", "cite-apa", "cite-zh", "cite-en"):
        assert html.count(f'<span id="{ident}" lang=') == 1
    assert "{{cite news |author=Ada Ferry |script-title=zh:" in html


def test_title_is_escaped_in_the_citations(story: Article) -> None:
    story.title = "<script>alert(1)</script>"
    html = render_to_string(
        "pages/article/_citations.html", {"article": story, "citations": make_citations(story)}
    )
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[N/OL]" in html


def test_number_of_queries_for_files(
    client: Client, story: Article, django_assert_num_queries: Any
) -> None:
    for name in FILES:
        with django_assert_num_queries(1):  # the story with all that a citation tells
            client.get(f"/a/{story.code}/{name}")
