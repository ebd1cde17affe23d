"""The form of an article: what it shows, to be changed by edits over what was imported."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from articles.admin.article.form_values import ArticleValues, values_of
from articles.admin.base.action_pages import REASON_LIMIT
from articles.admin.base.typed_bases import ModelForm
from articles.content.post_file.parsing import NAME_LIMIT, TITLE_LIMIT, Kind
from articles.content.text.excerpts import cut
from articles.models import Article, EditedField, Source
from articles.publishing.editing import EditError, Value, normalised

_COMMAS = re.compile("[,，、\n]")
_LANGUAGE = r"\A(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3})?\Z"
_EXCERPT = 300  # characters of another person's value that are shown beside a field


class UTCField(forms.DateTimeField):
    """A date and time in UTC, whatever the zone in which stories have their day."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
    )

    def prepare_value(self, value: Any) -> Any:
        """Return what the input shows."""
        with timezone.override(dt.UTC):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> dt.datetime | None:
        """Return the moment that was typed."""
        with timezone.override(dt.UTC):
            return super().to_python(value)


class ArticleForm(ModelForm):
    """The values of an article. ``changes`` and ``reverted`` tell what the editor wants."""

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
        help_text="HTML. What the archive does not keep, such as scripts, is taken out of it.",
    )
    source = forms.ModelChoiceField(Source.objects.only("name"), label="Outlet")
    author = forms.CharField(
        required=False, max_length=NAME_LIMIT, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    tags = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
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
        help_text="Kept in the history; readers do not see it.",
    )

    class Meta:
        model = Article
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = values_of(kwargs["instance"]).initial()
        super().__init__(*args, **kwargs)
        self.changes: dict[str, Value] = {}
        self.reverted: list[str] = []
        for field in self.values.edits:
            self.fields[f"back_{field}"] = forms.BooleanField(
                required=False,
                label="Back to the imported value",
                help_text=self._imported(field),
            )

    @property
    def values(self) -> ArticleValues:
        """Return what the article shows and would show."""
        return values_of(self.instance)

    def _imported(self, field: str) -> str:
        value = self.values.imported(field)
        if field == EditedField.HTML:
            return format_html("<details><summary>Imported</summary><pre>{}</pre></details>", value)
        return format_html("Imported: {}", value or "(empty)")

    def clean_html(self) -> str:
        """Return the text with the line ends that it was shown with."""
        return str(self.cleaned_data["html"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """Find out what was changed, and whether the archive can take it."""
        for field in EditedField.values:
            if field not in self.cleaned_data:
                continue
            back = bool(self.cleaned_data.get(f"back_{field}"))
            if self._stays(field):
                self.reverted += [field] if back else []
            elif back:
                self.add_error(field, "Either change this or go back to the imported value.")
            else:
                self._change(field)
        return self.cleaned_data

    def _stays(self, field: str) -> bool:
        """Tell whether the field holds what it was shown with."""
        value = self.cleaned_data[field]
        shown: Any = self.initial[field]
        return bool((value.pk if isinstance(value, Source) else value) == shown)

    def _change(self, field: str) -> None:
        try:
            self.changes[field] = normalised(field, self._value(field))
        except EditError as error:
            self.add_error(field, str(error))

    def _value(self, field: str) -> Value:
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
        """Leave the row alone: publishing.editing changes it."""


class GuardedArticleForm(ArticleForm):
    """The same, refusing once when the article was changed since the form was opened."""

    base = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["base"] = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        """Compare the article with what the editor saw; the row stays locked until it is saved."""
        cleaned = super().clean()
        row = Article.objects.select_for_update().only("updated_at").get(pk=self.instance.pk)
        if cleaned.get("base") == row.updated_at.isoformat():
            return cleaned
        last = self.instance.edits.select_related("editor").first()
        who = f" (last edit: {last.editor})" if last and last.editor else ""
        self.add_error(
            None,
            f"The article was changed while you were at it{who}. Nothing was saved, and nothing "
            "that you wrote is lost: it stands below. Where the article now shows something "
            "else, the field says so.",
        )
        for field in self.changes:
            shown = str(self._fields_text(field))
            words = f"“{cut(shown, _EXCERPT)}”" if shown else "empty"
            self.add_error(field, f"is now {words}; saving again puts this value in its place")
        # The next attempt counts from here.
        self.data = {**dict(self.data.items()), "base": row.updated_at.isoformat()}
        return cleaned

    def _fields_text(self, field: str) -> Any:
        if field == EditedField.SOURCE:
            return self.instance.source.name
        return self.initial[field]
