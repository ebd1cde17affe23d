"""Metadata in the head of a story's page, for search engines, messengers and Zotero."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import set_script_prefix
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from articles.content.output.json_ld import serialize_for_script
from articles.models import Article, ArticleImage, Author, Image, ImageState
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import add_version, at, publish
from articles.views.article.article_metadata import build_head_metadata

SITE = "https://archive.example"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def story(db: None) -> Article:
    """Return a public story with one version, as an import leaves it."""
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    source = make_source(home_page="https://herald.example/")
    article = publish(
        published_at=at(14, 4), author=author, source=source, excerpt="三号码头重新开放。",
        url="https://herald.example/port",
    )  # fmt: skip
    add_version(article, 1)
    return article


def head_html(article: Article, *topics: str) -> str:
    return render_to_string(
        "pages/article/_head_metadata.html", {"head": build_head_metadata(article, topics)}
    )


def metas(html: str) -> dict[str, str]:
    """Return the content of each ``meta`` by name or property; asserts that each is unique."""
    found: dict[str, str] = {}
    for node in LexborHTMLParser(f"<head>{html}</head>").css("head > meta"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        assert name not in found, name
        found[name] = node.attributes["content"] or ""
    return found


def linked_data(html: str) -> dict[str, Any]:
    """Return the JSON-LD of the only script in the head."""
    [script] = LexborHTMLParser(f"<head>{html}</head><body>").css("script")
    assert script.attributes == {"type": "application/ld+json"}
    data: dict[str, Any] = json.loads(script.text())
    return data


def canonical(html: str) -> str | None:
    [link] = LexborHTMLParser(f"<head>{html}</head>").css("link[rel=canonical]")
    return link.attributes["href"]


def test_canonical_url_follows_the_policy_of_the_outlet(story: Article) -> None:
    assert canonical(head_html(story)) == "https://herald.example/port"
    story.source.canonical_policy = "archive"
    assert canonical(head_html(story)) == SITE + story.get_absolute_url()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "mailto:a@b.example", ""])
def test_canonical_url_is_ours_when_the_original_is_not_http(story: Article, url: str) -> None:
    assert story.current_capture is not None
    story.current_capture.url = url
    html = head_html(story)
    assert canonical(html) == SITE + story.get_absolute_url()
    assert "isBasedOn" not in linked_data(html)
    assert "alert" not in html


def test_urls_have_no_language_prefix(story: Article) -> None:
    plain = head_html(story)
    set_script_prefix("/zh-hant/")
    try:
        assert head_html(story) == plain
    finally:
        set_script_prefix("/")


def test_open_graph_describes_an_article(story: Article) -> None:
    found = metas(head_html(story, "航運"))
    assert {k: v for k, v in found.items() if k.startswith(("og:", "article:"))} == {
        "og:type": "article",
        "og:title": story.title,
        "og:site_name": "News Archive",
        "og:url": SITE + story.get_absolute_url(),
        "og:locale": "zh_CN",
        "og:description": "三号码头重新开放。",
        "article:published_time": "2021-01-14T14:04:00Z",
        "article:author": f"{SITE}/authors/ada-ferry/",
        "article:tag": "航運",
    }


#: Names by which Zotero's translator for embedded metadata takes a page for something else,
#: whatever ``z:itemType`` says.
ZOTERO_OVERRIDES = {
    "citation_journal_title": "journalArticle",
    "citation_conference_title": "conferencePaper",
    "citation_conference": "conferencePaper",
    "citation_inbook_title": "bookSection",
    "citation_book_title": "bookSection",
    "citation_dissertation_institution": "thesis",
    "citation_technical_report_institution": "report",
}


def zotero_item(html: str) -> dict[str, Any]:
    """Return the item that Zotero's translator for embedded metadata makes of a head."""
    pairs = [
        (node.attributes.get("name") or "", node.attributes["content"] or "")
        for node in LexborHTMLParser(f"<head>{html}</head>").css("head > meta")
    ]
    found = dict(reversed(pairs))
    overriding = [ZOTERO_OVERRIDES[name] for name, _ in pairs if name in ZOTERO_OVERRIDES]
    return {
        "itemType": (overriding or [found.get("z:itemType", "journalArticle")])[0],
        "title": found["citation_title"],
        "publicationTitle": found.get("citation_journal_title", found.get("prism.publicationName")),
        "date": found["citation_publication_date"],
        "language": found["citation_language"],
        "creators": [value for name, value in pairs if name == "citation_author"],
    }


def test_zotero_makes_a_newspaper_article_with_each_author(story: Article) -> None:
    story.author = Author(name="Ada Ferry, 王小明", slug="both")
    assert zotero_item(head_html(story)) == {
        "itemType": "newspaperArticle",
        "title": story.title,
        "publicationTitle": "Example Herald",
        "date": "2021/01/14",
        "language": "zh-Hans",
        "creators": ["Ada Ferry", "王小明"],
    }
    story.kind = "video"
    assert zotero_item(head_html(story))["itemType"] == "videoRecording"


def test_highwire_tags_name_the_permanent_copy(story: Article) -> None:
    found = metas(head_html(story))
    assert found["citation_publisher"] == "Example Herald"
    assert found["citation_online_date"] == "2021/01/14"
    assert found["citation_public_url"] == f"{SITE}/a/{story.code}/"
    assert found["citation_fulltext_html_url"] == SITE + story.get_absolute_url()


