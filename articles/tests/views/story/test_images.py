"""Pictures: the held file in the right size, else a box that names where it was."""

from __future__ import annotations

import io
from typing import Any

import PIL.Image
import pytest
from django.test import Client

from articles.content.html.images import picture_code
from articles.images.store import hold
from articles.models import ArticleImage, Image, State
from articles.tests.support.page_fixtures import publish

pytestmark = pytest.mark.django_db

URL = "https://pictures.example/harbour.jpg"


@pytest.fixture
def image() -> Image:
    """Return a picture in a public story; only its address is known."""
    code = picture_code(URL)
    return placed(Image.objects.create(code=code, url=URL, url_hash=code))


def placed(image: Image) -> Image:
    """Put ``image`` into a public story."""
    ArticleImage.objects.create(article=publish(title="Harbour"), image=image, position=0)
    return image


def test_picture_of_no_public_text_is_neither_shown_nor_named(client: Client, image: Image) -> None:
    held(image)
    ArticleImage.objects.all().delete()  # an older version had it, which may be hidden
    response = client.get(f"/i/{image.code}")
    assert (response.status_code, response["Content-Type"]) == (404, "image/svg+xml")
    assert "pictures.example" not in response.content.decode()


def held(image: Image) -> Image:
    """Put a blue file of 1,000 x 500 pixels behind ``image``."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (1000, 500), "#1f5a63").save(file, "PNG")
    file.seek(0)
    hold(image, file)
    return image


def test_picture_not_held_is_a_box_that_names_its_host(client: Client, image: Image) -> None:
    response = client.get(f"/i/{image.code}")
    svg = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert "pictures.example" in svg
    assert "not held" in svg
    assert 'width="216" height="144"' in svg
    assert response["Cache-Control"] == "public, max-age=25"


def test_box_runs_nothing_and_loads_nothing(client: Client, image: Image) -> None:
    response = client.get(f"/i/{image.code}")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_box_of_a_strange_address_is_well_formed(client: Client) -> None:
    placed(Image.objects.create(code="0" * 16, url="not <an> & address", url_hash="0"))
    svg = client.get(f"/i/{'0' * 16}").content.decode()
    assert "<an>" not in svg
    assert "picture not held here" in svg


def test_held_picture_is_served_in_the_width_asked_for(client: Client, image: Image) -> None:
    held(image)
    response = client.get(f"/i/{image.code}?w=400", headers={"accept": "image/webp,*/*"})
    with PIL.Image.open(io.BytesIO(response.getvalue())) as served:
        assert (served.format, served.size) == ("WEBP", (400, 200))
    assert response["Content-Type"] == "image/webp"
    assert response["Vary"] == "Accept"
    assert "public" in response["Cache-Control"]
    # Chromium shows a picture by itself with styles of its own.
    assert "style-src 'unsafe-inline'" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_held_picture_is_served_to_programs_without_webp(client: Client, image: Image) -> None:
    held(image)
    response = client.get(f"/i/{image.code}", headers={"accept": "*/*"})
    assert response["Content-Type"] == "image/jpeg"
    assert response.getvalue().startswith(b"\xff\xd8")


def test_held_picture_whose_file_is_gone_is_a_box(
    client: Client, image: Image, settings: Any, tmp_path: Any
) -> None:
    held(image)
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    assert "picture missing here" in client.get(f"/i/{image.code}").content.decode()


@pytest.mark.parametrize(("state", "shown"), [(State.REVIEW, False), (State.PUBLISHED, True)])
def test_picture_is_as_public_as_its_stories(
    client: Client, image: Image, state: State, shown: bool
) -> None:
    ArticleImage.objects.all().delete()
    ArticleImage.objects.create(article=publish(state=State.REVIEW), image=held(image), position=0)
    ArticleImage.objects.create(article=publish(state=state), image=image, position=0)
    response = client.get(f"/i/{image.code}")
    assert (response.status_code == 200) is shown
    assert (response["Content-Type"] == "image/svg+xml") is not shown
    if not shown:
        assert "pictures.example" not in response.content.decode()


def test_unknown_picture_is_not_found_but_still_a_box(client: Client) -> None:
    response = client.get("/i/00000000")
    assert (response.status_code, response["Content-Type"]) == (404, "image/svg+xml")


@pytest.mark.parametrize("width", ["", "0", "401", "-400", "x", "1e3"])
def test_other_widths_are_not_found(client: Client, image: Image, width: str) -> None:
    assert client.get(f"/i/{image.code}?w={width}").status_code == 404


def test_picture_takes_one_query(
    client: Client, image: Image, django_assert_num_queries: Any
) -> None:
    # the picture, with whether it has a place and a public one
    with django_assert_num_queries(1):
        client.get(f"/i/{image.code}")
