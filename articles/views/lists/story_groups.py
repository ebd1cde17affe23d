"""Stories as lists show them: under their days, and under their outlets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from articles.models import Article, Source


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Stories of one day, in the order of the list; ``story_count``: of the whole day, if known."""

    day: dt.date
    stories: list[Article]
    story_count: int = 0


@dataclass(frozen=True, slots=True)
class OutletGroup:
    """Stories of one outlet, in the order of the list."""

    source: Source
    stories: list[Article]


def by_day(stories: Iterable[Article]) -> list[DayGroup]:
    """Return ``stories`` under their days, in the order in which the days first appear.

    West of UTC a story known by its day alone can stand among those of the day before; it still
    comes under its own day, and no day appears twice.
    """
    groups: dict[dt.date, DayGroup] = {}
    for story in stories:
        groups.setdefault(story.day, DayGroup(story.day, [])).stories.append(story)
    return list(groups.values())


def by_outlet(stories: Iterable[Article]) -> list[OutletGroup]:
    """Return ``stories`` under their outlets, in the order in which the outlets first appear."""
    groups: dict[int, OutletGroup] = {}
    for story in stories:
        group = groups.setdefault(story.source_id, OutletGroup(story.source, []))
        group.stories.append(story)
    return list(groups.values())
