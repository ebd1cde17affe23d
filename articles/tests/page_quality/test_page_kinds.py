"""The list of page kinds is complete, and each example shows what its kind says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from articles.tests.page_quality.fixtures import fill_archive
from articles.tests.page_quality.page_kinds import PAGE_KINDS
from articles.urls import urlpatterns

#: Patterns of articles/urls.py whose responses are not HTML pages, by pattern or prefix, and what
#: they return.
NON_HTML_PATTERNS = {
    "a/<code:code>/": "redirects to the story",
    "a/<code:code>/cite.<citation_format:form>": "a citation",
    "a/<code:code>/text.txt": "text",
    "a/<code:code>/text.md": "text",
    "a/<code:code>/original/<sha256:sha256>": "the bytes of a post",
    "coverage.csv": "a table",
    "search/suggest": "JSON for the script of the box",
    "search/suggest/opensearch": "JSON for browsers",
    "api/v1/articles": "JSON",
    "api/v1/articles/<code:code>": "JSON",
    "api/v1/openapi.json": "JSON",
    "^api/": "JSON",
    "search/download.csv": "a table",
    "search/download.jsonl": "JSON, a line for each story",
    "i/<code:code>": "a picture",
    "icon": "a picture",
    "opensearch.xml": "XML for browsers",
    "robots.txt": "text",
    "sitemap.xml": "XML for search engines",
    "sitemap/": "the same",
    ".well-known/security.txt": "text",
    "healthz": "a word",
    "readyz": "a word",
    "^(?P<date>": "redirects to the story, which once had this path",
    "^(?P<category>": "the same",
}
_FEEDS = (
    "feed/", "feed.rss", "feed.json", "feed/arrivals/", "feed/arrivals.rss", "feed/arrivals.json",
)  # fmt: skip


@pytest.mark.django_db
def test_every_kind_returns_its_status_and_html(client: Client, tmp_path: Path) -> None:
    fill_archive(tmp_path)
    faults = []
    for kind in PAGE_KINDS:
        path = kind.path()
        response = client.get(path)
        status_and_type = (response.status_code, response.headers["content-type"])
        if status_and_type != (kind.status, "text/html; charset=utf-8"):
            faults.append(f"{kind.name}, {path}: {status_and_type}")
        elif kind.expected_html() not in response.content.decode():
            faults.append(f"{kind.name}, {path} does not show {kind.expected_html()}")
    assert not faults


@pytest.mark.django_db
def test_every_html_pattern_has_a_kind(client: Client, tmp_path: Path) -> None:
    """A new page has to be added to PAGE_KINDS; then every test of this package opens it."""
    fill_archive(tmp_path)
    matches = [client.get(kind.path()).wsgi_request.resolver_match for kind in PAGE_KINDS]
    seen = {match.route for match in matches if match is not None}
    patterns = {str(each.pattern) for each in urlpatterns}
    forgotten = {each for each in patterns - seen if not _is_not_html(each)}
    assert not forgotten, "add these to PAGE_KINDS, or to NON_HTML_PATTERNS"
    assert not [
        name for name in NON_HTML_PATTERNS if not any(each.startswith(name) for each in patterns)
    ]
    assert not [each for each in seen if _is_not_html(each)]


def _is_not_html(pattern: str) -> bool:
    prefixes = tuple(name for name in NON_HTML_PATTERNS if name.startswith(("^", "sitemap/")))
    return pattern in NON_HTML_PATTERNS or pattern.endswith(_FEEDS) or pattern.startswith(prefixes)
