"""A post file taken apart: header, epoch comment, headline's link, body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.encoding.detection import NotTextError, decode
from articles.content.post_file.front_matter import FrontMatter, HeaderError, read_front_matter
from articles.content.post_file.front_matter_block import FoundHeader, find_header
from articles.content.post_file.front_matter_keys import date_of, is_draft
from articles.content.text.date_parsing import parse_date

#: Three times what the largest of 6,725 real posts has.
MAX_CHARACTERS, MAX_TAGS, MAX_ENTITIES = 2_000_000, 30_000, 30_000
_CURE = "no story is that long: put the part that is one into a file of its own"
#: No encoding needs more for so many characters and a header; what is larger is not even decoded.
MAX_BYTES = 4 * MAX_CHARACTERS + 128 * 1024
_COMMENT = re.compile(
    r"\A\s*<!--\s*(-?\d{1,40}|NaN|null|undefined|Invalid [Dd]ate|)\s*-->[ \t]*\n?"
)
_HEADLINE = re.compile(r"\A\s*\[(.{0,4000}?)\]\(([^\n]{0,4000})\)[ \t]*\n-{3,}[ \t]*\n", re.DOTALL)
_DATE_LINE = re.compile(
    r"\A\s*(?:发布|發布|發佈)?(?:日期|时间|時間|[Dd]ate)[ \t]*[:：]"
    r"[ \t]*([^\n]{0,80}?)[ \t]*(?:\n|\Z)"
)
_DATED_NAME = re.compile(rb"(?:^|/)\d{4}-\d{2}-\d{2}-[^/]*$")
_ENDS_OF_LINES = re.compile(r"(?<!\r)\r++\n")
#: A shortcode that stands at its bracket would be taken for a tag.
_SHORTCODE = re.compile(r"\{\{<(?=[^{}\n]{0,1000}>\}\})|\{%(?=[^{}\n]{0,1000}%\})[^{}\n]*?%\}")


class PostError(ValueError):
    """The file cannot be read as a post: where, what is wrong, and what to do about it."""

    def __init__(self, where: str, what: str, cure: str) -> None:
        super().__init__(where, what, cure)
        self.where, self.what, self.cure = where, what, cure

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.cure}"


class NotAPostError(ValueError):
    """The file is no post at all, such as a README: it is skipped, not quarantined."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A post file taken apart: header, epoch comment, headline's link, body.

    A file without front matter has what its headline says in its place: ``title``, ``from``,
    ``date``.
    """

    front_matter: FrontMatter
    epoch: str | None
    link: str
    body: str
    warnings: tuple[str, ...]


def take_apart(data: bytes, path: bytes) -> Frame:
    """Return the parts of the post file with these bytes at this path.

    Raises :class:`NotAPostError` for files that are no posts, :class:`PostError` for a post that
    cannot be read.
    """
    dated = _DATED_NAME.search(path) is not None
    text, warnings = _text_of(data, dated=dated)
    header = find_header(text)
    values: FrontMatter = {}
    if header is not None:
        values, notes = _values_of(header, dated=dated)
        warnings += notes
    rest = text[header.end :] if header else text
    epoch = _COMMENT.match(rest)
    rest = rest[epoch.end() :] if epoch else rest
    epoch = epoch or (_COMMENT.match(header.lead) if header else None)
    headline = _HEADLINE.match(rest)
    rest = rest[headline.end() :] if headline else rest
    if headline and not date_of(values):
        line = _DATE_LINE.match(rest)
        if line and parse_date(line[1]):
            values, rest = values | {"date": line[1]}, rest[line.end() :]
        elif line and not header and not dated:
            number = text.count("\n", 0, text.index(line[0].strip())) + 1
            what = f"{line[1][:60]!r} is not a date"
            raise PostError(f"line {number}", what, "write 日期：2020-02-26")
    if header is None:
        if headline is None:
            raise _no_header(dated=dated)
        values = {"title": headline[1], "from": headline[2]} | values
    has_number = epoch is not None and epoch[1].isdecimal()
    if not dated and not date_of(values) and not (headline and has_number):
        raise NotAPostError("no date in the front matter, and none in its name")
    return Frame(
        front_matter=values,
        epoch=epoch[1] if epoch else None,
        link=headline[2] if headline else "",
        body=_SHORTCODE.sub(lambda match: match[0].replace("<", "&lt;"), rest),
        warnings=tuple(warnings),
    )


def _text_of(data: bytes, *, dated: bool) -> tuple[str, list[str]]:
    """Return the text of a file with its lines ended by ``\\n``, and how it was read."""
    if len(data) > MAX_BYTES:
        if not dated and not data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"---", b"+++")):
            raise NotAPostError("no front matter at its top, no date in its name, and too large")
        what = f"{len(data):,} bytes, more than any post of {MAX_CHARACTERS:,} characters has"
        raise PostError("file", what, "look into the file")
    try:
        decoded = decode(data)
    except NotTextError as error:
        if not dated:
            raise NotAPostError(f"{error}, and its name has no date") from error
        raise PostError("line 1", str(error), "save the file as UTF-8") from error
    text = decoded.text
    if "\r" in text:
        text = _ENDS_OF_LINES.sub("\n", text)
        text = text if "\n" in text else text.replace("\r", "\n")
    return text, [decoded.warning] if decoded.warning else []


def _values_of(header: FoundHeader, *, dated: bool) -> tuple[FrontMatter, list[str]]:
    try:
        front = read_front_matter(header.text, header.syntax, header.line)
    except HeaderError as error:
        if not dated and not header.is_certain:
            raise NotAPostError("no front matter, and no date in its name") from error
        where, _, what = str(error).partition(": ")
        cure = f"mend the front matter's {header.syntax.upper()}"
        raise PostError(where, what, cure) from error
    warnings = [front.warning] if front.warning else []
    if is_draft(front.values):
        warnings.append("the front matter calls it a draft")
    return front.values, warnings


def _no_header(*, dated: bool) -> ValueError:
    if not dated:
        return NotAPostError("no front matter, and no date in its name")
    return PostError(
        "line 1", "no front matter between two '---' lines", "add it, with title and date"
    )


def check_size(body: str) -> None:
    """Raise :class:`PostError` for a body that no story has and that would hold up the parser."""
    for what, count, limit in (
        ("characters", len(body), MAX_CHARACTERS),
        ("tags", body.count("<"), MAX_TAGS),
        ("entities", body.count("&"), MAX_ENTITIES),
    ):
        if count > limit:
            raise PostError("body", f"{count:,} {what}, more than {limit:,}", _CURE)
