"""Sentences to put articles together from: out of posts that the caller gives, or invented."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from articles.content.post_file.parsing import NotAPostError, PostError, parse_post
from benchmarks.synthetic.vocabulary import languages

MAX_POSTS = 10_000  # of a corpus; more of them make no other archive
_ENDS = re.compile(r"(?<=[。！？!?])|(?<=\. )|\n+")
_LENGTH = (6.93, 0.79)  # of the logarithm of characters: in the middle 1,000, on average 1,400
_MOST = 60_000  # characters
_TOGETHER = 3  # sentences that stay in their order: what is said in one is spoken of in the next


@dataclass(frozen=True, slots=True)
class Language:
    """Headlines and sentences of one language, each with the space that parts it from the next."""

    tag: str
    titles: tuple[str, ...]
    sentences: tuple[str, ...]


class Texts:
    """Where titles and texts come from."""

    def __init__(self, found: list[Language]) -> None:
        self._languages = found
        self._weights = list(accumulate(len(each.sentences) for each in found))

    def story(self, rng: random.Random) -> tuple[str, str, str]:
        """Return a language tag, a title and a text."""
        language = rng.choices(self._languages, cum_weights=self._weights)[0]
        sentences = language.sentences
        left = min(_MOST, int(rng.lognormvariate(*_LENGTH)))
        parts: list[str] = []
        while left > 0:
            start = rng.randrange(len(sentences))
            for sentence in sentences[start : start + _TOGETHER]:
                parts.append(sentence)
                left -= len(sentence)
        return language.tag, rng.choice(language.titles), "".join(parts)


def from_posts(folder: Path, seed: int) -> Texts:
    """Return the titles and sentences of the posts below ``folder``."""
    paths = sorted(folder.rglob("*.md"))
    random.Random(seed).shuffle(paths)  # noqa: S311 - chance, no secret
    titles: defaultdict[str, list[str]] = defaultdict(list)
    sentences: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths[:MAX_POSTS]:
        try:
            post = parse_post(path.read_bytes(), bytes(path.relative_to(folder)))
        except (NotAPostError, PostError):
            continue
        titles[post.language].append(post.title)
        sentences[post.language] += (part for part in _ENDS.split(post.text) if part.strip())
    found = [
        Language(tag, tuple(titles[tag]), tuple(sentences[tag]))
        for tag in sorted(titles)
        if len(sentences[tag]) > _TOGETHER
    ]
    if not found:
        raise ValueError(f"{folder}: no posts with a text below this folder")
    return Texts(found)


def invented(seed: int) -> Texts:
    """Return titles and sentences of the invented languages, words as frequent as in Chinese."""
    rng = random.Random(seed)  # noqa: S311 - chance, no secret
    found: list[Language] = []
    made = languages(seed)
    for code, tag, count in (("hans", "zh-Hans", 7), ("hant", "zh-Hant", 2), ("en", "en", 1)):
        language = made[code]
        after = " " if code == "en" else ""
        found.append(
            Language(
                tag,
                tuple(language.title(rng) for _ in range(2_000)),
                tuple(language.text(rng, 110) + after for _ in range(30_000 * count)),
            )
        )
    return Texts(found)
