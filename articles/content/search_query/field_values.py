"""What stands behind the colon of a field, as a condition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from articles.content.search_query.date_ranges import range_of
from articles.content.search_query.fields import Field, folded
from articles.content.search_query.notes import About
from articles.content.search_query.syntax_tree import Days, Filter, Node, Not
from articles.content.urls.normalization import identity_of

_TAG = re.compile(r"([A-Za-z]{2})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}))?")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The condition that a value means, and what has to be said about it."""

    node: Node
    about: About | None = None
    whole: Days | None = None  # of ``from:`` and ``to:`` the days of the date itself


def meaning_of(field: Field, value: str) -> Meaning | None:
    """Return what ``value`` means in ``field``, which is no text field; None when it means nothing.

    >>> from articles.content.search_query.fields import field_named
    >>> meaning_of(field_named("语言"), "繁體").node
    Filter(name='lang', value='zh-Hant')
    """
    match field.takes:
        case "days":
            return _days(field, value)
        case "choice":
            found = field.choices.get(folded(value), "")
            if not found and field.filter == "lang":
                found = _language(value)
        case "address":
            found = _address(value)
        case "name" | "text":
            found = value
        case never:
            assert_never(never)
    if not found or field.filter is None:
        return None
    if field.name == "changed" and found == "no":
        return Meaning(Not(Filter(field.filter, "yes")))
    return Meaning(Filter(field.filter, found))


def _days(field: Field, value: str) -> Meaning | None:
    found = range_of(value)
    if found is None:
        return None
    days = found.days
    about = About.NEAREST_DATE if found.near else None
    if found.swapped:
        about = About.SWAPPED_DATES
    if field.name == "from" and found.single:
        return Meaning(Days(days.first, None), about, whole=days)
    if field.name == "to" and found.single:
        return Meaning(Days(None, days.last), about, whole=days)
    return Meaning(days, about)


def _language(value: str) -> str:
    """Return a BCP 47 tag in its usual letters, or an empty string when ``value`` is none."""
    match = _TAG.fullmatch(value)
    if match is None:
        return ""
    language, script, region = (part or "" for part in match.groups())
    return "-".join(filter(None, (language.lower(), script.title(), region.upper())))


def _address(value: str) -> str:
    """Return an address that has an identity, or an empty string."""
    if "://" not in value:
        value = f"https://{value}"
    try:
        identity_of(value)
    except ValueError:
        return ""
    return value
