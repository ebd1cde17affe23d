"""What is done to a whole article or to one of its versions; each step goes into the log."""

from __future__ import annotations

import zlib
from collections.abc import Callable
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

from articles.admin.base.action_pages import ConfirmForm, Question, ReasonForm, ask, person
from articles.admin.base.attachments import attachment
from articles.admin.base.typed_bases import ModelAdmin
from articles.content.html.images import picture_code
from articles.deriving.captures import parse_capture
from articles.images.store import remove_files
from articles.models import Article, Capture, Image, ImageState
from articles.publishing import editing, publication_state

_View = Callable[..., HttpResponseBase]

#: Steps that need no reason: what is done, and how the log says it.
PLAIN_STEPS: dict[str, tuple[Callable[[Article], None], str]] = {
    "publish": (publication_state.publish, "Published."),
    "review": (publication_state.send_to_review, "Sent to review."),
    "reviewed": (editing.mark_reviewed, "Marked as reviewed."),
}
_ERASED = "Erased for good."


class EraseForm(ReasonForm):
    """Why an article is erased, and its code, typed by hand."""

    code = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article

    def clean_code(self) -> str:
        """Refuse any other code."""
        code = str(self.cleaned_data["code"]).strip()
        if code != self.article.code:
            raise forms.ValidationError(f"This is not the article's code, {self.article.code}.")
        return code


def may_erase(request: HttpRequest) -> bool:
    """Tell whether the person may erase for good."""
    return bool(getattr(request.user, "is_superuser", False))


def plain_step(model_admin: ModelAdmin) -> _View:
    """Return the page that publishes, sends to review, or marks as reviewed."""

    @require_POST
    def view(request: HttpRequest, article: Article) -> HttpResponse:
        name = request.POST.get("step", "")
        if name not in PLAIN_STEPS:
            raise Http404("There is no such step.")
        step, words = PLAIN_STEPS[name]
        with transaction.atomic():
            step(article)
            model_admin.log_change(request, article, words)
        model_admin.message_user(request, words, messages.SUCCESS)
        return _back(article)

    return view


def withdraw(model_admin: ModelAdmin) -> _View:
    """Return the page that withdraws an article."""

    def view(request: HttpRequest, article: Article) -> HttpResponse:
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            with transaction.atomic():
                publication_state.withdraw(article, reason)
                model_admin.log_change(request, article, f"Withdrew: {reason}")
            model_admin.message_user(request, "Withdrawn.", messages.SUCCESS)
            return _back(article)
        question = Question(
            "Withdraw this article",
            "Its address answers “410 Gone” from now on and shows readers the reason that you "
            "give here. Imports do not bring it back. You can publish it again.",
            "Withdraw",
            dangerous=True,
        )
        return ask(request, model_admin, question, form, article)

    return view


def hide_version(model_admin: ModelAdmin) -> _View:
    """Return the page that hides one version."""

    def view(request: HttpRequest, article: Article, capture_id: int) -> HttpResponse:
        capture = _capture(article, capture_id)
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                with transaction.atomic():
                    publication_state.hide_version(capture, editing.Editor(person(request), reason))
                    model_admin.log_change(request, article, f"Hid {_name(capture)}: {reason}")
            except editing.EditError as error:
                form.add_error(None, str(error))
            else:
                model_admin.message_user(request, f"Hid {_name(capture)}.", messages.SUCCESS)
                return _back(article)
        question = Question(
            f"Hide {_name(capture)}",
            "Readers see no more of it than its number, and copies with the same title and text "
            "go with it. If it is the one that is shown, the newest visible one takes its place. "
            "The reason stays with the editors.",
            "Hide",
            dangerous=True,
        )
        return ask(request, model_admin, question, form, article)

    return view


