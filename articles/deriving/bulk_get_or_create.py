"""Get or create outlets, authors, topics and pictures for many posts at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from articles.content.text.slugs import make_slug
from articles.content.urls.normalization import identity_hash, make_code
from articles.deriving.bulk_insert import insert_rows
from articles.models import Author, Image, ImageState, Tag

NamedModel = TypeVar("NamedModel", Author, Tag)


def chunked(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield ``values`` in chunks that fit a statement: SQLite's parameter limit may be 32,766."""
    stream = iter(values)
    while chunk := list(islice(stream, 10_000)):
        yield chunk


def unique_slug(name: str, is_taken: bool) -> str:
    """Return the slug of ``name``; where another name has it, with four characters of a hash."""
    slug = make_slug(name)
    return f"{slug}-{make_code(identity_hash(name), 4)}" if is_taken else slug


def resolve_author_ids(names: Iterable[str], *, create: bool = True) -> dict[str, int]:
    """Return the author's key for each byline; a merged author gives the one it was merged into.

    With ``create`` false, names of no author are left out.
    """
    rows = _get_or_create_by_name(Author, names, create=create)
    keys = {name: author.merged_into_id or author.pk for name, author in rows.items()}
    merged = dict(
        Author.objects.filter(pk__in=keys.values(), merged_into__isnull=False).values_list(
            "pk", "merged_into_id"
        )
    )
    return {name: merged.get(key) or key for name, key in keys.items()}


def resolve_tag_ids(names: Iterable[str]) -> dict[str, int]:
    """Return the key of each tag name; missing tags are created."""
    return {name: tag.pk for name, tag in _get_or_create_by_name(Tag, names, create=True).items()}


def _get_or_create_by_name(
    model: type[NamedModel], names: Iterable[str], *, create: bool
) -> dict[str, NamedModel]:
    wanted = list(dict.fromkeys(name for name in names if name))
    rows = _rows_by_name(model, wanted)
    missing = [name for name in wanted if name not in rows]
    if missing and create:
        _create_missing(model, missing)
        rows |= _rows_by_name(model, missing)
    return rows


def _rows_by_name(model: type[NamedModel], names: list[str]) -> dict[str, NamedModel]:
    return {
        row.name: row
        for chunk in chunked(names)
        for row in model._default_manager.filter(name__in=chunk)
    }


def _create_missing(model: type[NamedModel], names: list[str]) -> None:
    """Create the rows of ``names``; one that another process creates meanwhile is left as it is."""
    taken = {
        slug
        for chunk in chunked({make_slug(name) for name in names})
        for slug in model._default_manager.filter(slug__in=chunk).values_list("slug", flat=True)
    }
    new_rows = []
    for name in names:
        slug = unique_slug(name, make_slug(name) in taken)
        taken.add(slug)
        new_rows.append(model(name=name, slug=slug))
    # Sorted, so that concurrent inserts of the same names wait for each other, without deadlocks.
    new_rows.sort(key=lambda row: row.name)
    model._default_manager.bulk_create(new_rows, ignore_conflicts=True)


def create_missing_images(urls: Iterable[str]) -> None:
    """Create a row for each picture of ``urls`` that has none."""
    hashes = {identity_hash(url): url for url in urls}
    known = {
        url_hash
        for chunk in chunked(hashes)
        for url_hash in Image.objects.filter(url_hash__in=chunk).values_list("url_hash", flat=True)
    }
    rows = [
        (make_code(url_hash, 16), url, url_hash, ImageState.KNOWN.value, "", "")
        for url_hash, url in sorted(hashes.items())  # sorted, against deadlocks
        if url_hash not in known
    ]
    columns = ["code", "url", "url_hash", "state", "file", "sha256"]
    insert_rows(Image, columns, rows, ignore_conflicts=True)
