"""The admin of everything but articles: every page opens, and changes only what it should."""

from __future__ import annotations

import errno
import io
from typing import Any
from unittest import mock

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from articles.content.urls.normalization import identity_hash
from articles.images.store import store_upload
from articles.models import (
    ArticleImage,
    Author,
    BlockedIdentity,
    Image,
    ImageState,
    ImportIssue,
    Redirect,
    Source,
    SourceHost,
    Tag,
)
from articles.tests.images.test_store import image_bytes
from articles.tests.support.editors import (
    editor_permissions,
    logged_in_client,
    make_editor,
    make_person,
    make_superuser,
)
from articles.tests.support.factories import NOON, make_article, make_issue, make_run, make_source

pytestmark = pytest.mark.django_db
HERE = "/admin/articles"


@pytest.fixture
def client(db: None) -> Client:
    return logged_in_client(make_editor())


@pytest.fixture
def image(db: None) -> Image:
    return Image.objects.create(code="00000000aa", url="https://herald.example/a", url_hash="aa")


@pytest.fixture
def rows(image: Image) -> dict[str, Any]:
    """Return one row of every model that has an admin page."""
    article = make_article()
    return {
        "author": Author.objects.create(name="Ada", slug="ada"),
        "blockedidentity": BlockedIdentity.objects.create(
            identity_hash="ab", code="00000000", reason="law", blocked_at=NOON
        ),
        "image": image,
        "importissue": make_issue(b"\xff", b"2021-\xff.md"),
        "importrun": make_run(created=3),
        "redirect": Redirect.objects.create(path="/x/", article=article, created_at=NOON),
        "source": article.source,
        "tag": Tag.objects.create(name="港口", slug="港口"),
    }


def test_permissions_in_the_editors_guide_exist() -> None:
    named = editor_permissions()
    assert len(named) == 16
    known = Permission.objects.filter(content_type__app_label="articles")
    assert set(named) <= set(known.values_list("codename", flat=True))


def test_every_list_and_page_opens(client: Client, rows: dict[str, Any]) -> None:
    for name, row in rows.items():
        response = client.get(f"{HERE}/{name}/")
        assert response.status_code == 200, name
        assert row in response.context["cl"].result_list, name
        page = client.get(f"{HERE}/{name}/{row.pk}/change/")
        assert page.status_code == 200, name


def test_search_of_every_list(client: Client, rows: dict[str, Any]) -> None:
    Image.objects.update(url_hash=identity_hash("https://herald.example/a"))
    for name, words in {
        "author": "ad",
        "blockedidentity": "00000000",
        "image": "https://herald.example/a",
        "importissue": "front matter",
        "redirect": "https://archive.example/x",
        "source": "herald",
        "tag": "港",
    }.items():
        found = client.get(f"{HERE}/{name}/", {"q": words}).context["cl"].result_list
        assert len(found) == 1, name
        for words in ("nowhere", "/%00/", "\x00", "%"):
            response = client.get(f"{HERE}/{name}/", {"q": words})
            assert response.status_code == 200, name
        assert response.context["cl"].result_list == [], name


def test_only_outlets_and_pictures_can_be_changed(rows: dict[str, Any]) -> None:
    client = logged_in_client(make_superuser())
    for name, row in rows.items():
        response = client.post(f"{HERE}/{name}/{row.pk}/change/", {"name": "x"})
        assert response.status_code == (200 if name in {"source", "image"} else 403), name
        assert client.get(f"{HERE}/{name}/{row.pk}/delete/").status_code == 403, name
        expected = 200 if name == "source" else 403
        assert client.get(f"{HERE}/{name}/add/").status_code == expected, name


def test_unused_taggit_tags_have_no_admin() -> None:
    labels = {model._meta.label for model in admin.site._registry}
    assert "taggit.Tag" not in labels
    assert "articles.Tag" in labels


def test_every_page_has_the_strict_content_security_policy(
    client: Client, rows: dict[str, Any]
) -> None:
    for url in ("/admin/", f"{HERE}/source/", f"{HERE}/source/{rows['source'].pk}/change/"):
        response = client.get(url)
        assert "'unsafe-inline'" not in response["Content-Security-Policy"]
        html = response.content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html


# Quarantine


def test_path_that_is_not_utf8_is_shown_with_escapes(client: Client) -> None:
    issue = make_issue(b"x", b"2021-\xff<b>.md")
    html = client.get(f"{HERE}/importissue/{issue.pk}/change/").content.decode()
    assert "posts/2021-\\xff&lt;b&gt;.md" in html


def test_quarantined_bytes_are_an_attachment(client: Client) -> None:
    content = b"<script>alert(1)</script>\xff"
    issue = make_issue(content, b"x.md")
    response = client.get(f"{HERE}/importissue/{issue.pk}/bytes/")
    assert response.content == content
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{issue.sha256[:12]}.md"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_quarantined_bytes_need_permission() -> None:
    url = f"{HERE}/importissue/{make_issue(b'x', b'x.md').pk}/bytes/"
    assert Client().get(url).status_code == 302
    staff = logged_in_client(make_person("eve", "view_article", is_staff=True))
    assert staff.get(url).status_code == 403


def test_quarantine_list_does_not_load_the_bytes(
    client: Client, django_assert_num_queries: Any
) -> None:
    make_issue(b"x", b"x.md")
    # Session, user, second factor, two of permissions, rows.
    with django_assert_num_queries(6) as queries:
        client.get(f"{HERE}/importissue/")
    assert '"articles_importissue"."data"' not in queries.captured_queries[-1]["sql"]


