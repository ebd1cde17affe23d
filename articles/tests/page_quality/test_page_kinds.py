"""The list of kinds is whole, and each example is what its kind says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from articles.tests.page_quality.fixtures import fill
from articles.tests.page_quality.page_kinds import KINDS
from articles.urls import urlpatterns

#: Patterns of articles/urls.py that give no page of HTML, by their names or beginnings, and what
#: they give.
NO_PAGES = {
    "a/<code:code>/": "redirects to the story",
    "a/<code:code>/cite.<citation:form>": "a citation",
    "a/<code:code>/text.txt": "text",
    "a/<code:code>/text.md": "text",
    "a/<code:code>/original/<hash:sha256>": "the bytes of a post",
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
_FEEDS = ("feed/", "feed.rss", "feed.json")


@pytest.mark.django_db
def test_every_kind_shows_what_it_says(client: Client, tmp_path: Path) -> None:
    fill(tmp_path)
    wrong = []
    for kind in KINDS:
        address = kind.address()
        response = client.get(address)
        told = (response.status_code, response.headers["content-type"])
        if told != (kind.status, "text/html; charset=utf-8"):
            wrong.append(f"{kind.name}, {address}: {told}")
        elif kind.shows() not in response.content.decode():
            wrong.append(f"{kind.name}, {address} does not show {kind.shows()}")
    assert not wrong


@pytest.mark.django_db
def test_no_pattern_that_gives_a_page_is_forgotten(client: Client, tmp_path: Path) -> None:
    """A page that is new has to be added to KINDS; then every test of this package opens it."""
    fill(tmp_path)
    matches = [client.get(kind.address()).wsgi_request.resolver_match for kind in KINDS]
    seen = {match.route for match in matches if match is not None}
    patterns = {str(each.pattern) for each in urlpatterns}
    forgotten = {each for each in patterns - seen if not _gives_no_page(each)}
    assert not forgotten, "add these to KINDS, or what they give to NO_PAGES"
    assert not [name for name in NO_PAGES if not any(each.startswith(name) for each in patterns)]
    assert not [each for each in seen if _gives_no_page(each)]


def _gives_no_page(pattern: str) -> bool:
    begins = tuple(name for name in NO_PAGES if name.startswith(("^", "sitemap/")))
    return pattern in NO_PAGES or pattern.endswith(_FEEDS) or pattern.startswith(begins)
