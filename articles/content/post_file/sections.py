"""The sections of a post file: front matter, epoch comment, headline's URL, body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.encoding.detection import NotTextError, decode
from articles.content.post_file.errors import NotAPostError, PostError
from articles.content.post_file.front_matter import (
    FrontMatter,
    FrontMatterError,
    parse_front_matter,
)
from articles.content.post_file.front_matter_block import FrontMatterBlock, find_front_matter
from articles.content.post_file.front_matter_keys import find_date, is_draft
from articles.content.post_file.size_limits import MAX_BYTES, MAX_CHARACTERS, check_file
from articles.content.text.date_parsing import parse_date
from articles.content.text.stream_safe_text import to_stream_safe_markup

_EPOCH_COMMENT = re.compile(
    r"\A\s*<!--\s*(-?\d{1,40}|NaN|null|undefined|Invalid [Dd]ate|)\s*-->[ \t]*\n?"
)
_HEADLINE = re.compile(r"\A\s*\[(.{0,4000}?)\]\(([^\n]{0,4000})\)[ \t]*\n-{3,}[ \t]*\n", re.DOTALL)
_DATE_LINE = re.compile(
    r"\A\s*(?:发布|發布|發佈)?(?:日期|时间|時間|[Dd]ate)[ \t]*[:：]"
    r"[ \t]*([^\n]{0,80}?)[ \t]*(?:\n|\Z)"
)
_DATED_FILE_NAME = re.compile(rb"(?:^|/)\d{4}-\d{2}-\d{2}-[^/]*$")
_CRLF = re.compile(r"(?<!\r)\r++\n")
#: Shortcodes of Hugo and Jekyll: the bracket of ``{{<name`` would be parsed as a tag.
_SHORTCODE = re.compile(r"\{\{<(?=[^{}\n]{0,1000}>\}\})|\{%(?=[^{}\n]{0,1000}%\})[^{}\n]*?%\}")


@dataclass(frozen=True, slots=True)
class PostSections:
    """The sections of a post file.

    ``epoch`` is the text of the epoch comment, None without one; ``headline_url`` is the target of
    the headline's link. Without front matter, ``front_matter`` has the ``title``, ``from`` and
    ``date`` of the headline.
    """

    front_matter: FrontMatter
    epoch: str | None
    headline_url: str
    body: str
    warnings: tuple[str, ...]


def split_post(data: bytes, path: bytes) -> PostSections:
    """Return the sections of the post file with the bytes ``data`` at ``path``.

    Raises :class:`NotAPostError` for files that are not posts, :class:`PostError` for a post that
    cannot be parsed.
    """
    is_dated = _DATED_FILE_NAME.search(path) is not None
    if is_dated and not data.strip():
        raise PostError("file", "it is empty", "restore it from where it comes from")
    text, warnings = _decode_text(data, is_dated=is_dated)
    block = find_front_matter(text)
    values: FrontMatter = {}
    if block is not None:
        values, front_matter_warnings = _parse_block(block, is_dated=is_dated)
        warnings += front_matter_warnings
    rest = text[block.end :] if block else text
    epoch = _EPOCH_COMMENT.match(rest)
    rest = rest[epoch.end() :] if epoch else rest
    epoch = epoch or (_EPOCH_COMMENT.match(block.preceding) if block else None)
    headline = _HEADLINE.match(rest)
    rest = rest[headline.end() :] if headline else rest
    if headline and not find_date(values):
        date_line = _DATE_LINE.match(rest)
        if date_line and parse_date(date_line[1]):
            values, rest = values | {"date": date_line[1]}, rest[date_line.end() :]
        elif date_line and not block and not is_dated:
            number = text.count("\n", 0, text.index(date_line[0].strip())) + 1
            what = f"{date_line[1][:60]!r} is not a date"
            raise PostError(f"line {number}", what, "write 日期：2020-02-26")
    if block is None:
        if headline is None:
            raise _missing_front_matter(is_dated=is_dated)
        values = {"title": headline[1], "from": headline[2]} | values
    has_number = epoch is not None and epoch[1].isdecimal()
    if not is_dated and not find_date(values) and not (headline and has_number):
        raise NotAPostError("no date in the front matter, and none in its name")
    return PostSections(
        front_matter=values,
        epoch=epoch[1] if epoch else None,
        headline_url=headline[2] if headline else "",
        body=_SHORTCODE.sub(lambda match: match[0].replace("<", "&lt;"), rest),
        warnings=tuple(warnings),
    )


def _decode_text(data: bytes, *, is_dated: bool) -> tuple[str, list[str]]:
    """Return the text of a file and the warnings of decoding it.

    The text is stream-safe and its line endings are ``\\n``.
    """
    if len(data) > MAX_BYTES:
        if not is_dated and not data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
            (b"---", b"+++")
        ):
            raise NotAPostError("no front matter at its top, no date in its name, and too large")
        what = f"{len(data):,} bytes, more than any post of {MAX_CHARACTERS:,} characters has"
        raise PostError("file", what, "check the file")
    try:
        decoded = decode(data)
    except NotTextError as error:
        if not is_dated:
            raise NotAPostError(f"{error}, and its name has no date") from error
        raise PostError("line 1", str(error), "save the file as UTF-8") from error
    check_file(decoded.text)
    text = to_stream_safe_markup(decoded.text)
    if "\r" in text:
        text = _CRLF.sub("\n", text)
        text = text if "\n" in text else text.replace("\r", "\n")
    return text, [decoded.warning] if decoded.warning else []


def _parse_block(block: FrontMatterBlock, *, is_dated: bool) -> tuple[FrontMatter, list[str]]:
    try:
        front_matter = parse_front_matter(block.text, block.syntax, block.line)
    except FrontMatterError as error:
        if not is_dated and not block.is_certain:
            raise NotAPostError("no front matter, and no date in its name") from error
        where, _, what = str(error).partition(": ")
        hint = f"fix the front matter's {block.syntax.upper()} syntax"
        raise PostError(where, what, hint) from error
    warnings = [front_matter.warning] if front_matter.warning else []
    if is_draft(front_matter.values):
        warnings.append("the front matter calls it a draft")
    return front_matter.values, warnings


def _missing_front_matter(*, is_dated: bool) -> ValueError:
    if not is_dated:
        return NotAPostError("no front matter, and no date in its name")
    return PostError(
        "line 1", "no front matter between two '---' lines", "add it, with title and date"
    )
