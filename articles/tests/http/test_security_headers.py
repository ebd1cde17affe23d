"""The security headers of every response: each URL pattern, static files, pictures, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from articles.models import Article, Image
from articles.publishing import publication_state
from articles.tests.support.editors import admin_url, logged_in_client, make_superuser
from articles.tests.support.header_score import parse_policy, score_headers, total_score
from articles.tests.support.url_walk import create_full_archive, iter_patterns, iter_site_urls

pytestmark = pytest.mark.django_db

_YEAR = 31_536_000


@pytest.fixture(autouse=True)
def _as_in_public(settings: Settings) -> None:
    """Use the settings of a public site, whatever the .env of this machine says."""
    settings.SECURE_HSTS_SECONDS = _YEAR
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.fixture
def article(tmp_path: Path) -> Article:
    return create_full_archive(tmp_path / "posts")


def check(response: Any) -> None:
    """Check the headers that every response must have."""
    assert total_score(response) >= 120, score_headers(response)
    headers = response.headers
    policy = parse_policy(response)
    assert policy["default-src"] == {"'none'"}
    assert policy["base-uri"] == {"'none'"}
    assert policy["form-action"] <= {"'self'", "'none'"}
    assert policy["frame-ancestors"] <= {"'self'", "'none'"}
    for setting in ("Permissions-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options"):
        assert headers[setting]
    assert "max-age=31536000; includeSubDomains; preload" in headers["Strict-Transport-Security"]
    assert headers.get("Access-Control-Allow-Origin") in {None, "*"}
    assert "Access-Control-Allow-Credentials" not in headers
    assert not headers.get("X-Powered-By")


def test_every_url_pattern_is_walked(article: Article) -> None:
    names = {address.name for address in iter_site_urls(article)}
    assert names == {name for name, _ in iter_patterns()}
    assert len(names) > 60


@pytest.mark.parametrize("who", ["anybody", "superuser"])
def test_every_url_is_graded_a_plus(article: Article, who: str) -> None:
    statuses = set()
    for address in iter_site_urls(article):
        client = logged_in_client(superuser_once() if who == "superuser" else None)
        response = client.get(address.path, secure=True)
        statuses.add(response.status_code)
        check(response)
        is_open = address.path.startswith(("/api/", "/search/download"))
        is_open = is_open and address.name != "api_docs"
        assert ("Access-Control-Allow-Origin" in response) == is_open, address
        if address.path.startswith("/admin/"):
            assert "no-store" in response["Cache-Control"], address
            assert "noindex" in response["X-Robots-Tag"], address
        else:
            assert not response.cookies, address
    assert statuses >= {200, 301, 302, 404}


def superuser_once() -> Any:
    from django.contrib.auth.models import User

    return User.objects.filter(username="root").first() or make_superuser()


def test_policy_of_public_pages_allows_nothing_from_elsewhere(client: Client) -> None:
    policy = parse_policy(client.get("/", secure=True))
    assert set().union(*policy.values()) <= {"'none'", "'self'", "'script'"}
    assert policy["object-src"] == {"'none'"}
    assert policy["require-trusted-types-for"] == {"'script'"}
    assert "frame-src" not in policy


def test_forms_of_the_admin_set_safe_cookies() -> None:
    response = Client().get(reverse("admin:login"), secure=True)
    assert response.cookies
    assert total_score(response) >= 130
    assert all(cookie["httponly"] for cookie in response.cookies.values())


@pytest.mark.parametrize("path", ["/static/css/base.css", "/static/admin/css/base.css"])
def test_static_files(settings: Settings, tmp_path: Path, path: str) -> None:
    file = tmp_path / path.strip("/").removeprefix("static/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("body {}")
    settings.STATIC_ROOT = tmp_path
    response = Client().get(path, secure=True)
    assert response.status_code == 200
    check(response)
    assert "Access-Control-Allow-Origin" not in response
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_pictures_and_their_placeholders(client: Client, article: Article) -> None:
    for path in (
        reverse("picture", args=[Image.objects.get().code]),
        "/i/zzzzzzzz",
        "/i/zzzzzzzz?w=3",
    ):
        check(client.get(path, secure=True))


def test_error_pages(client: Client, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("a secret")

    strict = Client(enforce_csrf_checks=True)
    calm = Client(raise_request_exception=False)
    publication_state.withdraw(article, "asked")
    monkeypatch.setattr("articles.views.lists.sources.names_page", broken)
    responses = {
        400: client.get("/", secure=True, headers={"host": "evil.example"}),
        403: strict.post(reverse("admin:login"), {"username": "a"}, secure=True),
        404: client.get("/nothing/here/", secure=True),
        405: client.post("/", secure=True),
        410: client.get(f"/a/{article.code}/", secure=True),
        500: calm.get("/sources/", secure=True),
    }
    for status, response in responses.items():
        assert response.status_code == status
        if status != 400:
            check(response)
        words = response.content.decode()
        assert "a secret" not in words
        assert "Traceback" not in words
        assert "evil" not in words
    # No transport policy can be promised for a refused host, which is not ours.
    refused = responses[400]
    assert total_score(refused) >= 120
    assert "Not understood" in refused.content.decode()


def test_forbidden_page_has_all_headers(article: Article) -> None:
    from articles.tests.support.editors import make_person

    client = logged_in_client(make_person("eve", is_staff=True))
    response = client.get(admin_url(article), secure=True)
    assert response.status_code == 403
    check(response)
    assert "Not allowed" in response.content.decode()


def test_plain_http_only_redirects_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/", "/admin/", "/static/css/base.css", "/nothing"):
        response = Client().get(path)
        assert response.status_code == 301
        assert response["Location"] == f"https://testserver{path}"


def test_health_checks_work_over_plain_http(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/healthz", "/readyz"):
        response = Client().get(path)
        assert (response.status_code, response.content.strip()) == (200, b"ok")
        assert not response.cookies
    assert Client().get("/healthz/x").status_code == 301


def test_header_score_can_fail() -> None:
    assert total_score(HttpResponse()) < 50
    request = HttpRequest()
    request.path_info = "/"
    bad = HttpResponse(headers={"Content-Security-Policy": "script-src 'unsafe-inline' https:"})
    bad.set_cookie("sessionid", "1")
    points = score_headers(bad)
    assert (points["policy"], points["cookies"]) == (-20, -40)
    bad.headers["Content-Security-Policy"] = "default-src *"
    assert score_headers(bad)["policy"] == -20
    bad.headers["Strict-Transport-Security"] = "max-age=60"
    assert score_headers(bad)["transport"] == -10
