"""The archive's name, line and icon: settings, by interface language."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.tests.support.page_fixtures import add_version, at, page_text, publish
from articles.tests.test_settings import start

pytestmark = pytest.mark.django_db
NAMES = {"": "The Record", "zh-hans": "纪事", "zh-hant": "紀事", "en": "The Record"}


@pytest.fixture(autouse=True)
def _names(settings: Settings) -> None:
    settings.SITE_NAMES, settings.SITE_NAME = NAMES, NAMES[""]
    settings.SITE_TAGLINES = {"": "What was & is", "zh-hans": "昔日与今日"}


@pytest.mark.parametrize(
    ("path", "name"), [("/", "The Record"), ("/zh-hans/", "纪事"), ("/zh-hant/", "紀事")]
)
def test_name_is_that_of_the_language(client: Client, path: str, name: str) -> None:
    html = page_text(client, path)
    assert f"<title>{name}</title>" in html
    assert f'<p class="site-name"><a href="{path}">{name}</a></p>' in html


def test_tagline_is_on_the_front_page(client: Client) -> None:
    publish(published_at=at(9))
    html = page_text(client, "/")
    assert '<p class="tagline">What was &amp; is</p>' in html
    assert '<meta name="description" content="What was &amp; is">' in html
    assert "昔日与今日" in page_text(client, "/zh-hans/")


def test_citations_and_feeds_have_the_general_name(client: Client) -> None:
    story = publish(published_at=at(9))
    add_version(story, 1)
    assert "纪事" not in client.get(f"/a/{story.code}/cite.ris").content.decode()
    assert "The Record" in client.get("/feed/").content.decode()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.svg", "image/svg+xml"), ("a.PNG", "image/png"), ("a.ico", "image/x-icon")],
)
def test_icon_is_the_file_of_the_setting(
    client: Client, settings: Settings, tmp_path: Path, name: str, kind: str
) -> None:
    settings.SITE_ICON = tmp_path / name
    settings.SITE_ICON.write_bytes(b"<svg/>")
    response = client.get("/icon")
    assert (response.content, response["Content-Type"]) == (b"<svg/>", kind)
    assert "sandbox" in response["Content-Security-Policy"]
    assert '<link rel="icon" href="/icon">' in page_text(client, "/zh-hans/")
    settings.SITE_ICON.unlink()
    assert client.get("/icon").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_NAME", "x" * 201),
        ("SITE_NAME_ZH_HANS", "a\x07b"),
        ("SITE_ICON", "no/such.svg"),
        ("SITE_ICON", "manage.py"),
    ],
)
def test_invalid_identity_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    code, message = start(tmp_path / "a.sqlite3", **{name: value})
    assert code == 1
    assert name in message.strip().splitlines()[-1]


def test_day_stands_before_its_weekday_in_chinese(client: Client) -> None:
    publish(published_at=at(9))
    weekday = '<span class="weekday">{}</span>'
    assert f'{weekday.format("Thursday")} <time datetime="2021-01-14">' in page_text(client, "/")
    for language, name in (("zh-hans", "星期四"), ("zh-hant", "星期四")):
        for path in (f"/{language}/", f"/{language}/2021/01/14/"):
            assert f"14日</time> {weekday.format(name)}" in page_text(client, path)
