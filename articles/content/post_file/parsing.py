"""Parser for post files: from the bytes to everything the archive derives from them.

:func:`parse_post` is pure and picklable, so that it can run in worker processes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html as html_entities
import re
from dataclasses import dataclass
from enum import StrEnum

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.content.html.images import Picture
from articles.content.html.restructuring.pipeline import restructure
from articles.content.html.restructuring.removal_rules import Removal
from articles.content.html.videos import is_video_site
from articles.content.outlets.registry import Outlet, find_outlet
from articles.content.post_file import front_matter_keys, publication_date
from articles.content.post_file.errors import NotAPostError, PostError
from articles.content.post_file.front_matter import FrontMatter
from articles.content.post_file.publication_date import PublicationTime
from articles.content.post_file.sections import split_post
from articles.content.post_file.size_limits import check_body, check_text
from articles.content.text.date_parsing import parse_date
from articles.content.text.excerpts import make_excerpt, truncate
from articles.content.text.language_detection import detect_language
from articles.content.text.normalization import normalize_line
from articles.content.urls.normalization import extract_host, identity_hash, normalize_url

__all__ = ["Flag", "Kind", "NotAPostError", "ParsedPost", "PostError", "parse_post"]

#: Incremented whenever the same bytes would give another result than before.
RULES_VERSION = "2"

TITLE_LIMIT = 1000
NAME_LIMIT = 200
TAG_LIMIT = 100  # tags of a post; more are dropped, with a warning
SHORT_TEXT = 30  # characters; a shorter body is a stub
_EPOCH = re.compile(r"-?\d{1,15}")
_NAME_SEPARATOR = re.compile(r"\s*[,，]\s*")
_TAG_SEPARATOR = re.compile("[,，、]")


class Kind(StrEnum):
    """The kind of an article."""

    STORY = "story"
    VIDEO = "video"
    GALLERY = "gallery"
    STUB = "stub"


class Flag(StrEnum):
    """Something about a post that an editor should look at."""

    NO_TITLE = "no title"
    NO_ADDRESS = "no address"
    EMPTY = "empty"
    SHORT = "short"
    TITLE_ONLY = "title only"
    IMAGES_ONLY = "images only"
    EXCERPT = "excerpt"


#: A body with one of these flags never replaces a fuller one.
STUB_FLAGS = frozenset({Flag.EMPTY, Flag.SHORT, Flag.TITLE_ONLY, Flag.IMAGES_ONLY})


@dataclass(frozen=True, slots=True)
class ParsedPost:
    """Everything derived from one post file. Times are in UTC, text is NFC on one line."""

    sha256: str
    size: int
    front_matter: FrontMatter
    front_matter_at: dt.datetime | None
    epoch_ms: int | None
    url: str
    identity: str
    title: str
    category: str
    outlet: str
    author: str
    tags: tuple[str, ...]
    language: str
    kind: Kind
    html: str
    text: str
    excerpt: str
    published: PublicationTime
    pictures: tuple[Picture, ...]
    removals: tuple[Removal, ...]
    flags: tuple[Flag, ...]
    warnings: tuple[str, ...]

    @property
    def identity_hash(self) -> str:
        """Return the SHA-256 of the identity as 64 hexadecimal digits."""
        return identity_hash(self.identity)

    @property
    def text_hash(self) -> str:
        """Return the SHA-256 of the plain text, which distinguishes versions."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_stub(self) -> bool:
        """Return whether the body is a stub, which a fuller body replaces."""
        return not STUB_FLAGS.isdisjoint(self.flags)


