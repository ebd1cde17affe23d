"""The page of a story: headline, dates, body, provenance."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from articles.content.post_file.publication_date import Evidence
from articles.models import Article, ArticleEdit, Author, Capture, State
from articles.tests.support.factories import NOON, make_capture, make_original, make_source
from articles.tests.support.page_fixtures import add_version, at, page_text, publish
from articles.tests.support.post_files import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Article:
    """Return a public story with one version, as an import leaves it."""
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    article = publish(
        published_at=at(14, 4), author=author, tags=("航運",), url="https://herald.example/port"
    )
    add_version(article, 1)
    return article


def test_page_shows_headline_outlet_byline_and_time(client: Client, story: Article) -> None:
    html = page_text(client, story.get_absolute_url())
    assert f'<h1><span lang="zh-Hans">{story.title}</span></h1>' in html
    assert "Example Herald" in html
    assert 'href="/authors/ada-ferry/">Ada Ferry</a>' in html
    assert '<time datetime="2021-01-14T14:04:00Z">14 January 2021, 14:04 UTC</time>' in html
    assert 'href="/tags/%E8%88%AA%E9%81%8B/">航運</a>' in html
    assert f'href="/a/{story.code}/versions/">1 version</a>' in html


def test_body_is_shown_as_stored_and_in_its_language(client: Client, story: Article) -> None:
    html = page_text(client, story.get_absolute_url())
    assert f'<div class="body" lang="zh-Hans">\n{story.body.html}' in html


def test_headline_and_names_are_text_and_never_markup(client: Client) -> None:
    bad = "<img src=x onerror=alert(1)>"
    author = Author.objects.create(name=bad, slug="bad")
    source = make_source("Bad", language='"><script>')
    story = publish(title=bad, author=author, tags=(bad,), source=source, language='"><script>')
    for url in (story.get_absolute_url(), "/", "/authors/", "/tags/", "/sources/"):
        html = page_text(client, url)
        assert "<img" not in html
        assert "<script>" not in html


def test_time_is_in_the_archive_time_zone(client: Client, story: Article, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Taipei"
    html = page_text(client, story.get_absolute_url())
    assert "14 January 2021, 22:04 UTC+8" in html


def test_story_with_day_precision_shows_no_time(client: Client) -> None:
    story = publish(published_at=at(0), published_precision="day")
    html = page_text(client, story.get_absolute_url())
    assert '<time datetime="2021-01-14">14 January 2021</time>' in html
    assert "2021, 00:00" not in html


@pytest.mark.parametrize("evidence", list(Evidence))
def test_dates_explain_every_kind_of_evidence(client: Client, evidence: Evidence) -> None:
    story = publish(published_evidence=evidence.value)
    html = page_text(client, story.get_absolute_url())
    assert "How this date is known" in html
    assert "<dt>Published</dt>" in html
    assert "<dt>Imported</dt>" in html


def test_post_file_date_has_the_precision_of_the_post(client: Client) -> None:
    story = publish(published_at=at(9))
    add_version(story, 1, date="2021-01-15")
    html = page_text(client, story.get_absolute_url())
    assert '<time datetime="2021-01-15">15 January 2021</time>' in html


def test_original_link_has_nofollow(client: Client, story: Article) -> None:
    html = page_text(client, story.get_absolute_url())
    link = '<a href="https://herald.example/port" rel="nofollow noopener external">'
    assert f"{link}herald.example</a>" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "mailto:a@b.example"])
def test_original_with_another_scheme_is_not_linked(client: Client, url: str) -> None:
    story = publish(kind="video")
    capture = make_capture(article=story, url=url, version=1)
    Article.objects.filter(pk=story.pk).update(current_capture=capture)
    html = page_text(client, story.get_absolute_url())
    assert url in html
    assert f'href="{url}' not in html


def test_page_lists_checksums_except_of_hidden_captures(client: Client, story: Article) -> None:
    shown = add_version(story, 2, title="第二个标题")
    hidden = make_capture(b"x", article=story, version=3, hidden=True, hidden_reason="a name")
    html = page_text(client, story.get_absolute_url())
    assert shown.original_id in html
    assert "Version 1" in html
    assert hidden.original_id not in html


def test_page_lists_removals_of_cleaning(client: Client) -> None:
    story = publish()
    capture = add_version(story, 1)
    scripts = 3 * [{"rule": "script", "characters": 0, "text": ""}]
    capture.removals = [
        {"rule": "general/feed-footer", "characters": 41, "text": "更多<b>"}, *scripts,
    ]  # fmt: skip
    capture.save()
    html = page_text(client, story.get_absolute_url())
    assert "<code>general/feed-footer</code>" in html
    assert "41 characters" in html
    assert html.count("<code>script</code>") == 1
    assert "<code>script</code> ×3" in html
    assert "更多&lt;b&gt;" in html


def test_page_lists_edited_fields(client: Client, story: Article) -> None:
    for field in ("title", "html"):
        ArticleEdit.objects.create(article=story, field=field, value="x", created_at=NOON)
    ArticleEdit.objects.create(
        article=story, field="author", value="x", created_at=NOON, active=False
    )
    html = page_text(client, story.get_absolute_url())
    assert "Edited by the archive: text and title." in html


def test_page_without_edits_mentions_none(client: Client, story: Article) -> None:
    assert "Edited by" not in page_text(client, story.get_absolute_url())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": "只有标题"}, "the headline of this story and no text"),
        ({"title": ""}, "neither a headline nor a text"),
        (
            {"html": '<figure><img src="/i/00000000"></figure>'},
            "pictures of this story and no text",
        ),
        ({"html": "<p>短。</p>", "text": "短。", "flags": ["short"]}, "these few words"),
    ],
)
def test_empty_and_short_bodies_have_a_note(
    client: Client, values: dict[str, Any], words: str
) -> None:
    story = publish(**values)
    assert words in page_text(client, story.get_absolute_url())


def test_story_without_a_headline_is_untitled(client: Client) -> None:
    html = page_text(client, publish(title="").get_absolute_url())
    assert '<h1><span class="untitled" lang="en">(untitled)</span></h1>' in html
    assert "<title>(untitled) – " in html


def test_video_without_a_player_links_to_its_page(client: Client) -> None:
    url = "https://www.youtube.com/playlist?list=PLharbour"
    story = publish(kind="video", url=url)
    add_version(story, 1)
    html = page_text(client, story.get_absolute_url())
    assert f'<a href="{url}" rel="nofollow noopener external">Watch the video at' in html


def test_page_links_the_adjacent_stories_of_the_outlet(client: Client) -> None:
    other = make_source("Other Gazette")
    before, here, after = (publish(title=title, published_at=at(9)) for title in "ABC")
    publish(title="elsewhere", published_at=at(9), source=other)
    publish(title="kept back", published_at=at(9), state=State.REVIEW)
    html = page_text(client, here.get_absolute_url())
    assert f'rel="prev" href="{before.get_absolute_url()}"' in html
    assert f'rel="next" href="{after.get_absolute_url()}"' in html


def test_page_takes_a_fixed_number_of_queries(
    client: Client, story: Article, django_assert_num_queries: Any
) -> None:
    for number in range(2, 6):
        add_version(story, number, title=f"标题 {number}")
        publish(tags=("一", "二"))
    # the story with source, author, body and capture; edits; topics; version changes; captures;
    # the adjacent stories in the outlet, and on the day
    with django_assert_num_queries(9):
        page_text(client, story.get_absolute_url())


def test_capture_count_on_the_page_is_bounded(client: Client, story: Article) -> None:
    for number in range(30):
        content = make_post(title=f"标题 {number}")
        Capture.objects.create(
            article=story,
            original=make_original(content),
            order_path=b"x",
            text_hash="0" * 64,
            kind=story.kind,
            source=story.source,
            published_at=story.published_at,
            published_precision="second",
            published_evidence="front matter",
            front_matter_at=dt.datetime(2021, 2, 1, tzinfo=dt.UTC),
            rules_version="1",
            imported_at=NOON,
        )
    assert page_text(client, story.get_absolute_url()).count("Same story in another form") == 10


def test_search_terms_are_highlighted(client: Client, settings: Any) -> None:
    story = publish(title="臺灣 <b>ferry</b>", html="<p>從臺<b>灣</b>出發 &lt;ferry&gt;</p>")
    url = story.get_absolute_url()
    canonical = f'<link rel="canonical" href="{settings.SITE_URL}{url}">'
    html = page_text(client, f"{url}?mark=台湾+source:BBC+-x")
    assert "<mark>臺灣</mark> &lt;b&gt;ferry&lt;/b&gt;</span></h1>" in html
    assert "<p>從<mark>臺</mark><b><mark>灣</mark></b>出發 &lt;ferry&gt;</p>" in html
    assert canonical in html
    html = page_text(client, f"{url}?mark=title:ferry")
    assert "&lt;b&gt;<mark>ferry</mark>&lt;/b&gt;</span></h1>" in html
    assert "出發 &lt;ferry&gt;</p>" in html
    for words in ("", "source:BBC", "%EF%BC%81", "%00", "(", "zeppelin"):
        assert "<mark>" not in page_text(client, f"{url}?mark={words}")
    assert f'<link rel="canonical" href="{settings.SITE_URL}{url}">' in page_text(client, url)
