"""The public URLs. A page depends on its URL alone, not on a cookie or a language header."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpResponseBase
from django.urls import URLPattern, path, re_path, register_converter

from articles.api import articles as api
from articles.api import openapi, search_export
from articles.feeds import list_feeds as feeds
from articles.feeds.responses import feed_name
from articles.feeds.search_feeds import search_feed
from articles.http.pagination import StoryOrder
from articles.views.article import (
    article,
    citations,
    images,
    jekyll_redirects,
    text_downloads,
    versions,
)
from articles.views.lists import authors, calendar, coverage, front_page, sources, tags, withdrawals
from articles.views.search import opensearch, search_page
from articles.views.site import (
    about,
    bookmarks,
    health,
    icon,
    robots_txt,
    security_txt,
    sitemaps,
)


class _YearConverter:
    """A year, such as 2021."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04d}"


class _TwoDigitConverter(_YearConverter):
    """A month or a day, such as 01."""

    regex = "[0-9]{2}"

    def to_url(self, value: int) -> str:
        return f"{value:02d}"


class _NumberConverter(_YearConverter):
    """A number from 1 without leading zeros, such as that of a version."""

    regex = "[1-9][0-9]{0,6}"

    def to_url(self, value: int) -> str:
        return str(value)


class _TextConverter:
    """A part of a path that is used unchanged."""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _UnicodeSlugConverter(_TextConverter):
    """A slug with letters of any script."""

    regex = r"[-\w]+"


class _CodeConverter(_TextConverter):
    """The code of an article or an image, in Crockford's base32."""

    regex = "[0-9a-z]{8,52}"


class _Sha256Converter(_TextConverter):
    """A SHA-256 in hexadecimal digits."""

    regex = "[0-9a-f]{64}"


class _CitationFormatConverter(_TextConverter):
    """A file format of citations, such as ``bib``."""

    regex = "|".join(citations.FORMATS)


register_converter(_YearConverter, "yyyy")
register_converter(_TwoDigitConverter, "mm")
register_converter(_NumberConverter, "number")
register_converter(_UnicodeSlugConverter, "unicode_slug")
register_converter(_CodeConverter, "code")
register_converter(_Sha256Converter, "sha256")
register_converter(_CitationFormatConverter, "citation_format")

_DAY = "<yyyy:year>/<mm:month>/<mm:day>"
_VERSIONS = "a/<code:code>/versions"


def _feeds(prefix: str, view: Callable[..., HttpResponseBase], name: str) -> Iterator[URLPattern]:
    """Yield the URL patterns of a feed: by date and by arrival, each in three formats."""
    for suffix, feed_format, order in (
        ("feed/", "atom", StoryOrder.PUBLISHED),
        ("feed.rss", "rss", StoryOrder.PUBLISHED),
        ("feed.json", "json", StoryOrder.PUBLISHED),
        ("feed/arrivals/", "atom", StoryOrder.ARRIVED),
        ("feed/arrivals.rss", "rss", StoryOrder.ARRIVED),
        ("feed/arrivals.json", "json", StoryOrder.ARRIVED),
    ):
        values = {"feed_format": feed_format, "order": order}
        yield path(prefix + suffix, view, values, name=feed_name(name, order, feed_format))


urlpatterns = [
    path("", front_page.home, name="home"),
    path("<yyyy:year>/", calendar.year, name="year"),
    path("<yyyy:year>/<mm:month>/", calendar.month, name="month"),
    path(f"{_DAY}/", calendar.day, name="day"),
    path(f"{_DAY}/<unicode_slug:slug>/", article.article, name="article"),
    path("a/<code:code>/", article.code, name="code"),
    path(f"{_VERSIONS}/", versions.versions, name="versions"),
    path(f"{_VERSIONS}/<number:number>/", versions.version, name="version"),
    path(f"{_VERSIONS}/<number:old>..<number:new>/", versions.difference, name="difference"),
    path("a/<code:code>/cite.<citation_format:form>", citations.cite, name="cite"),
    path("a/<code:code>/text.txt", text_downloads.text, name="text"),
    path("a/<code:code>/text.md", text_downloads.markdown, name="markdown"),
    path("a/<code:code>/original/<sha256:sha256>", text_downloads.original, name="original"),
    path("sources/", sources.sources, name="sources"),
    path("sources/<unicode_slug:slug>/", sources.source, name="source"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<unicode_slug:slug>/", tags.tag, name="tag"),
    path("authors/", authors.authors, name="authors"),
    path("authors/<unicode_slug:slug>/", authors.author, name="author"),
    path("coverage/", coverage.years, name="coverage"),
    path("coverage/<yyyy:year>/", coverage.year, name="coverage_year"),
    path("coverage.csv", coverage.csv_file, name="coverage_csv"),
    path("about/", about.about, name="about"),
    path("about/takedown/", about.takedown, name="takedown"),
    path("withdrawals/", withdrawals.withdrawals, name="withdrawals"),
    path("bookmarks/", bookmarks.bookmarks, name="bookmarks"),
    path("search/", search_page.page, name="search"),
    path("search/suggest", search_page.suggest, name="search_suggest"),
    path("search/suggest/opensearch", opensearch.suggest, name="opensearch_suggest"),
    path("search/help/", search_page.help_page, name="search_help"),
    *_feeds("", feeds.all_stories, "feed"),
    *_feeds("sources/<unicode_slug:slug>/", feeds.source, "source_feed"),
    *_feeds("tags/<unicode_slug:slug>/", feeds.tag, "tag_feed"),
    *_feeds("authors/<unicode_slug:slug>/", feeds.author, "author_feed"),
    *_feeds("search/", search_feed, "search_feed"),
    path("search/download.csv", search_export.csv_file, name="search_csv"),
    path("search/download.jsonl", search_export.jsonl_file, name="search_jsonl"),
    path("api/v1/articles", api.articles, name="api_articles"),
    path("api/v1/articles/<code:code>", api.article, name="api_article"),
    path("api/v1/openapi.json", openapi.openapi, name="api_openapi"),
    path("api/v1/docs", openapi.docs, name="api_docs"),
    re_path(r"^api/", openapi.not_found, name="api_nothing"),
    path("i/<code:code>", images.picture, name="picture"),
    path("opensearch.xml", opensearch.description, name="opensearch"),
    path("icon", icon.icon, name="icon"),
    path("robots.txt", robots_txt.robots_txt, name="robots_txt"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap/calendar.xml", sitemaps.calendar, name="sitemap_calendar"),
    path("sitemap/outlets.xml", sitemaps.sources, name="sitemap_sources"),
    path("sitemap/<yyyy:year>/<mm:month>.xml", sitemaps.month, name="sitemap_month"),
    path("sitemap/<yyyy:year>/<mm:month>/<number:part>.xml", sitemaps.month, name="sitemap_month"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Paths of former Jekyll sites. A file name can contain any character, even a line break.
    re_path(
        r"^(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<name>[^/]+)/?\Z", jekyll_redirects.old_path
    ),
    re_path(
        r"^(?P<category>[^/]+(?:/[^/]+)*?)/"
        r"(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<name>[^/]+)\.html\Z",
        jekyll_redirects.old_category_path,
    ),
]
