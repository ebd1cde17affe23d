"""Template tags and filters for dates, languages, outlets and counts."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.encoding import escape_uri_path
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext, to_locale
from django.utils.translation import gettext as _

from articles.content.html.videos import add_player_notes
from articles.content.post_file.parsing import Kind
from articles.content.text.date_parsing import Precision
from articles.content.text.diff import ChangeType, Run
from articles.content.urls.normalization import is_tracking_parameter
from articles.http.language_prefix import (
    has_interface_language,
    language_in_prefix,
    path_in_language,
    permanent_path,
    permanent_url,
)
from articles.models import Article, Capture, Source
from articles.searching.snippets import Piece
from articles.selectors.provenance import stated_date

register = template.Library()
#: The URL of a picture in stored HTML.
_PICTURE = re.compile(r'(<img (?:[a-z]+="[^"]*" )*?src="/i/[0-9a-z]+)"')

_HUES = 12  # quiet colours of outlets in css/tokens.css


@register.simple_tag
def site_name() -> str:
    """Return the name of this archive."""
    return _in_interface_language(settings.SITE_NAMES)


@register.simple_tag
def site_tagline() -> str:
    """Return what the archive is about in one line, empty if the operator has not said so."""
    return _in_interface_language(settings.SITE_TAGLINES)


def _in_interface_language(texts: Mapping[str, str]) -> str:
    return texts.get(get_language() or "", texts[""])


@register.simple_tag
def archive_time_zone() -> str:
    """Return the name of the time zone that defines the day of a story."""
    return str(settings.ARCHIVE_TIME_ZONE)


@register.simple_tag
def interface_language() -> str:
    """Return the interface language as a BCP 47 tag: ``zh-Hans``."""
    return _language_tag(get_language() or settings.LANGUAGE_CODE)


def _language_tag(code: str) -> str:
    """Return one of Django's language codes as a BCP 47 tag."""
    return to_locale(code).replace("_", "-")


@register.simple_tag(takes_context=True)
def interface_languages(context: template.RequestContext) -> list[tuple[str, str, str, bool]]:
    """Return the interface languages: tag, name, URL of this page, and whether it is current."""
    request: HttpRequest | None = context.get("request")
    if request is None or (
        request.resolver_match and not has_interface_language(request.resolver_match.func)
    ):
        return []
    here = get_language() or settings.LANGUAGE_CODE
    query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
    return [
        (
            _language_tag(code),
            name,
            path_in_language(escape_uri_path(request.path), code) + query,
            code == here,
        )
        for code, name in settings.LANGUAGES
    ]


@register.simple_tag(takes_context=True)
def interface_alternates(
    context: template.RequestContext, story: Article | str = ""
) -> list[tuple[str, str]]:
    """Return tag and absolute URL of this page in each interface language, ``x-default`` last.

    Of the page of a ``story``, only interfaces in its language count, since its text is the same
    behind all of them.
    """
    request: HttpRequest = context["request"]
    path = escape_uri_path(request.path)
    after = request.GET.get("after")
    query = f"?{urlencode({'after': after})}" if after else ""
    alternates = [
        (
            to_locale(code).replace("_", "-"),
            settings.SITE_URL + path_in_language(path, code) + query,
        )
        for code, _name in settings.LANGUAGES
        if isinstance(story, str) or _primary_tag(code) == _primary_tag(story.language)
    ]
    return [*alternates, ("x-default", permanent_url(path) + query)] if alternates else []


def _primary_tag(language: str) -> str:
    return language.partition("-")[0]


@register.simple_tag(takes_context=True)
def canonical(context: template.RequestContext) -> str:
    """Return the canonical URL of this page: without language, script, highlights and tracking."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in request.GET.items():
        if name in {"script", "mark"} or is_tracking_parameter(name, str(value)):
            del query[name]
    end = f"?{query.urlencode()}" if query else ""
    return permanent_url(escape_uri_path(request.path)) + end


@register.filter
def without_language(path: str) -> str:
    """Return the permanent path of a page or feed, without a language prefix."""
    return permanent_path(path)


@register.simple_tag
def lang(language: str) -> SafeString:
    """Return the attribute ``lang``, empty for an unknown language: not that of the page."""
    return format_html('lang="{}"', language)


@register.simple_tag
def title(text: str, language: str) -> SafeString:
    """Return a headline marked with its language, or "(untitled)"."""
    if not text:
        return format_html(
            '<span class="untitled" lang="{}">{}</span>', interface_language(), _("(untitled)")
        )
    return format_html('<span lang="{}">{}</span>', language, text)


@register.simple_tag
def outlet(source: Source) -> SafeString:
    """Return an outlet's name with its colour class."""
    return format_html(
        '<span class="outlet hue-{}" lang="{}">{}</span>',
        hue(source.slug),
        source.language,
        source.name,
    )


@register.simple_tag
def number(count: int) -> str:
    """Return a number with thousands separators: ``6,215``."""
    return str(number_format(count, force_grouping=True))


@register.simple_tag
def stories(count: int) -> str:
    """Return a number of stories: ``1 story``, ``6,215 stories``."""
    return ngettext("%(count)s story", "%(count)s stories", count) % {"count": number(count)}


