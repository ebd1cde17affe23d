"""What changed between two versions of a story: paragraphs first, then words and characters.

:func:`compare_texts` is lossless: :attr:`Difference.old_text` and ``new_text`` return both texts.
The work for one comparison is bounded: where a text is too long to compare word by word, whole
paragraphs count as deleted and inserted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from articles.content.text.language_detection import HAN_AND_KANA
from articles.content.text.stream_safe_text import normalize_unicode

_BLANK_LINE = "\n\n"
_INSIGNIFICANT = re.compile(r"(?:[^\w+−%‰$€£¥<>=~^|-]|_)+")  # mathematical signs carry meaning
#: A Han or kana character, a word of another script, a run of space, or any other character.
_TOKEN = re.compile(rf"[{HAN_AND_KANA}]|[^\W{HAN_AND_KANA}]+|\s+|[^\w\s]")
_MIN_UNCHANGED_TOKENS = 2  # a shorter unchanged run joins the changes around it
_MIN_SIMILARITY = (
    0.4  # share of common tokens; below it, paragraphs are not one rewritten paragraph
)
_MAX_PARAGRAPHS = 3000  # both sides together, without common ends; more are not aligned
_MAX_PAIRS = 900  # pairs of paragraphs compared within one changed block
_MAX_WORK = 300_000_000  # equal token pairs x the shorter side, in total: 2 seconds at worst


class ChangeType(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text within a paragraph: the same, deleted or inserted."""

    change: ChangeType
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of either side, or of both; a changed one holds runs of the other types."""

    change: ChangeType
    runs: tuple[Run, ...]

    @property
    def is_trivial(self) -> bool:
        """Return whether only spacing, punctuation or the width of characters differs.

        >>> compare_texts("", "", "三人, 受伤。", "三人，受伤。").paragraphs[0].is_trivial
        True
        """
        return self.change != ChangeType.SAME and _significant_text(self.old) == _significant_text(
            self.new
        )

    @property
    def old(self) -> str:
        """Return the old text of the paragraph."""
        return "".join(run.text for run in self.runs if run.change != ChangeType.INSERTED)

    @property
    def new(self) -> str:
        """Return the new text of the paragraph."""
        return "".join(run.text for run in self.runs if run.change != ChangeType.DELETED)


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive paragraphs; a collapsed section has no significant change."""

    is_collapsed: bool
    paragraphs: tuple[Paragraph, ...]

    @property
    def trivial_count(self) -> int:
        """Return the number of paragraphs with trivial changes only."""
        return sum(paragraph.is_trivial for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions aligned: the headline, then the paragraphs in reading order."""

    title: Paragraph
    paragraphs: tuple[Paragraph, ...]

    @property
    def has_same_text(self) -> bool:
        """Return whether the texts are equal; the headlines may differ."""
        return all(paragraph.change == ChangeType.SAME for paragraph in self.paragraphs)

    @property
    def is_trivial(self) -> bool:
        """Return whether the two differ, but only trivially; see ``Paragraph``."""
        changed = [p for p in (self.title, *self.paragraphs) if p.change != ChangeType.SAME]
        return bool(changed) and all(paragraph.is_trivial for paragraph in changed)

    @property
    def old_text(self) -> str:
        """Return the older text, character for character."""
        return _BLANK_LINE.join(p.old for p in self.paragraphs if p.change != ChangeType.INSERTED)

    @property
    def new_text(self) -> str:
        """Return the newer text, character for character."""
        return _BLANK_LINE.join(p.new for p in self.paragraphs if p.change != ChangeType.DELETED)

    def sections(self, context: int = 1) -> list[Section]:
        """Return the paragraphs grouped in sections; those without significant changes collapse.

        ``context`` unchanged paragraphs stay open on each side of a change; a single unchanged
        paragraph never collapses.
        """
        changed = [
            i
            for i, p in enumerate(self.paragraphs)
            if p.change != ChangeType.SAME and not p.is_trivial
        ]
        visible = {j for i in changed for j in range(i - context, i + context + 1)}
        groups: list[tuple[bool, list[Paragraph]]] = []
        for i, paragraph in enumerate(self.paragraphs):
            is_collapsed = i not in visible or paragraph.is_trivial
            if not groups or groups[-1][0] != is_collapsed:
                groups.append((is_collapsed, []))
            groups[-1][1].append(paragraph)
        return [
            Section(is_collapsed and (len(ps) > 1 or ps[0].is_trivial), tuple(ps))
            for is_collapsed, ps in groups
        ]


def compare_texts(old_title: str, new_title: str, old_text: str, new_text: str) -> Difference:
    """Return the difference; an empty line separates the paragraphs of a text.

    >>> compare_texts("甲", "甲", "三人受伤。", "两人受伤。").paragraphs[0].runs[0]
    Run(change=<ChangeType.DELETED: 'deleted'>, text='三')
    """
    builder = _DiffBuilder(_MAX_WORK)
    title = builder.diff_paragraph(old_title, new_title)
    old, new = _split_paragraphs(old_text), _split_paragraphs(new_text)
    return Difference(title, tuple(builder.align_paragraphs(old, new)))


def tokenize(text: str) -> list[str]:
    """Return the units of comparison: characters for Chinese, words otherwise.

    >>> tokenize("台湾 COVID-19")
    ['台', '湾', ' ', 'COVID', '-', '19']
    """
    return _TOKEN.findall(text)


def _significant_text(text: str) -> str:
    """Return ``text`` without spacing, punctuation and differences of width."""
    normalized = normalize_unicode("NFKC", text)

    def keep_between_digits(run: re.Match[str]) -> str:
        before, after = (
            normalized[run.start() - 1 : run.start()],
            normalized[run.end() : run.end() + 1],
        )
        return run[0] if before.isdigit() and after.isdigit() else ""  # 1.5 is not 15

    return _INSIGNIFICANT.sub(keep_between_digits, normalized)


def _split_paragraphs(text: str) -> list[str]:
    return text.split(_BLANK_LINE) if text else []


def _single_run(change: ChangeType, text: str) -> Paragraph:
    return Paragraph(change, (Run(change, text),) if text else ())


class _DiffBuilder:
    """One comparison; ``budget`` bounds the work, in the unit of ``_MAX_WORK``."""

    def __init__(self, budget: int) -> None:
        self._budget = budget

    def align_paragraphs(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
        """Yield the paragraphs of both sides in reading order."""
        head, tail = _common_ends(old, new)
        old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
        yield from (_single_run(ChangeType.SAME, text) for text in old[:head])
        if len(old_middle) + len(new_middle) > _MAX_PARAGRAPHS:
            yield from (_single_run(ChangeType.DELETED, text) for text in old_middle)
            yield from (_single_run(ChangeType.INSERTED, text) for text in new_middle)
        else:
            matcher = SequenceMatcher(None, old_middle, new_middle)
            for tag, i1, i2, j1, j2 in matcher.get_opcodes():
                if tag == "equal":
                    yield from (_single_run(ChangeType.SAME, text) for text in old_middle[i1:i2])
                else:
                    yield from self._diff_block(old_middle[i1:i2], new_middle[j1:j2])
        yield from (_single_run(ChangeType.SAME, text) for text in old[len(old) - tail :])

    def diff_paragraph(self, old: str, new: str) -> Paragraph:
        """Return the paragraph that compares two wordings, token by token."""
        if old == new:
            return _single_run(ChangeType.SAME, old)
        if not old or not new:
            return _single_run(ChangeType.DELETED if old else ChangeType.INSERTED, old or new)
        runs = self._diff_runs(tokenize(old), tokenize(new))
        return Paragraph(ChangeType.CHANGED, tuple(runs))

    def _diff_block(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
        """Yield a block without common paragraphs: similar pairs compared, others whole."""
        next_old = next_new = 0
        for i, j in [*_match_paragraphs(old, new), (len(old), len(new))]:
            yield from (_single_run(ChangeType.DELETED, text) for text in old[next_old:i])
            yield from (_single_run(ChangeType.INSERTED, text) for text in new[next_new:j])
            if i < len(old) and j < len(new):
                yield self.diff_paragraph(old[i], new[j])
            next_old, next_new = i + 1, j + 1

    def _diff_runs(self, old: list[str], new: list[str]) -> Iterator[Run]:
        head, tail = _common_ends(old, new)
        old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
        # The matcher's work is bounded by the equal pairs it can visit in each step.
        counts = Counter(old_middle)
        equal = sum(counts[token] for token in new_middle)
        cost = equal * min(len(old_middle), len(new_middle))
        if cost > self._budget:
            pieces = [(ChangeType.DELETED, old_middle), (ChangeType.INSERTED, new_middle)]
        else:
            self._budget -= cost
            pieces = _diff_tokens(old_middle, new_middle)
        pieces = [(ChangeType.SAME, old[:head]), *pieces, (ChangeType.SAME, old[len(old) - tail :])]
        return (Run(change, "".join(texts)) for change, texts in pieces if texts)


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return the number of items both sides share at the start, and then at the end."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    return head, tail


def _diff_tokens(old: list[str], new: list[str]) -> list[tuple[ChangeType, list[str]]]:
    """Return the pieces of both sides in order; within a change the deletion comes first."""
    pieces: list[tuple[ChangeType, list[str]]] = []
    deleted: list[str] = []
    inserted: list[str] = []

    def close() -> None:
        pieces.extend(
            [(ChangeType.DELETED, deleted.copy()), (ChangeType.INSERTED, inserted.copy())]
        )
        deleted.clear()
        inserted.clear()

    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for n, (tag, i1, i2, j1, j2) in enumerate(codes):
        is_island = 0 < n < len(codes) - 1 and i2 - i1 < _MIN_UNCHANGED_TOKENS
        if tag == "equal" and not is_island:
            close()
            pieces.append((ChangeType.SAME, old[i1:i2]))
        else:
            deleted += old[i1:i2]
            inserted += new[j1:j2]
    close()
    return pieces


def _match_paragraphs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the index pairs of rewritten paragraphs, in order, with the highest similarity."""
    if len(old) * len(new) > _MAX_PAIRS:
        return []
    similarity = _similarity_function(old, new)
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            score = similarity(i, j)
            paired = best[i + 1][j + 1] + score if score >= _MIN_SIMILARITY else 0.0
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


def _similarity_function(old: Sequence[str], new: Sequence[str]) -> Callable[[int, int], float]:
    """Return a function of two indexes: the share of tokens both paragraphs have in common."""
    old_counts, new_counts = (
        [Counter(tokenize(normalize_unicode("NFKC", text))) for text in side] for side in (old, new)
    )

    def share(i: int, j: int) -> float:
        a, b = old_counts[i], new_counts[j]
        return 2 * (a & b).total() / max(1, a.total() + b.total())

    return share
