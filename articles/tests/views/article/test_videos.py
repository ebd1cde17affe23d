"""Pages with a video: what they may load, and from where, before and after the click."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from articles.content.html.videos import PLAYER_SITES, parse_video_url
from articles.models import Article
from articles.tests.support.page_fixtures import add_version, page_text, publish

pytestmark = pytest.mark.django_db

PAGE = "https://www.youtube.com/watch?v=a-Bc_d3fGh1"
SCRIPT = '<script type="module" src="/static/js/video-player.js"></script>'
NOTE = "Plays from youtube.com; nothing is loaded from there before you press play."


@pytest.fixture
def video() -> Article:
    """Return a public video with chapters, as an import leaves it."""
    article = publish(kind="video", url=PAGE)
    add_version(article, 1, body="<div>\n片中說的是港口。\n\n00:00 開場\n01:02 碼頭\n</div>")
    return article


def frames(client: Client, url: str) -> set[str]:
    """Return the sites that the page at ``url`` may show in frames."""
    policy = client.get(url).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    directives = (directive.split() for directive in policy.split(";"))
    return next((set(sites) for name, *sites in directives if name == "frame-src"), set())


def test_video_placeholder_names_the_site_of_its_player(client: Client, video: Article) -> None:
    html = page_text(client, video.get_absolute_url())
    box = f'<figure class="player"><a href="{PAGE}">youtube.com/watch?v=a-Bc_d3fGh1</a>'
    assert f'{box}<p lang="en">{NOTE}</p></figure>' in html
    assert f'<li><a href="{PAGE}&amp;t=62s">01:02</a> 碼頭</li>' in html
    assert "Watch the video at" not in html


def test_only_pages_with_a_video_may_frame_players_and_run_the_script(
    client: Client, video: Article
) -> None:
    story = publish(published_at=video.published_at)
    add_version(story, 1)
    version = f"/a/{video.code}/versions/1/"
    for url in (video.get_absolute_url(), version):
        assert frames(client, url) == set(PLAYER_SITES)
        assert page_text(client, url).count("video-player.js") == 1
        assert SCRIPT in page_text(client, url)
        assert NOTE in page_text(client, url)
    others = (
        "/",
        f"/{video.day.year}/",
        f"/a/{video.code}/versions/",
        f"/a/{story.code}/versions/1/",
    )
    for url in (story.get_absolute_url(), *others):
        assert frames(client, url) == set()
        assert "video-player.js" not in page_text(client, url)


def test_page_of_a_video_loads_nothing_and_sets_no_cookie(client: Client, video: Article) -> None:
    response = client.get(video.get_absolute_url())
    assert not response.cookies
    assert response.headers["Cache-Control"] == "public, max-age=25"
    html = response.content.decode()
    loaded = re.findall(
        r'<(?:script|link rel="stylesheet"|img|iframe|source)\b[^>]*?(?:src|href)="([^"]*)"', html
    )
    assert loaded
    assert all(url.startswith("/") for url in loaded)
    assert "<iframe" not in html
    inline = r"<script(?![^>]*\bsrc=|[^>]*ld\+json)|<style|\sstyle=|\son[a-z]+="
    assert not re.search(inline, html)


def test_player_in_a_story_has_a_placeholder_too(client: Client) -> None:
    story = publish()
    add_version(story, 1, body='<p>甲</p><iframe src="https://player.vimeo.com/video/12"></iframe>')
    html = page_text(client, story.get_absolute_url())
    assert '<figure class="player"><a href="https://vimeo.com/12">' in html
    assert "Plays from vimeo.com;" in html
    assert SCRIPT in html


def test_embed_that_is_not_a_video_stays_a_link(client: Client) -> None:
    story = publish()
    add_version(story, 1, body='<p>甲</p><iframe src="https://maps.example/1"></iframe>')
    html = page_text(client, story.get_absolute_url())
    assert '<figure><a href="https://maps.example/1">' in html
    assert "video-player.js" not in html


def test_video_without_a_description_says_so(client: Client) -> None:
    video = publish(kind="video", url=PAGE, text="")
    add_version(video, 1, body="<div>\n\n</div>")
    html = page_text(client, video.get_absolute_url())
    assert "holds the address of a video and no text of this story" in html
    assert '<figure class="player">' in html


def test_script_has_the_stored_urls_and_the_allowed_player_sites() -> None:
    script = Path(settings.BASE_DIR, "static", "js", "video-player.js").read_text(encoding="utf-8")
    assert len(script) < 2048
    assert sorted(re.findall(r"`(https://[^/]+)/", script)) == sorted(
        [PLAYER_SITES[1], PLAYER_SITES[0]]
    )
    pages = [
        re.compile(pattern.replace(r"\/", "/"))
        for pattern in re.findall(r"^    /(\^https.*\$)/,$", script, re.MULTILINE)
    ]
    assert len(pages) == 2
    for url in (
        PAGE,
        f"{PAGE}&t=62s",
        "https://vimeo.com/12",
        "https://vimeo.com/12/0a1b2c3d4e#t=5s",
    ):
        video = parse_video_url(url)
        assert video is not None
        assert video.watch_url == url
        assert any(page.match(url) for page in pages)
