"""The addresses of a page in either script of Chinese, for its head and for its readers."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from articles.content.chinese_script import Script
from articles.http.language_prefix import whole
from articles.http.script_conversion import script_of

register = template.Library()

_LABELS = {None: "原文", Script.HANS: "简体", Script.HANT: "繁體"}  # no interface translates them


@dataclass(frozen=True, slots=True)
class Choice:
    """A form of this page. ``language`` is that of its label, and of its text if it has one."""

    label: str
    language: str
    address: str
    is_current: bool
    is_original: bool


@register.simple_tag(takes_context=True)
def script_choices(context: template.RequestContext) -> list[Choice]:
    """Return this page as it is stored, simplified and traditional, at addresses of this site."""
    request: HttpRequest = context["request"]
    here = script_of(request)
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


@register.simple_tag(takes_context=True)
def script_alternates(context: template.RequestContext) -> list[tuple[str, str]]:
    """Return the languages of this page's forms and their permanent addresses, plain one last."""
    request: HttpRequest = context["request"]
    page = whole(escape_uri_path(request.path))
    forms = [(script.language, page + _query(request, script)) for script in Script]
    return [*forms, ("x-default", page + _query(request, None))]


def _query(request: HttpRequest, script: Script | None) -> str:
    """Return the query of this page, all as it was but for its script."""
    asked = request.GET.copy()
    asked.pop("script", None)
    if script:
        asked["script"] = script
    query = asked.urlencode()
    return f"?{query}" if query else ""
