"""What changed between two versions of a story: paragraphs first, then words and characters.

:func:`compare` loses nothing: :attr:`Difference.old_text` and the like give both sides back.
The work for one comparison is bounded; where a text is too long for fine marks, whole paragraphs
are marked instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from articles.content.text.language_detection import CHARACTERS

_BLANK_LINE = "\n\n"
_NO_LETTER = re.compile(r"(?:[^\w+−%‰$€£¥<>=~^|-]|_)+")  # a sign that calculates says something
#: A Han or kana character, a word of another script, a run of space, or any other character.
_TOKEN = re.compile(rf"[{CHARACTERS}]|[^\W{CHARACTERS}]+|\s+|[^\w\s]")
_ISLAND = 2  # tokens; a shorter unchanged run between two changes only makes confetti
_ALIKE = 0.4  # share of common tokens from which two paragraphs are one, rewritten
_PARAGRAPHS = 3000  # both sides together, common ends aside; more are not aligned
_PAIRS = 900  # pairs of paragraphs that are weighed against each other in one place
_WORK = 300_000_000  # equal pairs of tokens times the shorter side, in all: two seconds at worst


class Mark(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text within a paragraph: the same, deleted or inserted."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of either side, or of both; a changed one holds runs of all three marks."""

    mark: Mark
    runs: tuple[Run, ...]

    @property
    def is_trivial(self) -> bool:
        """Tell whether nothing but spacing, punctuation or the width of characters differs.

        >>> compare("", "", "三人, 受伤。", "三人，受伤。").paragraphs[0].is_trivial
        True
        """
        return self.mark != Mark.SAME and _letters(self.old) == _letters(self.new)

    @property
    def old(self) -> str:
        """Return the paragraph as it was."""
        return "".join(run.text for run in self.runs if run.mark != Mark.INSERTED)

    @property
    def new(self) -> str:
        """Return the paragraph as it became."""
        return "".join(run.text for run in self.runs if run.mark != Mark.DELETED)


