"""Invented stories, before they become the HTML of an outlet."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from math import exp, log

from benchmarks.synthetic.outlets import OUTLETS, Outlet
from benchmarks.synthetic.vocabulary import Language, languages

NEWEST = datetime(2021, 1, 21, 12, tzinfo=UTC)
SPAN = timedelta(days=188)

# Bytes of a post file, and the number of files per thousand in each band.
SIZE_BANDS = ((650, 1_000), (1_050, 4_000), (4_000, 16_000), (16_000, 64_000), (64_000, 280_000))
SIZE_WEIGHTS = (20, 450, 455, 68, 7)

# Shares of stories, close to the development corpus, with very rare features made less rare.
EDITED = 0.045  # occur again under the same URL with another title or text
RESENT = 0.010  # occur again unchanged but for their date
TWINS = 0.005  # occur as identical bytes in two folders
EMPTY = 0.002  # have no body at all
PICTURES_ONLY = 0.008
LATE_CLOCK = 0.0065  # the epoch comment lies in the future
# Share and pattern of titles with something that breaks naive parsers; {} stands for words.
ODD_TITLES = (
    (0.0200, "{}：{} | {}"),
    (0.0200, "【{}】{}#{}?"),
    (0.0100, "{}  {} 100% & {}"),
    (0.0030, "{}\u3000{}*{}"),
    (0.0020, '{}"{}"{}'),
    (0.0015, "{} &amp; {} &#8211; {}"),
    (0.0010, "{}\u00a0{}\u200b{}"),
    (0.0003, "{}\ufffd{}{}"),
    (0.0003, "{}/{}\\{}"),
    (0.0002, "{}{}{}\n\n"),
    (0.0002, ""),
)


@dataclass(frozen=True, slots=True)
class Story:
    """One capture of a story; all captures of it share ``number``, ``url`` and ``outlet_time``.

    ``published`` is the date of the post; ``outlet_time`` the date on the outlet's page.
    """

    outlet: Outlet
    number: int
    title: str
    published: datetime
    outlet_time: datetime
    url: str
    author: str
    size: int
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    bare: bool
    twin: bool
    clock_ahead: timedelta


def _odd_title(rng: random.Random, language: Language) -> str | None:
    """Return a title that breaks naive parsers; None for most stories."""
    roll = rng.random()
    for probability, pattern in ODD_TITLES:
        if roll < probability:
            return pattern.format(*(rng.choice(language.clauses)[:8] for _ in range(3)))
        roll -= probability
    return None


def _title(rng: random.Random, outlet: Outlet, language: Language, date: str) -> str:
    odd = _odd_title(rng, language)
    if odd is not None:
        return odd
    start, (probability, end) = outlet.title_start, outlet.title_end
    column = f"【{language.words[rng.randrange(300, 340)]}】" if rng.random() < 0.4 else ""
    title = start.format(column=column) + language.title(rng)
    return title + end.format(date=date) if rng.random() < probability else title


def _size(rng: random.Random) -> int:
    low, high = rng.choices(SIZE_BANDS, SIZE_WEIGHTS)[0]
    return round(exp(rng.uniform(log(low), log(high))))


def _new_story(rng: random.Random, number: int, outlet: Outlet, language: Language) -> Story:
    published = NEWEST - timedelta(seconds=rng.randrange(int(SPAN.total_seconds())))
    title = _title(rng, outlet, language, f"{published:%y%m%d}")
    size = _size(rng)
    roll = rng.random()
    paragraphs: list[str] = []
    if roll < EMPTY + PICTURES_ONLY:
        size = 0
    elif roll < EMPTY + PICTURES_ONLY + outlet.stubs:
        paragraphs, size = [title], 0
    pictures = rng.choices((0, 1, 2, 5), (32, 50, 14, 4))[0] if size > 1_500 else 0
    if EMPTY <= roll < EMPTY + PICTURES_ONLY:
        pictures = 3
    return Story(
        outlet=outlet,
        number=number,
        title=title,
        published=published,
        outlet_time=published,
        url="",
        author=_byline(rng, outlet, language),
        size=size,
        paragraphs=tuple(paragraphs),
        captions=tuple(rng.choice(language.clauses) for _ in range(pictures)),
        # A file of under a kilobyte has no room for furniture.
        bare=size < 1_000,
        twin=rng.random() < TWINS,
        clock_ahead=timedelta(hours=9 if rng.random() < LATE_CLOCK else 0),
    )


def _byline(rng: random.Random, outlet: Outlet, language: Language) -> str:
    """Return the outlet's name, as most posts do, or one of 40 invented people."""
    if outlet.name not in {"中国数字时代", "寒冬", "晨窗快报"} or rng.random() < 0.3:
        return outlet.name
    return "".join(language.words[rng.randrange(200, 220) + 20 * half] for half in (0, 1))


def edit_story(rng: random.Random, story: Story, language: Language) -> Story:
    """Return a later capture of ``story`` with a changed title, text or both."""
    later = story.published + timedelta(hours=rng.randint(1, 20))
    title, paragraphs = story.title, list(story.paragraphs)
    kind = rng.random()
    if kind < 0.8:
        title = language.title(rng)
    if kind > 0.15 and paragraphs:
        paragraphs[rng.randrange(len(paragraphs))] = language.text(rng, 240)
    if title == story.title:  # the same title on the same day would give the same path
        later = story.published + timedelta(days=1)
    return replace(story, title=title, published=later, paragraphs=tuple(paragraphs), twin=False)


def resend_story(story: Story) -> Story:
    """Return a capture of ``story`` one day later in which only the date differs."""
    return replace(story, published=story.published + timedelta(days=1), twin=False)


def stories(seed: int) -> Iterator[tuple[random.Random, Language, Story]]:
    """Yield stories without end, each with a random generator for its text and its language."""
    rng = random.Random(f"stories {seed}")  # noqa: S311 - chance, no secret
    pool = languages(seed)
    weights = list(accumulate(outlet.share for outlet in OUTLETS))
    for number in count(100_000):
        outlet = rng.choices(OUTLETS, cum_weights=weights)[0]
        language = pool[outlet.script]
        yield rng, language, _new_story(rng, number, outlet, language)