def test_quarantine_filtered_by_status_and_run(client: Client) -> None:
    issue, other = make_issue(b"x", b"x.md"), make_issue(b"y", b"y.md", resolved_at=NOON)
    shown = {
        query: list(client.get(f"{HERE}/importissue/?{query}").context["cl"].result_list)
        for query in ("open=1", "open=0", f"run={other.run_id}")
    }
    assert shown == {"open=1": [issue], "open=0": [other], f"run={other.run_id}": [other]}
    page = client.get(f"{HERE}/importrun/{issue.run_id}/change/").content.decode()
    assert f"{HERE}/importissue/?run={issue.run_id}" in page


def test_download_of_damaged_quarantine_shows_a_message(client: Client) -> None:
    issue = make_issue(b"x", b"x.md")
    ImportIssue.objects.update(data=b"broken")
    response = client.get(f"{HERE}/importissue/{issue.pk}/bytes/", follow=True)
    assert "damaged" in response.content.decode()


# Outlets


def outlet_form(**values: Any) -> dict[str, Any]:
    counts = {
        f"{name}-{key}": 0
        for name in ("hosts", "aliases")
        for key in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    counts |= {"hosts-MAX_NUM_FORMS": 100, "aliases-MAX_NUM_FORMS": 100}
    return {**counts, "name": "Example Herald", "canonical_policy": "original", **values}


def test_new_outlet_gets_a_slug_of_its_own(client: Client) -> None:
    make_source("Quay News")
    client.post(f"{HERE}/source/add/", outlet_form(name="Quay  News!"))
    client.post(f"{HERE}/source/add/", outlet_form(name="码头报"))
    slugs = set(Source.objects.values_list("slug", flat=True))
    assert "码头报" in slugs
    assert len(slugs) == 3
    assert sum(slug.startswith("quay-news") for slug in slugs) == 2


def test_outlet_hosts_are_normalised_for_lookup(client: Client) -> None:
    source = make_source(needs_review=True)
    host = {"hosts-TOTAL_FORMS": 1, "hosts-0-host": "WWW.Bücher.Example."}
    values = outlet_form(needs_review="on", **host, home_page="herald.example")
    assert client.post(f"{HERE}/source/{source.pk}/change/", values).status_code == 302
    assert SourceHost.objects.get().host == "www.xn--bcher-kva.example"
    source.refresh_from_db()
    assert (source.needs_review, source.home_page) == (True, "https://herald.example")
    client.post(f"{HERE}/source/{source.pk}/change/", outlet_form())
    assert not Source.objects.get().needs_review


def test_outlets_filtered_by_needs_review(client: Client) -> None:
    make_source("Known")
    new = make_source("New", needs_review=True)
    response = client.get(f"{HERE}/source/", {"review": "1"})
    assert response.context["cl"].result_list == [new]


# Pictures


def test_upload(client: Client, image: Image, settings: Any) -> None:
    upload = SimpleUploadedFile("../../x.html", image_bytes(1000, 500), "text/html")
    response = client.post(f"{HERE}/image/{image.pk}/change/", {"upload": upload})
    assert response.status_code == 302
    image.refresh_from_db()
    assert (image.state, image.width, image.height) == (ImageState.HELD, 1000, 500)
    ArticleImage.objects.create(article=make_article(), image=image, position=0)
    assert client.get(f"/i/{image.code}?w=400")["Content-Type"] == "image/jpeg"


def test_upload_that_is_not_a_picture_shows_a_message(client: Client, image: Image) -> None:
    upload = SimpleUploadedFile("x.png", b"<html>", "image/png")
    response = client.post(f"{HERE}/image/{image.pk}/change/", {"upload": upload})
    assert "not a JPEG, PNG, WebP or GIF picture" in response.content.decode()
    image.refresh_from_db()
    assert image.state == ImageState.KNOWN


def test_upload_on_a_full_disk_shows_a_message(client: Client, image: Image) -> None:
    upload = SimpleUploadedFile("x.png", image_bytes())
    full = OSError(errno.ENOSPC, "No space left on device")
    with mock.patch("articles.images.store._write_atomically", side_effect=full):
        response = client.post(f"{HERE}/image/{image.pk}/change/", {"upload": upload}, follow=True)
    assert "Nothing was changed" in response.content.decode()
    assert "No space left on device" in response.content.decode()
    image.refresh_from_db()
    assert image.state == ImageState.KNOWN


def test_upload_needs_permission(image: Image) -> None:
    client = logged_in_client(make_person("eve", "view_image", is_staff=True))
    url = f"{HERE}/image/{image.pk}/change/"
    assert 'type="file"' not in client.get(url).content.decode()
    upload = SimpleUploadedFile("x.png", image_bytes())
    assert client.post(url, {"upload": upload}).status_code == 403


def test_picture_is_shown_to_editors_only(client: Client, image: Image) -> None:
    url = f"{HERE}/image/{image.pk}/file/"
    assert client.get(url).status_code == 404
    store_upload(image, io.BytesIO(image_bytes()))
    response = client.get(url)
    assert response["Content-Type"] == "image/jpeg"
    assert "no-store" in response["Cache-Control"]
    assert url in client.get(f"{HERE}/image/{image.pk}/change/").content.decode()
    assert Client().get(url).status_code == 302


def test_pictures_filtered_by_state(client: Client, image: Image) -> None:
    Image.objects.create(code="00000000bb", url_hash="bb")
    store_upload(image, io.BytesIO(image_bytes()))
    response = client.get(f"{HERE}/image/", {"state": "held"})
    assert response.context["cl"].result_list == [image]
