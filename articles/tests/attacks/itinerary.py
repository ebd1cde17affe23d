"""The addresses of an archive that holds every case; Django must be set up.

Every page on which something of a post or of an editor is shown: each case's own, all lists, all
of the admin's. ``test_urlconf`` sees to it that no pattern is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from articles.content.urls.normalization import identity_hash, identity_of
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
from articles.tests.attacks.benign import benign
from articles.tests.attacks.vectors import TYPED, Case, Place, cases

_WORDS = TYPED | {
    Place.TITLE, Place.AUTHOR, Place.TAG, Place.OUTLET, Place.HEADER, Place.FILE_NAME,
}  # fmt: skip
_TITLES = frozenset({Place.TITLE, Place.EDITED_TITLE, Place.OUTLET, Place.HIDING})
_VERSIONED = frozenset({Place.TITLE, Place.FILE_NAME, Place.HIDING})
PLAIN = "text/plain"
_GONE = frozenset({Place.REASON, Place.ERASURE})


@dataclass(frozen=True)
class Stop:
    """One address. ``case`` is the number of the only one that is to be seen there, else 0.

    ``shows``: selector and the text that it has; ``body``: the story's text is there, to be
    compared; ``download``: the type of the file that the answer is; ``data``: the type of the
    answer, which is for programs, and ``in_window`` whether a browser opens that, too;
    ``follow``: so are the list's further pages.
    ``holds`` and ``text``: selectors below the story that find something, and words that it has;
    ``proof``: here the control run has to notice the case.
    """

    address: str
    case: int = 0
    status: int = 200
    shows: dict[str, str] = field(default_factory=dict)
    holds: list[str] = field(default_factory=list)
    text: str = ""
    body: bool = False
    download: str = ""
    data: str = ""
    in_window: bool = True
    follow: bool = False
    proof: bool = False
    editors: bool = False


@dataclass(frozen=True)
class Entry:
    """What an editor types into the form at ``address``: values by name, then the button."""

    case: int
    address: str
    values: dict[str, str]
    button: str


def site(base: str) -> dict[str, Any]:
    """Return the stops and entries of this archive as plain data."""
    found = _articles()
    stops = [stop for case in cases() for stop in _case_stops(case, found)]
    return {
        "base": base,
        "entries": [asdict(entry) for case in cases() for entry in _entries(case, found)],
        "stops": [
            asdict(stop) for stop in [*stops, *_benign(found), *_lists(), *_data(found), *_admin()]
        ],
        "articles": {number: article.pk for number, article in found.items()},
    }


def _articles() -> dict[int, Article]:
    """Return the article of each folder's number."""
    rows = Article.objects.select_related("source", "author", "current_capture")
    by_original = {
        capture.original_id: article
        for article in rows.prefetch_related("captures")
        for capture in article.captures.all()
    }
    return {
        int(bytes(seen.path).split(b"/")[0]): by_original[seen.original_id]
        for seen in Sighting.objects.all()
        if seen.original_id in by_original
    }


