"""The language of the interface: chosen by the address alone, and never in what others are told."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import get_script_prefix, resolve
from django.utils import translation

from articles.http.language_prefix import speaks
from articles.tests.support.page_fixtures import add_version, at, page_text, publish

pytestmark = pytest.mark.django_db
_LINKS = re.compile(r'<a [^>]*href="(/[^"]*)"')
PREFIXES = ("/zh-hant/", "/zh-hans/", "/en/")


def has_language(link: str) -> bool:
    path = unquote(link.partition("#")[0].partition("?")[0])
    return speaks(resolve(path).func)


@pytest.mark.parametrize(
    ("prefix", "lang", "words"),
    [
        ("", "en", "14 January 2021"),
        ("/en", "en", "14 January 2021"),
        ("/zh-hans", "zh-Hans", "2021年1月14日"),
        ("/zh-hant", "zh-Hant", "2021年1月14日"),
    ],
)
def test_prefix_chooses_the_words_of_the_page_and_the_form_of_dates(
    client: Client, prefix: str, lang: str, words: str
) -> None:
    story = publish(title="Open", published_at=at(9))
    for path in ("/", "/2021/01/14/", story.get_absolute_url()):
        html = page_text(client, prefix + path)
        assert f'<html lang="{lang}">' in html
        assert words in html
        assert "Open" in html


def test_browser_language_and_cookies_choose_nothing(client: Client) -> None:
    publish()
    client.cookies["django_language"] = "zh-hans"
    response = client.get("/", headers={"accept-language": "zh-CN,zh"})
    assert '<html lang="en">' in response.content.decode()
    assert not response.has_header("Vary")
    assert not response.has_header("Content-Language")


def test_links_of_a_page_keep_its_language_and_lead_to_pages(client: Client) -> None:
    story = publish(published_at=at(9), tags=("Harbour",))
    add_version(story, 1)
    for path in ("/zh-hant/", f"/zh-hant{story.get_absolute_url()}", "/zh-hant/sources/"):
        links = set(_LINKS.findall(page_text(client, path)))
        for link in links:
            assert client.get(link).status_code in {200, 301}, (path, link)
        lost = [link for link in links if not link.startswith(PREFIXES) and has_language(link)]
        assert not lost
        assert len([link for link in links if link.startswith("/zh-hant/")]) > 5


def test_what_others_are_told_has_no_language(client: Client, settings: Any) -> None:
    story = publish(published_at=at(9), url="")
    add_version(story, 1)
    html = page_text(client, f"/zh-hans{story.get_absolute_url()}")
    told = re.findall(rf'(?:content|href)="({settings.SITE_URL}[^"]*)"', html)
    assert len(told) > 3
    assert not [address for address in told if "zh-hans" in address]
    head = page_text(client, "/zh-hans/")
    assert f'<link rel="canonical" href="{settings.SITE_URL}/">' in head
    assert re.search(r'type="application/atom\+xml" title="[^"]+" href="/feed/"', head)


@pytest.mark.parametrize(
    "path", ["/admin/", "/feed/", "/api/v1/articles", "/healthz", "/robots.txt", "/sitemap.xml",
             "/zh-hans/", "/static/site.css", "/i/00000000"],
)  # fmt: skip
def test_nothing_but_pages_has_a_language(client: Client, path: str) -> None:
    assert client.get(f"/zh-hans{path}").status_code == 404


def test_redirects_keep_the_language(client: Client) -> None:
    story = publish(published_at=at(9))
    response = client.get(f"/zh-hans/a/{story.code}/")
    assert response["Location"] == f"/zh-hans{story.get_absolute_url()}"
    assert client.get("/zh-hans/2021/01/14")["Location"] == "/zh-hans/2021/01/14/"
    assert client.get("/zh-hans")["Location"] == "/zh-hans/"


def test_errors_speak_the_language_and_leave_nothing_behind(client: Client) -> None:
    assert '<html lang="zh-Hant">' in page_text(client, "/zh-hant/nowhere/", 404)
    assert get_script_prefix() == "/"
    assert translation.get_language() == "en"
    assert '<html lang="en">' in page_text(client, "/nowhere/", 404)


def test_page_offers_itself_in_every_language(client: Client) -> None:
    publish(published_at=at(9))
    html = page_text(client, "/zh-hans/2021/01/14/?script=hant")
    for link in ("/zh-hant/2021/01/14/?script=hant", "/en/2021/01/14/?script=hant"):
        assert f'rel="nofollow" href="{link}"' in html
    assert '<span lang="zh-Hans" aria-current="true">简体中文</span>' in html
