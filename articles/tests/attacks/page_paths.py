"""The pages to visit in an archive that holds every case; Django must be set up.

They are all pages that show something of a post or of an editor: the pages of each case, all
lists, all of the admin. ``test_browser`` fails when a URL pattern is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from articles.content.urls.normalization import identity_hash, normalize_url
from articles.models import (
    Article,
    Author,
    DayCount,
    Image,
    ImageState,
    ImportIssue,
    ImportRun,
    Redirect,
    Sighting,
    Source,
    Tag,
)
from articles.tests.attacks.harmless_posts import harmless_posts
from articles.tests.attacks.vectors import EDITOR_PLACES, Case, Place, cases

_PLACES_IN_LISTS = EDITOR_PLACES | {
    Place.TITLE, Place.AUTHOR, Place.TAG, Place.OUTLET, Place.HEADER, Place.FILE_NAME,
}  # fmt: skip
_PLACES_IN_HISTORY = frozenset({Place.TITLE, Place.EDITED_TITLE, Place.OUTLET, Place.HIDING})
_VERSIONED = frozenset({Place.TITLE, Place.FILE_NAME, Place.HIDING})
PLAIN = "text/plain"
_GONE_PLACES = frozenset({Place.REASON, Place.ERASURE})


@dataclass(frozen=True)
class PageVisit:
    """A path to open; ``case`` is the number of the only case that the page shows, else 0.

    ``shows``: expected text by selector; ``body``: compare the text of the story; ``download``: the
    media type of a response that is a file; ``data``: the media type of a response for programs,
    and ``in_window`` whether to open that in a browser, too; ``follow``: visit the further pages
    of the list; ``selectors`` and ``text``: selectors that match in the story, and text in it;
    ``proof``: here the control run has to detect the case; ``editors``: visit as an editor.
    """

    path: str
    case: int = 0
    status: int = 200
    shows: dict[str, str] = field(default_factory=dict)
    selectors: list[str] = field(default_factory=list)
    text: str = ""
    body: bool = False
    download: str = ""
    data: str = ""
    in_window: bool = True
    follow: bool = False
    proof: bool = False
    editors: bool = False


@dataclass(frozen=True)
class FormInput:
    """Input for the admin form at ``path``: values by field name, and the button's selector."""

    case: int
    path: str
    values: dict[str, str]
    button: str


def describe_archive(base: str) -> dict[str, Any]:
    """Return the page visits and form inputs of the archive at ``base``, ready for JSON."""
    articles = _articles_by_number()
    visits = [visit for case in cases() for visit in _case_visits(case, articles)]
    return {
        "base": base,
        "form_inputs": [asdict(each) for case in cases() for each in _form_inputs(case, articles)],
        "visits": [
            asdict(visit)
            for visit in [
                *visits,
                *_harmless_visits(articles),
                *_list_visits(),
                *_data_visits(articles),
                *_admin_visits(),
            ]
        ],
        "articles": {number: article.pk for number, article in articles.items()},
    }


def _articles_by_number() -> dict[int, Article]:
    """Return the articles by the number of their folder."""
    rows = Article.objects.select_related("source", "author", "current_capture")
    by_original = {
        capture.original_id: article
        for article in rows.prefetch_related("captures")
        for capture in article.captures.all()
    }
    return {
        int(bytes(sighting.path).split(b"/")[0]): by_original[sighting.original_id]
        for sighting in Sighting.objects.all()
        if sighting.original_id in by_original
    }