def test_video_is_a_video_object(story: Article) -> None:
    story.kind = "video"
    assert story.current_capture is not None
    story.current_capture.url = "https://www.youtube.com/watch?v=abcdefghijk"
    html = head_html(story, "航運")
    data = linked_data(html)
    assert data["@type"] == "VideoObject"
    assert data["name"] == story.title
    assert data["uploadDate"] == "2021-01-14T14:04:00Z"
    assert data["embedUrl"] == "https://www.youtube-nocookie.com/embed/abcdefghijk"
    assert "headline" not in data
    found = metas(html)
    assert found["og:type"] == "video.other"
    assert found["video:release_date"] == "2021-01-14T14:04:00Z"
    assert found["og:video:url"] == data["embedUrl"]
    assert not [name for name in found if name.startswith("article:")]


def test_linked_data_distinguishes_outlet_and_archive(story: Article) -> None:
    archive = {"@type": "Organization", "name": "News Archive", "url": f"{SITE}/"}
    assert linked_data(head_html(story, "航運", "港口")) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": SITE + story.get_absolute_url(),
        "mainEntityOfPage": "https://herald.example/port",
        "headline": story.title,
        "description": "三号码头重新开放。",
        "datePublished": "2021-01-14T14:04:00Z",
        "author": {"@type": "Person", "name": "Ada Ferry"},
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": "Example Herald",
            "url": "https://herald.example/",
        },
        "inLanguage": "zh-Hans",
        "keywords": ["航運", "港口"],
        "isAccessibleForFree": True,
        "isBasedOn": "https://herald.example/port",
        "archivedAt": f"{SITE}/a/{story.code}/",
        "provider": archive,
        "sdPublisher": archive,
    }


def test_day_precision_gives_a_date_without_time(story: Article) -> None:
    story.published_precision = "day"
    html = head_html(story)
    assert linked_data(html)["datePublished"] == "2021-01-14"
    assert metas(html)["article:published_time"] == "2021-01-14"


def test_change_by_the_outlet_sets_the_modified_date(story: Article) -> None:
    assert "dateModified" not in linked_data(head_html(story))
    add_version(story, 2, title="第二个标题", date="2021-01-16T08:00:00Z")
    html = head_html(story)
    assert linked_data(html)["dateModified"] == "2021-01-16T08:00:00Z"
    assert metas(html)["article:modified_time"] == "2021-01-16T08:00:00Z"
    add_version(story, 3, title="第三个标题", date="2021-01-17")
    assert linked_data(head_html(story))["dateModified"] == "2021-01-17"


def test_only_a_stored_picture_is_in_the_metadata(
    story: Article, django_assert_num_queries: Any
) -> None:
    for position, state in enumerate(("known", "held", "held")):
        values: dict[str, Any] = {"state": state, "url_hash": f"{position:064}"}
        if state == ImageState.HELD:
            values |= {"file": "x.webp", "width": 1600, "height": 900, "sha256": "0" * 64}
        image = Image.objects.create(code=f"{position:016}", **values)
        ArticleImage.objects.create(
            article=story, image=image, position=position, alt=f'"船" {position}'
        )
    story.picture_count = 3
    with django_assert_num_queries(1):  # the first stored picture
        html = head_html(story)
    assert metas(html)["og:image"] == f"{SITE}/i/{1:016}?w=800"
    assert metas(html)["og:image:alt"] == '"船" 1'
    assert linked_data(html)["image"] == f"{SITE}/i/{1:016}?w=800"
    Image.objects.update(state="known")
    assert "og:image" not in metas(head_html(story))


@pytest.mark.parametrize(
    "bad",
    ["</script><script>alert(1)</script>", "<!--<script>", '"><img src=x onerror=alert(1)>',
     "\u2028alert(1)", "]]>&lt;/script&gt;"],
)  # fmt: skip
def test_hostile_text_is_escaped(story: Article, bad: str) -> None:
    assert story.author is not None
    story.title = story.excerpt = story.author.name = story.source.name = bad
    html = head_html(story, bad)
    assert "\u2028" not in html.partition("<script")[2]
    parsed = LexborHTMLParser(f"<head>{html}</head><body><p>end")
    assert len(parsed.css("script")) == 1
    assert not parsed.css("img")
    assert parsed.css_first("body > p") is not None
    data = linked_data(html)
    assert data["description"] == data["keywords"][0] == bad
    assert metas(html)["og:description"] == bad


@given(st.text())
def test_script_data_is_json_without_markup(text: str) -> None:
    made = serialize_for_script({"a": text})
    assert not set(made) & set("<>&\u2028\u2029")
    assert json.loads(made) == {"a": text}


def test_metadata_of_an_untitled_story_without_author(story: Article) -> None:
    story.title, story.author, story.language, story.excerpt = "", None, "", ""
    story.source.home_page = ""
    html = head_html(story)
    data = linked_data(html)
    assert not data.keys() & {"headline", "author", "inLanguage", "description", "keywords"}
    assert data["publisher"] == {"@type": "NewsMediaOrganization", "name": "Example Herald"}
    found = metas(html)
    assert found["og:title"] == found["citation_title"] == "(untitled)"
    assert not found.keys() & {"og:locale", "og:description", "citation_author", "article:author"}


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [("zh-Hans", "HK", "zh_CN"), ("zh-Hant", "HK", "zh_HK"), ("zh-Hant", "", "zh_TW"),
     ("en", "GB", "en_US")],
)  # fmt: skip
def test_locale_follows_script_and_country(
    story: Article, language: str, country: str, locale: str
) -> None:
    story.language, story.source.country = language, country
    assert metas(head_html(story))["og:locale"] == locale
