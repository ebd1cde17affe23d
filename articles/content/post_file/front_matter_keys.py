"""Lookup of front matter values under the keys of each site generator, Jekyll's first."""

from __future__ import annotations

from collections.abc import Iterator

from articles.content.post_file.front_matter import FrontMatter
from articles.content.text.date_parsing import parse_date

_KEY_ALIASES = {
    "author": (
        "author", "authors", "author.name", "taxonomies.authors", "params.author",
        "params.authors", "extra.author", "extra.authors",
    ),
    "categories": ("categories", "category", "taxonomies.categories", "params.categories"),
    "tags": ("tags", "tag", "taxonomies.tags", "params.tags"),
}  # fmt: skip
_DATE_KEYS = ("date", "publishdate", "pubdate", "published", "params.date", "extra.date")
#: Keys of other generators for the original URL of a story. Some may hold paths on the generator's
#: own site, so only absolute URLs count.
_URL_KEYS = tuple(
    prefix + name
    for prefix in ("", "params.", "extra.")
    for name in (
        "source_url", "original_url", "originalurl", "canonical_url", "canonicalurl",
        "canonical", "link", "source", "url", "permalink",
    )
)  # fmt: skip
_TRUE_VALUES = frozenset({"true", "yes", "on", "1"})
_FALSE_VALUES = frozenset({"false", "no", "off", "0"})


def find_value(values: FrontMatter, name: str) -> str | list[str]:
    """Return the first non-empty value among the aliases of ``name``, else an empty string.

    >>> find_value({"taxonomies.tags": ["港口"], "tags": []}, "tags")
    ['港口']
    """
    for key in _KEY_ALIASES.get(name, (name,)):
        if value := values.get(key):
            return value
    return ""


def join_values(value: str | list[str]) -> str:
    """Return a value as one string; lists are joined with commas."""
    return value if isinstance(value, str) else ", ".join(value)


def find_date(values: FrontMatter) -> str:
    """Return the first value that is a date, else the value of ``date``."""
    texts = (join_values(values.get(key, "")) for key in _DATE_KEYS)
    return next((text for text in texts if parse_date(text)), join_values(values.get("date", "")))


def find_source_url(values: FrontMatter, headline_url: str) -> str:
    """Return the original URL of a story: ``from``, else the headline's link, else other keys."""
    return join_values(values.get("from", "")) or headline_url or next(_find_urls(values), "")


def _find_urls(values: FrontMatter) -> Iterator[str]:
    if source_url := join_values(values.get("source_url", "")):
        yield source_url
    for key in _URL_KEYS:
        value = join_values(values.get(key, "")).strip()
        if value.lower().startswith(("http://", "https://")):
            yield value


def is_draft(values: FrontMatter) -> bool:
    """Return whether a site generator would treat the post as a draft."""
    draft = join_values(values.get("draft", "")).strip().lower()
    published = join_values(values.get("published", "")).strip().lower()
    return draft in _TRUE_VALUES or published in _FALSE_VALUES
