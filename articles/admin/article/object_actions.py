"""Views of the actions on an article or on one of its versions; each action is logged."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from articles.admin.base.confirmation_pages import (
    ConfirmationPage,
    ConfirmForm,
    ReasonForm,
    current_user,
    render_confirmation,
)
from articles.admin.base.downloads import download_response
from articles.admin.base.typed_bases import ModelAdmin
from articles.content.html.images import image_code
from articles.deriving.captures import parse_capture
from articles.images.store import remove_unused_files
from articles.models import Article, Capture, Image, ImageState
from articles.publishing import editing, erasure, publication_state

_View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class SimpleAction:
    """An action without a reason: its permission, and its message for the log and the user."""

    run: Callable[[Article], None]
    permission: str
    message: str


#: By the last part of the URL, which is also the value of the button in the form.
SIMPLE_ACTIONS = {
    "publish": SimpleAction(publication_state.publish, "publish", "Published."),
    "review": SimpleAction(publication_state.send_to_review, "publish", "Sent to review."),
    "reviewed": SimpleAction(editing.mark_reviewed, "change", "Marked as reviewed."),
}
#: Buttons in the form whose action asks for a reason on a page of its own.
_PAGES = {"withdraw": "withdraw"}
_ERASED_MESSAGE = "Erased for good."


class EraseForm(ReasonForm):
    """The reason for an erasure, and the article's code, typed to confirm it."""

    code = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article

    def clean_code(self) -> str:
        """Return the code; raise a form error for any but the article's."""
        code = str(self.cleaned_data["code"]).strip()
        if code != self.article.code:
            raise forms.ValidationError(f"This is not the article's code, {self.article.code}.")
        return code


def can_erase(request: HttpRequest) -> bool:
    """Return whether the user may erase articles for good."""
    return bool(getattr(request.user, "is_superuser", False))


def simple_action_view(name: str) -> Callable[[ModelAdmin], _View]:
    """Return the view factory of the simple action ``name``."""

    def factory(model_admin: ModelAdmin) -> _View:
        @require_POST
        def view(request: HttpRequest, article: Article) -> HttpResponse:
            _run_simple_action(model_admin, request, article, SIMPLE_ACTIONS[name])
            return _redirect_to_article(article)

        return view

    return factory


def run_after_saving(
    model_admin: ModelAdmin, request: HttpRequest, article: Article, name: str
) -> HttpResponse | None:
    """Run the action of a button in the article's form, which has been saved.

    Returns None for a button without one; raises PermissionDenied, which also undoes the saving.
    """
    action = SIMPLE_ACTIONS.get(name)
    permission = action.permission if action else _PAGES.get(name)
    if permission is None:
        return None
    if not getattr(model_admin, f"has_{permission}_permission")(request, article):
        raise PermissionDenied
    if action is None:
        return redirect(f"admin:articles_article_{name}", article.pk)
    _run_simple_action(model_admin, request, article, action)
    return _redirect_to_article(article)


def _run_simple_action(
    model_admin: ModelAdmin, request: HttpRequest, article: Article, action: SimpleAction
) -> None:
    try:
        with transaction.atomic():
            action.run(article)
            model_admin.log_change(request, article, action.message)
    except editing.EditError as error:
        model_admin.message_user(request, f"Not done: {error}.", messages.ERROR)
    else:
        model_admin.message_user(request, action.message, messages.SUCCESS)


def withdraw_view(model_admin: ModelAdmin) -> _View:
    """Return the view that withdraws an article."""

    def view(request: HttpRequest, article: Article) -> HttpResponse:
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            with transaction.atomic():
                publication_state.withdraw(article, reason)
                model_admin.log_change(request, article, f"Withdrew: {reason}")
            model_admin.message_user(request, "Withdrawn.", messages.SUCCESS)
            return _redirect_to_article(article)
        page = ConfirmationPage(
            "Withdraw this article",
            "From now on its URL returns “410 Gone” and shows readers the reason that you enter "
            "here. Imports do not bring the story back. You can publish it again.",
            "Withdraw",
            dangerous=True,
        )
        return render_confirmation(request, model_admin, page, form, article)

    return view


def hide_version_view(model_admin: ModelAdmin) -> _View:
    """Return the view that hides one version."""

    def view(request: HttpRequest, article: Article, capture_id: int) -> HttpResponse:
        capture = _get_capture(article, capture_id)
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                with transaction.atomic():
                    publication_state.hide_version(
                        capture, editing.Editor(current_user(request), reason)
                    )
                    model_admin.log_change(
                        request, article, f"Hid {_version_label(capture)}: {reason}"
                    )
            except editing.EditError as error:
                form.add_error(None, str(error))
            else:
                model_admin.message_user(
                    request, f"Hid {_version_label(capture)}.", messages.SUCCESS
                )
                return _redirect_to_article(article)
        page = ConfirmationPage(
            f"Hide {_version_label(capture)}",
            "Readers will see only its number. Copies with the same title and text are hidden "
            "with it. If it is the current version, the newest visible one replaces it. Only "
            "editors see the reason.",
            "Hide",
            dangerous=True,
        )
        return render_confirmation(request, model_admin, page, form, article)

    return view


