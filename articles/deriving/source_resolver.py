"""The outlet of a post: found by category or host, created when there is none."""

from __future__ import annotations

from collections.abc import Iterable

from articles.content.outlets.registry import SHARED_HOSTS, Outlet, load_outlets
from articles.content.post_file.parsing import NAME_LIMIT, ParsedPost
from articles.content.text.excerpts import truncate
from articles.content.text.slugs import make_slug
from articles.content.urls.normalization import extract_host
from articles.deriving.bulk_get_or_create import unique_slug
from articles.models import Source, SourceAlias, SourceHost


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
