"""Under which keys the generators keep what the archive reads: Jekyll's names first."""

from __future__ import annotations

from collections.abc import Iterator

from articles.content.post_file.front_matter import FrontMatter
from articles.content.text.date_parsing import parse_date

_NAMES = {
    "author": (
        "author", "authors", "author.name", "taxonomies.authors", "params.author",
        "params.authors", "extra.author", "extra.authors",
    ),
    "categories": ("categories", "category", "taxonomies.categories", "params.categories"),
    "tags": ("tags", "tag", "taxonomies.tags", "params.tags"),
}  # fmt: skip
_DATES = ("date", "publishdate", "pubdate", "published", "params.date", "extra.date")
#: Where other generators keep the address that a story came from. Some of these are paths on the
#: generator's own site, so they count only as whole addresses.
_ADDRESSES = tuple(
    prefix + name
    for prefix in ("", "params.", "extra.")
    for name in (
        "source_url", "original_url", "originalurl", "canonical_url", "canonicalurl",
        "canonical", "link", "source", "url", "permalink",
    )
)  # fmt: skip
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})


def found(values: FrontMatter, name: str) -> str | list[str]:
    """Return the value of the first of the names that ``name`` has anywhere, else an empty string.

    >>> found({"taxonomies.tags": ["港口"], "tags": []}, "tags")
    ['港口']
    """
    for key in _NAMES.get(name, (name,)):
        if value := values.get(key):
            return value
    return ""


def text_of(value: str | list[str]) -> str:
    """Return a value as one string."""
    return value if isinstance(value, str) else ", ".join(value)


def date_of(values: FrontMatter) -> str:
    """Return the first value that is a date, else what stands under ``date``."""
    texts = (text_of(values.get(key, "")) for key in _DATES)
    return next((text for text in texts if parse_date(text)), text_of(values.get("date", "")))


def address_of(values: FrontMatter, link: str) -> str:
    """Return where a story came from: ``from``, else the headline's link, else another key."""
    return text_of(values.get("from", "")) or link or next(_addresses(values), "")


def _addresses(values: FrontMatter) -> Iterator[str]:
    if stated := text_of(values.get("source_url", "")):
        yield stated
    for key in _ADDRESSES:
        value = text_of(values.get(key, "")).strip()
        if value.lower().startswith(("http://", "https://")):
            yield value


def is_draft(values: FrontMatter) -> bool:
    """Tell whether a generator would not have published the post."""
    draft = text_of(values.get("draft", "")).strip().lower()
    published = text_of(values.get("published", "")).strip().lower()
    return draft in _YES or published in _NO
