"""The list of a story's versions, the page of a version, and the diff of two versions.

The HTML of old versions is not stored: it is derived from the original bytes on request.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from articles.access.throttling.rate_limits import rate_limited
from articles.content.post_file.parsing import parse_post
from articles.content.text.diff import compare_texts
from articles.http.pagination import versions_page
from articles.http.public_visibility import public_article_by_code
from articles.models import Article, Capture
from articles.selectors.provenance import SENSITIVE_FIELDS, original_link
from articles.views.public_pages import GoneError, NotFoundError, public_page, render_story_page

_MAX_COMPARABLE = 500  # versions in the form that compares two
_MAX_COPIES = 200  # listed copies of the versions on one page

#: Identifies the content of a version: its title, and the hash of its text.
_ContentKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """A line in the list of versions. A hidden one has only its number.

    ``headline_changed``, ``text_changed`` and ``growth`` (in characters) are relative to ``older``,
    the number of the previous visible version.
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
        """Return by how many characters it is shorter than the previous version, at least 0."""
        return max(-self.growth, 0)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a version. ``edited``: it includes changes by the archive's editors."""

    title: str
    html: str
    text: str
    language: str
    edited: bool


@public_page
def versions(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return the list of a story's versions, newest first, or the redirect to a diff of two."""
    if "old" in request.GET and "new" in request.GET:
        return redirect("difference", code, *_requested_numbers(request), permanent=True)
    article = public_article_by_code(
        Article.objects.select_related("source", "current_capture"), code
    )
    withheld = _withheld_contents(article)
    page = versions_page(request, article.captures.filter(version__isnull=False).defer("removals"))
    visible = _visible(article, withheld).order_by("-version")
    before = visible.filter(version__lt=page.rows[-1].version)[:1] if page.next else []
    context = {
        "article": article,
        "page": page,
        "versions": _build_versions(article, page.rows, [*before], withheld),
        "comparable": list(visible.values_list("version", flat=True)[:_MAX_COMPARABLE]),
    }
    return render(request, "pages/article/versions.html", context)


@public_page
@rate_limited("COSTLY_RATE")
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Return one version of a story as it was captured; the current one with its edits."""
    article = public_article_by_code(_with_body(), code)
    withheld = _withheld_contents(article)
    capture = _captures(article, withheld, number)[number]
    content = _content(article, capture)
    numbers = _visible(article, withheld).values_list("version", flat=True)
    context = {
        "article": article,
        "capture": capture,
        "content": content,
        "is_shown": _is_shown(article, capture),
        "original": original_link(capture),
        "older": numbers.filter(version__lt=number).order_by("-version").first(),
        "newer": numbers.filter(version__gt=number).order_by("version").first(),
    }
    return render_story_page(request, "pages/article/version.html", context, content.html)


@public_page
@rate_limited("COSTLY_RATE")
def difference(request: HttpRequest, code: str, old: int, new: int) -> HttpResponseBase:
    """Return the diff from version ``old`` to version ``new``."""
    if old > new:
        return redirect("difference", code, new, old, permanent=True)
    if old == new:
        raise NotFoundError(_("These are one and the same version."))
    article = public_article_by_code(_with_body(), code)
    captures = _captures(article, _withheld_contents(article), old, new)
    before, after = _content(article, captures[old]), _content(article, captures[new])
    context = {
        "article": article,
        "old": captures[old],
        "new": captures[new],
        "language": after.language,
        "edited": before.edited or after.edited,
        "difference": compare_texts(before.title, after.title, before.text, after.text),
    }
    return render(request, "pages/article/difference.html", context)


def _requested_numbers(request: HttpRequest) -> tuple[int, int]:
    """Return the two version numbers of the form; raises NotFoundError if they are invalid."""
    numbers = [request.GET[name] for name in ("old", "new")]
    if not all(number.isascii() and number.isdigit() and len(number) < 8 for number in numbers):
        raise NotFoundError(_("These are no numbers of versions."))
    old, new = sorted(max(int(number), 1) for number in numbers)
    return old, new


def _with_body() -> QuerySet[Article]:
    return Article.objects.select_related("source", "body", "current_capture")


def _withheld_contents(article: Article) -> set[_ContentKey]:
    """Return the contents to withhold: those that editors changed, except the current one.

    The current version is shown with its edits. After the outlet published a newer version, words
    that editors removed must not be visible in the older one.
    """
    edits = article.edits.filter(
        active=True, field__in=SENSITIVE_FIELDS, base_capture__isnull=False
    )
    bases = set(edits.values_list("base_capture__title", "base_capture__text_hash"))
    return bases - {_content_key(article.current_capture)} if article.current_capture else bases


def _content_key(capture: Capture) -> _ContentKey:
    return capture.title, capture.text_hash


def _visible(article: Article, withheld: set[_ContentKey]) -> QuerySet[Capture]:
    """Return the captures of the versions that readers may see."""
    versions = article.captures.filter(version__isnull=False, hidden=False)
    for title, text_hash in sorted(withheld):
        versions = versions.exclude(title=title, text_hash=text_hash)
    return versions


def _captures(article: Article, withheld: set[_ContentKey], *numbers: int) -> dict[int, Capture]:
    """Return the captures with these version numbers.

    Raises GoneError if one of them is hidden or withheld, NotFoundError if one does not exist.
    """
    found = {
        capture.version: capture
        for capture in article.captures.select_related("original").filter(version__in=numbers)
    }
    for number in numbers:
        if number not in found:
            raise NotFoundError(_("This story has no version %(number)s.") % {"number": number})
        if found[number].hidden or _content_key(found[number]) in withheld:
            raise GoneError(_("Version %(number)s of this story is hidden.") % {"number": number})
    return {number: found[number] for number in numbers}


def _is_shown(article: Article, capture: Capture) -> bool:
    """Return whether ``capture`` is the current one, or has the same text in another form."""
    shown = article.current_capture
    return shown is not None and capture.has_same_text_as(shown)


def _content(article: Article, capture: Capture) -> Content:
    if _is_shown(article, capture):
        # With the edits, here too: a name that editors removed must not be visible.
        body = article.body
        edited = article.edited_at is not None
        return Content(article.title, body.html, body.text, article.language, edited)
    post = parse_post(capture.original.content, bytes(capture.order_path))
    return Content(post.title, post.html, post.text, post.language, edited=False)


def _build_versions(
    article: Article, captures: list[Capture], before: list[Capture], withheld: set[_ContentKey]
) -> list[Version]:
    copies = _copies(article, captures)
    visible = [c for c in [*captures, *before] if not c.hidden and _content_key(c) not in withheld]
    lines = []
    for capture in captures:
        number = capture.version or 0
        if capture not in visible:
            lines.append(Version(number, None))
            continue
        is_shown = _is_shown(article, capture)
        older = next((each for each in visible if (each.version or 0) < number), None)
        lines.append(
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
    return lines


def _copies(
    article: Article, captures: list[Capture]
) -> defaultdict[tuple[str, str], list[Capture]]:
    """Return captures with the same text as these in another form, by title and text hash."""
    hashes = [capture.text_hash for capture in captures if not capture.hidden]
    others = article.captures.filter(version__isnull=True, hidden=False, text_hash__in=hashes)
    copies: defaultdict[tuple[str, str], list[Capture]] = defaultdict(list)
    others = others.only("article", "title", "text_hash", "original_id").order_by("id")
    for copy in others[:_MAX_COPIES]:
        copies[copy.title, copy.text_hash].append(copy)
    return copies
