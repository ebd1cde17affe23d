"""The versions of a story, each version, and what changed between two of them.

Old versions are not stored as HTML: they are derived from the original bytes on request.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from articles.access.throttling.rate_limits import limited
from articles.content.post_file.parsing import parse_post
from articles.content.text.diff import compare
from articles.http.pagination import versions_page
from articles.http.public_visibility import by_code
from articles.models import Article, Capture
from articles.selectors.provenance import WORDS, original_of
from articles.views.public_pages import GoneError, NotHereError, public_page, story_page

_COMPARABLE = 500  # versions that the form offers
_COPIES = 200  # copies of one page's versions that are listed

#: What tells a version from another: its title, and the hash of its text.
_Said = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """A line in the list of versions. Of a hidden one nothing but the number is known.

    ``headline_changed``, ``text_changed`` and ``growth``, in characters: since ``older``, the
    version before it.
    """

    number: int
    capture: Capture | None
    title: str = ""
    is_shown: bool = False
    older: int | None = None
    headline_changed: bool = False
    text_changed: bool = False
    growth: int = 0
    copies: list[Capture] = field(default_factory=list)

    @property
    def shrinkage(self) -> int:
        """Return by how many characters it is shorter than the version before it."""
        return max(-self.growth, 0)


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a version. ``edited``: the archive's editors changed it."""

    title: str
    html: str
    text: str
    language: str
    edited: bool


