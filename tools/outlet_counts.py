"""Count the text that the rules keep and remove in the posts of a folder, by outlet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.restructuring.markup_repair import repair_markup
from articles.content.html.restructuring.pipeline import NON_STORY_ELEMENTS, restructure
from articles.content.html.restructuring.plain_text_body import DASH_ROW
from articles.content.html.tree import from_lexbor, text_of
from articles.content.post_file.parsing import NotAPostError, PostError, parse_post
from articles.content.post_file.sections import split_post

PROCESSES = 2
_NOT_COUNTED = re.compile(rf"\s+|{DASH_ROW.pattern}")
#: Ruby readings are not part of the plain text, and the content of a player element is a fallback.
_INVISIBLE = NON_STORY_ELEMENTS | {"rt", "rp", "iframe", "video", "audio", "object"}
#: Rules for elements that are invisible anyway; "title" is not one, as a rule it is the headline.
_INVISIBLE_RULES = NON_STORY_ELEMENTS - {"title"}
#: A post is in doubt when more than this share of its text, and more than this number of
#: characters, are missing although no rule has removed them.
_DOUBT_SHARE, _DOUBT_CHARACTERS = 0.02, 50


@dataclass(frozen=True, slots=True)
class PostCounts:
    """The counts of one post; characters exclude white space and rows of dashes."""

    outlet: str  # slug, "" for an outlet without a rules file
    day: str  # YYYY-MM-DD
    before: int  # characters of visible text in the original body
    after: int  # characters of the kept text
    removed: dict[str, tuple[int, int]]  # rule -> (times, characters)
    pictures_before: int
    pictures_after: int
    flags: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of the text that is kept; 1 for a body without text."""
        return self.after / self.before if self.before else 1.0

    @property
    def is_untouched(self) -> bool:
        """Return whether no rule matched."""
        return not self.removed

    @property
    def is_in_doubt(self) -> bool:
        """Return whether text is missing that no rule has removed."""
        seen = self.removed.keys() - _INVISIBLE_RULES
        gone = self.before - self.after - sum(self.removed[rule][1] for rule in seen)
        return gone > _DOUBT_CHARACTERS and gone > self.before * _DOUBT_SHARE


@dataclass(slots=True)
class FolderCounts:
    """The counts of a folder: its posts, files that are no posts, and posts with errors."""

    posts: list[PostCounts] = field(default_factory=list)
    folders: Counter[str] = field(default_factory=Counter)  # first part of the path -> posts
    skipped: int = 0
    refused: int = 0


def count_folder(folder: Path) -> FolderCounts:
    """Return the counts of all files below ``folder``; the result is deterministic."""
    counts = FolderCounts()
    files = sorted(_files(folder))
    names = [path.relative_to(folder) for path in files]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for name, result in zip(names, pool.map(count_post, files, chunksize=50), strict=True):
            if isinstance(result, PostCounts):
                counts.posts.append(result)
                counts.folders[name.parts[0] if len(name.parts) > 1 else "."] += 1
            elif result is NotAPostError:
                counts.skipped += 1
            else:
                counts.refused += 1
    return counts


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path


def count_post(path: Path) -> PostCounts | type[ValueError]:
    """Return the counts of one post file, or the class of the error that it raises."""
    data, name = path.read_bytes(), bytes(path)
    try:
        post = parse_post(data, name)
        body = split_post(data, name).body
    except (NotAPostError, PostError) as error:
        return type(error)
    raw = restructure(body, base=post.url, title="", outlet=None)
    removed: dict[str, tuple[int, int]] = {}
    for removal in post.removals:
        times, chars = removed.get(removal.rule, (0, 0))
        removed[removal.rule] = (times + 1, chars + removal.characters)
    return PostCounts(
        outlet=post.outlet,
        day=post.published.value.date().isoformat(),
        before=visible_characters(body),
        after=len(_NOT_COUNTED.sub("", post.text)),
        removed=removed,
        pictures_before=len(raw.pictures),
        pictures_after=len(post.pictures),
        flags=tuple(flag.value for flag in post.flags),
    )


def visible_characters(html: str) -> int:
    """Return the number of visible characters of ``html``, without white space and dash rows."""
    body = LexborHTMLParser(repair_markup(html)).body
    return len(_NOT_COUNTED.sub("", text_of(from_lexbor(body, _INVISIBLE)))) if body else 0


def sum_by_rule(posts: Iterable[PostCounts]) -> dict[str, tuple[int, int, int]]:
    """Return, by rule, the numbers of posts, of matches and of removed characters."""
    sums: dict[str, tuple[int, int, int]] = {}
    for post in posts:
        for rule, (times, chars) in post.removed.items():
            old = sums.get(rule, (0, 0, 0))
            sums[rule] = (old[0] + 1, old[1] + times, old[2] + chars)
    return sums
