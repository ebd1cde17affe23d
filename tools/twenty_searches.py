"""Twenty searches of a Chinese reader, and whether each finds what it should.

    python -m tools.twenty_searches FOLDER > docs/searches.md

FOLDER holds real posts; they are imported into an archive that is thrown away. What each search
should find is told by regular expressions that know nothing of the archive's own folding. The table
has numbers and no text of any post. Exit: 0 well, 3 a search found something else, which is named.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from articles.models import Article

COMMAND = "python -m tools.twenty_searches FOLDER > docs/searches.md"
SECONDS = 60.0  # what a search may take on a machine that has other work
_HEADER = """\
# Twenty searches

Written by `{command}`, not by hand, over {posts:,} stories of the development corpus.
*Should find* counts the stories that hold what is described, by regular expressions in which every
form of a character is written out (`tools/twenty_searches.toml`) and which know nothing of the
archive's folding; *found* and *missed* compare the search with those, story by story, to the last
page. A test does the same where the corpus is at hand.

| search | what it should find | should find | found | of them others | missed |
| --- | --- | ---: | ---: | ---: | ---: |
"""
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class Wanted:
    """A search, and what a story has to have to be found by it."""

    typed: str
    finds: str
    needs: tuple[tuple[str, ...], ...] = ()  # one of these, in which all hold
    without: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)

    def is_met(self, story: Article, title: str, text: str) -> bool:
        """Tell whether a story, whose title and text are given in plain form, should be found."""

        def holds(pattern: str) -> bool:
            in_title = pattern.removeprefix("title:")
            if re.search(in_title, title):
                return True
            return in_title == pattern and re.search(pattern, text) is not None

        is_said = not self.needs or any(all(map(holds, each)) for each in self.needs)
        return is_said and not any(map(holds, self.without)) and self._has_facts(story)

    def _has_facts(self, story: Article) -> bool:
        has = {
            "source": story.source.slug,
            "author": story.author.name if story.author else None,
            "kind": story.kind,
            "language": story.language,
            "image": story.picture_count > 0,
            "changed": story.version_count > 1,
        }
        first, last = self.facts.get("from", dt.date.min), self.facts.get("to", dt.date.max)
        assert isinstance(first, dt.date)
        assert isinstance(last, dt.date)
        is_asked = all(has[name] == value for name, value in self.facts.items() if name in has)
        return is_asked and first <= story.day <= last


@dataclass(frozen=True)
class Found:
    """A search, and the keys of what it should find and has found."""

    wanted: Wanted
    should: set[int]
    found: set[int]

    @property
    def is_right(self) -> bool:
        """Tell whether it found just what it should, and that is something."""
        return bool(self.should) and self.should == self.found


def searches() -> list[Wanted]:
    """Return the twenty."""
    path = Path(__file__).with_suffix(".toml")
    read = []
    for each in tomllib.loads(path.read_text(encoding="utf-8"))["search"]:
        typed, finds = each.pop("typed"), each.pop("finds")
        needs = tuple(map(tuple, each.pop("needs", ())))
        read.append(Wanted(typed, finds, needs, tuple(each.pop("without", ())), each))
    return read


def play() -> Iterator[Found]:
    """Yield what each search finds in the archive that Django is set up for."""
    from articles.models import Article
    from articles.searching.search import search

    wanted = searches()
    should: list[set[int]] = [set() for _ in wanted]
    rows = Article.objects.published().select_related("source", "author", "body")
    for story in rows.iterator(chunk_size=500):
        title, text = _plain(story.title), _plain(story.body.text)
        for each, keys in zip(wanted, should, strict=True):
            if each.is_met(story, title, text):
                keys.add(story.pk)
    for each, keys in zip(wanted, should, strict=True):
        with search(each.typed, SECONDS) as asked:
            found = [story.pk for story in asked.every()]
        assert len(set(found)) == len(found), f"{each.typed} finds a story twice"
        yield Found(each, keys, set(found))


def table(results: list[Found], posts: int) -> str:
    """Return the page of the documentation."""
    rows = [
        f"| `{r.wanted.typed.replace('|', '&#124;')}` | {r.wanted.finds} | {len(r.should):,} "
        f"| {len(r.found):,} | {len(r.found - r.should):,} | {len(r.should - r.found):,} |\n"
        for r in results
    ]
    return _HEADER.format(command=COMMAND, posts=posts) + "".join(rows)


def _plain(text: str) -> str:
    """Return a text as its characters are read: wide ones narrow, without what nobody sees."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).lower())
    return _BETWEEN_CHINESE.sub("", seen)


def main(folder: str) -> int:
    """Import the posts, play the searches, print the page."""
    with TemporaryDirectory(prefix="archive-searches-") as temporary:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{temporary}/archive.sqlite3",
            "SEARCH_DATABASE": f"{temporary}/search.sqlite3",
            "SECRET_KEY": "of-an-archive-that-is-thrown-away",
            "DJANGO_SETTINGS_MODULE": "archive_site.settings",
        }
        django.setup()
        from articles.models import Article

        call_command("migrate", verbosity=0)
        nowhere = io.StringIO()
        call_command("import_posts", folder, "--no-progress", stdout=nowhere, stderr=nowhere)
        results = list(play())
        sys.stdout.write(table(results, Article.objects.published().count()))
    wrong = [result.wanted.typed for result in results if not result.is_right]
    for typed in wrong:
        sys.stderr.write(f"{typed} finds something else than it should\n")
    return 3 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {COMMAND}")
    sys.exit(main(sys.argv[1]))
