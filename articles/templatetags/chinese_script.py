"""The template tag for the URLs of a page in both Chinese scripts."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from articles.content.chinese_script import Script
from articles.http.chinese_script_conversion import requested_script

register = template.Library()

_LABELS = {
    None: "原文",
    Script.HANS: "简体",
    Script.HANT: "繁體",
}  # the same in every interface language


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant of this page. ``language`` is that of its label, and of the converted text."""

    label: str
    language: str
    url: str
    is_current: bool
    is_original: bool


@register.simple_tag(takes_context=True)
def script_choices(context: template.RequestContext) -> list[Choice]:
    """Return the links to this page as stored, in simplified and in traditional characters."""
    request: HttpRequest = context["request"]
    here = requested_script(request)
    return [
        Choice(
            label,
            script.language if script else "zh",
            escape_uri_path(request.path) + _query(request, script),
            script is here,
            script is None,
        )
        for script, label in _LABELS.items()
    ]


def _query(request: HttpRequest, script: Script | None) -> str:
    """Return the query string of this page with ``script`` replaced or removed."""
    parameters = request.GET.copy()
    parameters.pop("script", None)
    if script:
        parameters["script"] = script
    query = parameters.urlencode()
    return f"?{query}" if query else ""
