"""The provenance of a story: its times, its original URL, its versions, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext, pgettext_lazy

from articles.content.html.videos import player_sites
from articles.content.post_file.parsing import Flag, Kind
from articles.content.post_file.publication_date import Evidence
from articles.content.text.date_parsing import Moment, Precision, parse_date
from articles.content.urls.normalization import extract_host, resolve_link
from articles.models import Article, ArticleBody, Capture, EditedField

MAX_CAPTURES = 10  # the page of versions lists all of them
#: Fields from which editors remove things for good reason; the original files still have them.
SENSITIVE_FIELDS = frozenset({EditedField.TITLE, EditedField.HTML, EditedField.AUTHOR})
_MAX_COMPARED = 100  # versions that are compared

_EVIDENCE = {
    Evidence.BODY: lazy("the date that the outlet printed with the story"),
    Evidence.FRONT_MATTER: lazy("the date in the outlet's feed"),
    Evidence.EPOCH: lazy("the time stamp in the post file"),
    Evidence.ADDRESS: lazy("the date in the story's own address"),
    Evidence.CRAWL: lazy("the time at which the story was collected; no better date is known"),
    Evidence.FILE_NAME: lazy("the date in the name of the post file"),
    Evidence.EDITOR: lazy("set by an editor of this archive"),
}
_FIELDS = {
    EditedField.TITLE: pgettext_lazy("edited field", "title"),
    EditedField.HTML: pgettext_lazy("edited field", "text"),
    EditedField.SOURCE: pgettext_lazy("edited field", "source"),
    EditedField.AUTHOR: pgettext_lazy("edited field", "author"),
    EditedField.TAGS: pgettext_lazy("edited field", "tags"),
    EditedField.LANGUAGE: pgettext_lazy("edited field", "language"),
    EditedField.KIND: pgettext_lazy("edited field", "kind"),
    EditedField.PUBLISHED_AT: pgettext_lazy("edited field", "published"),
}


@dataclass(frozen=True, slots=True)
class StoryTime:
    """A time in the provenance of a story, with a label and the evidence for it.

    With ``day`` set, only the day is known, and ``value`` is not displayed.
    """

    label: str
    value: dt.datetime
    day: dt.date | None
    evidence: str


@dataclass(frozen=True, slots=True)
class OriginalLink:
    """The original URL of a story.

    ``stated_url`` is the URL as the post gives it, ``link`` the URL to link to: empty unless it is
    http or https. ``host`` is the host of ``link``.
    """

    link: str
    host: str
    stated_url: str

    @property
    def wayback_url(self) -> str:
        """Return the URL of the Wayback Machine's list of captures, empty without a link."""
        return f"https://web.archive.org/web/*/{self.link}" if self.link else ""


def story_times(article: Article) -> list[StoryTime]:
    """Return the times of a story: published, the date in the post file, imported."""
    day_only = article.published_precision == Precision.DAY
    evidence = str(_EVIDENCE[Evidence(article.published_evidence)])
    day = article.day if day_only else None
    times = [StoryTime(_("Published"), article.published_at, day, evidence)]
    if article.captured_at is not None:
        crawled = article.published_evidence == Evidence.CRAWL
        note = _("the date line of the file that is shown")
        if crawled:
            note = _("the time of collection")
        stated = stated_date(article.current_capture)
        only_day = stated is not None and stated.precision == Precision.DAY
        day = article.captured_at.date() if only_day else None
        times.append(StoryTime(_("Post file"), article.captured_at, day, note))
    evidence = _("when the archive first took it in")
    times.append(StoryTime(_("Imported"), article.imported_at, None, evidence))
    return times


def stated_date(capture: Capture | None) -> Moment | None:
    """Return the date in the front matter of the post, with its precision."""
    stated = capture.front_matter.get("date") if capture is not None else None
    return parse_date(stated) if isinstance(stated, str) else None


def original_link(capture: Capture | None) -> OriginalLink | None:
    """Return the original URL that the post of this capture gives, None if it gives none."""
    if capture is None or not capture.url:
        return None
    link = resolve_link(capture.url, "") or ""
    if not link.startswith(("http://", "https://")):
        link = ""
    return OriginalLink(link, extract_host(link), capture.url)


def video_link(article: Article, html: str) -> OriginalLink | None:
    """Return the URL of the video, if the story is one and ``html`` embeds no player."""
    if article.kind != Kind.VIDEO or player_sites(html):
        return None
    return original_link(article.current_capture)


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """Whether the headline or the text differs among the versions of a story."""

    headline: bool
    text: bool


def find_version_changes(article: Article) -> VersionChanges:
    """Return what differs among the versions that are not hidden: one query, if any."""
    if article.version_count < 2:
        return VersionChanges(headline=False, text=False)
    versions = article.captures.filter(version__isnull=False, hidden=False)
    rows = versions.values_list("title", "text_hash")[:_MAX_COMPARED]
    titles, texts = (set(column) for column in zip(*rows, strict=True)) if rows else ((), ())
    return VersionChanges(len(titles) > 1, len(texts) > 1)


def newest_captures(article: Article) -> QuerySet[Capture]:
    """Return the newest captures that are not hidden, at most ten."""
    captures = article.captures.filter(hidden=False).order_by(
        F("front_matter_at").desc(nulls_last=True), "-id"
    )
    # Without ``article`` among the fields, each row would query it.
    fields = ("article", "version", "original_id", "front_matter", "front_matter_at", "imported_at")
    return captures.only(*fields)[:MAX_CAPTURES]


def describe_missing_content(article: Article, body: ArticleBody) -> str:
    """Return a sentence about an empty or nearly empty body, else an empty string."""
    if not body.html:
        if article.title:
            return _("The archive holds the headline of this story and no text.")
        return _("The archive holds neither a headline nor a text of this story.")
    if not body.text and player_sites(body.html):
        return _("The archive holds the address of a video and no text of this story.")
    if not body.text:
        return _("The archive holds pictures of this story and no text.")
    if Flag.SHORT in article.flags:
        return _("The archive holds no more of this story than these few words.")
    return ""


def join_field_names(fields: Iterable[EditedField]) -> str:
    """Return the translated names of edited fields as a list in prose: ``text and title``."""
    *names, last = [str(_FIELDS[field]) for field in fields] or [""]
    if not names:
        return last
    first = pgettext("between the names of a list", ", ").join(names)
    return _("%(first)s and %(last)s") % {"first": first, "last": last}
