"""``/robots.txt`` as parsed by a crawler, and the header with the same reservation."""

from __future__ import annotations

from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.tests.support.page_fixtures import at, publish
from articles.tests.test_settings import start
from articles.views.site.ai_crawlers import AI_CRAWLERS

pytestmark = pytest.mark.django_db

SITE = "https://news.example"
READ = ["/", "/2021/01/14/", "/2021/01/14/港口/", "/sources/", "/tags/harbour/", "/a/abcd1234/",
        "/feed/", "/i/abcd1234", "/sitemap.xml", "/search/help/", "/zh-hant/2021/",
        "/zh-hans/search/help/", "/static/css/base.css"]  # fmt: skip
NOT_READ = ["/admin/", "/admin/login/", "/search/?q=船", "/search/feed/?q=船",
            "/zh-hans/search/?q=船", "/search/suggest?q=a", "/api/v1/articles",
            "/search/download.csv"]  # fmt: skip


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = SITE


def rules(client: Client) -> RobotFileParser:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(response.content.decode().splitlines())
    return parser


def test_pages_are_allowed_and_endless_lists_are_not(client: Client) -> None:
    parser = rules(client)
    for path in READ:
        assert parser.can_fetch("Googlebot", SITE + path), path
    for path in NOT_READ:
        assert not parser.can_fetch("Googlebot", SITE + path), path


def test_variants_and_old_versions_are_disallowed_by_patterns(client: Client) -> None:
    # The parser does not support the patterns of RFC 9309.
    lines = client.get("/robots.txt").content.decode().splitlines()
    for rule in ("/*?mark=", "/*&mark=", "/*?script=", "/*&script=", "/a/*/versions/",
                 "/zh-hans/a/*/versions/"):  # fmt: skip
        assert f"Disallow: {rule}" in lines


def test_file_names_the_sitemap(client: Client) -> None:
    assert rules(client).site_maps() == [f"{SITE}/sitemap.xml"]


def test_ai_crawlers_are_refused_or_allowed(client: Client, settings: Settings) -> None:
    settings.AI_CRAWLERS = "refused"
    parser = rules(client)
    assert len(AI_CRAWLERS) == len({name.lower() for name in AI_CRAWLERS})
    for name in AI_CRAWLERS:
        assert not parser.can_fetch(name, f"{SITE}/"), name
        assert not parser.can_fetch(f"{name}/1.0", f"{SITE}/2021/"), name
    for name in ("Googlebot", "bingbot", "Baiduspider", "Applebot", "archive.org_bot", "OtherBot"):
        assert parser.can_fetch(name, f"{SITE}/"), name
    settings.AI_CRAWLERS = "allowed"
    parser = rules(client)
    assert all(parser.can_fetch(name, f"{SITE}/") for name in AI_CRAWLERS)
    assert not parser.can_fetch("GPTBot", f"{SITE}/admin/")


@pytest.mark.parametrize(("value", "header"), [("refused", "1"), ("allowed", None)])
def test_every_public_response_has_the_reservation_header(
    client: Client, settings: Settings, value: str, header: str | None
) -> None:
    settings.AI_CRAWLERS = value
    publish(published_at=at(9))
    for path in ("/", "/2021/01/14/", "/feed/", "/api/v1/articles/none0000", "/sitemap.xml"):
        assert client.get(path).headers.get("tdm-reservation") == header, path


def test_invalid_setting_fails_at_startup(tmp_path: Path) -> None:
    code, message = start(tmp_path / "a.sqlite3", AI_CRAWLERS="maybe")
    assert code == 1
    assert "Write AI_CRAWLERS=allowed or AI_CRAWLERS=refused." in message