def parse_post(data: bytes, path: bytes) -> ParsedPost:
    """Return the parsed post file with the bytes ``data``; ``path`` is relative to the root.

    Raises :class:`NotAPostError` for files that are not posts, :class:`PostError` for a post that
    cannot be parsed.
    """
    sections = split_post(data, path)
    values = sections.front_matter
    warnings = list(sections.warnings)
    flags: list[Flag] = []

    url = normalize_line(front_matter_keys.find_source_url(values, sections.headline_url))
    category = normalize_line(_get_first(values, "categories") or _get_first(values, "tags"))
    outlet = find_outlet(extract_host(url), category)
    title = _build_title(values, outlet)
    if len(title) > TITLE_LIMIT:
        warnings.append(f"a title of {len(title)} characters; the first {TITLE_LIMIT} are kept")
        title = truncate(title, TITLE_LIMIT)
    date_text = front_matter_keys.find_date(values)
    front_matter = parse_date(date_text)
    if front_matter is None and date_text:
        warnings.append(f"date {date_text[:60]!r} is not a date")
    sha256 = hashlib.sha256(data).hexdigest()
    identity = _build_identity(url, title, values, sha256, flags, warnings)

    check_body(sections.body)
    body = restructure(sections.body, base=url, title=title, outlet=outlet)
    cleaned = clean_html(body.html)
    warnings += [
        f"a block lost its markup, its text is kept ({reason})" for reason in cleaned.flattened
    ]
    text = html_to_text(cleaned.html)
    check_text(text)
    flags += _find_body_flags(title, text, body.removals, len(body.pictures))
    if body.is_excerpt:
        flags.append(Flag.EXCERPT)

    tags = _topical_tags(values, outlet, category)
    if len(tags) > TAG_LIMIT:
        warnings.append(f"{len(tags)} tags; only the first {TAG_LIMIT} are kept")
    epoch_ms = int(sections.epoch) if sections.epoch and _EPOCH.fullmatch(sections.epoch) else None
    published = publication_date.choose_publication_time(
        body=body.date,
        front_matter=front_matter,
        epoch=sections.epoch,
        epoch_ms=epoch_ms,
        url=url,
        path=path,
    )
    if published is None:
        raise PostError(
            "front matter",
            "no date, and none in the body, the URL or the file name",
            "add a line 'date: YYYY-MM-DD'",
        )
    return ParsedPost(
        sha256=sha256,
        size=len(data),
        front_matter=values,
        front_matter_at=front_matter.value if front_matter else None,
        epoch_ms=epoch_ms,
        url=url,
        identity=identity,
        title=title,
        category=truncate(category, NAME_LIMIT),
        outlet=outlet.slug if outlet else "",
        author=_choose_byline(values, body.byline, outlet, category),
        tags=tags[:TAG_LIMIT],
        language=detect_language(f"{title}\n{text}", outlet.language if outlet else ""),
        kind=_choose_kind(url, text, flags, len(body.pictures)),
        html=cleaned.html,
        text=text,
        excerpt=make_excerpt(text),
        published=published,
        pictures=body.pictures,
        removals=body.removals,
        flags=tuple(flags),
        warnings=tuple(warnings),
    )


def _get_string(values: FrontMatter, key: str) -> str:
    return front_matter_keys.join_values(front_matter_keys.find_value(values, key))


def _get_list(values: FrontMatter, key: str) -> list[str]:
    value = front_matter_keys.find_value(values, key)
    items = value if isinstance(value, list) else _TAG_SEPARATOR.split(value)
    return [truncate(line, NAME_LIMIT) for line in map(normalize_line, items) if line]


def _get_first(values: FrontMatter, key: str) -> str:
    return next(iter(_get_list(values, key)), "")


def _build_title(values: FrontMatter, outlet: Outlet | None) -> str:
    title = normalize_line(html_entities.unescape(_get_string(values, "title")))
    for suffix in outlet.title_suffixes if outlet else ():
        title = suffix.sub("", title).strip() or title
    return title


def _build_identity(
    url: str,
    title: str,
    values: FrontMatter,
    sha256: str,
    flags: list[Flag],
    warnings: list[str],
) -> str:
    if not title:
        flags.append(Flag.NO_TITLE)
    try:
        return normalize_url(url)
    except ValueError as error:
        flags.append(Flag.NO_ADDRESS)
        if url:
            warnings.append(str(error))
    return f"post:{front_matter_keys.find_date(values)}/{title or sha256}"


def _outlet_names(outlet: Outlet | None, category: str) -> tuple[str, ...]:
    """Return the names of the outlet, which name neither an author nor a topic."""
    return (category, outlet.name, *outlet.aliases) if outlet else (category,)


def _choose_byline(values: FrontMatter, byline: str, outlet: Outlet | None, category: str) -> str:
    """Return the byline: the front matter's author, else the body's; never the outlet's name."""
    excluded = {name.casefold() for name in (*_outlet_names(outlet, category), "unknown")}
    for candidate in (", ".join(_get_list(values, "author")), byline):
        names = _NAME_SEPARATOR.split(normalize_line(html_entities.unescape(candidate)))
        name = ", ".join(dict.fromkeys(filter(None, names)))
        if name and name.casefold() not in excluded:
            return truncate(name, NAME_LIMIT)
    return ""


def _topical_tags(values: FrontMatter, outlet: Outlet | None, category: str) -> tuple[str, ...]:
    """Return the tags and categories without those that only repeat the outlet's name."""
    excluded = {name.casefold() for name in _outlet_names(outlet, category)}
    tags = (
        html_entities.unescape(t)
        for t in (*_get_list(values, "tags"), *_get_list(values, "categories"))
    )
    unique = {tag.casefold(): tag for tag in reversed([normalize_line(t) for t in tags])}
    return tuple(reversed([tag for key, tag in unique.items() if tag and key not in excluded]))


def _find_body_flags(
    title: str, text: str, removals: tuple[Removal, ...], pictures: int
) -> list[Flag]:
    if not text or text == title:
        if any(removal.rule == "title" for removal in removals) or text:
            return [Flag.TITLE_ONLY]
        return [Flag.IMAGES_ONLY if pictures else Flag.EMPTY]
    return [Flag.SHORT] if len(text) < SHORT_TEXT else []


def _choose_kind(url: str, text: str, flags: list[Flag], pictures: int) -> Kind:
    if is_video_site(extract_host(url)):
        return Kind.VIDEO
    if pictures >= 4 and len(text) < pictures * 60:
        return Kind.GALLERY
    return Kind.STUB if not STUB_FLAGS.isdisjoint(flags) and not pictures else Kind.STORY
