"""Admin views besides Django's own: their permission check, and the confirmation page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """A form with the reason for an action."""

    reason = forms.CharField(
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


class ConfirmForm(forms.Form):
    """A form without fields, for an action that needs no reason."""


@dataclass(frozen=True, slots=True)
class ConfirmationPage:
    """A page that asks for confirmation; without a ``button`` there is nothing to confirm.

    ``hidden`` are extra values to post. ``rows`` will change, ``left_out`` will not, each for its
    reason.
    """

    title: str
    text: str
    button: str
    dangerous: bool = False
    hidden: tuple[tuple[str, str], ...] = ()
    rows: Sequence[Any] = ()
    left_out: Sequence[tuple[Any, str]] = ()


def object_view(model_admin: ModelAdmin, view: _View, permission: str = "change") -> _View:
    """Return ``view(request, object, …)`` as an admin view that requires ``permission`` on it."""

    @wraps(view)
    def page(request: HttpRequest, object_id: int, **kwargs: Any) -> HttpResponseBase:
        row = model_admin.get_object(request, str(object_id))
        has_permission = getattr(model_admin, f"has_{permission}_permission")
        if not has_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404("There is no such row.")
        return view(request, row, **kwargs)

    return model_admin.admin_site.admin_view(page)


def render_confirmation(
    request: HttpRequest,
    model_admin: ModelAdmin,
    page: ConfirmationPage,
    form: forms.Form,
    subject: Any = None,
) -> TemplateResponse:
    """Return the confirmation page; ``subject`` is the row that changes, None for many."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": page.title,
        "page": page,
        "form": form,
        "opts": model_admin.opts,
        "original": subject,
    }
    return TemplateResponse(request, "admin/articles/confirmation.html", context)


def current_user(request: HttpRequest) -> User:
    """Return the logged-in user; admin views have no anonymous requests."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
