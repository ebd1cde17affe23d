"""``/robots.txt``: rules for crawlers (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from articles.views.public_pages import public_file
from articles.views.site.ai_crawlers import AI_CRAWLERS

#: Query parameters of variants of a story: highlighted words, converted script. Only the canonical
#: page is to be indexed.
_VARIANT_PARAMETERS = ("mark", "script")


@public_file
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Return the file; where AI crawlers are refused, they have a group of their own."""
    groups = [["User-agent: *", *_rules()]]
    if settings.AI_CRAWLERS == "refused":
        groups.append([*(f"User-agent: {name}" for name in AI_CRAWLERS), "Disallow: /"])
    groups.append([f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"])
    text = "\n\n".join("\n".join(group) for group in groups)
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")


def _rules() -> Iterator[str]:
    """Yield the rules for all crawlers: everything else is allowed.

    Search results are endless, old versions are expensive, and the API is not for crawlers. The
    longest matching rule wins; for crawlers that use the first match, Allow comes first.
    """
    search, site = reverse("search"), reverse("home")
    prefixes = [site, *(f"{site}{code}/" for code, _name in settings.LANGUAGES)]
    for prefix in prefixes:
        yield f"Allow: {prefix}{reverse('search_help').removeprefix(site)}"
        yield f"Disallow: {prefix}{search.removeprefix(site)}"
        yield f"Disallow: {prefix}a/*/versions/"
    yield f"Disallow: {reverse('admin:index')}"
    yield f"Disallow: {site}api/"
    for name in _VARIANT_PARAMETERS:
        yield f"Disallow: {site}*?{name}="
        yield f"Disallow: {site}*&{name}="