def _case_visits(case: Case, articles: dict[int, Article]) -> Iterator[PageVisit]:
    if case.place == Place.BROKEN_FILE:
        issue = next(each for each in ImportIssue.objects.all() if f"/{case.number}/" in str(each))
        page = reverse("admin:articles_importissue_change", args=[issue.pk])
        yield PageVisit(page, case.number, editors=True, proof=True)
        page = reverse("admin:articles_importissue_bytes", args=[issue.pk])
        yield PageVisit(page, case.number, editors=True, download=PLAIN)
        return
    article = articles[case.number]
    public = article.get_absolute_url()
    is_edited = case.place in EDITOR_PLACES
    if case.place in _GONE_PLACES:
        yield PageVisit(public, case.number, 410, proof=True)
        yield PageVisit(f"/a/{article.code}/", case.number, 410)
    else:
        shows = {} if is_edited else _expected_texts(article)
        proof = case.place not in {Place.FILE_NAME, Place.RIGHTS, Place.HIDING}
        yield PageVisit(public, case.number, shows=shows, body=not is_edited, proof=proof)
        yield from _search_visits(case, public)
        if (
            case.number % 3 == 0
        ):  # other tests assert that its markup equals that of the page itself
            yield PageVisit(f"{public}?script=hant", case.number)
    if case.place == Place.ERASURE:
        capture = article.captures.latest("front_matter_at")
        identity = [identity_hash(normalize_url(capture.url))]
        for name in ("change", "history"):
            page = reverse(f"admin:articles_blockedidentity_{name}", args=identity)
            yield PageVisit(page, case.number, editors=True)
        return
    # A payload in the body is on fewer pages; these two render it anew, each for half of the cases.
    names = case.place in _PLACES_IN_LISTS
    if case.place == Place.RIGHTS:
        yield PageVisit(article.source.get_absolute_url(), case.number, proof=True)
    if names or case.number % 2:
        in_admin = case.place in {Place.FILE_NAME, Place.HIDING}
        yield PageVisit(
            _article_admin_url(article, "change"), case.number, editors=True, proof=in_admin
        )
        if case.place not in _GONE_PLACES:
            yield PageVisit(f"/a/{article.code}/versions/1/", case.number, body=not is_edited)
    if names or not case.number % 2:
        yield PageVisit(
            _article_admin_url(article, "preview"), case.number, editors=True, body=not is_edited
        )
    if case.place in _PLACES_IN_HISTORY:
        yield PageVisit(f"/a/{article.code}/versions/", case.number)
        for name in ("history", "withdraw", "erase"):
            yield PageVisit(_article_admin_url(article, name), case.number, editors=True)
    if article.version_count > 1 and case.place != Place.HIDING:
        yield PageVisit(f"/a/{article.code}/versions/1..2/", case.number)
        yield PageVisit(f"/a/{article.code}/versions/2/", case.number)
    if case.place in _VERSIONED:
        newest = article.captures.latest("front_matter_at").pk
        name = "hide" if case.place == Place.TITLE else "show"
        yield PageVisit(_article_admin_url(article, name, newest), case.number, editors=True)
        yield PageVisit(
            _article_admin_url(article, "original", newest),
            case.number,
            editors=True,
            download=PLAIN,
        )
    if case.place == Place.FILE_NAME:
        sightings = Sighting.objects.filter(original__captures__article=article)
        path = next(bytes(s.path) for s in sightings if b"later" not in bytes(s.path))
        stem = path.rpartition(b"/")[2].removesuffix(b".md")
        yield PageVisit(f"/a/{article.code}/", case.number)
        # The static site could not serve a name that is not UTF-8 either.
        status = 200 if quote(stem.decode("utf-8", "replace")) == quote(stem) else 404
        for old in (f"2021-01-14/{quote(stem, safe='')}", f"box/2021/01/14/{quote(stem[11:], '')}"):
            yield PageVisit(f"/{old}.html", case.number, status)
        yield PageVisit(f"/2021-01-14/{quote(stem, safe='')}", case.number, status)


def _search_visits(case: Case, public: str) -> Iterator[PageVisit]:
    """Yield a search for the payload, which the page repeats, and the story opened from the hits.

    The query finds the story, and its words are marked in title, text and payload.
    """
    query_text = f"第{case.number}号船 OR 船 OR ({case.payload[:300]})"
    query = quote(query_text.encode("utf-8", "replace"))
    yield PageVisit(f"/search/?q={query}", case.number)
    yield PageVisit(f"{public}?mark={query}", case.number)


def _expected_texts(article: Article) -> dict[str, str]:
    shows = {"h1": article.title or "(untitled)", ".article-facts .outlet": article.source.name}
    if article.author:
        shows[".byline"] = article.author.name
    if tag := article.tags.order_by("name").first():
        shows[".tags li a"] = tag.name
    return shows


