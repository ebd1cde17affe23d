"""The article form: it shows the effective values, and turns changes into edits."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from articles.admin.article.form_values import ArticleValues, article_values
from articles.admin.base.confirmation_pages import REASON_LIMIT
from articles.admin.base.typed_bases import ModelForm
from articles.content.post_file.parsing import NAME_LIMIT, TITLE_LIMIT, Kind
from articles.content.text.excerpts import truncate
from articles.models import Article, EditedField, Source
from articles.publishing.editing import EditError, EditValue, normalize_value

_COMMAS = re.compile("[,，、\n]")
_LANGUAGE = r"\A(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3})?\Z"
_EXCERPT = 300  # characters shown of another editor's value


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


class ArticleForm(ModelForm):
    """The values of an article.

    After validation, ``changes`` has the new values by field, ``reverted`` the fields to revert.
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
        help_text="HTML. Elements that are not allowed, such as scripts, are removed.",
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

    class Meta:
        model = Article
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = article_values(kwargs["instance"]).form_initial()
        super().__init__(*args, **kwargs)
        self.changes: dict[str, EditValue] = {}
        self.reverted: list[str] = []
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

    def clean(self) -> dict[str, Any]:
        """Fill ``changes`` and ``reverted``; add an error for each invalid value."""
        for field in EditedField.values:
            if field not in self.cleaned_data:
                continue
            is_reverted = bool(self.cleaned_data.get(f"back_{field}"))
            if self._is_unchanged(field):
                self.reverted += [field] if is_reverted else []
            elif is_reverted:
                self.add_error(
                    field, "Either change this or revert to the imported value, not both."
                )
            else:
                self._record_change(field)
        return self.cleaned_data

    def _is_unchanged(self, field: str) -> bool:
        """Return whether the field was submitted with its initial value."""
        value = self.cleaned_data[field]
        initial: Any = self.initial[field]
        return bool((value.pk if isinstance(value, Source) else value) == initial)

    def _record_change(self, field: str) -> None:
        try:
            self.changes[field] = normalize_value(field, self._edit_value(field))
        except EditError as error:
            self.add_error(field, str(error))

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

    def _post_clean(self) -> None:
        """Do nothing: ``publishing.editing`` writes the row."""


class GuardedArticleForm(ArticleForm):
    """The article form with a check for concurrent changes: it fails once, then overwrites."""

    base = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["base"] = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        """Compare ``updated_at`` with that of the opened form; lock the row until it is saved."""
        cleaned = super().clean()
        row = Article.objects.select_for_update().only("updated_at").get(pk=self.instance.pk)
        if cleaned.get("base") == row.updated_at.isoformat():
            return cleaned
        last = self.instance.edits.select_related("editor").first()
        who = f" (last edit: {last.editor})" if last and last.editor else ""
        self.add_error(
            None,
            f"Somebody changed the story while you were editing it{who}. Nothing was saved; your "
            "changes are still in the form below. A note at each field that you changed shows its "
            "current value.",
        )
        for field in self.changes:
            value = str(self._current_value(field))
            current = f"“{truncate(value, _EXCERPT)}”" if value else "empty"
            self.add_error(field, f"The current value is {current}. Save again to replace it.")
        # The next attempt is compared with this state.
        self.data = {**dict(self.data.items()), "base": row.updated_at.isoformat()}
        return cleaned

    def _current_value(self, field: str) -> Any:
        if field == EditedField.SOURCE:
            return self.instance.source.name
        return self.initial[field]
