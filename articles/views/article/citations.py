"""Citations of a story: texts on its page, and files for reference managers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.content.output import citations
from articles.content.output.citations import CitedWork
from articles.http.language_prefix import permanent_url
from articles.http.public_visibility import public_article_by_code
from articles.http.security_headers import DOWNLOAD_CSP
from articles.models import Article
from articles.selectors.citations import build_cited_work
from articles.views.public_pages import public_file


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation as a text to copy; ``language`` is that of its fixed words."""

    id: str
    label: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class CitationFormat:
    """A file format of reference managers."""

    write: Callable[[CitedWork], str]
    content_type: str


FORMATS = {
    "bib": CitationFormat(citations.bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": CitationFormat(citations.ris, "application/x-research-info-systems; charset=utf-8"),
    "json": CitationFormat(citations.csl_json, "application/vnd.citationstyles.csl+json"),
}


def make_citations(article: Article) -> list[Citation]:
    """Return the citations of a story with source, author and current capture selected."""
    work = citable_work(article)
    return [
        Citation("cite-gb", "GB/T 7714—2015", "zh-Hans", citations.gb_t_7714(work)),
        Citation("cite-apa", "APA", "en", citations.apa(work)),
        Citation("cite-zh", _("Wikipedia (Chinese)"), "zh-Hans", citations.wikipedia_zh(work)),
        Citation("cite-en", _("Wikipedia (English)"), "en", citations.wikipedia_en(work)),
    ]


def citable_work(article: Article) -> CitedWork:
    """Return a story as a cited work, with its permanent URL."""
    return build_cited_work(article, archive_url=code_url(article), archive_name=settings.SITE_NAME)


def code_url(article: Article) -> str:
    """Return the absolute short URL of a story, which is permanent and has no language prefix."""
    return permanent_url(reverse("code", args=[article.code]))


@public_file
def cite(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Return the citation of a story as a file."""
    articles = Article.objects.select_related("source", "author", "current_capture")
    work = citable_work(public_article_by_code(articles, code))
    return download_response(
        FORMATS[form].write(work), FORMATS[form].content_type, f"{work.code}.{form}"
    )


def download_response(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    """Return a download that no browser renders as a page; ``name`` must be a safe file name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    response["X-Content-Type-Options"] = "nosniff"
    return response