@public_page
def versions(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return the list of a story's versions, the newest first, or the way to compare two."""
    if "old" in request.GET and "new" in request.GET:
        return redirect("difference", code, *_chosen(request), permanent=True)
    article = by_code(Article.objects.select_related("source", "current_capture"), code)
    closed = _closed(article)
    page = versions_page(request, article.captures.filter(version__isnull=False).defer("removals"))
    visible = _visible(article, closed).order_by("-version")
    before = visible.filter(version__lt=page.rows[-1].version)[:1] if page.next else []
    context = {
        "article": article,
        "page": page,
        "versions": _listed(article, page.rows, [*before], closed),
        "comparable": list(visible.values_list("version", flat=True)[:_COMPARABLE]),
    }
    return render(request, "pages/versions.html", context)


@public_page
@limited("COSTLY_RATE")
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Return one version of a story as it was captured; the shown one with its edits."""
    article = by_code(_with_text(), code)
    closed = _closed(article)
    capture = _captures(article, closed, number)[number]
    content = _content(article, capture)
    numbers = _visible(article, closed).values_list("version", flat=True)
    context = {
        "article": article,
        "capture": capture,
        "content": content,
        "is_shown": _is_shown(article, capture),
        "original": original_of(capture),
        "older": numbers.filter(version__lt=number).order_by("-version").first(),
        "newer": numbers.filter(version__gt=number).order_by("version").first(),
    }
    return story_page(request, "pages/version.html", context, content.html)


@public_page
@limited("COSTLY_RATE")
def difference(request: HttpRequest, code: str, old: int, new: int) -> HttpResponseBase:
    """Return what changed from version ``old`` to version ``new``."""
    if old > new:
        return redirect("difference", code, new, old, permanent=True)
    if old == new:
        raise NotHereError(_("These are one and the same version."))
    article = by_code(_with_text(), code)
    captures = _captures(article, _closed(article), old, new)
    before, after = _content(article, captures[old]), _content(article, captures[new])
    context = {
        "article": article,
        "old": captures[old],
        "new": captures[new],
        "language": after.language,
        "edited": before.edited or after.edited,
        "difference": compare(before.title, after.title, before.text, after.text),
    }
    return render(request, "pages/difference.html", context)


def _chosen(request: HttpRequest) -> tuple[int, int]:
    """Return the two versions of the form; raises NotHereError when they are no numbers."""
    numbers = [request.GET[name] for name in ("old", "new")]
    if not all(number.isascii() and number.isdigit() and len(number) < 8 for number in numbers):
        raise NotHereError(_("These are no numbers of versions."))
    old, new = sorted(max(int(number), 1) for number in numbers)
    return old, new


def _with_text() -> QuerySet[Article]:
    return Article.objects.select_related("source", "body", "current_capture")


def _closed(article: Article) -> set[_Said]:
    """Return what editors have changed, unless it is what is shown, with their edits.

    When the outlet brings a newer version, the words that they took out must not come back in the
    one before it.
    """
    edits = article.edits.filter(active=True, field__in=WORDS, base_capture__isnull=False)
    bases = set(edits.values_list("base_capture__title", "base_capture__text_hash"))
    return bases - {_said(article.current_capture)} if article.current_capture else bases


def _said(capture: Capture) -> _Said:
    return capture.title, capture.text_hash


def _visible(article: Article, closed: set[_Said]) -> QuerySet[Capture]:
    """Return the versions that readers may see."""
    versions = article.captures.filter(version__isnull=False, hidden=False)
    for title, text_hash in sorted(closed):
        versions = versions.exclude(title=title, text_hash=text_hash)
    return versions


def _captures(article: Article, closed: set[_Said], *numbers: int) -> dict[int, Capture]:
    """Return the captures with these version numbers.

    Raises GoneError when one of them is hidden or closed, NotHereError when one does not exist.
    """
    found = {
        capture.version: capture
        for capture in article.captures.select_related("original").filter(version__in=numbers)
    }
    for number in numbers:
        if number not in found:
            raise NotHereError(_("This story has no version %(number)s.") % {"number": number})
        if found[number].hidden or _said(found[number]) in closed:
            raise GoneError(_("Version %(number)s of this story is hidden.") % {"number": number})
    return {number: found[number] for number in numbers}


def _is_shown(article: Article, capture: Capture) -> bool:
    """Tell whether ``capture`` is the shown one, or differs from it in form only."""
    shown = article.current_capture
    return shown is not None and capture.says_the_same_as(shown)


def _content(article: Article, capture: Capture) -> Content:
    if _is_shown(article, capture):
        # The editors' words, here too: a name that they took out must not come back.
        body = article.body
        edited = article.edited_at is not None
        return Content(article.title, body.html, body.text, article.language, edited)
    post = parse_post(capture.original.content, bytes(capture.order_path))
    return Content(post.title, post.html, post.text, post.language, edited=False)


def _listed(
    article: Article, captures: list[Capture], before: list[Capture], closed: set[_Said]
) -> list[Version]:
    copies = _copies(article, captures)
    visible = [c for c in [*captures, *before] if not c.hidden and _said(c) not in closed]
    listed = []
    for capture in captures:
        number = capture.version or 0
        if capture not in visible:
            listed.append(Version(number, None))
            continue
        is_shown = _is_shown(article, capture)
        older = next((each for each in visible if (each.version or 0) < number), None)
        listed.append(
            Version(
                number,
                capture,
                title=article.title if is_shown else capture.title,
                is_shown=is_shown,
                older=older.version if older else None,
                headline_changed=older is not None and older.title != capture.title,
                text_changed=older is not None and older.text_hash != capture.text_hash,
                growth=capture.character_count - (older or capture).character_count,
                copies=copies[capture.title, capture.text_hash],
            )
        )
    return listed


def _copies(
    article: Article, captures: list[Capture]
) -> defaultdict[tuple[str, str], list[Capture]]:
    """Return the captures that differ from these in form only, by title and text."""
    hashes = [capture.text_hash for capture in captures if not capture.hidden]
    others = article.captures.filter(version__isnull=True, hidden=False, text_hash__in=hashes)
    copies: defaultdict[tuple[str, str], list[Capture]] = defaultdict(list)
    others = others.only("article", "title", "text_hash", "original_id").order_by("id")
    for copy in others[:_COPIES]:
        copies[copy.title, copy.text_hash].append(copy)
    return copies
