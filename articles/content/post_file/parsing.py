"""A post file: from its bytes to everything the archive derives from it.

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
from articles.content.html.images import Picture
from articles.content.html.plain_text import plain_text
from articles.content.html.restructuring.removal_rules import Removal
from articles.content.html.restructuring.structure import structure
from articles.content.html.videos import is_video_site
from articles.content.outlets.registry import Outlet, find_outlet
from articles.content.post_file import front_matter_keys, publication_date
from articles.content.post_file.front_matter import FrontMatter
from articles.content.post_file.publication_date import Published
from articles.content.post_file.sections import NotAPostError, PostError, check_size, take_apart
from articles.content.text.date_parsing import parse_date
from articles.content.text.excerpts import cut, excerpt_of
from articles.content.text.language_detection import language_of
from articles.content.text.normalization import one_line
from articles.content.urls.normalization import host_of, identity_hash, identity_of

__all__ = ["Flag", "Kind", "NotAPostError", "ParsedPost", "PostError", "parse_post"]

#: Raised by one whenever the same bytes would give another result than before.
RULES_VERSION = "2"

TITLE_LIMIT = 1000
NAME_LIMIT = 200
TAG_LIMIT = 100  # tags of a post; more are left out, with a warning
SHORT_TEXT = 30  # characters; a body with less is a stub
_NUMBER = re.compile(r"-?\d{1,15}")
_BETWEEN_NAMES = re.compile(r"\s*[,，]\s*")
_TAG_SPLIT = re.compile("[,，、]")


class Kind(StrEnum):
    """What sort of piece an article is."""

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


#: A body with one of these never takes the place of a fuller one.
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
    published: Published
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
        """Return the SHA-256 of the plain text, which tells versions apart."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_stub(self) -> bool:
        """Tell whether a fuller body wins over this one."""
        return not STUB_FLAGS.isdisjoint(self.flags)


def parse_post(data: bytes, path: bytes) -> ParsedPost:
    """Return what the post file with these bytes says; ``path`` is its path below the root.

    Raises :class:`NotAPostError` for files that are no posts, :class:`PostError` for a post that
    cannot be read.
    """
    frame = take_apart(data, path)
    values = frame.front_matter
    warnings = list(frame.warnings)
    flags: list[Flag] = []

    url = one_line(front_matter_keys.address_of(values, frame.link))
    category = one_line(_first(values, "categories") or _first(values, "tags"))
    outlet = find_outlet(host_of(url), category)
    title = _title(values, outlet)
    if len(title) > TITLE_LIMIT:
        warnings.append(f"a title of {len(title)} characters; the first {TITLE_LIMIT} are kept")
        title = cut(title, TITLE_LIMIT)
    stated = front_matter_keys.date_of(values)
    front_matter = parse_date(stated)
    if front_matter is None and stated:
        warnings.append(f"date {stated[:60]!r} is not a date")
    sha256 = hashlib.sha256(data).hexdigest()
    identity = _identity(url, title, values, sha256, flags, warnings)

    check_size(frame.body)
    body = structure(frame.body, base=url, title=title, outlet=outlet)
    cleaned = clean_html(body.html)
    warnings += [f"a block lost its markup, its text is kept ({why})" for why in cleaned.flattened]
    text = plain_text(cleaned.html)
    flags += _body_flags(title, text, body.removals, len(body.pictures))
    if body.is_excerpt:
        flags.append(Flag.EXCERPT)

    tags = _tags(values, outlet, category)
    if len(tags) > TAG_LIMIT:
        warnings.append(f"{len(tags)} tags; only the first {TAG_LIMIT} are kept")
    epoch_ms = int(frame.epoch) if frame.epoch and _NUMBER.fullmatch(frame.epoch) else None
    published = publication_date.published(
        body=body.date,
        front_matter=front_matter,
        epoch=frame.epoch,
        epoch_ms=epoch_ms,
        url=url,
        path=path,
    )
    if published is None:
        raise PostError(
            "front matter",
            "no date, neither there nor in the body, the address or the file name",
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
        category=cut(category, NAME_LIMIT),
        outlet=outlet.slug if outlet else "",
        author=_author(values, body.byline, outlet, category),
        tags=tags[:TAG_LIMIT],
        language=language_of(f"{title}\n{text}", outlet.language if outlet else ""),
        kind=_kind(url, text, flags, len(body.pictures)),
        html=cleaned.html,
        text=text,
        excerpt=excerpt_of(text),
        published=published,
        pictures=body.pictures,
        removals=body.removals,
        flags=tuple(flags),
        warnings=tuple(warnings),
    )


def _string(values: FrontMatter, key: str) -> str:
    return front_matter_keys.text_of(front_matter_keys.found(values, key))


def _list(values: FrontMatter, key: str) -> list[str]:
    value = front_matter_keys.found(values, key)
    items = value if isinstance(value, list) else _TAG_SPLIT.split(value)
    return [cut(line, NAME_LIMIT) for line in map(one_line, items) if line]


def _first(values: FrontMatter, key: str) -> str:
    return next(iter(_list(values, key)), "")


def _title(values: FrontMatter, outlet: Outlet | None) -> str:
    title = one_line(html_entities.unescape(_string(values, "title")))
    for suffix in outlet.title_suffixes if outlet else ():
        title = suffix.sub("", title).strip() or title
    return title


def _identity(
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
        return identity_of(url)
    except ValueError as error:
        flags.append(Flag.NO_ADDRESS)
        if url:
            warnings.append(str(error))
    return f"post:{front_matter_keys.date_of(values)}/{title or sha256}"


def _own_names(outlet: Outlet | None, category: str) -> tuple[str, ...]:
    """Return the names of the outlet itself, which tell neither an author nor a topic."""
    return (category, outlet.name, *outlet.aliases) if outlet else (category,)


def _author(values: FrontMatter, byline: str, outlet: Outlet | None, category: str) -> str:
    """Return the byline: the front matter's author, else the body's, never the outlet's name."""
    folded = {name.casefold() for name in (*_own_names(outlet, category), "unknown")}
    for candidate in (", ".join(_list(values, "author")), byline):
        names = _BETWEEN_NAMES.split(one_line(html_entities.unescape(candidate)))
        name = ", ".join(dict.fromkeys(filter(None, names)))
        if name and name.casefold() not in folded:
            return cut(name, NAME_LIMIT)
    return ""


def _tags(values: FrontMatter, outlet: Outlet | None, category: str) -> tuple[str, ...]:
    """Return the topical tags: those that do more than repeat the outlet's name."""
    folded = {name.casefold() for name in _own_names(outlet, category)}
    tags = (
        html_entities.unescape(t) for t in (*_list(values, "tags"), *_list(values, "categories"))
    )
    unique = {tag.casefold(): tag for tag in reversed([one_line(t) for t in tags])}
    return tuple(reversed([tag for key, tag in unique.items() if tag and key not in folded]))


def _body_flags(title: str, text: str, removals: tuple[Removal, ...], pictures: int) -> list[Flag]:
    if not text or text == title:
        if any(removal.rule == "title" for removal in removals) or text:
            return [Flag.TITLE_ONLY]
        return [Flag.IMAGES_ONLY if pictures else Flag.EMPTY]
    return [Flag.SHORT] if len(text) < SHORT_TEXT else []


def _kind(url: str, text: str, flags: list[Flag], pictures: int) -> Kind:
    if is_video_site(host_of(url)):
        return Kind.VIDEO
    if pictures >= 4 and len(text) < pictures * 60:
        return Kind.GALLERY
    return Kind.STUB if not STUB_FLAGS.isdisjoint(flags) and not pictures else Kind.STORY
