"""A post file taken apart: header, epoch comment, headline's link, body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.front_matter import FrontMatter, HeaderError, read_front_matter

#: Three times what the largest of 6,725 real posts has.
MAX_CHARACTERS, MAX_TAGS, MAX_ENTITIES = 2_000_000, 30_000, 30_000
_CURE = "no story is that long: put the part that is one into a file of its own"
_HEADER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_EPOCH = re.compile(r"\A\s*<!--\s*([^\n]{0,40}?)\s*-->[ \t]*\n?")
_HEADLINE = re.compile(r"\A\s*\[(.{0,4000}?)\]\(([^\n]{0,4000})\)[ \t]*\n-{3,}[ \t]*\n", re.DOTALL)
_DATED_NAME = re.compile(rb"(?:^|/)\d{4}-\d{2}-\d{2}-[^/]*$")


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
    """A post file taken apart: header, epoch comment, headline's link, body."""

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
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not dated:
            raise NotAPostError("not text in UTF-8, and its name has no date") from error
        line = data.count(b"\n", 0, error.start) + 1
        raise PostError(
            f"line {line}, byte {error.start}", "not text in UTF-8", "save the file as UTF-8"
        ) from error
    text = text.replace("\r\n", "\n").replace("\x00", "")
    header = _HEADER.match(text)
    if header is None:
        if not dated:
            raise NotAPostError("no front matter, and no date in its name")
        raise PostError(
            "line 1", "no front matter between two '---' lines", "add it, with title and date"
        )
    try:
        front = read_front_matter(header[1])
    except HeaderError as error:
        where, _, what = str(error).partition(": ")
        raise PostError(where, what, "mend the front matter's YAML") from error
    if not dated and "date" not in front.values:
        raise NotAPostError("no date in the front matter, and none in its name")
    rest = text[header.end() :]
    epoch = _EPOCH.match(rest)
    rest = rest[epoch.end() :] if epoch else rest
    headline = _HEADLINE.match(rest)
    return Frame(
        front_matter=front.values,
        epoch=epoch[1] if epoch else None,
        link=headline[2] if headline else "",
        body=rest[headline.end() :] if headline else rest,
        warnings=(front.warning,) if front.warning else (),
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
