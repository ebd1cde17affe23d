"""Pages of the admin beside Django's own: who may open them, and how they ask for a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from articles.admin.base.typed_bases import ModelAdmin

REASON_LIMIT = 500  # characters, as in ArticleEdit and Capture

_View = Callable[..., HttpResponseBase]


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


class ConfirmForm(forms.Form):
    """Nothing but a button: for what needs no reason."""


@dataclass(frozen=True, slots=True)
class Question:
    """A page that asks before something is done. ``hidden`` is posted with the answer."""

    title: str
    text: str
    button: str
    dangerous: bool = False
    hidden: tuple[tuple[str, str], ...] = ()


def object_page(model_admin: ModelAdmin, view: _View, permission: str = "change") -> _View:
    """Return ``view(request, object, …)`` as a page for staff with ``permission`` on the object."""

    @wraps(view)
    def page(request: HttpRequest, object_id: int, **kwargs: Any) -> HttpResponseBase:
        found = model_admin.get_object(request, str(object_id))
        may = getattr(model_admin, f"has_{permission}_permission")
        if not may(request, found):
            raise PermissionDenied
        if found is None:
            raise Http404("There is no such row.")
        return view(request, found, **kwargs)

    return model_admin.admin_site.admin_view(page)


def ask(
    request: HttpRequest,
    model_admin: ModelAdmin,
    question: Question,
    form: forms.Form,
    subject: Any = None,
) -> TemplateResponse:
    """Return the page that asks ``question``; ``subject`` is the row that it is about, if one."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "form": form,
        "opts": model_admin.opts,
        "original": subject,
    }
    return TemplateResponse(request, "admin/articles/question.html", context)


def person(request: HttpRequest) -> User:
    """Return who is logged in; the admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
