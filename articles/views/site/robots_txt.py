"""``/robots.txt``: what programs that follow links may ask for (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from articles.views.public_pages import public_file
from articles.views.site.ai_crawlers import AI_CRAWLERS

#: The same story with words marked or converted; its page without them is the one to keep.
_VARIANTS = ("mark", "script")


@public_file
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Return the file; where crawlers for language models are refused, they have a group."""
    groups = [["User-agent: *", *_rules()]]
    if settings.AI_CRAWLERS == "refused":
        groups.append([*(f"User-agent: {name}" for name in AI_CRAWLERS), "Disallow: /"])
    groups.append([f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"])
    text = "\n\n".join("\n".join(group) for group in groups)
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")


def _rules() -> Iterator[str]:
    """Yield the rules for everybody: what is not named is allowed.

    Results of searches are without end, old versions cost much, and the API is for programs that
    know what they want. The longest rule counts; for those who take the first, Allow comes first.
    """
    search, site = reverse("search"), reverse("home")
    prefixes = [site, *(f"{site}{code}/" for code, _name in settings.LANGUAGES)]
    for prefix in prefixes:
        yield f"Allow: {prefix}{reverse('search_help').removeprefix(site)}"
        yield f"Disallow: {prefix}{search.removeprefix(site)}"
        yield f"Disallow: {prefix}a/*/versions/"
    yield f"Disallow: {reverse('admin:index')}"
    yield f"Disallow: {site}api/"
    for name in _VARIANTS:
        yield f"Disallow: {site}*?{name}="
        yield f"Disallow: {site}*&{name}="
