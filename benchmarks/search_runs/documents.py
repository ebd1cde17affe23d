"""An archive of any size for the index, generated lazily: no article is stored.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from articles.searching.index_documents import Document, epoch_microseconds
from benchmarks.search_runs.sample_texts import Texts

FIRST = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
PER_DAY = 270  # a larger archive goes on for longer
BUSIEST_DAY = 2 * PER_DAY
SOURCES, AUTHORS, TAGS = 20, 300, 400
_WEIGHTS = {
    count: list(accumulate(1 / rank for rank in range(1, count + 1)))
    for count in (SOURCES, AUTHORS, TAGS)
}


@dataclass(frozen=True, slots=True)
class GeneratedArchive:
    """``size`` articles; each is the same in every call, whatever the order."""

    texts: Texts
    size: int
    seed: int

    def document(self, number: int, edition: int = 0) -> Document:
        """Return the article ``number``, counted from 0; each ``edition`` has another text."""
        rng = random.Random(f"{self.seed} {number} {edition}")  # noqa: S311 - chance, no secret
        language, title, text = self.texts.story(rng)
        moment = FIRST + dt.timedelta(seconds=(number + 0.5) * 86_400 / PER_DAY)
        return Document(
            article_id=number + 1,
            moment=epoch_microseconds(moment),
            day=moment.date(),
            title=title,
            text=text,
            source=_draw(rng, SOURCES),
            author=_draw(rng, AUTHORS),
            tags=tuple(sorted({_draw(rng, TAGS) for _ in range(rng.randrange(4))})),
            language=language,
            kind="video" if rng.random() < 0.05 else "story",
            has_image=rng.random() < 0.6,
            has_changed=rng.random() < 0.04,
        )

    def documents(self) -> Iterator[Document]:
        """Yield all articles, oldest first."""
        return map(self.document, range(self.size))

    def some(self, count: int, salt: str) -> Iterator[Document]:
        """Yield ``count`` random articles."""
        rng = random.Random(f"{self.seed} {salt}")  # noqa: S311 - chance, no secret
        for number in rng.sample(range(self.size), min(count, self.size)):
            yield self.document(number)


def text_bytes(document: Document) -> int:
    """Return the size of the article's title and text in bytes of UTF-8."""
    return len(document.title.encode()) + len(document.text.encode())


def _draw(rng: random.Random, count: int) -> int:
    """Return a random key from 1 to ``count``; by Zipf's law the first are the most frequent."""
    return rng.choices(range(1, count + 1), cum_weights=_WEIGHTS[count])[0]