def _form_inputs(case: Case, articles: dict[int, Article]) -> Iterator[FormInput]:
    names = {
        Place.EDITED_TITLE: "title",
        Place.EDITED_TEXT: "html",
        Place.EDITED_AUTHOR: "author",
        Place.EDITED_TAGS: "tags",
    }
    if case.place not in EDITOR_PLACES:
        return
    article = articles[case.number]
    if case.place == Place.REASON:
        page = _article_admin_url(article, "withdraw")
        yield FormInput(case.number, page, {"reason": case.payload}, ".submit-row input")
    elif case.place == Place.ERASURE:
        values = {"reason": case.payload, "code": article.code}
        yield FormInput(
            case.number, _article_admin_url(article, "erase"), values, ".submit-row input"
        )
    elif case.place == Place.HIDING:
        page = _article_admin_url(article, "hide", article.captures.latest("front_matter_at").pk)
        yield FormInput(case.number, page, {"reason": case.payload}, ".submit-row input")
    elif case.place == Place.RIGHTS:
        page = reverse("admin:articles_source_change", args=[article.source_id])
        texts = {"rights": case.payload, "description": case.payload}
        yield FormInput(case.number, page, texts, "input[name=_save]")
    else:
        values = {names[case.place]: case.payload, "reason": case.payload[:200]}
        yield FormInput(
            case.number, _article_admin_url(article, "change"), values, "input[name=_save]"
        )


def _harmless_visits(articles: dict[int, Article]) -> Iterator[PageVisit]:
    for each in harmless_posts():
        selectors = [f".body {selector}" for selector in each.selectors]
        yield PageVisit(
            articles[each.number].get_absolute_url(), selectors=selectors, text=each.text
        )


def _list_visits() -> Iterator[PageVisit]:
    yield PageVisit("/search/")
    yield PageVisit("/search/help/")
    yield PageVisit("/bookmarks/")
    for order in ("newest", "oldest", "relevance"):
        yield PageVisit(f"/search/?q={quote('* OR 船')}&sort={order}", follow=True)
    for letter in "第船<svgi":
        yield PageVisit(f"/search/suggest?q={quote(letter)}")
    for script in ("hans", "hant"):
        yield PageVisit(f"/search/?q={quote('船')}&script={script}", follow=True)
    yield PageVisit("/about/")
    yield PageVisit("/about/takedown/")
    for path in ("/", "/sources/", "/tags/", "/authors/", "/coverage/", "/withdrawals/"):
        yield PageVisit(path, follow=True)
    days = DayCount.objects.values_list("day", flat=True)
    for year in sorted({day.year for day in days}):
        yield PageVisit(f"/{year:04d}/")
        yield PageVisit(f"/coverage/{year:04d}/", follow=True)
    for year, month in sorted({(day.year, day.month) for day in days}):
        yield PageVisit(f"/{year:04d}/{month:02d}/")
    for day in days:
        yield PageVisit(f"/{day:%Y/%m/%d}/", follow=True)
    for model in (Source, Tag, Author):
        for row in model._default_manager.filter(story_count__gt=0).order_by("pk"):
            yield PageVisit(row.get_absolute_url(), follow=True)
    for code in Image.objects.order_by("pk").values_list("code", flat=True):
        yield PageVisit(f"/i/{code}?w=400")
    yield PageVisit("/.well-known/security.txt")
    yield PageVisit(f"/nowhere/{quote('第船')}-svg/", status=404)  # the page lists near misses
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/nowhere/", 404)):
        yield PageVisit(path, status=status)


