"""What can be said about a story's origin: clocks, original address, what is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext, pgettext_lazy

from articles.content.html.videos import players_in
from articles.content.post_file.parsing import Flag, Kind
from articles.content.post_file.publication_date import Evidence
from articles.content.text.date_parsing import Moment, Precision, parse_date
from articles.content.urls.normalization import host_of, resolved
from articles.models import Article, ArticleBody, Capture, EditedField

SHOWN_CAPTURES = 10  # the page of versions has all of them
#: What editors take out of a story for good reason, and what would stand in its files still.
WORDS = frozenset({EditedField.TITLE, EditedField.HTML, EditedField.AUTHOR})
_COMPARED = 100  # versions of which is told what changed

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
class Clock:
    """A time that somebody noted about a story, and what it rests on.

    With ``day`` set only the day is known, and ``value`` is not shown.
    """

    label: str
    value: dt.datetime
    day: dt.date | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Original:
    """Where a story was first published. ``link`` is empty when the address cannot be opened."""

    link: str
    host: str
    address: str

    @property
    def wayback(self) -> str:
        """Return where the Wayback Machine lists its captures of the link, empty without one."""
        return f"https://web.archive.org/web/*/{self.link}" if self.link else ""


def clocks_of(article: Article) -> list[Clock]:
    """Return the clocks of a story: published, the post file's own date, imported."""
    day_only = article.published_precision == Precision.DAY
    evidence = str(_EVIDENCE[Evidence(article.published_evidence)])
    day = article.day if day_only else None
    clocks = [Clock(_("Published"), article.published_at, day, evidence)]
    if article.captured_at is not None:
        crawled = article.published_evidence == Evidence.CRAWL
        note = _("the date line of the file that is shown")
        if crawled:
            note = _("the time of collection")
        stated = stated_date(article.current_capture)
        only_day = stated is not None and stated.precision == Precision.DAY
        day = article.captured_at.date() if only_day else None
        clocks.append(Clock(_("Post file"), article.captured_at, day, note))
    evidence = _("when the archive first took it in")
    clocks.append(Clock(_("Imported"), article.imported_at, None, evidence))
    return clocks


def stated_date(capture: Capture | None) -> Moment | None:
    """Return the date that the post file itself states, as exactly as it does."""
    stated = capture.front_matter.get("date") if capture is not None else None
    return parse_date(stated) if isinstance(stated, str) else None


def original_of(capture: Capture | None) -> Original | None:
    """Return the address that the shown post gives, as a link only if it is http or https."""
    if capture is None or not capture.url:
        return None
    link = resolved(capture.url, "") or ""
    if not link.startswith(("http://", "https://")):
        link = ""
    return Original(link, host_of(link), capture.url)


def video_of(article: Article, html: str) -> Original | None:
    """Return the page of the video, when the story is one and no box in ``html`` leads there."""
    if article.kind != Kind.VIDEO or players_in(html):
        return None
    return original_of(article.current_capture)


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs among the versions of a story."""

    headline: bool
    text: bool


def changed_of(article: Article) -> Changed:
    """Return what differs among the versions that are not hidden; a query if there are several."""
    if article.version_count < 2:
        return Changed(headline=False, text=False)
    versions = article.captures.filter(version__isnull=False, hidden=False)
    told = versions.values_list("title", "text_hash")[:_COMPARED]
    titles, texts = (set(column) for column in zip(*told, strict=True)) if told else ((), ())
    return Changed(len(titles) > 1, len(texts) > 1)


def newest_captures(article: Article) -> QuerySet[Capture]:
    """Return the newest captures that are not hidden, at most ten."""
    captures = article.captures.filter(hidden=False).order_by(
        F("front_matter_at").desc(nulls_last=True), "-id"
    )
    # Without the article among them, each row would ask for it.
    told = ("article", "version", "original_id", "front_matter", "front_matter_at", "imported_at")
    return captures.only(*told)[:SHOWN_CAPTURES]


def what_is_held(article: Article, body: ArticleBody) -> str:
    """Return a sentence about a body that is empty or nearly so, else an empty string."""
    if not body.html:
        if article.title:
            return _("The archive holds the headline of this story and no text.")
        return _("The archive holds neither a headline nor a text of this story.")
    if not body.text and players_in(body.html):
        return _("The archive holds the address of a video and no text of this story.")
    if not body.text:
        return _("The archive holds pictures of this story and no text.")
    if Flag.SHORT in article.flags:
        return _("The archive holds no more of this story than these few words.")
    return ""


def words_for(fields: Iterable[EditedField]) -> str:
    """Return the names of edited fields as a reader would say them: ``text and title``."""
    *names, last = [str(_FIELDS[field]) for field in fields] or [""]
    if not names:
        return last
    first = pgettext("between the names of a list", ", ").join(names)
    return _("%(first)s and %(last)s") % {"first": first, "last": last}
