"""Pictures: the stored file in the requested width, else a placeholder with its host."""

from __future__ import annotations

import io
import re
from typing import Any

import PIL.Image
import pytest
from django.test import Client

from articles.content.html.images import image_code
from articles.images.store import store_upload
from articles.models import Article, ArticleBody, ArticleImage, Image, State
from articles.tests.support.page_fixtures import publish

pytestmark = pytest.mark.django_db

URL = "https://pictures.example/harbour.jpg"


@pytest.fixture
def image() -> Image:
    """Return a picture in a public story; only its URL is known."""
    code = image_code(URL)
    return add_to_story(Image.objects.create(code=code, url=URL, url_hash=code))


def add_to_story(image: Image) -> Image:
    """Add ``image`` to a public story."""
    ArticleImage.objects.create(article=publish(title="Harbour"), image=image, position=0)
    return image


def test_picture_without_a_public_story_reveals_nothing(client: Client, image: Image) -> None:
    store_file(image)
    ArticleImage.objects.all().delete()  # an older version had it, which may be hidden
    response = client.get(f"/i/{image.code}")
    assert (response.status_code, response["Content-Type"]) == (404, "image/svg+xml")
    assert "pictures.example" not in response.content.decode()


def store_file(image: Image) -> Image:
    """Store a blue file of 1,000 x 500 pixels for ``image``."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (1000, 500), "#1f5a63").save(file, "PNG")
    file.seek(0)
    store_upload(image, file)
    return image


def test_picture_not_stored_is_a_placeholder_with_its_host(client: Client, image: Image) -> None:
    response = client.get(f"/i/{image.code}")
    svg = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert "pictures.example" in svg
    assert "not held" in svg
    assert 'width="216" height="144"' in svg
    assert response["Cache-Control"] == "public, max-age=25"


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "本站未存此图"), ("zh-hant", "本站未存此圖"), ("en", "picture not held here")],
)
def test_placeholder_is_in_the_language_of_the_page(
    client: Client, image: Image, language: str, words: str
) -> None:
    story = Article.objects.get()
    html = f'<p><img src="/i/{image.code}" alt="a"></p>'
    ArticleBody.objects.filter(article=story).update(html=html)
    page = client.get(f"/{language}{story.get_absolute_url()}").content.decode()
    [source] = re.findall(rf'src="(/i/{image.code}[^"]*)"', page)
    svg = client.get(source).content.decode()
    assert re.findall("<switch>(.*)</switch>", svg)[0].count("<text") == 1
    assert words in svg


def test_placeholder_without_a_language_lets_the_browser_choose(
    client: Client, image: Image
) -> None:
    svg = client.get(f"/i/{image.code}").content.decode()
    [alternatives] = re.findall("<switch>(.*)</switch>", svg)
    found = re.findall('<text[^>]*?(?: systemLanguage="([^"]*)")?>([^<]*)</text>', alternatives)
    assert found == [
        ("zh-Hant, zh-TW, zh-HK, zh-MO", "本站未存此圖"),
        ("zh", "本站未存此图"),
        ("", "picture not held here"),
    ]


def test_placeholder_runs_and_loads_nothing(client: Client, image: Image) -> None:
    response = client.get(f"/i/{image.code}")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_placeholder_of_a_strange_url_is_well_formed(client: Client) -> None:
    add_to_story(Image.objects.create(code="0" * 16, url="not <an> & address", url_hash="0"))
    svg = client.get(f"/i/{'0' * 16}").content.decode()
    assert "<an>" not in svg
    assert "picture not held here" in svg


def test_stored_picture_has_the_requested_width(client: Client, image: Image) -> None:
    store_file(image)
    response = client.get(f"/i/{image.code}?w=400", headers={"accept": "image/webp,*/*"})
    with PIL.Image.open(io.BytesIO(response.getvalue())) as served:
        assert (served.format, served.size) == ("WEBP", (400, 200))
    assert response["Content-Type"] == "image/webp"
    assert response["Vary"] == "Accept"
    assert "public" in response["Cache-Control"]
    # Chromium adds styles of its own to a picture that is opened directly.
    assert "style-src 'unsafe-inline'" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_stored_picture_is_jpeg_for_clients_without_webp(client: Client, image: Image) -> None:
    store_file(image)
    response = client.get(f"/i/{image.code}", headers={"accept": "*/*"})
    assert response["Content-Type"] == "image/jpeg"
    assert response.getvalue().startswith(b"\xff\xd8")


def test_stored_picture_with_a_missing_file_is_a_placeholder(
    client: Client, image: Image, settings: Any, tmp_path: Any
) -> None:
    store_file(image)
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    assert "picture missing here" in client.get(f"/i/{image.code}").content.decode()


@pytest.mark.parametrize(("state", "shown"), [(State.REVIEW, False), (State.PUBLISHED, True)])
def test_picture_is_public_if_a_story_with_it_is(
    client: Client, image: Image, state: State, shown: bool
) -> None:
    ArticleImage.objects.all().delete()
    ArticleImage.objects.create(
        article=publish(state=State.REVIEW), image=store_file(image), position=0
    )
    ArticleImage.objects.create(article=publish(state=state), image=image, position=0)
    response = client.get(f"/i/{image.code}")
    assert (response.status_code == 200) is shown
    assert (response["Content-Type"] == "image/svg+xml") is not shown
    if not shown:
        assert "pictures.example" not in response.content.decode()


def test_unknown_picture_is_a_placeholder_with_404(client: Client) -> None:
    response = client.get("/i/00000000")
    assert (response.status_code, response["Content-Type"]) == (404, "image/svg+xml")


@pytest.mark.parametrize("width", ["", "0", "401", "-400", "x", "1e3"])
def test_other_widths_are_not_found(client: Client, image: Image, width: str) -> None:
    assert client.get(f"/i/{image.code}?w={width}").status_code == 404


def test_picture_takes_one_query(
    client: Client, image: Image, django_assert_num_queries: Any
) -> None:
    # the picture, if a public story shows it
    with django_assert_num_queries(1):
        client.get(f"/i/{image.code}")
