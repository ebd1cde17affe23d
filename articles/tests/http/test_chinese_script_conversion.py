"""Public pages with ``?script=hans|hant``: what is converted and what is not."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from articles.content.chinese_script import Script
from articles.http import chinese_script_conversion
from articles.http.chinese_script_conversion import CACHE, convert_page_cached
from articles.models import Article
from articles.searching import index_updates
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import add_version, at, page_text, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Article:
    """Return a story in simplified Chinese."""
    article = publish(title="皇后的头发", language="zh-Hans", tags=("发展",))
    add_version(
        article, 1, title="皇后的头发", body="<p>这个国家在后面发展，<b>干净</b>的台湾里。</p>"
    )
    return article


def test_story_is_converted_to_the_requested_script(client: Client, story: Article) -> None:
    html = page_text(client, f"{story.get_absolute_url()}?script=hant")
    assert "這個國家在後面發展，<b>乾淨</b>的臺灣裡。" in html
    assert '<span lang="zh-Hant">皇后的頭髮</span>' in html
    assert re.search(r'<div class="[^"]*body[^"]*"[^>]* lang="zh-Hant"', html)
    assert "<title>皇后的頭髮" in html
    assert ">發展</a>" in html
    assert '<html lang="en"' in html


def test_stored_text_and_unconverted_page_stay(client: Client, story: Article) -> None:
    plain = page_text(client, story.get_absolute_url())
    page_text(client, f"{story.get_absolute_url()}?script=hant")
    assert Article.objects.get(pk=story.pk).body.html == story.body.html
    assert page_text(client, story.get_absolute_url()) == plain
    assert "这个国家在后面发展，<b>干净</b>的台湾里。" in plain


def test_story_in_its_own_script_is_unchanged(client: Client, story: Article) -> None:
    html = page_text(client, f"{story.get_absolute_url()}?script=hans")
    assert "这个国家在后面发展，<b>干净</b>的台湾里。" in html


@pytest.mark.parametrize("value", ["", "HANT", "hant ", "zh-hant", "x", "hant&script=x"])
def test_unknown_values_convert_nothing(client: Client, story: Article, value: str) -> None:
    html = page_text(client, f"{story.get_absolute_url()}?script={value}")
    assert "这个国家在后面发展" in html
    assert '<span lang="zh-Hans">皇后的头发</span>' in html


def test_links_of_a_converted_page_keep_the_script(client: Client, story: Article) -> None:
    html = page_text(client, f"{story.get_absolute_url()}?script=hant")
    links = [
        link
        for tag in re.findall(r"<a\b[^>]*>", html)
        if not re.search('rel="(?:alternate|bookmark)"', tag)
        and (link := re.search(r'href="(/[^"]*)"', tag))
    ]
    addresses = {link[1] for link in links}
    assert f"{story.source.get_absolute_url()}?script=hant" in addresses
    assert "/?script=hant" in {address.partition("#")[0] for address in addresses}
    for address in addresses:
        assert client.get(unescape(address), follow=True).status_code == 200, address
        path = address.partition("#")[0].partition("?")[0]
        is_page = path.endswith("/") and not path.endswith("/feed/")
        assert ("script=hant" in address) is is_page, address
    assert '<input type="hidden" name="script" value="hant">' in html


def test_head_links_keep_their_permanent_urls(client: Client, story: Article) -> None:
    address = f"{story.get_absolute_url()}?mark=头发"
    plain = re.findall("<link[^>]*>", page_text(client, address))
    assert re.findall("<link[^>]*>", page_text(client, f"{address}&script=hant")) == plain


def test_short_url_redirects_with_the_script(client: Client, story: Article) -> None:
    response = client.get(f"/a/{story.code}/?script=hant")
    assert response["Location"] == f"{story.get_absolute_url()}?script=hant"
    assert client.get(f"/a/{story.code}/")["Location"] == story.get_absolute_url()


def test_each_script_has_its_own_etag(client: Client, story: Article) -> None:
    address = story.get_absolute_url()
    tags = {client.get(address + end)["ETag"] for end in ("", "?script=hans", "?script=hant")}
    assert len(tags) == 3
    known = {"if-none-match": client.get(f"{address}?script=hant")["ETag"]}
    assert client.get(f"{address}?script=hant", headers=known).status_code == 304
    assert client.get(address, headers=known).status_code == 200


def test_versions_and_differences_are_converted(client: Client, story: Article) -> None:
    add_version(story, 2, title="皇后的头发", body="<p>这个国家在后面发展，干净的香港里。</p>")
    html = page_text(client, f"/a/{story.code}/versions/1/?script=hant")
    assert "這個國家在後面發展，<b>乾淨</b>的臺灣裡。" in html
    html = page_text(client, f"/a/{story.code}/versions/1..2/?script=hant")
    assert "臺灣" in html
    assert "这个国家" not in html


def test_lists_are_converted(client: Client, story: Article) -> None:
    for address in ("/", story.source.get_absolute_url(), f"/{story.day:%Y/%m/%d}/"):
        html = page_text(client, f"{address}?script=hant")
        assert "皇后的頭髮" in html, address
        assert "皇后的头发" not in html, address


def test_search_results_are_converted(client: Client, story: Article) -> None:
    index_updates.rebuild()
    for typed in ("头发", "頭髮"):
        html = page_text(client, f"/search/?q={typed}&script=hant")
        assert "皇后的<mark>頭髮</mark>" in html
        assert f'value="{typed}"' in html


def test_files_are_never_converted(client: Client, story: Article) -> None:
    for address in ("/feed/", "/feed.json", f"/sources/{story.source.slug}/feed.rss"):
        assert client.get(f"{address}?script=hant").content == client.get(address).content


@pytest.mark.parametrize("language", ["ja", "ko", "en"])
def test_story_in_another_language_is_not_converted(client: Client, language: str) -> None:
    article = publish(title="国会 头发", language=language)
    html = page_text(client, f"{article.get_absolute_url()}?script=hant")
    assert f'<span lang="{language}">国会 头发</span>' in html
    assert "<title>国会 头发" in html


def toggle(address: str, template: str = "_script_toggle") -> str:
    request = RequestFactory().get(address)
    return render_to_string(f"pages/{template}.html", {}, request)


def test_toggle_offers_three_scripts_and_marks_the_current_one() -> None:
    html = toggle("/tags/台灣/?after=x&script=hant")
    links = re.findall(r'lang="([^"]+)".*? href="([^"]+)"( aria-current="true")?>([^<]+)<', html)
    path = "/tags/%E5%8F%B0%E7%81%A3/"
    assert links == [
        ("zh", f"{path}?after=x", "", "原文"),
        ("zh-Hans", f"{path}?after=x&amp;script=hans", "", "简体"),
        ("zh-Hant", f"{path}?after=x&amp;script=hant", ' aria-current="true"', "繁體"),
    ]
    assert 'href="/2021/" aria-current="true">原文<' in toggle("/2021/")
    assert 'aria-current="true">原文<' in toggle("/2021/?script=x")


def test_citations_stay_as_published(client: Client) -> None:
    source = make_source("月嶼電臺")
    article = publish(title="漁港更名遭否決", language="zh-Hant", source=source)
    add_version(article, 1, title="漁港更名遭否決")
    html = page_text(client, f"{article.get_absolute_url()}?script=hans")
    assert "渔港更名遭否决" in html, "the headline is converted"
    citations = re.findall(r'<p class="citation".*?</p>', html)
    assert len(citations) == 4
    for citation in citations:
        assert "漁港更名遭否決" in citation
        assert "月嶼電臺" in citation


def test_converted_pages_are_cached_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def convert(page: str, script: Script, is_page: object) -> str:
        made.append(page[:1])
        return page

    def get(letter: str, size: int) -> None:
        page = (letter * size).encode()
        assert convert_page_cached(page, Script.HANT) == page

    monkeypatch.setattr(chinese_script_conversion, "convert_page", convert)
    CACHE.clear()
    limit = int(CACHE.maxsize)
    for letter in "abaca":
        get(letter, 2 * limit // 5)
    assert made == ["a", "b", "c"]
    get("b", 2 * limit // 5)  # it was used longest ago, so it was evicted
    assert made == ["a", "b", "c", "b"]
    get("d", limit + 1)  # more than there is room for at all: it is not cached
    get("d", limit + 1)
    assert made == ["a", "b", "c", "b", "d", "d"]
    assert CACHE.currsize <= limit
    CACHE.clear()


def test_neighbours_of_a_day_with_several_pages_keep_the_script(client: Client) -> None:
    for hour in range(51):
        publish(published_at=at(hour % 24, hour))
    publish(published_at=at(9, day=13))
    publish(published_at=at(9, day=15))
    html = page_text(client, "/2021/01/14/?script=hant")
    for day in ("13", "15"):
        assert f'href="/2021/01/{day}/?script=hant"' in html
