"""The queries of each kind of page: their number does not depend on the size of the archive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.tests.page_quality.fixtures import fill_archive
from articles.tests.page_quality.page_kinds import PAGE_KINDS

# The story with its outlet, author, text and capture; its active edits; its topics.
_STORY = "article articleedit tag"
# The stories before and after it, of its outlet and of its day; the files that are held.
_NEIGHBOURS = "article article article article capture"
_VERSIONED = f"{_STORY} capture {_NEIGHBOURS}"  # with what differs among its versions
# The numbers of years and of days; the newest day's newest and longest stories, with the pictures
# and the beginnings of the first of them; the days before it; the keys of the stories of these
# six, and the stories; the same of one day a year ago.
_HOME = "daycount daycount article article articleimage articlebody daycount" + 9 * " article"
_DAY = "article daycount daycount daycount"  # its stories, their number, the days beside it
_COVERAGE = "monthcount daycount monthcount"  # the years, their days with stories, the outlets

#: The first table of each query of a page, in order.
QUERIES = {
    "home": _HOME,
    "all stories": "article",
    "year": "daycount daycount daycount",  # its days, and the nearest before and after it
    "month": "daycount daycount daycount monthcount",  # the same, and its outlets
    "day": _DAY,
    "article": _VERSIONED,
    "article with words marked": _VERSIONED,
    # With the first picture.
    "article with pictures held": f"{_STORY} articleimage capture {_NEIGHBOURS}",
    "article with pictures not held": f"{_STORY} articleimage {_NEIGHBOURS}",  # of one version
    "article with a video": f"{_STORY} {_NEIGHBOURS}",
    # The story, what an editor has changed, its versions, those to compare, copies of them.
    "versions": "article articleedit capture capture capture",
    "version": "article articleedit capture capture capture",  # it, and the ones beside it
    "difference": "article articleedit capture",  # both versions at once
    "sources": "source monthcount",  # the outlets, and when each has been heard
    "source": "source article monthcount outletauthor",  # its stories, its curve, its authors
    "tags": "tag",
    "tag": "tag taggedarticle",
    "authors": "author",
    "author": "author article",
    "search": "",
    "search help": "",
    "coverage": _COVERAGE,
    "coverage of a year": "daycount monthcount monthcount",  # its days, outlets, their months
    "withdrawals": "article blockedidentity",  # what was withdrawn, what was erased
    "about": "daycount source",  # from when to when, how many
    "takedown": "",
    "bookmarks": "",
    "description of the API": "",
    "gone": "article",
    "home in simplified Chinese": _HOME,
    "home in English": _HOME,
    "article in traditional Chinese": _VERSIONED,
    "article with its text in the other script": _VERSIONED,
    "day in traditional Chinese": _DAY,
    "coverage in traditional Chinese": _COVERAGE,
}
#: The maximum for a search, and for the 404 page, which searches for the words of its URL: it
#: searches further when too few of the hits are public. PostgreSQL searches in the same database
#: and needs statements for its settings.
MAX_SEARCH_QUERIES = {"sqlite": 14, "postgresql": 60}
_TABLE = re.compile(r'FROM "?(?:articles_)?(\w+)')


@pytest.mark.django_db
@pytest.mark.parametrize("stories", [60, 600])
def test_every_kind_makes_the_expected_queries(
    client: Client, tmp_path: Path, stories: int
) -> None:
    fill_archive(tmp_path, stories)
    tables_by_kind = {}
    for kind in PAGE_KINDS:
        path = kind.path()
        client.get(path)  # fills the caches of the process
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        if kind.name.startswith(("search ", "not found")) and kind.name not in QUERIES:
            assert len(queries) <= MAX_SEARCH_QUERIES[connection.vendor], kind.name
        else:
            tables_by_kind[kind.name] = " ".join(_table(query["sql"]) for query in queries)
    assert tables_by_kind == QUERIES


def _table(statement: str) -> str:
    found = _TABLE.search(statement)
    return found[1] if found else statement[:40]
