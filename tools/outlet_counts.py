"""Count what the rules leave of the posts of a folder, outlet by outlet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.restructuring.markup_repair import repaired
from articles.content.html.restructuring.plain_text_body import ROW
from articles.content.html.restructuring.structure import NEVER_STORY, structure
from articles.content.html.tree import from_lexbor, text_of
from articles.content.post_file.parsing import NotAPostError, PostError, parse_post
from articles.content.post_file.sections import take_apart

PROCESSES = 2
_UNCOUNTED = re.compile(rf"\s+|{ROW.pattern}")
#: Readings beside characters are not in the plain text, and what stands inside a player is for
#: browsers that have none.
_UNSEEN = NEVER_STORY | {"rt", "rp", "iframe", "video", "audio", "object"}
#: Elements whose removal is on record though nobody would see them; "title" is the headline there.
_UNSEEN_RULES = NEVER_STORY - {"title"}
#: A post is in doubt when this share of its text, and more characters than this, are gone though
#: no rule has taken them.
_DOUBT_SHARE, _DOUBT_CHARACTERS = 0.02, 50


@dataclass(frozen=True, slots=True)
class Counted:
    """One post in numbers; characters are counted without white space and rows of dashes."""

    outlet: str  # slug, empty for an outlet that has no file
    day: str  # YYYY-MM-DD
    before: int  # characters of visible text in the body as it came
    after: int  # characters of text that is kept
    removed: dict[str, tuple[int, int]]  # rule -> (times, characters)
    pictures_before: int
    pictures_after: int
    flags: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of the text that remains; 1 for a body without text."""
        return self.after / self.before if self.before else 1.0

    @property
    def is_untouched(self) -> bool:
        """Tell whether no rule found anything."""
        return not self.removed

    @property
    def is_in_doubt(self) -> bool:
        """Tell whether text is gone that no rule has taken."""
        seen = self.removed.keys() - _UNSEEN_RULES
        gone = self.before - self.after - sum(self.removed[rule][1] for rule in seen)
        return gone > _DOUBT_CHARACTERS and gone > self.before * _DOUBT_SHARE


@dataclass(slots=True)
class Counts:
    """The posts of a folder in numbers; what was no post, what could not be read."""

    posts: list[Counted] = field(default_factory=list)
    folders: Counter[str] = field(default_factory=Counter)  # first part of the path -> posts
    skipped: int = 0
    refused: int = 0


def count_folder(folder: Path) -> Counts:
    """Return the counts of every file below ``folder``, the same in every run."""
    counts = Counts()
    files = sorted(_files(folder))
    names = [path.relative_to(folder) for path in files]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for name, result in zip(names, pool.map(count_post, files, chunksize=50), strict=True):
            if isinstance(result, Counted):
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


def count_post(path: Path) -> Counted | type[ValueError]:
    """Return the numbers of one post file, or the class of the error that it raises."""
    data, name = path.read_bytes(), bytes(path)
    try:
        post = parse_post(data, name)
        body = take_apart(data, name).body
    except (NotAPostError, PostError) as error:
        return type(error)
    raw = structure(body, base=post.url, title="", outlet=None)
    removed: dict[str, tuple[int, int]] = {}
    for removal in post.removals:
        times, chars = removed.get(removal.rule, (0, 0))
        removed[removal.rule] = (times + 1, chars + removal.characters)
    return Counted(
        outlet=post.outlet,
        day=post.published.value.date().isoformat(),
        before=visible_characters(body),
        after=len(_UNCOUNTED.sub("", post.text)),
        removed=removed,
        pictures_before=len(raw.pictures),
        pictures_after=len(post.pictures),
        flags=tuple(flag.value for flag in post.flags),
    )


def visible_characters(html: str) -> int:
    """Return how many characters of ``html`` a reader would see, without white space and rows."""
    body = LexborHTMLParser(repaired(html)).body
    return len(_UNCOUNTED.sub("", text_of(from_lexbor(body, _UNSEEN)))) if body else 0


def sum_of_rules(posts: Iterable[Counted]) -> dict[str, tuple[int, int, int]]:
    """Return for each rule in how many posts it matched, how often, how many characters went."""
    sums: dict[str, tuple[int, int, int]] = {}
    for post in posts:
        for rule, (times, chars) in post.removed.items():
            old = sums.get(rule, (0, 0, 0))
            sums[rule] = (old[0] + 1, old[1] + times, old[2] + chars)
    return sums