def _case_stops(case: Case, found: dict[int, Article]) -> Iterator[Stop]:
    if case.place == Place.BROKEN_FILE:
        issue = next(each for each in ImportIssue.objects.all() if f"/{case.number}/" in str(each))
        page = reverse("admin:articles_importissue_change", args=[issue.pk])
        yield Stop(page, case.number, editors=True, proof=True)
        page = reverse("admin:articles_importissue_bytes", args=[issue.pk])
        yield Stop(page, case.number, editors=True, download=PLAIN)
        return
    article = found[case.number]
    public = article.get_absolute_url()
    typed = case.place in TYPED
    if case.place in _GONE:
        yield Stop(public, case.number, 410, proof=True)
        yield Stop(f"/a/{article.code}/", case.number, 410)
    else:
        shows = {} if typed else _shows(article)
        proof = case.place not in {Place.FILE_NAME, Place.RIGHTS, Place.HIDING}
        yield Stop(public, case.number, shows=shows, body=not typed, proof=proof)
        yield from _search_stops(case, public)
        if case.number % 3 == 0:  # the same markup as the plain page, as other tests see to
            yield Stop(f"{public}?script=hant", case.number)
    if case.place == Place.ERASURE:
        capture = article.captures.latest("front_matter_at")
        mark = [identity_hash(identity_of(capture.url))]
        for name in ("change", "history"):
            page = reverse(f"admin:articles_blockedidentity_{name}", args=mark)
            yield Stop(page, case.number, editors=True)
        return
    # What only a body holds is told on fewer pages: here by turns on those that build it anew.
    names = case.place in _WORDS
    if case.place == Place.RIGHTS:
        yield Stop(article.source.get_absolute_url(), case.number, proof=True)
    if names or case.number % 2:
        in_admin = case.place in {Place.FILE_NAME, Place.HIDING}
        yield Stop(_page(article, "change"), case.number, editors=True, proof=in_admin)
        if case.place not in _GONE:
            yield Stop(f"/a/{article.code}/versions/1/", case.number, body=not typed)
    if names or not case.number % 2:
        yield Stop(_page(article, "preview"), case.number, editors=True, body=not typed)
    if case.place in _TITLES:
        yield Stop(f"/a/{article.code}/versions/", case.number)
        for name in ("history", "withdraw", "erase"):
            yield Stop(_page(article, name), case.number, editors=True)
    if article.version_count > 1 and case.place != Place.HIDING:
        yield Stop(f"/a/{article.code}/versions/1..2/", case.number)
        yield Stop(f"/a/{article.code}/versions/2/", case.number)
    if case.place in _VERSIONED:
        newest = article.captures.latest("front_matter_at").pk
        name = "hide" if case.place == Place.TITLE else "show"
        yield Stop(_page(article, name, newest), case.number, editors=True)
        yield Stop(_page(article, "original", newest), case.number, editors=True, download=PLAIN)
    if case.place == Place.FILE_NAME:
        seen = Sighting.objects.filter(original__captures__article=article)
        path = next(bytes(s.path) for s in seen if b"later" not in bytes(s.path))
        stem = path.rpartition(b"/")[2].removesuffix(b".md")
        yield Stop(f"/a/{article.code}/", case.number)
        # The static site could not serve a name that is not UTF-8 either.
        status = 200 if quote(stem.decode("utf-8", "replace")) == quote(stem) else 404
        for old in (f"2021-01-14/{quote(stem, safe='')}", f"box/2021/01/14/{quote(stem[11:], '')}"):
            yield Stop(f"/{old}.html", case.number, status)
        yield Stop(f"/2021-01-14/{quote(stem, safe='')}", case.number, status)


def _search_stops(case: Case, public: str) -> Iterator[Stop]:
    """Yield the payload as a search, which the page repeats, and the story opened from it.

    The words find the story as well, and are marked in its title, its text and its payload.
    """
    words = f"第{case.number}号船 OR 船 OR ({case.payload[:300]})"
    query = quote(words.encode("utf-8", "replace"))
    yield Stop(f"/search/?q={query}", case.number)
    yield Stop(f"{public}?mark={query}", case.number)


def _shows(article: Article) -> dict[str, str]:
    shows = {"h1": article.title or "(untitled)", ".article-facts .outlet": article.source.name}
    if article.author:
        shows[".byline"] = article.author.name
    if tag := article.tags.order_by("name").first():
        shows[".tags li a"] = tag.name
    return shows


