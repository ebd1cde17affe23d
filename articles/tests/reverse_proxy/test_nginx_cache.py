"""Behind nginx: what it keeps, what it does not, and how soon a withdrawal is seen."""

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
from articles.tests.reverse_proxy.conftest import Answer, Site
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import BODY, TITLE, make_post, write_post

_SHORT = 1  # seconds that answers are kept in these tests
#: nginx counts whole seconds, and hands out an answer until the last of them is over.
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
    """Return how long it takes until ``path`` answers with ``status``."""
    began = time.monotonic()
    while site.get(path).status != status:
        assert time.monotonic() - began < 30, "it never did"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.usefixtures("_short")
def test_withdrawal_is_seen_when_the_lifetime_is_over(site: Site, story: Article) -> None:
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
    # What is not there at all comes as soon.
    publication_state.send_to_review(story)
    seconds_until(site, address, 404)
    publication_state.publish(story)
    assert seconds_until(site, address, 200) <= _OVER


@pytest.mark.usefixtures("_short")
def test_browser_that_asks_again_gets_what_is_new(site: Site, story: Article) -> None:
    address = story.get_absolute_url()
    etag = site.get(address).headers["etag"]
    set_fields(story, {"title": "另一个标题"}, Editor(None, "asked"))
    time.sleep(_OVER)
    again = site.get(address, if_none_match=etag)
    assert again.status == 200
    assert "另一个标题" in again.body.decode()


@pytest.mark.usefixtures("_short")
def test_old_answers_are_not_given_when_the_archive_is_away(site: Site, story: Article) -> None:
    assert site.get("/").status == 200
    time.sleep(_OVER)  # by then the proxy has no connection open either
    site.stop_archive()
    assert site.get("/").status == 502


def test_whole_minute_is_never_used_up(site: Site, story: Article) -> None:
    for path in [story.get_absolute_url(), *pages(story), "/sitemap.xml", "/nothing/here/"]:
        for answer in (site.get(path), site.get(path)):
            control = answer.headers["cache-control"]
            if control == "no-store":
                assert (answer.status, answer.cache) == (404, "MISS")
                continue
            assert "stale" not in control
            ages = [int(age) for age in re.findall(r"[a-z-]*age=([0-9]+)", control)]
            # Nothing tells the browser how long the proxy had it, so both count from the start.
            assert "age" not in answer.headers
            assert ages == [cache_control.MAX_AGE_SECONDS]
            assert 2 * (ages[0] + 1) <= 60


def test_second_reader_is_answered_by_the_proxy(site: Site, story: Article) -> None:
    for path in pages(story):
        first = site.get(path)
        second = site.get(path, cookie="sessionid=x", accept_language="zh-Hant")
        assert (first.cache, second.cache) == ("MISS", "HIT"), path
        assert first.body == second.body
        assert site.get(f"{path}?x=1").cache == "MISS"


def test_known_answer_is_a_304_with_its_policy(site: Site, story: Article) -> None:
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


def test_answers_are_packed_for_who_takes_that(site: Site, story: Article) -> None:
    for path in [*pages(story), "/opensearch.xml"]:
        plain, packed = site.get(path), site.get(path, accept_encoding="gzip")
        assert "content-encoding" not in plain.headers
        assert packed.headers.get("content-encoding") == "gzip", (path, packed.headers)
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        assert gzip.decompress(packed.body) == plain.body


def test_admin_is_kept_nowhere(site: Site) -> None:
    answers = [site.get("/admin/login/") for _ in range(2)]
    for answer in answers:
        assert (answer.status, answer.cache) == (200, "")
        assert "no-store" in answer.headers["cache-control"]
    assert answers[0].headers["set-cookie"] != answers[1].headers["set-cookie"]


def test_static_files_come_from_nginx_for_ever(site: Site) -> None:
    hashed, plain = site.get("/static/site.0123456789ab.css"), site.get("/static/site.css")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "public, max-age=60"
    for answer in (hashed, plain):
        assert guarded(answer)
        assert answer.body == b"body {}"
    for path in ("/static/../nginx/nginx.conf", "/static../nginx/nginx.conf"):
        assert b"proxy_pass" not in site.get(path).body
    assert site.get("/static/nothing.css").status == 404


def guarded(answer: Answer) -> bool:
    """Tell whether an answer has the headers that the archive's own have."""
    return {
        "content-security-policy", "cross-origin-resource-policy", "referrer-policy",
        "strict-transport-security", "x-content-type-options", "x-frame-options",
    } <= answer.headers.keys()  # fmt: skip