@dataclass(frozen=True, slots=True)
class Section:
    """Paragraphs in a row; ``folded`` ones are as good as unchanged and not needed to follow."""

    folded: bool
    paragraphs: tuple[Paragraph, ...]

    @property
    def trivial_count(self) -> int:
        """Return in how many of the paragraphs spacing or punctuation changed."""
        return sum(paragraph.is_trivial for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions laid over each other: the headline, then the paragraphs in order."""

    title: Paragraph
    paragraphs: tuple[Paragraph, ...]

    @property
    def same_text(self) -> bool:
        """Tell whether the texts are equal, whatever the headlines are."""
        return all(paragraph.mark == Mark.SAME for paragraph in self.paragraphs)

    @property
    def is_trivial(self) -> bool:
        """Tell whether the two differ, but in nothing that a reader would call a change."""
        marked = [p for p in (self.title, *self.paragraphs) if p.mark != Mark.SAME]
        return bool(marked) and all(paragraph.is_trivial for paragraph in marked)

    @property
    def old_text(self) -> str:
        """Return the older text as it was given."""
        return _BLANK_LINE.join(p.old for p in self.paragraphs if p.mark != Mark.INSERTED)

    @property
    def new_text(self) -> str:
        """Return the newer text as it was given."""
        return _BLANK_LINE.join(p.new for p in self.paragraphs if p.mark != Mark.DELETED)

    def sections(self, around: int = 1) -> list[Section]:
        """Return the paragraphs with stretches folded in which nothing of weight changed.

        ``around`` unchanged paragraphs stay open on each side of a change; a single unchanged
        paragraph is never folded.
        """
        changed = [
            i for i, p in enumerate(self.paragraphs) if p.mark != Mark.SAME and not p.is_trivial
        ]
        shown = {j for i in changed for j in range(i - around, i + around + 1)}
        groups: list[tuple[bool, list[Paragraph]]] = []
        for i, paragraph in enumerate(self.paragraphs):
            folded = i not in shown or paragraph.is_trivial
            if not groups or groups[-1][0] != folded:
                groups.append((folded, []))
            groups[-1][1].append(paragraph)
        return [
            Section(folded and (len(ps) > 1 or ps[0].is_trivial), tuple(ps))
            for folded, ps in groups
        ]


def compare(old_title: str, new_title: str, old_text: str, new_text: str) -> Difference:
    """Return what changed; paragraphs of the texts are apart by an empty line.

    >>> compare("甲", "甲", "三人受伤。", "两人受伤。").paragraphs[0].runs[0]
    Run(mark=<Mark.DELETED: 'deleted'>, text='三')
    """
    work = _Work(_WORK)
    title = work.changed(old_title, new_title)
    return Difference(title, tuple(work.aligned(_paragraphs(old_text), _paragraphs(new_text))))


def tokens(text: str) -> list[str]:
    """Return the units in which changes are marked: characters for Chinese, words otherwise.

    >>> tokens("台湾 COVID-19")
    ['台', '湾', ' ', 'COVID', '-', '19']
    """
    return _TOKEN.findall(text)


def _letters(text: str) -> str:
    """Return what is left of ``text`` without spacing, punctuation and differences of width."""
    plain = unicodedata.normalize("NFKC", text)

    def kept(run: re.Match[str]) -> str:
        before, after = plain[run.start() - 1 : run.start()], plain[run.end() : run.end() + 1]
        return run[0] if before.isdigit() and after.isdigit() else ""  # 1.5 is not 15

    return _NO_LETTER.sub(kept, plain)


def _paragraphs(text: str) -> list[str]:
    return text.split(_BLANK_LINE) if text else []


def _whole(mark: Mark, text: str) -> Paragraph:
    return Paragraph(mark, (Run(mark, text),) if text else ())


class _Work:
    """One comparison, with what is left of the effort it may take."""

    def __init__(self, left: int) -> None:
        self._left = left

    def aligned(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
        """Yield the paragraphs of both sides in reading order."""
        head, tail = _common_ends(old, new)
        old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
        yield from (_whole(Mark.SAME, text) for text in old[:head])
        if len(old_middle) + len(new_middle) > _PARAGRAPHS:
            yield from (_whole(Mark.DELETED, text) for text in old_middle)
            yield from (_whole(Mark.INSERTED, text) for text in new_middle)
        else:
            matcher = SequenceMatcher(None, old_middle, new_middle)
            for tag, i1, i2, j1, j2 in matcher.get_opcodes():
                if tag == "equal":
                    yield from (_whole(Mark.SAME, text) for text in old_middle[i1:i2])
                else:
                    yield from self._rewritten(old_middle[i1:i2], new_middle[j1:j2])
        yield from (_whole(Mark.SAME, text) for text in old[len(old) - tail :])

    def changed(self, old: str, new: str) -> Paragraph:
        """Return one paragraph of two wordings, changes marked within."""
        if old == new:
            return _whole(Mark.SAME, old)
        if not old or not new:
            return _whole(Mark.DELETED if old else Mark.INSERTED, old or new)
        runs = self._runs(tokens(old), tokens(new))
        return Paragraph(Mark.CHANGED, tuple(runs))

    def _rewritten(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
        """Yield a stretch without a common paragraph: pairs that are alike, the rest whole."""
        done_old = done_new = 0
        for i, j in [*_pairs(old, new), (len(old), len(new))]:
            yield from (_whole(Mark.DELETED, text) for text in old[done_old:i])
            yield from (_whole(Mark.INSERTED, text) for text in new[done_new:j])
            if i < len(old) and j < len(new):
                yield self.changed(old[i], new[j])
            done_old, done_new = i + 1, j + 1

    def _runs(self, old: list[str], new: list[str]) -> Iterator[Run]:
        head, tail = _common_ends(old, new)
        old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
        # What the matcher does is bounded by the equal pairs it may look at in each of its steps.
        counts = Counter(old_middle)
        equal = sum(counts[token] for token in new_middle)
        cost = equal * min(len(old_middle), len(new_middle))
        if cost > self._left:
            pieces = [(Mark.DELETED, old_middle), (Mark.INSERTED, new_middle)]
        else:
            self._left -= cost
            pieces = _marked(old_middle, new_middle)
        pieces = [(Mark.SAME, old[:head]), *pieces, (Mark.SAME, old[len(old) - tail :])]
        return (Run(mark, "".join(texts)) for mark, texts in pieces if texts)


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many items both sides share at the beginning, and then at the end."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    return head, tail


def _marked(old: list[str], new: list[str]) -> list[tuple[Mark, list[str]]]:
    """Return the pieces of both sides in order; within a change the deletion comes first."""
    pieces: list[tuple[Mark, list[str]]] = []
    deleted: list[str] = []
    inserted: list[str] = []

    def close() -> None:
        pieces.extend([(Mark.DELETED, deleted.copy()), (Mark.INSERTED, inserted.copy())])
        deleted.clear()
        inserted.clear()

    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for n, (tag, i1, i2, j1, j2) in enumerate(codes):
        island = 0 < n < len(codes) - 1 and i2 - i1 < _ISLAND
        if tag == "equal" and not island:
            close()
            pieces.append((Mark.SAME, old[i1:i2]))
        else:
            deleted += old[i1:i2]
            inserted += new[j1:j2]
    close()
    return pieces


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of paragraphs that are one, rewritten: in order, as alike as can be."""
    if len(old) * len(new) > _PAIRS:
        return []
    likeness = _likeness(old, new)
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            here = likeness(i, j)
            paired = best[i + 1][j + 1] + here if here >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _likeness(old: Sequence[str], new: Sequence[str]) -> Callable[[int, int], float]:
    """Return a function that tells the share of tokens which two paragraphs have in common."""
    old_counts, new_counts = (
        [Counter(tokens(unicodedata.normalize("NFKC", text))) for text in side]
        for side in (old, new)
    )

    def share(i: int, j: int) -> float:
        a, b = old_counts[i], new_counts[j]
        return 2 * (a & b).total() / max(1, a.total() + b.total())

    return share