def _entries(case: Case, found: dict[int, Article]) -> Iterator[Entry]:
    names = {
        Place.EDITED_TITLE: "title",
        Place.EDITED_TEXT: "html",
        Place.EDITED_AUTHOR: "author",
        Place.EDITED_TAGS: "tags",
    }
    if case.place not in TYPED:
        return
    article = found[case.number]
    if case.place == Place.REASON:
        page = _page(article, "withdraw")
        yield Entry(case.number, page, {"reason": case.payload}, ".submit-row input")
    elif case.place == Place.ERASURE:
        values = {"reason": case.payload, "code": article.code}
        yield Entry(case.number, _page(article, "erase"), values, ".submit-row input")
    elif case.place == Place.HIDING:
        page = _page(article, "hide", article.captures.latest("front_matter_at").pk)
        yield Entry(case.number, page, {"reason": case.payload}, ".submit-row input")
    elif case.place == Place.RIGHTS:
        page = reverse("admin:articles_source_change", args=[article.source_id])
        texts = {"rights": case.payload, "description": case.payload}
        yield Entry(case.number, page, texts, "input[name=_save]")
    else:
        values = {names[case.place]: case.payload, "reason": case.payload[:200]}
        yield Entry(case.number, _page(article, "change"), values, "input[name=_save]")


def _benign(found: dict[int, Article]) -> Iterator[Stop]:
    for each in benign():
        holds = [f".body {selector}" for selector in each.holds]
        yield Stop(found[each.number].get_absolute_url(), holds=holds, text=each.text)


def _lists() -> Iterator[Stop]:
    yield Stop("/search/")
    yield Stop("/search/help/")
    yield Stop("/bookmarks/")
    for order in ("newest", "oldest", "relevance"):
        yield Stop(f"/search/?q={quote('* OR 船')}&sort={order}", follow=True)
    for letter in "第船<svgi":
        yield Stop(f"/search/suggest?q={quote(letter)}")
    for script in ("hans", "hant"):
        yield Stop(f"/search/?q={quote('船')}&script={script}", follow=True)
    yield Stop("/about/")
    yield Stop("/about/takedown/")
    for address in ("/", "/sources/", "/tags/", "/authors/", "/coverage/", "/withdrawals/"):
        yield Stop(address, follow=True)
    days = DayCount.objects.values_list("day", flat=True)
    for year in sorted({day.year for day in days}):
        yield Stop(f"/{year:04d}/")
        yield Stop(f"/coverage/{year:04d}/", follow=True)
    for year, month in sorted({(day.year, day.month) for day in days}):
        yield Stop(f"/{year:04d}/{month:02d}/")
    for day in days:
        yield Stop(f"/{day:%Y/%m/%d}/", follow=True)
    for model in (Source, Tag, Author):
        for row in model._default_manager.filter(story_count__gt=0).order_by("pk"):
            yield Stop(row.get_absolute_url(), follow=True)
    for code in Image.objects.order_by("pk").values_list("code", flat=True):
        yield Stop(f"/i/{code}?w=400")
    yield Stop("/.well-known/security.txt")
    yield Stop(f"/nowhere/{quote('第船')}-svg/", status=404)  # what is nearest to it is told
    for address, status in (("/healthz", 200), ("/readyz", 200), ("/nowhere/", 404)):
        yield Stop(address, status=status)


def _data(found: dict[int, Article]) -> Iterator[Stop]:
    """Yield what is for programs: a browser that opens it all the same may run nothing."""
    few = [
        row.get_absolute_url()
        for model in (Source, Tag, Author)
        for row in model._default_manager.filter(story_count__gt=0).order_by("pk")[:5]
    ]
    for below in ("/", "/search/", *few):
        yield Stop(f"{below}feed/", data="application/atom+xml", follow=True)
        yield Stop(f"{below}feed.rss", data="application/rss+xml", follow=True)
        yield Stop(f"{below}feed.json", data="application/feed+json", follow=True)
    for address, kind in (
        ("/api/v1/articles?page_size=100", "application/json"),
        ("/api/v1/openapi.json", "application/json"),
    ):
        yield Stop(address, data=kind, follow=True)
    yield from _crawled()
    yield Stop("/search/feed/?q=%3Cscript%3Ealert(1)%3C/script%3E", data="application/atom+xml")
    yield Stop("/api/v1/articles?%3Cscript%3E=1", status=400, data="application/problem+json")
    yield Stop("/api/nowhere", status=404, data="application/problem+json")
    gone = {case.number for case in cases() if case.place in _GONE}
    names = {case.number for case in cases() if case.place in _WORDS}
    edited = {case.number for case in cases() if case.place in TYPED}
    for number, article in found.items():
        address = f"/api/v1/articles/{article.code}"
        if number in gone:
            yield Stop(address, number, 410, data="application/problem+json")
        else:
            opened = number in names  # of bodies the JSON is the same text in the same place
            yield Stop(address, number, data="application/json", in_window=opened)
            yield from _files(article, number, original=number not in edited)
    yield Stop("/search/download.csv", download="text/csv")
    yield Stop("/coverage.csv", download="text/csv")
    yield Stop("/search/download.jsonl?text=yes", download="application/jsonl")
    yield Stop("/api/v1/docs")


