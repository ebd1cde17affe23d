"""Get or create outlets, authors, topics and pictures for many posts at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from articles.content.outlets.registry import SHARED_HOSTS, Outlet, load_outlets
from articles.content.post_file.parsing import NAME_LIMIT, ParsedPost
from articles.content.text.excerpts import truncate
from articles.content.text.slugs import make_slug
from articles.content.urls.normalization import extract_host, identity_hash, make_code
from articles.deriving.bulk_insert import insert_rows
from articles.models import Author, Image, ImageState, Source, SourceAlias, SourceHost, Tag

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


class SourceResolver:
    """Finds the outlet of a post by its category string or its host."""

    def __init__(self) -> None:
        aliases = SourceAlias.objects.values_list("alias", "source_id", "source__needs_review")
        self._by_alias = {alias: pk for alias, pk, is_unconfirmed in aliases if not is_unconfirmed}
        self._by_unconfirmed_alias = {
            alias: pk for alias, pk, is_unconfirmed in aliases if is_unconfirmed
        }
        self._by_slug = dict(Source.objects.values_list("slug", "pk"))
        self._by_host = dict(
            SourceHost.objects.filter(source__needs_review=False).values_list("host", "source_id")
        )
        self._outlets = {outlet.slug: outlet for outlet in load_outlets()}

    def find(self, post: ParsedPost) -> int | None:
        """Return the key of the outlet of ``post``: by its category, else by its host.

        An outlet that only an import has guessed comes last, so that the order of files does not
        matter.
        """
        if post.category in self._by_alias:
            return self._by_alias[post.category]
        if post.outlet:
            return self._by_slug.get(post.outlet)
        found = self._by_host.get(extract_host(post.url))
        return self._by_unconfirmed_alias.get(post.category) if found is None else found

    def find_or_create(self, post: ParsedPost) -> int:
        """Return the key of the outlet of ``post``; create an unknown one, flagged for review."""
        found = self.find(post)
        if found is not None:
            return found
        if post.outlet:
            return self._create_known(self._outlets[post.outlet])
        host = extract_host(post.url)
        name = post.category or truncate(host, NAME_LIMIT) or "Unknown outlet"
        same_name = Source.objects.filter(name=name).first()
        source = same_name or Source.objects.create(
            name=name,
            slug=unique_slug(name, Source.objects.filter(slug=make_slug(name)).exists()),
            language=post.language,
            needs_review=True,
        )
        hosts = [host] if host and host not in SHARED_HOSTS else []
        return self._register(source, [name], hosts)

    def _create_known(self, outlet: Outlet) -> int:
        source, _ = Source.objects.get_or_create(
            slug=outlet.slug,
            defaults={
                "name": outlet.name,
                "language": outlet.language,
                "country": outlet.country,
                "home_page": outlet.home_page,
            },
        )
        return self._register(source, outlet.aliases, outlet.hosts)

    def _register(self, source: Source, aliases: Iterable[str], hosts: Iterable[str]) -> int:
        """Assign to a source those aliases and hosts that no other source has."""
        self._by_slug[source.slug] = source.pk
        for alias in aliases:
            SourceAlias.objects.get_or_create(alias=alias, defaults={"source": source})
            by_alias = self._by_unconfirmed_alias if source.needs_review else self._by_alias
            by_alias.setdefault(alias, source.pk)
        for host in hosts:
            SourceHost.objects.get_or_create(host=host, defaults={"source": source})
            if not source.needs_review:
                self._by_host.setdefault(host, source.pk)
        return source.pk


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
