"""Downloads of a story: plain text, Markdown, and its original post files."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from articles.access.throttling.rate_limits import rate_limited
from articles.content.output.text_documents import markdown_document, text_document
from articles.http.public_visibility import public_article_by_code
from articles.models import Article
from articles.selectors.provenance import SENSITIVE_FIELDS
from articles.views.article.citations import citable_work, download_response
from articles.views.public_pages import GoneError, NotFoundError, public_file


@public_file
def text(request: HttpRequest, code: str) -> HttpResponse:
    """Return a story as plain text."""
    article = public_article_by_code(_with_body(), code)
    content = text_document(citable_work(article), article.body.text)
    return download_response(content, "text/plain; charset=utf-8", f"{code}.txt")


@public_file
@rate_limited("COSTLY_RATE")
def markdown(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a story as Markdown."""
    article = public_article_by_code(_with_body(), code)
    rights, html = article.source.rights, article.body.html
    content = markdown_document(citable_work(article), rights, html, settings.SITE_URL)
    return download_response(content, "text/markdown; charset=utf-8", f"{code}.md")


@public_file
@rate_limited("COSTLY_RATE")
def original(request: HttpRequest, code: str, sha256: str) -> HttpResponseBase:
    """Return the bytes of one capture as they were imported.

    Raises GoneError for a hidden capture, and for all captures of a story whose title, text or
    byline was edited: what editors removed must not be available in a file.
    """
    article = public_article_by_code(Article.objects.all(), code)
    capture = article.captures.select_related("original").filter(original=sha256).first()
    if capture is None:
        raise NotFoundError(_("This story has no such file."))
    if capture.hidden:
        raise GoneError(_("This version of the story is hidden."))
    if article.edits.filter(active=True, field__in=SENSITIVE_FIELDS).exists():
        raise GoneError(_("The archive has edited this story; its files are not given out."))
    name = f"{code}-{sha256[:8]}.md"
    return download_response(capture.original.content, "text/plain; charset=utf-8", name)


def _with_body() -> QuerySet[Article]:
    return Article.objects.select_related("source", "author", "body", "current_capture")
