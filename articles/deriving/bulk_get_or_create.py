"""Outlets, authors, tags and pictures by name: looked up for many posts at once, made when new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from articles.content.outlets.registry import SHARED_HOSTS, Outlet, known_outlets
from articles.content.post_file.parsing import NAME_LIMIT, ParsedPost
from articles.content.text.excerpts import cut
from articles.content.text.slugs import slug_of
from articles.content.urls.normalization import code_of, host_of, identity_hash
from articles.deriving.bulk_insert import insert
from articles.models import Author, Image, ImageState, Source, SourceAlias, SourceHost, Tag

Named = TypeVar("Named", Author, Tag)


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield ``values`` in parts that a statement takes: SQLite's limit may be 32,766."""
    stream = iter(values)
    while part := list(islice(stream, 10_000)):
        yield part


def own_slug(name: str, taken: bool) -> str:
    """Return the slug of ``name``; where another name has it, with four characters of a hash."""
    slug = slug_of(name)
    return f"{slug}-{code_of(identity_hash(name), 4)}" if taken else slug


class Sources:
    """The outlets of the archive, by the category strings and hosts that tell them."""

    def __init__(self) -> None:
        aliases = SourceAlias.objects.values_list("alias", "source_id", "source__needs_review")
        self._by_alias = {alias: pk for alias, pk, unsure in aliases if not unsure}
        self._by_unsure_alias = {alias: pk for alias, pk, unsure in aliases if unsure}
        self._by_slug = dict(Source.objects.values_list("slug", "pk"))
        self._by_host = dict(
            SourceHost.objects.filter(source__needs_review=False).values_list("host", "source_id")
        )
        self._outlets = {outlet.slug: outlet for outlet in known_outlets()}

    def find(self, post: ParsedPost) -> int | None:
        """Return the key of the outlet of ``post``: by its category, else by its host.

        What only an import has guessed comes last, so that the order of files does not count.
        """
        if post.category in self._by_alias:
            return self._by_alias[post.category]
        if post.outlet:
            return self._by_slug.get(post.outlet)
        found = self._by_host.get(host_of(post.url))
        return self._by_unsure_alias.get(post.category) if found is None else found

    def find_or_create(self, post: ParsedPost) -> int:
        """Return the key of the outlet of ``post``; one that nobody knows is made and flagged."""
        found = self.find(post)
        if found is not None:
            return found
        if post.outlet:
            return self._create_known(self._outlets[post.outlet])
        host = host_of(post.url)
        name = post.category or cut(host, NAME_LIMIT) or "Unknown outlet"
        same_name = Source.objects.filter(name=name).first()
        source = same_name or Source.objects.create(
            name=name,
            slug=own_slug(name, Source.objects.filter(slug=slug_of(name)).exists()),
            language=post.language,
            needs_review=True,
        )
        hosts = [host] if host and host not in SHARED_HOSTS else []
        return self._remember(source, [name], hosts)

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
        return self._remember(source, outlet.aliases, outlet.hosts)

    def _remember(self, source: Source, aliases: Iterable[str], hosts: Iterable[str]) -> int:
        """Give a source the aliases and hosts that are still free."""
        self._by_slug[source.slug] = source.pk
        for alias in aliases:
            SourceAlias.objects.get_or_create(alias=alias, defaults={"source": source})
            known = self._by_unsure_alias if source.needs_review else self._by_alias
            known.setdefault(alias, source.pk)
        for host in hosts:
            SourceHost.objects.get_or_create(host=host, defaults={"source": source})
            if not source.needs_review:
                self._by_host.setdefault(host, source.pk)
        return source.pk


def authors(names: Iterable[str], *, create: bool = True) -> dict[str, int]:
    """Return the key of each byline; a merged one gives the author it was merged into.

    Without ``create`` names that nobody bears yet are left out.
    """
    rows = _named(Author, names, create=create)
    keys = {name: author.merged_into_id or author.pk for name, author in rows.items()}
    merged = dict(
        Author.objects.filter(pk__in=keys.values(), merged_into__isnull=False).values_list(
            "pk", "merged_into_id"
        )
    )
    return {name: merged.get(key) or key for name, key in keys.items()}


def tags(names: Iterable[str]) -> dict[str, int]:
    """Return the key of each tag name."""
    return {name: tag.pk for name, tag in _named(Tag, names, create=True).items()}


def _named(model: type[Named], names: Iterable[str], *, create: bool) -> dict[str, Named]:
    wanted = list(dict.fromkeys(name for name in names if name))
    rows = _rows(model, wanted)
    missing = [name for name in wanted if name not in rows]
    if missing and create:
        _add(model, missing)
        rows |= _rows(model, missing)
    return rows


def _rows(model: type[Named], names: list[str]) -> dict[str, Named]:
    return {
        row.name: row
        for part in in_parts(names)
        for row in model._default_manager.filter(name__in=part)
    }


def _add(model: type[Named], names: list[str]) -> None:
    """Make the rows of ``names``; one that somebody else makes meanwhile is taken as it is."""
    taken = {
        slug
        for part in in_parts({slug_of(name) for name in names})
        for slug in model._default_manager.filter(slug__in=part).values_list("slug", flat=True)
    }
    made = []
    for name in names:
        slug = own_slug(name, slug_of(name) in taken)
        taken.add(slug)
        made.append(model(name=name, slug=slug))
    # In one order for everybody: who inserts a name that another one is inserting waits for it.
    made.sort(key=lambda row: row.name)
    model._default_manager.bulk_create(made, ignore_conflicts=True)


def add_images(urls: Iterable[str]) -> None:
    """Make the rows of the pictures at ``urls`` that have none."""
    hashes = {identity_hash(url): url for url in urls}
    known = {
        url_hash
        for part in in_parts(hashes)
        for url_hash in Image.objects.filter(url_hash__in=part).values_list("url_hash", flat=True)
    }
    rows = [
        (code_of(url_hash, 16), url, url_hash, ImageState.KNOWN.value, "", "")
        for url_hash, url in sorted(hashes.items())  # in one order for everybody
        if url_hash not in known
    ]
    columns = ["code", "url", "url_hash", "state", "file", "sha256"]
    insert(Image, columns, rows, ignore_conflicts=True)
