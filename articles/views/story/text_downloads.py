"""A story to take along: its text, the same as Markdown, and the files that it was made from."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from articles.access.throttling.rate_limits import limited
from articles.content.output.text_documents import markdown_document, text_document
from articles.http.public_visibility import by_code
from articles.models import Article
from articles.selectors.provenance import WORDS
from articles.views.public_pages import GoneError, NotHereError, public_file
from articles.views.story.citations import cited, saved


@public_file
def text(request: HttpRequest, code: str) -> HttpResponse:
    """Return a story as plain text."""
    article = by_code(_with_text(), code)
    content = text_document(cited(article), article.body.text)
    return saved(content, "text/plain; charset=utf-8", f"{code}.txt")


@public_file
@limited("COSTLY_RATE")
def markdown(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a story as Markdown."""
    article = by_code(_with_text(), code)
    rights, html = article.source.rights, article.body.html
    content = markdown_document(cited(article), rights, html, settings.SITE_URL)
    return saved(content, "text/markdown; charset=utf-8", f"{code}.md")


@public_file
@limited("COSTLY_RATE")
def original(request: HttpRequest, code: str, sha256: str) -> HttpResponseBase:
    """Return the bytes of one capture as they were imported.

    A hidden one is gone. So are all of a story whose title, text or byline the editors have
    changed: what they took out must not come back by a file.
    """
    article = by_code(Article.objects.all(), code)
    capture = article.captures.select_related("original").filter(original=sha256).first()
    if capture is None:
        raise NotHereError(_("This story has no such file."))
    if capture.hidden:
        raise GoneError(_("This version of the story is hidden."))
    if article.edits.filter(active=True, field__in=WORDS).exists():
        raise GoneError(_("The archive has edited this story; its files are not given out."))
    name = f"{code}-{sha256[:8]}.md"
    return saved(capture.original.content, "text/plain; charset=utf-8", name)


def _with_text() -> QuerySet[Article]:
    return Article.objects.select_related("source", "author", "body", "current_capture")
