"""How a story is cited: the texts on its page, and a file for each kind of program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.content.output import citations
from articles.content.output.citations import Work
from articles.http.language_prefix import whole
from articles.http.public_visibility import by_code
from articles.http.security_headers import FILE_POLICY
from articles.models import Article
from articles.selectors.citations import work_of
from articles.views.public_pages import public_file


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation as a text to be copied; ``language`` is that of its own words."""

    id: str
    label: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which programs read citations."""

    write: Callable[[Work], str]
    content_type: str


FORMS = {
    "bib": Form(citations.bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": Form(citations.ris, "application/x-research-info-systems; charset=utf-8"),
    "json": Form(citations.csl_json, "application/vnd.citationstyles.csl+json"),
}


def citations_of(article: Article) -> list[Citation]:
    """Return the citations of a story, with its outlet, author and shown capture selected."""
    work = cited(article)
    return [
        Citation("cite-gb", "GB/T 7714—2015", "zh-Hans", citations.gb_t_7714(work)),
        Citation("cite-apa", "APA", "en", citations.apa(work)),
        Citation("cite-zh", _("Wikipedia (Chinese)"), "zh-Hans", citations.wikipedia_zh(work)),
        Citation("cite-en", _("Wikipedia (English)"), "en", citations.wikipedia_en(work)),
    ]


def cited(article: Article) -> Work:
    """Return a story as what is cited, with its permanent address."""
    return work_of(article, copy=permanent_url(article), archive=settings.SITE_NAME)


def permanent_url(article: Article) -> str:
    """Return the whole address that leads to a story for ever, in any language."""
    return whole(reverse("code", args=[article.code]))


@public_file
def cite(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Return the citation of a story as a file."""
    articles = Article.objects.select_related("source", "author", "current_capture")
    work = cited(by_code(articles, code))
    return saved(FORMS[form].write(work), FORMS[form].content_type, f"{work.code}.{form}")


def saved(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    """Return a file to be saved, which no browser may take for a page; ``name`` is ours."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