def _crawled() -> Iterator[Stop]:
    """Yield what crawlers and the bars of browsers ask for; sitemaps hold all addresses."""
    months = {f"{day:%Y/%m}" for day in DayCount.objects.values_list("day", flat=True)}
    names = [f"/{part}" for month in sorted(months) for part in (month, f"{month}/1")]
    for name in (".xml", "/calendar.xml", "/outlets.xml", *(f"{each}.xml" for each in names)):
        # Chromium would lay it out with styles of its own, which the policy refuses.
        yield Stop(f"/sitemap{name}", data="application/xml", in_window=False)
    yield Stop("/robots.txt", data=PLAIN)
    yield Stop("/opensearch.xml", data="application/opensearchdescription+xml")
    for letter in "第船<svgi":
        address = f"/search/suggest/opensearch?q={quote(letter)}"
        yield Stop(address, data="application/x-suggestions+json")


def _files(article: Article, number: int, *, original: bool) -> Iterator[Stop]:
    """Yield the files of a story; no ``original`` of one whose words an editor has changed."""
    for name, kind in (
        ("cite.bib", "application/x-bibtex"),
        ("cite.ris", "application/x-research-info-systems"),
        ("cite.json", "application/vnd.citationstyles.csl+json"),
        ("text.txt", PLAIN),
        ("text.md", "text/markdown"),
    ):
        yield Stop(f"/a/{article.code}/{name}", number, download=kind)
    if original and article.current_capture:
        held = article.current_capture.original_id
        yield Stop(f"/a/{article.code}/original/{held}", number, download=PLAIN)


def _admin() -> Iterator[Stop]:
    yield Stop("/admin/", editors=True)
    for address in ("articles/", "auth/", "password_change/", "jsi18n/", "confirm/", "sessions/"):
        yield Stop(f"/admin/{address}", editors=True)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield Stop(reverse(f"{name}_changelist"), editors=True, follow=True)
        changeable = model in {Source, User}
        if changeable:
            yield Stop(reverse(f"{name}_add"), editors=True)
        if model is Article:
            continue  # each is a case's own stop
        for key in model._default_manager.order_by("-pk").values_list("pk", flat=True):
            yield Stop(reverse(f"{name}_change", args=[key]), editors=True)
            if changeable or model in {Redirect, ImportRun}:
                yield Stop(reverse(f"{name}_history", args=[key]), editors=True)
            if model is User:
                yield Stop(reverse(f"{name}_delete", args=[key]), editors=True)
    for words in ("?q=svg", "?state=withdrawn", "?review=1"):
        yield Stop(f"/admin/articles/article/{words}", editors=True, follow=True)
    yield Stop("/admin/articles/importissue/?q=svg", editors=True)
    for held in Image.objects.filter(state=ImageState.HELD):
        yield Stop(reverse("admin:articles_image_file", args=[held.pk]), editors=True)


def _page(article: Article, name: str, *arguments: Any) -> str:
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *arguments])
