"""The language of the interface: chosen by the path alone, and never part of permanent URLs."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import get_script_prefix, resolve
from django.utils import translation

from articles.http.language_prefix import has_interface_language
from articles.http.pagination import start_cursor
from articles.models import Article
from articles.tests.support.page_fixtures import add_version, at, page_text, publish

pytestmark = pytest.mark.django_db
_LINKS = re.compile(r'<a [^>]*href="(/[^"]*)"')
PREFIXES = ("/zh-hant/", "/zh-hans/", "/en/")


def has_language(link: str) -> bool:
    path = unquote(link.partition("#")[0].partition("?")[0])
    return has_interface_language(resolve(path).func)


@pytest.mark.parametrize(
    ("prefix", "lang", "words"),
    [
        ("", "en", "14 January 2021"),
        ("/en", "en", "14 January 2021"),
        ("/zh-hans", "zh-Hans", "2021年1月14日"),
        ("/zh-hant", "zh-Hant", "2021年1月14日"),
    ],
)
def test_prefix_sets_the_language_and_date_format(
    client: Client, prefix: str, lang: str, words: str
) -> None:
    story = publish(title="Open", published_at=at(9))
    for path in ("/", "/2021/01/14/", story.get_absolute_url()):
        html = page_text(client, prefix + path)
        assert f'<html lang="{lang}">' in html
        assert words in html
        assert "Open" in html


def test_browser_language_and_cookies_are_ignored(client: Client) -> None:
    publish()
    client.cookies["django_language"] = "zh-hans"
    response = client.get("/", headers={"accept-language": "zh-CN,zh"})
    assert '<html lang="en">' in response.content.decode()
    assert not response.has_header("Vary")
    assert not response.has_header("Content-Language")


def test_links_of_a_page_keep_its_language(client: Client) -> None:
    story = publish(published_at=at(9), tags=("Harbour",))
    add_version(story, 1)
    for path in ("/zh-hant/", f"/zh-hant{story.get_absolute_url()}", "/zh-hant/sources/"):
        links = set(_LINKS.findall(page_text(client, path)))
        for link in links:
            assert client.get(link).status_code in {200, 301}, (path, link)
        without_language = [
            link for link in links if not link.startswith(PREFIXES) and has_language(link)
        ]
        assert not without_language
        assert len([link for link in links if link.startswith("/zh-hant/")]) > 5


def test_permanent_urls_have_no_language(client: Client, settings: Any) -> None:
    story = publish(published_at=at(9), url="")
    add_version(story, 1)
    html = page_text(client, f"/zh-hans{story.get_absolute_url()}")
    html = re.sub('<link rel="alternate" hreflang[^>]*>', "", html)
    urls = re.findall(rf'(?:content|href)="({settings.SITE_URL}[^"]*)"', html)
    assert len(urls) > 3
    assert not [url for url in urls if "zh-hans" in url]
    head = page_text(client, "/zh-hans/")
    assert f'<link rel="canonical" href="{settings.SITE_URL}/">' in head
    assert re.search(r'type="application/atom\+xml" title="[^"]+" href="/feed/"', head)


def hreflang_of(client: Client, path: str) -> dict[str, str]:
    found = re.findall('hreflang="([^"]+)" href="([^"]+)"', page_text(client, path))
    return {language: url for language, url in found if url.startswith("http")}


@pytest.mark.parametrize("path", ["/", "/en/", "/zh-hant/", "/?utm_source=x&script=hans&mark=a"])
def test_hreflang_names_the_interface_languages(client: Client, settings: Any, path: str) -> None:
    """Without ``?script=``, which robots.txt bars, and without what tracks readers."""
    publish(published_at=at(9))
    assert hreflang_of(client, path) == {
        "zh-Hans": f"{settings.SITE_URL}/zh-hans/",
        "zh-Hant": f"{settings.SITE_URL}/zh-hant/",
        "en": f"{settings.SITE_URL}/en/",
        "x-default": f"{settings.SITE_URL}/",
    }


def test_hreflang_keeps_the_place_in_a_list(client: Client) -> None:
    story = publish(published_at=at(9))
    page = f"{story.source.get_absolute_url()}?after={start_cursor()}"
    assert hreflang_of(client, f"{page}&fbclid=1")["en"].endswith(page)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-Hant", {"zh-Hans", "zh-Hant", "x-default"}), ("en", {"en", "x-default"}), ("ja", set())],
)
def test_hreflang_of_a_story_names_no_language_that_its_text_is_not_in(
    client: Client, language: str, expected: set[str]
) -> None:
    story = publish(published_at=at(9))
    add_version(story, 1)
    Article.objects.update(language=language)
    found = hreflang_of(client, f"/en{story.get_absolute_url()}")
    assert set(found) == expected
    assert not [url for url in found.values() if "script=" in url]


def test_canonical_url_has_no_tracking_parameter(client: Client, settings: Any) -> None:
    story = publish(published_at=at(9))
    path = story.source.get_absolute_url()
    html = page_text(client, f"{path}?utm_source=x&after={start_cursor()}&gclid=2")
    url = f"{settings.SITE_URL}{path}?after={start_cursor()}"
    assert f'<link rel="canonical" href="{url}">' in html


@pytest.mark.parametrize(
    "path", ["/admin/", "/feed/", "/api/v1/articles", "/healthz", "/robots.txt", "/sitemap.xml",
             "/zh-hans/", "/static/css/base.css", "/i/00000000"],
)  # fmt: skip
def test_only_pages_have_a_language(client: Client, path: str) -> None:
    assert client.get(f"/zh-hans{path}").status_code == 404


def test_redirects_keep_the_language(client: Client) -> None:
    story = publish(published_at=at(9))
    response = client.get(f"/zh-hans/a/{story.code}/")
    assert response["Location"] == f"/zh-hans{story.get_absolute_url()}"
    assert client.get("/zh-hans/2021/01/14")["Location"] == "/zh-hans/2021/01/14/"
    assert client.get("/zh-hans")["Location"] == "/zh-hans/"


def test_error_pages_use_the_language_and_restore_the_prefix(client: Client) -> None:
    assert '<html lang="zh-Hant">' in page_text(client, "/zh-hant/nowhere/", 404)
    assert get_script_prefix() == "/"
    assert translation.get_language() == "en"
    assert '<html lang="en">' in page_text(client, "/nowhere/", 404)


def test_page_links_to_its_other_languages(client: Client) -> None:
    publish(published_at=at(9))
    html = page_text(client, "/zh-hans/2021/01/14/?script=hant")
    for link in ("/zh-hant/2021/01/14/?script=hant", "/en/2021/01/14/?script=hant"):
        assert f'rel="nofollow" href="{link}"' in html
    assert '<span lang="zh-Hans" aria-current="true">简体中文</span>' in html
