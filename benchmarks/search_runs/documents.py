"""An archive of any size as the index sees it, made as it is read: no article is held or stored.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from articles.searching.index_documents import Document, microseconds
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
class Archive:
    """``size`` articles, each the same whenever and in whatever order it is asked for."""

    texts: Texts
    size: int
    seed: int

    def document(self, number: int, edition: int = 0) -> Document:
        """Return the article ``number``, from 0 on; another ``edition`` has another text."""
        rng = random.Random(f"{self.seed} {number} {edition}")  # noqa: S311 - chance, no secret
        language, title, text = self.texts.story(rng)
        moment = FIRST + dt.timedelta(seconds=(number + 0.5) * 86_400 / PER_DAY)
        return Document(
            article_id=number + 1,
            moment=microseconds(moment),
            day=moment.date(),
            title=title,
            text=text,
            source=_drawn(rng, SOURCES),
            author=_drawn(rng, AUTHORS),
            tags=tuple(sorted({_drawn(rng, TAGS) for _ in range(rng.randrange(4))})),
            language=language,
            kind="video" if rng.random() < 0.05 else "story",
            has_image=rng.random() < 0.6,
            has_changed=rng.random() < 0.04,
        )

    def every(self) -> Iterator[Document]:
        """Yield all articles, the oldest first."""
        return map(self.document, range(self.size))

    def some(self, count: int, salt: str) -> Iterator[Document]:
        """Yield ``count`` articles by chance."""
        rng = random.Random(f"{self.seed} {salt}")  # noqa: S311 - chance, no secret
        for number in rng.sample(range(self.size), min(count, self.size)):
            yield self.document(number)


def text_bytes(document: Document) -> int:
    """Return the bytes of UTF-8 that a reader would find in the article."""
    return len(document.title.encode()) + len(document.text.encode())


def _drawn(rng: random.Random, count: int) -> int:
    """Return a key from 1 on; the first are the most frequent by Zipf's law."""
    return rng.choices(range(1, count + 1), cum_weights=_WEIGHTS[count])[0]