def show_version_view(model_admin: ModelAdmin) -> _View:
    """Return the view that shows a hidden version again."""

    def view(request: HttpRequest, article: Article, capture_id: int) -> HttpResponse:
        capture = _get_capture(article, capture_id)
        if request.method == "POST":
            with transaction.atomic():
                publication_state.show_version(capture, editing.Editor(current_user(request)))
                model_admin.log_change(request, article, f"Showed {_version_label(capture)} again.")
            model_admin.message_user(
                request, f"Showed {_version_label(capture)} again.", messages.SUCCESS
            )
            return _redirect_to_article(article)
        page = ConfirmationPage(
            f"Show {_version_label(capture)} again",
            f"It was hidden for this reason: “{capture.hidden_reason}”. Copies with the same title "
            "and text are shown again with it.",
            "Show",
        )
        return render_confirmation(request, model_admin, page, ConfirmForm(), article)

    return view


def erase_view(model_admin: ModelAdmin) -> _View:
    """Return the view that erases an article for good; only superusers may open it."""

    def view(request: HttpRequest, article: Article) -> HttpResponse:
        if not can_erase(request):
            raise PermissionDenied
        form = EraseForm(request.POST or None, article=article)
        if form.is_valid():
            editor = editing.Editor(current_user(request), form.cleaned_data["reason"])
            with transaction.atomic():
                images = _stored_images(article)
                erasure.erase(article, editor)
                remove_unused_files(images)
                model_admin.log_change(request, article, _ERASED_MESSAGE)
                _scrub_log(article)
            model_admin.message_user(request, f"Erased {article.code}.", messages.SUCCESS)
            return redirect("admin:articles_article_changelist")
        page = ConfirmationPage(
            "Erase this article for good",
            "This deletes its text, its versions and their original bytes, and no import will "
            "accept its URL again. Only its code, the date and your reason stay; readers see "
            f"them. This cannot be undone. Type the code {article.code} to confirm.",
            "Erase for good",
            dangerous=True,
        )
        return render_confirmation(request, model_admin, page, form, article)

    return view


def original_view(model_admin: ModelAdmin) -> _View:
    """Return the view that downloads the original bytes of one capture."""

    def view(request: HttpRequest, article: Article, capture_id: int) -> HttpResponse:
        capture = _get_capture(article, capture_id)
        try:
            return download_response(request, capture.original.content, capture.original_id)
        except zlib.error:
            message = (
                f"The stored bytes of {_version_label(capture)} are damaged; restore a backup."
            )
            model_admin.message_user(request, message, messages.ERROR)
            return _redirect_to_article(article)

    return view


_VERSION_ROUTE = "versions/<int:capture_id>"

#: Path below the article's page, view factory, required permission, URL name.
ROUTES = (
    *(
        (f"{name}/", simple_action_view(name), action.permission, f"articles_article_{name}")
        for name, action in SIMPLE_ACTIONS.items()
    ),
    ("withdraw/", withdraw_view, "withdraw", "articles_article_withdraw"),
    ("erase/", erase_view, "change", "articles_article_erase"),
    (f"{_VERSION_ROUTE}/hide/", hide_version_view, "hide", "articles_article_hide"),
    (f"{_VERSION_ROUTE}/show/", show_version_view, "hide", "articles_article_show"),
    (f"{_VERSION_ROUTE}/original/", original_view, "view", "articles_article_original"),
)


def _get_capture(article: Article, capture_id: int) -> Capture:
    capture = article.captures.filter(pk=capture_id).first()
    if capture is None:
        raise Http404("This article has no such version.")
    return capture


def _version_label(capture: Capture) -> str:
    return f"version {capture.version}" if capture.version else f"copy {capture.original_id[:8]}"


def _stored_images(article: Article) -> list[Image]:
    """Return the pictures of all versions that are stored in the archive."""
    captures = article.captures.select_related("original")
    urls = {picture.url for capture in captures for picture in parse_capture(capture).pictures}
    codes = {image_code(url) for url in urls}
    return list(Image.objects.filter(code__in=codes, state=ImageState.HELD))


def _scrub_log(article: Article) -> None:
    """Remove the title and the reasons from the log entries of an article."""
    kind = ContentType.objects.get_for_model(Article)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(article.pk))
    entries.update(object_repr=article.code)
    entries.exclude(change_message=_ERASED_MESSAGE).update(change_message="")


def _redirect_to_article(article: Article) -> HttpResponse:
    return redirect("admin:articles_article_change", article.pk)
