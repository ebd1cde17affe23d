"""The article form: it shows the effective values, and turns changes into edits."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import escape, format_html

from articles.admin.article.form_conflicts import (
    ForeignChange,
    describe_change,
    digest_value,
    digest_values,
    read_digests,
)
from articles.admin.article.form_values import ArticleValues, article_values
from articles.admin.base.confirmation_pages import REASON_LIMIT
from articles.admin.base.typed_bases import ModelForm
from articles.content.post_file.parsing import NAME_LIMIT, TITLE_LIMIT, Kind
from articles.content.post_file.publication_date import Evidence, PublicationTime
from articles.content.text.date_parsing import Precision
from articles.models import Article, EditedField, Source
from articles.publishing.editing import (
    EditError,
    EditValue,
    check_public_date,
    clean_editor_html,
    normalize_value,
)

_COMMAS = re.compile("[,，、\n]")
_LANGUAGE = r"\A(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3})?\Z"
_MAX_REMOVALS = 12  # that one message lists


class UTCField(forms.DateTimeField):
    """A date and time in UTC, independent of the archive's time zone."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
    )

    def prepare_value(self, value: Any) -> Any:
        """Return the value for the input, in UTC."""
        with timezone.override(dt.UTC):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> dt.datetime | None:
        """Return the submitted value, read as UTC."""
        with timezone.override(dt.UTC):
            return super().to_python(value)


def sentence(error: EditError) -> str:
    """Return the message of ``error`` as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


class ArticleForm(ModelForm):
    """The values of an article, of which only those that this editor touched count.

    After validation, ``changes`` has the new values by field, ``reverted`` the fields to revert,
    ``foreign_changes`` what somebody else changed since the form was opened.
    """

    title = forms.CharField(
        required=False,
        max_length=TITLE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )
    html = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField html-source"}),
        help_text="HTML, or plain text with blank lines between its paragraphs. You are told what "
        "the archive does not allow, such as scripts, before it is taken out.",
    )
    source = forms.ModelChoiceField(Source.objects.only("name"), label="Outlet")
    author = forms.CharField(
        required=False, max_length=NAME_LIMIT, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    tags = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        label="Topics",
        help_text="Separated by commas; “，” and “、” count as commas.",
    )
    language = forms.RegexField(
        _LANGUAGE,
        required=False,
        max_length=20,
        error_messages={"invalid": "Write a BCP 47 tag, such as zh-Hans, zh-Hant or en."},
    )
    kind = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    published_at = UTCField(label="Published (UTC)")
    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=REASON_LIMIT,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Stored in the history; readers do not see it.",
    )
    #: Digests of the values with which the form was opened.
    base = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = article_values(kwargs["instance"]).form_initial()
        kwargs["initial"] = values | {"base": digest_values(values)}
        super().__init__(*args, **kwargs)
        self.changes: dict[str, EditValue] = {}
        self.reverted: list[str] = []
        self.foreign_changes: list[ForeignChange] = []
        self._opened: dict[str, str] = {}  # digests by field
        for field in self.values.edits:
            self.fields[f"back_{field}"] = forms.BooleanField(
                required=False,
                label="Revert to the imported value",
                help_text=self._imported_help_text(field),
            )

    @property
    def values(self) -> ArticleValues:
        """Return the article's effective and derived values."""
        return article_values(self.instance)

    def _imported_help_text(self, field: str) -> str:
        value = self.values.imported_text(field)
        if field == EditedField.HTML:
            return format_html("<details><summary>Imported</summary><pre>{}</pre></details>", value)
        return format_html("Imported: {}", value or "(empty)")

    def clean_html(self) -> str:
        """Return the text with LF line endings, as it was before the browser sent CRLF."""
        return str(self.cleaned_data["html"]).replace("\r\n", "\n")

    def clean_base(self) -> dict[str, str]:
        """Return the digests by field."""
        try:
            return read_digests(self.cleaned_data["base"])
        except ValueError as error:
            raise forms.ValidationError("Open the page again: its form is damaged.") from error

    def clean(self) -> Any:
        """Fill ``changes``, ``reverted`` and ``foreign_changes``; add the errors of values."""
        opened = self._opened = self.cleaned_data.get("base") or {}
        if not opened:
            return self.cleaned_data
        current = self.current_values()
        for field in EditedField.values:
            if opened[field] != digest_value(current[field]):
                self.foreign_changes.append(describe_change(self.instance, field, current[field]))
            if field not in self.cleaned_data:
                continue
            is_reverted = bool(self.cleaned_data.get(f"back_{field}"))
            submitted = digest_value(self.cleaned_data[field])
            if submitted == opened[field]:
                self.reverted += [field] if is_reverted else []
            elif is_reverted:
                self.add_error(
                    field, "Either change this or revert to the imported value, not both."
                )
            elif submitted != digest_value(current[field]):
                self._record_change(field)
        self._check_date()
        return self.cleaned_data

    def current_values(self) -> dict[str, Any]:
        """Return the values that the article has now, as initial data."""
        return dict(self.initial)

    def _record_change(self, field: str) -> None:
        try:
            self.changes[field] = normalize_value(field, self._edit_value(field))
        except EditError as error:
            self.add_error(field, sentence(error))

    def _edit_value(self, field: str) -> EditValue:
        value = self.cleaned_data[field]
        match field:
            case EditedField.SOURCE:
                return int(value.pk)
            case EditedField.TAGS:
                return _COMMAS.split(value)
            case EditedField.PUBLISHED_AT:
                return str(value.isoformat())
        return str(value)

    def _check_date(self) -> None:
        """Add an error where a public story would get a date in the future."""
        if EditedField.PUBLISHED_AT in self.changes:
            moment = self.cleaned_data["published_at"]
            published = PublicationTime(moment, Precision.MINUTE, Evidence.EDITOR)
        elif EditedField.PUBLISHED_AT in self.reverted:
            published = self.values.derived.publication_time
        else:
            return
        try:
            check_public_date(self.instance, published)
        except EditError as error:
            self.add_error("published_at", sentence(error))

    def _post_clean(self) -> None:
        """Do nothing: ``publishing.editing`` writes the row."""