@register.simple_tag
def versions(count: int) -> str:
    """Return a number of versions: ``2 versions``."""
    return ngettext("%(count)s version", "%(count)s versions", count) % {"count": number(count)}


@register.simple_tag
def characters(count: int) -> str:
    """Return a number of characters: ``120 characters``."""
    words = ngettext("%(count)s character", "%(count)s characters", count)
    return words % {"count": number(count)}


@register.simple_tag
def kind_name(kind: str) -> str:
    """Return the name of a kind that is not an ordinary story, else an empty string."""
    names = {Kind.VIDEO: _("video"), Kind.GALLERY: _("gallery"), Kind.STUB: _("fragment")}
    return names.get(Kind(kind), "")


@register.simple_tag
def dateline(day: dt.date) -> SafeString:
    """Return a day with its weekday, in the order of the interface language."""
    weekday = format_html('<span class="weekday">{}</span>', date_format(day, "l"))
    # Translators: the day above its stories, such as Monday 3 March 2025
    return format_html(_("{weekday} {day}"), weekday=weekday, day=_date_element(day))


@register.simple_tag
def weekdays() -> list[tuple[str, str]]:
    """Return the names of the weekdays from Monday on, each with its initial."""
    initials = pgettext("the weekdays from Monday on, as short as can be", "M T W T F S S")
    return list(zip(map(str, WEEKDAYS.values()), initials.split(), strict=True))


@register.simple_tag
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Return a title or snippet with the hits as ``mark`` elements."""
    return format_html_join("", "{}", ((_render_piece(piece),) for piece in pieces))


@register.simple_tag
def runs(pieces: Iterable[Run]) -> SafeString:
    """Return the runs of a compared paragraph, with changes as ``del`` and ``ins``."""
    return format_html_join("", "{}", ((_render_run(piece),) for piece in pieces))


@register.simple_tag
def day(date: dt.date) -> SafeString:
    """Return a date as ``14 January 2021`` or ``2021年1月14日`` in a ``time`` element."""
    return _date_element(date)


def _date_element(date: dt.date) -> SafeString:
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), date_format(date, "DATE_FORMAT")
    )


@register.simple_tag
def moment(value: dt.datetime) -> SafeString:
    """Return a moment as ``14 January 2021, 14:04 UTC`` in the archive's zone."""
    local = timezone.localtime(value)
    return _time_element(value, f"{date_format(local, 'DATETIME_FORMAT')} {_zone(value)}")


@register.simple_tag
def clock_time(article: Article) -> SafeString:
    """Return an article's time of day, empty when only its day is known."""
    if article.published_precision == Precision.DAY:
        return SafeString("")
    return _time_element(article.published_at, f"{timezone.localtime(article.published_at):%H:%M}")


@register.simple_tag
def published(article: Article) -> SafeString:
    """Return the publication date of an article in the precision in which it is known."""
    if article.published_precision == Precision.DAY:
        return day(article.day)
    return moment(article.published_at)


@register.simple_tag
def post_date(capture: Capture) -> SafeString:
    """Return the date stated in a post file, in its precision; empty if it states none."""
    found = stated_date(capture)
    if found is None:
        return SafeString("")
    return day(found.value.date()) if found.precision == Precision.DAY else moment(found.value)


@register.simple_tag
def group_removals(removals: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Return what cleaning removed: each different removal with its count, in order."""
    counts = Counter((each["rule"], each["characters"], each["text"]) for each in removals)
    return [
        ({"rule": rule, "characters": characters, "text": text}, count)
        for (rule, characters, text), count in counts.items()
    ]


@register.filter
def hue(slug: str) -> int:
    """Return the number of an outlet's colour, always the same for the same slug."""
    return zlib.crc32(slug.encode()) % _HUES


@register.filter
def with_players(html: SafeString) -> SafeString:
    """Return a stored body whose videos state, before the click, where the player comes from.

    On a page in a language, placeholders of pictures are in that language, too.
    """
    body = add_player_notes(html, _player_note)
    if language := language_in_prefix(get_script_prefix()):
        body = _PICTURE.sub(rf'\1?lang={language}"', body)
    return mark_safe(body)  # noqa: S308


def _player_note(site: str) -> str:
    words = _("Plays from %(site)s; nothing is loaded from there before you press play.")
    return format_html('<p lang="{}">{}</p>', interface_language(), words % {"site": site})


def _render_piece(piece: Piece) -> str:
    return format_html("<mark>{}</mark>", piece.text) if piece.is_hit else piece.text


def _render_run(run: Run) -> str:
    match run.change:
        case ChangeType.DELETED:
            return format_html("<del>{}</del>", run.text)
        case ChangeType.INSERTED:
            return format_html("<ins>{}</ins>", run.text)
    return run.text


def _time_element(value: dt.datetime, text: str) -> SafeString:
    machine = value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html('<time datetime="{}">{}</time>', machine, text)


def _zone(value: dt.datetime) -> str:
    """Return the offset as ``UTC`` or ``UTC+8``; abbreviations of time zones are ambiguous."""
    offset = timezone.localtime(value).utcoffset() or dt.timedelta()
    minutes = offset // dt.timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")
