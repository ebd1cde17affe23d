"""How templates write dates, languages and outlets."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.encoding import escape_uri_path
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext, to_locale
from django.utils.translation import gettext as _

from articles.content.html.videos import with_player_boxes
from articles.content.post_file.parsing import Kind
from articles.content.text.date_parsing import Precision
from articles.content.text.diff import Mark, Run
from articles.http.language_prefix import in_language, plain, speaks, whole
from articles.models import Article, Capture, Source
from articles.searching.snippets import Piece
from articles.selectors.provenance import stated_date

register = template.Library()

_HUES = 12  # quiet colours of outlets in site.css


@register.simple_tag
def site_name() -> str:
    """Return the name of this archive."""
    return str(settings.SITE_NAME)


@register.simple_tag
def archive_time_zone() -> str:
    """Return the name of the zone in which stories have their day."""
    return str(settings.ARCHIVE_TIME_ZONE)


@register.simple_tag
def interface() -> str:
    """Return the language of the page's own words, as BCP 47 has it: ``zh-Hans``."""
    return to_locale(get_language() or settings.LANGUAGE_CODE).replace("_", "-")


@register.simple_tag(takes_context=True)
def interfaces(context: template.RequestContext) -> list[tuple[str, str, str, bool]]:
    """Return the languages that the page has: tag, name, address of this page, whether it is it."""
    request: HttpRequest | None = context.get("request")
    if request is None or (request.resolver_match and not speaks(request.resolver_match.func)):
        return []
    here = get_language() or settings.LANGUAGE_CODE
    query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
    return [
        (
            to_locale(code).replace("_", "-"),
            name,
            in_language(escape_uri_path(request.path), code) + query,
            code == here,
        )
        for code, name in settings.LANGUAGES
    ]


@register.simple_tag(takes_context=True)
def canonical(context: template.RequestContext) -> str:
    """Return the one address of this page: without a language, a script or marked words."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name in ("script", "mark"):
        query.pop(name, None)
    end = f"?{query.urlencode()}" if query else ""
    return whole(escape_uri_path(request.path)) + end


@register.filter
def without_language(path: str) -> str:
    """Return the one address of a page or feed that other sites and programs are told."""
    return plain(path)


@register.simple_tag
def lang(language: str) -> SafeString:
    """Return the attribute ``lang``; an unknown language must not pass for that of the page."""
    return format_html('lang="{}"', language)


@register.simple_tag
def title(text: str, language: str) -> SafeString:
    """Return a headline in its language, or the words that it has none."""
    if not text:
        return format_html(
            '<span class="untitled" lang="{}">{}</span>', interface(), _("(untitled)")
        )
    return format_html('<span lang="{}">{}</span>', language, text)


@register.simple_tag
def outlet(source: Source) -> SafeString:
    """Return an outlet's name with its quiet colour."""
    return format_html(
        '<span class="outlet hue-{}" lang="{}">{}</span>',
        hue(source.slug),
        source.language,
        source.name,
    )


@register.simple_tag
def number(count: int) -> str:
    """Return a number with its thousands apart: ``6,215``."""
    return str(number_format(count, force_grouping=True))


@register.simple_tag
def stories(count: int) -> str:
    """Return how many stories, in words: ``1 story``, ``6,215 stories``."""
    return ngettext("%(count)s story", "%(count)s stories", count) % {"count": number(count)}


@register.simple_tag
def versions(count: int) -> str:
    """Return how many versions, in words."""
    return ngettext("%(count)s version", "%(count)s versions", count) % {"count": number(count)}


@register.simple_tag
def characters(count: int) -> str:
    """Return how many characters, in words."""
    words = ngettext("%(count)s character", "%(count)s characters", count)
    return words % {"count": number(count)}


@register.simple_tag
def kind_name(kind: str) -> str:
    """Return what a reader calls something that is no whole story in words, else nothing."""
    names = {Kind.VIDEO: _("video"), Kind.GALLERY: _("gallery"), Kind.STUB: _("fragment")}
    return names.get(Kind(kind), "")


@register.simple_tag
def weekdays() -> list[tuple[str, str]]:
    """Return the names of the weekdays from Monday on, each with its shortest form."""
    initials = pgettext("the weekdays from Monday on, as short as can be", "M T W T F S S")
    return list(zip(map(str, WEEKDAYS.values()), initials.split(), strict=True))


@register.simple_tag
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Return a title or a snippet with what was looked for as ``mark``."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


@register.simple_tag
def runs(pieces: Iterable[Run]) -> SafeString:
    """Return the runs of a compared paragraph, changes as ``del`` and ``ins``."""
    return format_html_join("", "{}", ((_run(piece),) for piece in pieces))


@register.simple_tag
def day(date: dt.date) -> SafeString:
    """Return a date as ``14 January 2021`` or ``2021年1月14日``, with its machine form."""
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), date_format(date, "DATE_FORMAT")
    )


@register.simple_tag
def moment(value: dt.datetime) -> SafeString:
    """Return a moment as ``14 January 2021, 14:04 UTC`` in the archive's zone."""
    local = timezone.localtime(value)
    return _time(value, f"{date_format(local, 'DATETIME_FORMAT')} {_zone(value)}")


@register.simple_tag
def clock_time(article: Article) -> SafeString:
    """Return an article's time of day, empty when only its day is known."""
    if article.published_precision == Precision.DAY:
        return SafeString("")
    return _time(article.published_at, f"{timezone.localtime(article.published_at):%H:%M}")


@register.simple_tag
def published(article: Article) -> SafeString:
    """Return when an article was published, no more precisely than it is known."""
    if article.published_precision == Precision.DAY:
        return day(article.day)
    return moment(article.published_at)


@register.simple_tag
def post_date(capture: Capture) -> SafeString:
    """Return the date that a post file states, no more precisely than it does; else empty."""
    found = stated_date(capture)
    if found is None:
        return SafeString("")
    return day(found.value.date()) if found.precision == Precision.DAY else moment(found.value)


@register.simple_tag
def alike(removals: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Return what cleaning took away, the same thing once with how often, in the order it came."""
    counts = Counter((each["rule"], each["characters"], each["text"]) for each in removals)
    return [
        ({"rule": rule, "characters": characters, "text": text}, count)
        for (rule, characters, text), count in counts.items()
    ]


@register.filter
def hue(slug: str) -> int:
    """Return which of the quiet colours an outlet has; always the same for the same slug."""
    return zlib.crc32(slug.encode()) % _HUES


@register.filter
def with_players(html: SafeString) -> SafeString:
    """Return a stored body whose videos say, before the click, where a player comes from."""
    return mark_safe(with_player_boxes(html, _player_note))  # noqa: S308


def _player_note(site: str) -> str:
    words = _("Plays from %(site)s; nothing is loaded from there before you press play.")
    return format_html('<p lang="{}">{}</p>', interface(), words % {"site": site})


def _piece(piece: Piece) -> str:
    return format_html("<mark>{}</mark>", piece.text) if piece.is_hit else piece.text


def _run(run: Run) -> str:
    match run.mark:
        case Mark.DELETED:
            return format_html("<del>{}</del>", run.text)
        case Mark.INSERTED:
            return format_html("<ins>{}</ins>", run.text)
    return run.text


def _time(value: dt.datetime, text: str) -> SafeString:
    machine = value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html('<time datetime="{}">{}</time>', machine, text)


def _zone(value: dt.datetime) -> str:
    """Return the offset as ``UTC`` or ``UTC+8``; the short names of zones are ambiguous."""
    offset = timezone.localtime(value).utcoffset() or dt.timedelta()
    minutes = offset // dt.timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")