class GuardedArticleForm(ArticleForm):
    """The article form as it is saved: with the checks that stop once, and then give way.

    It stops for a field that somebody else has changed as well, and for a text of which cleaning
    takes something out.
    """

    #: The digest of the text whose removals this editor has been told.
    told = forms.CharField(widget=forms.HiddenInput, required=False)

    def current_values(self) -> dict[str, Any]:
        """Return the values as they are now, in a row that is locked until they are saved."""
        rows = Article.objects.select_for_update(of=("self",)).select_related("body")
        row = rows.get(pk=self.instance.pk)
        return article_values(row).form_initial()

    def clean(self) -> Any:
        """Stop for conflicts and for removals, once each."""
        cleaned = super().clean()
        touched = {*self.changes, *self.reverted}
        conflicts = [change for change in self.foreign_changes if change.field in touched]
        for change in conflicts:
            self.add_error(change.field, f"{change} Save again to replace it.")
        if conflicts:
            self.add_error(
                None,
                "Somebody changed the story while you were editing it. Nothing was saved; your "
                "changes are still in the form below, and each field says what changed.",
            )
        self._tell_removals()
        if self.errors and self.foreign_changes:
            self._show_foreign_changes(touched)
        return cleaned

    def _tell_removals(self) -> None:
        if EditedField.HTML not in self.changes:
            return
        text = self.cleaned_data["html"]
        removals = clean_editor_html(text).removals
        if not removals or self.cleaned_data.get("told") == digest_value(text):
            return
        self.add_error(
            "html",
            f"Cleaning takes out: {'; '.join(removals[:_MAX_REMOVALS])}. Nothing was saved yet. "
            "Save again to save the text without these.",
        )
        self.data = {**dict(self.data.items()), "told": digest_value(text)}

    def _show_foreign_changes(self, touched: set[str]) -> None:
        """Show what others changed; the next attempt is compared with the state of now.

        A field whose value is not valid has not been told of: it is compared with that of before.
        """
        current = self.current_values()
        data = dict(self.data.items())
        untold = {field: self._opened[field] for field in self.errors if field in self._opened}
        untold = {field: digest for field, digest in untold.items() if field not in touched}
        data["base"] = digest_values(current, untold)
        for change in self.foreign_changes:
            if change.field not in touched and change.field not in untold:
                field = self.fields[change.field]
                shown = field.widget.format_value(field.prepare_value(current[change.field]))
                data[change.field] = shown[0] if isinstance(shown, list) else shown
                # The admin shows help texts as HTML.
                self[change.field].help_text = escape(f"{change} It is shown here now, and stays.")
        self.data = data
