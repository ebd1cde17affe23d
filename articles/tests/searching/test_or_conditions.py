"""OR conditions of which tokens decide only one part: hits still fulfil the rest of the query."""

from __future__ import annotations

import pytest

from articles.searching.search import search
from articles.tests.support.page_fixtures import at
from articles.tests.support.search_fixtures import publish_indexed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ('ferry source:Nobody,"Example Herald"', ["Ferry 台"]),
        ("台 (台 OR ferry)", ["Ferry 台", "Tram 台"]),
        ("tram (台 OR ferry)", ["Tram 台"]),
        ("(date:2021 OR bus) tram", ["Tram 台"]),
        ("tram -(台 OR bus)", []),
    ],
)
def test_or_conditions_stay_within_the_search(typed: str, titles: list[str]) -> None:
    publish_indexed(
        {"title": "Bus", "published_at": at(7)},
        {"title": "Tram 台", "published_at": at(8)},
        {"title": "Ferry 台", "published_at": at(9)},
    )
    with search(typed) as found:
        assert [article.title for article in found.page().articles] == titles
        assert found.count().number == len(titles)
