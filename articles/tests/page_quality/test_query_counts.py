"""How many queries each kind of page takes: the same number whatever the archive holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.tests.page_quality.fixtures import fill
from articles.tests.page_quality.page_kinds import KINDS

# The story with its outlet, author, text and capture; what an editor has changed; its topics.
_STORY = "article articleedit tag"
# The stories before and after it, of its outlet and of its day; the files that are held.
_ABOUT = "article article article article capture"
_VERSIONED = f"{_STORY} capture {_ABOUT}"  # with what differs among its versions
# The numbers of years and of days; the newest day's newest and longest stories, with the pictures
# and the beginnings of the first of them; the days before it; the keys of the stories of these
# six, and the stories; the same of one day a year ago.
_HOME = "daycount daycount article article articleimage articlebody daycount" + 9 * " article"
_DAY = "article daycount daycount daycount"  # its stories, their number, the days beside it
_COVERAGE = "monthcount daycount monthcount"  # the years, their days with stories, the outlets

#: The table that each query of a page asks first, in their order.
QUERIES = {
    "home": _HOME,
    "all stories": "article",
    "year": "daycount daycount daycount",  # its days, and the nearest before and after it
    "month": "daycount daycount daycount monthcount",  # the same, and its outlets
    "day": _DAY,
    "article": _VERSIONED,
    "article with words marked": _VERSIONED,
    "article with pictures held": f"{_STORY} articleimage capture {_ABOUT}",  # the first picture
    "article with pictures not held": f"{_STORY} articleimage {_ABOUT}",  # of one version
    "article with a video": f"{_STORY} {_ABOUT}",
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
#: At most, of a search, and of a page that is not there, which searches for its address: it looks
#: further when too few of what it has found may be shown. PostgreSQL finds in the same database,
#: and takes the settings for that as statements.
SEARCHES = {"sqlite": 14, "postgresql": 60}
_TABLE = re.compile(r'FROM "?(?:articles_)?(\w+)')


@pytest.mark.django_db
@pytest.mark.parametrize("stories", [60, 600])
def test_every_kind_takes_its_number_of_queries(
    client: Client, tmp_path: Path, stories: int
) -> None:
    fill(tmp_path, stories)
    taken = {}
    for kind in KINDS:
        address = kind.address()
        client.get(address)  # what is kept for the life of a process is asked once
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        if kind.name.startswith(("search ", "not found")) and kind.name not in QUERIES:
            assert len(queries) <= SEARCHES[connection.vendor], kind.name
        else:
            taken[kind.name] = " ".join(_table(query["sql"]) for query in queries)
    assert taken == QUERIES


def _table(statement: str) -> str:
    found = _TABLE.search(statement)
    return found[1] if found else statement[:40]
