"""``/opensearch.xml`` and suggestions: search from the browser's address bar (OpenSearch 1.1)."""

from __future__ import annotations

import json
from xml.sax.saxutils import quoteattr

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from articles.access.throttling.rate_limits import rate_limited
from articles.http.language_prefix import permanent_url
from articles.searching.autocomplete import find_suggestions
from articles.templatetags.archive import site_name
from articles.views.public_pages import public_page

CONTENT_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS_TYPE = "application/x-suggestions+json"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_NAME_LENGTH = 16  # characters, the maximum in the specification


@public_page
def description(request: HttpRequest) -> HttpResponse:
    """Return the OpenSearch description; its URLs have the language prefix of the request."""
    urls = [
        ("text/html", "results", f"{_localized_url('search')}?q={{searchTerms}}"),
        (
            SUGGESTIONS_TYPE,
            "suggestions",
            f"{_localized_url('opensearch_suggest')}?q={{searchTerms}}",
        ),
        (CONTENT_TYPE, "self", _localized_url("opensearch")),
    ]
    about = _("Search the archive's stories: their titles, texts, outlets, authors and topics.")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<OpenSearchDescription xmlns="{_NAMESPACE}">',
        f"<ShortName>{escape(site_name()[:_NAME_LENGTH])}</ShortName>",
        f"<Description>{escape(about)}</Description>",
        "<InputEncoding>UTF-8</InputEncoding>",
        "<OutputEncoding>UTF-8</OutputEncoding>",
        f"<Image>{escape(permanent_url(reverse('icon')))}</Image>",
        *(
            f"<Url type={quoteattr(kind)} rel={quoteattr(rel)} template={quoteattr(template)}/>"
            for kind, rel, template in urls
        ),
        "</OpenSearchDescription>",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=CONTENT_TYPE)


@public_page
@rate_limited("SUGGEST_RATE")
def suggest(request: HttpRequest) -> HttpResponse:
    """Return ``[query, [suggestion, …]]``, the JSON that browsers expect."""
    typed = request.GET.get("q", "")
    payload = [typed, [suggestion.text for suggestion in find_suggestions(typed)]]
    return HttpResponse(json.dumps(payload, ensure_ascii=False), content_type=SUGGESTIONS_TYPE)


def _localized_url(name: str) -> str:
    return settings.SITE_URL + reverse(name)
