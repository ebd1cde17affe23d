"""Grouping of stories for lists: by day and by outlet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from articles.models import Article, Source


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Stories of one day, in list order; ``story_count`` is that of the whole day, if known."""

    day: dt.date
    stories: list[Article]
    story_count: int = 0


@dataclass(frozen=True, slots=True)
class OutletGroup:
    """Stories of one outlet, in list order."""

    source: Source
    stories: list[Article]


def group_by_day(stories: Iterable[Article]) -> list[DayGroup]:
    """Return ``stories`` grouped by day, in the order in which the days first appear.

    West of UTC, a story of which only the day is known can be sorted among those of the day before;
    it is still grouped under its own day, and no day appears twice.
    """
    groups: dict[dt.date, DayGroup] = {}
    for story in stories:
        groups.setdefault(story.day, DayGroup(story.day, [])).stories.append(story)
    return list(groups.values())


def group_by_outlet(stories: Iterable[Article]) -> list[OutletGroup]:
    """Return ``stories`` grouped by outlet, in the order in which the outlets first appear."""
    groups: dict[int, OutletGroup] = {}
    for story in stories:
        group = groups.setdefault(story.source_id, OutletGroup(story.source, []))
        group.stories.append(story)
    return list(groups.values())
