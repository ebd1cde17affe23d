"""The bookmarks page, and the markup that the reader's scripts use."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from articles.tests.support.page_fixtures import page_text, publish

pytestmark = pytest.mark.django_db


def test_page_is_the_same_for_everybody(client: Client) -> None:
    response = client.get("/bookmarks/")
    assert response.status_code == 200
    assert not response.cookies
    assert response.headers["Cache-Control"].startswith("public, max-age=")
    assert client.post("/bookmarks/").status_code == 405


def test_page_has_a_text_and_a_hidden_section_for_its_script(client: Client) -> None:
    html = page_text(client, "/bookmarks/")
    assert "stay in this browser" in html
    assert "<noscript>" in html
    assert re.search(r"<section hidden [^>]*data-bookmarks ", html)
    assert '<meta name="robots" content="noindex, follow">' in html


def test_page_has_urls_with_and_without_language_prefix(client: Client) -> None:
    assert 'data-home="/" data-site="/"' in page_text(client, "/bookmarks/")
    assert 'data-home="/zh-hans/" data-site="/"' in page_text(client, "/zh-hans/bookmarks/")


def test_story_has_a_hidden_bookmark_button(client: Client) -> None:
    story = publish(title='船 "归港" & <b>', tags=("港口",))
    html = page_text(client, story.get_absolute_url())
    button = re.search(r"<button [^>]*data-bookmark [^>]*>", html)
    assert button is not None
    for attribute in (
        "hidden",
        f'data-code="{story.code}"',
        f'data-url="{story.get_absolute_url()}"',
        'data-home="/"',
        'data-title="船 &quot;归港&quot; &amp; &lt;b&gt;"',
        f'data-outlet="{story.source.name}"',
        f'data-day="{story.day.isoformat()}"',
    ):
        assert attribute in button[0]
    assert re.search(rf'<article [^>]*data-code="{story.code}" data-shown', html)


def test_theme_script_precedes_the_style_sheets(client: Client) -> None:
    html = page_text(client, "/")
    script = html.index(
        '<script src="/static/js/stored-settings.js"></script>'
    )  # neither deferred nor a module
    assert html.index('<meta name="color-scheme"') < script
    assert script < html.index('rel="stylesheet"')
    assert html.count("data-reading-settings") == html.count("data-keys-help") == 1


def test_lists_have_story_codes_for_the_read_marks(client: Client) -> None:
    story = publish()
    html = page_text(client, f"/{story.day:%Y/%m/%d}/")
    assert re.search(rf'<li [^>]*data-code="{story.code}"', html)