def _data_visits(articles: dict[int, Article]) -> Iterator[PageVisit]:
    """Yield the responses for programs; a browser that opens them must not run anything."""
    list_paths = [
        row.get_absolute_url()
        for model in (Source, Tag, Author)
        for row in model._default_manager.filter(story_count__gt=0).order_by("pk")[:5]
    ]
    for prefix in ("/", "/search/", *list_paths):
        yield PageVisit(f"{prefix}feed/", data="application/atom+xml", follow=True)
        yield PageVisit(f"{prefix}feed.rss", data="application/rss+xml", follow=True)
        yield PageVisit(f"{prefix}feed.json", data="application/feed+json", follow=True)
        yield PageVisit(f"{prefix}feed/arrivals/", data="application/atom+xml")
        yield PageVisit(f"{prefix}feed/arrivals.rss", data="application/rss+xml")
        yield PageVisit(f"{prefix}feed/arrivals.json", data="application/feed+json")
    for path, kind in (
        ("/api/v1/articles?page_size=100", "application/json"),
        ("/api/v1/openapi.json", "application/json"),
    ):
        yield PageVisit(path, data=kind, follow=True)
    yield from _crawler_visits()
    yield PageVisit(
        "/search/feed/?q=%3Cscript%3Ealert(1)%3C/script%3E", data="application/atom+xml"
    )
    yield PageVisit("/api/v1/articles?%3Cscript%3E=1", status=400, data="application/problem+json")
    yield PageVisit("/api/nowhere", status=404, data="application/problem+json")
    gone_numbers = {case.number for case in cases() if case.place in _GONE_PLACES}
    names = {case.number for case in cases() if case.place in _PLACES_IN_LISTS}
    edited = {case.number for case in cases() if case.place in EDITOR_PLACES}
    for number, article in articles.items():
        path = f"/api/v1/articles/{article.code}"
        if number in gone_numbers:
            yield PageVisit(path, number, 410, data="application/problem+json")
        else:
            opened = number in names  # for payloads in bodies the JSON is alike, so none is opened
            yield PageVisit(path, number, data="application/json", in_window=opened)
            yield from _file_visits(article, number, original=number not in edited)
    yield PageVisit("/search/download.csv", download="text/csv")
    yield PageVisit("/coverage.csv", download="text/csv")
    yield PageVisit("/search/download.jsonl?text=yes", download="application/jsonl")
    yield PageVisit("/api/v1/docs")


def _crawler_visits() -> Iterator[PageVisit]:
    """Yield what crawlers and browser search bars request; the sitemaps list all URLs."""
    months = {f"{day:%Y/%m}" for day in DayCount.objects.values_list("day", flat=True)}
    names = [f"/{part}" for month in sorted(months) for part in (month, f"{month}/1")]
    for name in (".xml", "/calendar.xml", "/outlets.xml", *(f"{each}.xml" for each in names)):
        # Chromium would render the XML with styles of its own, which the policy blocks.
        yield PageVisit(f"/sitemap{name}", data="application/xml", in_window=False)
    yield PageVisit("/robots.txt", data=PLAIN)
    yield PageVisit("/opensearch.xml", data="application/opensearchdescription+xml")
    for letter in "第船<svgi":
        path = f"/search/suggest/opensearch?q={quote(letter)}"
        yield PageVisit(path, data="application/x-suggestions+json")


def _file_visits(article: Article, number: int, *, original: bool) -> Iterator[PageVisit]:
    """Yield the files of a story; pass ``original=False`` if an editor has changed it."""
    for name, kind in (
        ("cite.bib", "application/x-bibtex"),
        ("cite.ris", "application/x-research-info-systems"),
        ("cite.json", "application/vnd.citationstyles.csl+json"),
        ("text.txt", PLAIN),
        ("text.md", "text/markdown"),
    ):
        yield PageVisit(f"/a/{article.code}/{name}", number, download=kind)
    if original and article.current_capture:
        stored = article.current_capture.original_id
        yield PageVisit(f"/a/{article.code}/original/{stored}", number, download=PLAIN)


def _admin_visits() -> Iterator[PageVisit]:
    yield PageVisit("/admin/", editors=True)
    for path in ("articles/", "auth/", "password_change/", "jsi18n/", "confirm/", "sessions/"):
        yield PageVisit(f"/admin/{path}", editors=True)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield PageVisit(reverse(f"{name}_changelist"), editors=True, follow=True)
        changeable = model in {Source, User}
        if changeable:
            yield PageVisit(reverse(f"{name}_add"), editors=True)
        if model is Article:
            continue  # visited with each case
        for key in model._default_manager.order_by("-pk").values_list("pk", flat=True):
            yield PageVisit(reverse(f"{name}_change", args=[key]), editors=True)
            if changeable or model in {Redirect, ImportRun}:
                yield PageVisit(reverse(f"{name}_history", args=[key]), editors=True)
            if model is User:
                yield PageVisit(reverse(f"{name}_delete", args=[key]), editors=True)
    for query_text in ("?q=svg", "?state=withdrawn", "?review=1"):
        yield PageVisit(f"/admin/articles/article/{query_text}", editors=True, follow=True)
    yield PageVisit("/admin/articles/importissue/?q=svg", editors=True)
    for stored in Image.objects.filter(state=ImageState.HELD):
        yield PageVisit(reverse("admin:articles_image_file", args=[stored.pk]), editors=True)


def _article_admin_url(article: Article, name: str, *arguments: Any) -> str:
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *arguments])
