"""Sentences from which articles are composed: from real posts, or generated."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from articles.content.post_file.parsing import NotAPostError, PostError, parse_post
from benchmarks.synthetic.vocabulary import languages

MAX_POSTS = 10_000  # of a corpus; more of them would not change the archive
_SENTENCE_END = re.compile(r"(?<=[。！？!?])|(?<=\. )|\n+")
_LENGTH = (
    6.93,
    0.79,
)  # mean and deviation of the logarithm of characters: median 1,000, mean 1,400
_MAX_CHARACTERS = 60_000  # characters
_CONSECUTIVE = 3  # sentences taken together, because adjacent sentences share words


@dataclass(frozen=True, slots=True)
class Language:
    """Headlines and sentences of one language, each with the space that separates the next."""

    tag: str
    titles: tuple[str, ...]
    sentences: tuple[str, ...]


class Texts:
    """A source of random titles and texts."""

    def __init__(self, languages_found: list[Language]) -> None:
        self._languages = languages_found
        self._weights = list(accumulate(len(each.sentences) for each in languages_found))

    def story(self, rng: random.Random) -> tuple[str, str, str]:
        """Return a language tag, a title and a text."""
        language = rng.choices(self._languages, cum_weights=self._weights)[0]
        sentences = language.sentences
        left = min(_MAX_CHARACTERS, int(rng.lognormvariate(*_LENGTH)))
        parts: list[str] = []
        while left > 0:
            start = rng.randrange(len(sentences))
            for sentence in sentences[start : start + _CONSECUTIVE]:
                parts.append(sentence)
                left -= len(sentence)
        return language.tag, rng.choice(language.titles), "".join(parts)


def texts_from_posts(folder: Path, seed: int) -> Texts:
    """Return the titles and sentences of the posts below ``folder``; ValueError without any."""
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
        sentences[post.language] += (
            part for part in _SENTENCE_END.split(post.text) if part.strip()
        )
    languages_found = [
        Language(tag, tuple(titles[tag]), tuple(sentences[tag]))
        for tag in sorted(titles)
        if len(sentences[tag]) > _CONSECUTIVE
    ]
    if not languages_found:
        raise ValueError(f"{folder}: no posts with a text below this folder")
    return Texts(languages_found)


def generated_texts(seed: int) -> Texts:
    """Return titles and sentences of the invented languages, with word frequencies of Chinese."""
    rng = random.Random(seed)  # noqa: S311 - chance, no secret
    languages_found: list[Language] = []
    generated = languages(seed)
    for code, tag, count in (("hans", "zh-Hans", 7), ("hant", "zh-Hant", 2), ("en", "en", 1)):
        language = generated[code]
        after = " " if code == "en" else ""
        languages_found.append(
            Language(
                tag,
                tuple(language.title(rng) for _ in range(2_000)),
                tuple(language.text(rng, 110) + after for _ in range(30_000 * count)),
            )
        )
    return Texts(languages_found)
