"""Every feed of the archive conforms to the rules of its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from articles.models import Author, Source, Tag
from articles.tests.page_quality.feed_rules import atom_faults, json_faults, rss_faults
from articles.tests.page_quality.fixtures import fill_archive

FORMS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "feed/": atom_faults,
    "feed.rss": rss_faults,
    "feed.json": json_faults,
}


@pytest.mark.django_db
def test_every_feed_conforms_to_its_format(client: Client, tmp_path: Path) -> None:
    fill_archive(tmp_path)
    rows = [model._default_manager.filter(story_count__gt=0) for model in (Source, Tag, Author)]
    lists = ["/", *(row.get_absolute_url() for each in rows for row in each)]
    faults = []
    for below in (*lists, "/search/"):
        for end, faults_of in FORMS.items():
            response = client.get(f"{below}{end}?q=*" if below == "/search/" else below + end)
            assert response.status_code == 200, (below, end)
            content = b"".join(response) if response.streaming else response.content
            faults += [f"{below}{end}: {fault}" for fault in faults_of(content)]
    assert not faults


_ENTRY = (
    "<entry><id>https://a.example/1</id><title>t</title><updated>2021-01-14T10:00:00Z</updated>"
    "<author><name>n</name></author></entry>"
)
_FEED = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><id>https://a.example/</id><title>t</title>'
    '<updated>2021-01-14T10:00:00Z</updated><link rel="self" href="https://a.example/feed/"/>'
    f'<link href="https://a.example/"/>{_ENTRY}</feed>'
)


def test_valid_feed_has_no_fault() -> None:
    assert not list(atom_faults(_FEED.encode()))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("<title>t</title>", "", "0 of title"),
        ("<author><name>n</name></author>", "", "without an author"),
        ("10:00:00Z</updated>", "10:00:00</updated>", "without zone"),
        ('href="https://a.example/"', 'href="/"', "not an absolute URL"),
        (_ENTRY, _ENTRY * 2, "duplicate id"),
        ('<link rel="self"', '<link rel="alternate"', "several links"),
    ],
)
def test_fault_of_a_feed_is_found(before: str, after: str, fault: str) -> None:
    faults = list(atom_faults(_FEED.replace(before, after).encode()))
    assert any(fault in each for each in faults), faults