def show_version(model_admin: ModelAdmin) -> _View:
    """Return the page that shows a hidden version again."""

    def view(request: HttpRequest, article: Article, capture_id: int) -> HttpResponse:
        capture = _capture(article, capture_id)
        if request.method == "POST":
            with transaction.atomic():
                publication_state.show_version(capture, editing.Editor(person(request)))
                model_admin.log_change(request, article, f"Showed {_name(capture)} again.")
            model_admin.message_user(request, f"Showed {_name(capture)} again.", messages.SUCCESS)
            return _back(article)
        question = Question(
            f"Show {_name(capture)} again",
            f"It was hidden for this reason: “{capture.hidden_reason}”. Copies with the same title "
            "and text come back with it.",
            "Show",
        )
        return ask(request, model_admin, question, ConfirmForm(), article)

    return view


def erase(model_admin: ModelAdmin) -> _View:
    """Return the page that erases an article for good; superusers alone see it."""

    def view(request: HttpRequest, article: Article) -> HttpResponse:
        if not may_erase(request):
            raise PermissionDenied
        form = EraseForm(request.POST or None, article=article)
        if form.is_valid():
            editor = editing.Editor(person(request), form.cleaned_data["reason"])
            with transaction.atomic():
                held = _held_pictures(article)
                publication_state.erase(article, editor)
                remove_files(held)
                model_admin.log_change(request, article, _ERASED)
                _forget_words(article)
            model_admin.message_user(request, f"Erased {article.code}.", messages.SUCCESS)
            return redirect("admin:articles_article_changelist")
        question = Question(
            "Erase this article for good",
            "Its text, its versions and the original bytes of every one of them are deleted, and "
            "no import takes its address in again. Only its code, the date and your reason stay; "
            f"readers see them. Nobody can undo this. Type the code {article.code} to confirm.",
            "Erase for good",
            dangerous=True,
        )
        return ask(request, model_admin, question, form, article)

    return view


def original(model_admin: ModelAdmin) -> _View:
    """Return the page that gives the bytes of one capture."""

    def view(request: HttpRequest, article: Article, capture_id: int) -> HttpResponse:
        capture = _capture(article, capture_id)
        try:
            return attachment(request, capture.original.content, capture.original_id)
        except zlib.error:
            words = f"The stored bytes of {_name(capture)} are damaged; restore a backup."
            model_admin.message_user(request, words, messages.ERROR)
            return _back(article)

    return view


_VERSION = "versions/<int:capture_id>"

#: Address below the article's, view, what it needs, name.
PAGES = (
    ("step/", plain_step, "change", "articles_article_step"),
    ("withdraw/", withdraw, "change", "articles_article_withdraw"),
    ("erase/", erase, "change", "articles_article_erase"),
    (f"{_VERSION}/hide/", hide_version, "change", "articles_article_hide"),
    (f"{_VERSION}/show/", show_version, "change", "articles_article_show"),
    (f"{_VERSION}/original/", original, "view", "articles_article_original"),
)


def _capture(article: Article, capture_id: int) -> Capture:
    capture = article.captures.filter(pk=capture_id).first()
    if capture is None:
        raise Http404("This article has no such version.")
    return capture


def _name(capture: Capture) -> str:
    return f"version {capture.version}" if capture.version else f"copy {capture.original_id[:8]}"


def _held_pictures(article: Article) -> list[Image]:
    """Return the pictures of every version whose files are here."""
    captures = article.captures.select_related("original")
    urls = {picture.url for capture in captures for picture in parse_capture(capture).pictures}
    codes = {picture_code(url) for url in urls}
    return list(Image.objects.filter(code__in=codes, state=ImageState.HELD))


def _forget_words(article: Article) -> None:
    """Take the title and the reasons out of what the log says of an article."""
    kind = ContentType.objects.get_for_model(Article)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(article.pk))
    entries.update(object_repr=article.code)
    entries.exclude(change_message=_ERASED).update(change_message="")


def _back(article: Article) -> HttpResponse:
    return redirect("admin:articles_article_change", article.pk)
