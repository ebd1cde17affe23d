"""Behind nginx: what it caches, what it does not, and how soon a withdrawal is visible."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import pytest

from articles.http import cache_control
from articles.models import Article
from articles.publishing import publication_state
from articles.publishing.editing import Editor, set_fields
from articles.tests.reverse_proxy.conftest import ProxiedResponse, Site
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import BODY, TITLE, make_post, write_post

_SHORT = 1  # max-age in seconds in these tests
#: nginx counts whole seconds, and serves a response until the last of them is over.
_OVER = _SHORT + 1.2
_VIDEO = '<iframe src="https://www.youtube.com/embed/aqz-KE-bpKQ"></iframe>'


@pytest.fixture
def story(site: Site, tmp_path: Path) -> Article:
    write_post(tmp_path / "posts", "2021-01-14-a.md", make_post(body=BODY + _VIDEO))
    run_import(tmp_path / "posts")
    return Article.objects.select_related("source").get()


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_control, "MAX_AGE_SECONDS", _SHORT)


def pages(story: Article) -> list[str]:
    outlet = story.source.get_absolute_url()
    return ["/", "/2021/01/14/", outlet, f"{outlet}feed/", "/feed.json", "/api/v1/articles"]


def seconds_until(site: Site, path: str, status: int) -> float:
    """Return after how many seconds ``path`` returns ``status``."""
    began = time.monotonic()
    while site.get(path).status != status:
        assert time.monotonic() - began < 30, "timed out"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.usefixtures("_short")
def test_withdrawal_is_visible_after_max_age(site: Site, story: Article) -> None:
    address = story.get_absolute_url()
    before = {path: site.get(path) for path in [address, *pages(story)]}
    assert {each.status for each in before.values()} == {200}
    assert all(TITLE.encode() in each.body for each in before.values())
    publication_state.withdraw(story, "asked")
    assert seconds_until(site, address, 410) <= _OVER
    time.sleep(_OVER)
    for path in pages(story):
        assert TITLE.encode() not in site.get(path).body, path
    publication_state.publish(story)
    assert seconds_until(site, address, 200) <= _OVER
    # A 404 expires as soon.
    publication_state.send_to_review(story)
    seconds_until(site, address, 404)
    publication_state.publish(story)
    assert seconds_until(site, address, 200) <= _OVER


@pytest.mark.usefixtures("_short")
def test_revalidation_returns_the_new_content(site: Site, story: Article) -> None:
    address = story.get_absolute_url()
    etag = site.get(address).headers["etag"]
    set_fields(story, {"title": "另一个标题"}, Editor(None, "asked"))
    time.sleep(_OVER)
    again = site.get(address, if_none_match=etag)
    assert again.status == 200
    assert "另一个标题" in again.body.decode()


@pytest.mark.usefixtures("_short")
def test_no_stale_response_when_the_archive_is_down(site: Site, story: Article) -> None:
    assert site.get("/").status == 200
    time.sleep(_OVER)  # after that the proxy has no open connection either
    site.stop_archive()
    assert site.get("/").status == 502


def test_proxy_and_browser_lifetimes_stay_within_a_minute(site: Site, story: Article) -> None:
    for path in [story.get_absolute_url(), *pages(story), "/sitemap.xml", "/nothing/here/"]:
        for response in (site.get(path), site.get(path)):
            control = response.headers["cache-control"]
            if control == "no-store":
                assert (response.status, response.cache) == (404, "MISS")
                continue
            assert "stale" not in control
            ages = [int(age) for age in re.findall(r"[a-z-]*age=([0-9]+)", control)]
            # There is no Age header, so the proxy and the browser both count from zero.
            assert "age" not in response.headers
            assert ages == [cache_control.MAX_AGE_SECONDS]
            assert 2 * (ages[0] + 1) <= 60


def test_second_request_is_a_cache_hit(site: Site, story: Article) -> None:
    for path in pages(story):
        first = site.get(path)
        second = site.get(path, cookie="sessionid=x", accept_language="zh-Hant")
        assert (first.cache, second.cache) == ("MISS", "HIT"), path
        assert first.body == second.body
        assert site.get(f"{path}?x=1").cache == "MISS"


def test_304_keeps_the_csp(site: Site, story: Article) -> None:
    address = story.get_absolute_url()
    for packing in ("gzip", "identity"):
        first = site.get(address, accept_encoding=packing)
        known = site.get(address, accept_encoding=packing, if_none_match=first.headers["etag"])
        assert (known.status, known.body) == (304, b"")
        policy = first.headers["content-security-policy"]
        assert "frame-src https://" in policy
        assert known.headers["content-security-policy"] == policy
    later = site.get(address, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")
    assert later.status == 200


def test_responses_are_compressed_on_request(site: Site, story: Article) -> None:
    for path in [*pages(story), "/opensearch.xml"]:
        plain, packed = site.get(path), site.get(path, accept_encoding="gzip")
        assert "content-encoding" not in plain.headers
        assert packed.headers.get("content-encoding") == "gzip", (path, packed.headers)
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        assert gzip.decompress(packed.body) == plain.body


def test_admin_is_never_cached(site: Site) -> None:
    responses = [site.get("/admin/login/") for _ in range(2)]
    for response in responses:
        assert (response.status, response.cache) == (200, "")
        assert "no-store" in response.headers["cache-control"]
    assert responses[0].headers["set-cookie"] != responses[1].headers["set-cookie"]


def test_nginx_serves_static_files_with_long_lifetimes(site: Site) -> None:
    hashed, plain = site.get("/static/base.0123456789ab.css"), site.get("/static/base.css")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "public, max-age=60"
    for response in (hashed, plain):
        assert has_security_headers(response)
        assert response.body == b"body {}"
    for path in ("/static/../nginx/nginx.conf", "/static../nginx/nginx.conf"):
        assert b"proxy_pass" not in site.get(path).body
    assert site.get("/static/nothing.css").status == 404


def has_security_headers(response: ProxiedResponse) -> bool:
    """Return whether a response has the security headers of the archive's own responses."""
    return {
        "content-security-policy", "cross-origin-resource-policy", "referrer-policy",
        "strict-transport-security", "x-content-type-options", "x-frame-options",
    } <= response.headers.keys()  # fmt: skip
