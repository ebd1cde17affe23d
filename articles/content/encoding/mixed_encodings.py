"""Bytes that are not UTF-8 throughout: older tables, damage, or several encodings in one file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from articles.content.encoding.legacy_encodings import ENOUGH, declared_in, decoded, read_legacy
from articles.content.encoding.plausibility import likeness

_MAX_PIECES = 5000  # runs of lines, and segments of them, that are judged one by one
_TOLD = 3  # places that a warning names
_LOOK = 20_000  # characters that are looked at to judge a run
#: Lines that hold a byte which is not UTF-8; ``surrogateescape`` makes those bytes U+DC80 and up.
_BROKEN_LINES = re.compile(
    r"^(?:[^\n\udc80-\udcff]*+[\udc80-\udcff][^\n]*+(?:\n|\Z))++", re.MULTILINE
)
#: Two bytes a character in UTF-8, and so maybe two a character in another table.
_SUSPECT_LINE = re.compile(
    r"^[^\n\u0800-\U0010ffff]*[\x80-\u07ff][^\n\u0800-\U0010ffff]*(?:\n|\Z)", re.MULTILINE
)
#: A part of a line that is broken. What it ends at is no half of a character in any table.
_BROKEN_SEGMENT = re.compile(
    r"(?<![^\x00-\x2f\x3a-\x3f])"
    r"[^\x00-\x2f\x3a-\x3f\udc80-\udcff]*+[\udc80-\udcff][^\x00-\x2f\x3a-\x3f]*+"
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_SOUND = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")

Pieces = list[tuple[str, bool]]  # runs of whole lines, and whether they are broken


@dataclass(slots=True)
class _Reader:
    """Reads what is broken, and remembers where that was and how it was read."""

    declared: str
    line: int = 1
    judged: int = 0
    places: list[tuple[int, int, str]] = field(default_factory=list)
    replaced: int = 0
    first: int = 0  # line of the first replacement

    def run(self, text: str) -> str:
        """Return broken lines read: as a whole, or what is broken in them apart from the rest."""
        sample = text[:_LOOK]
        broken = sum(map(len, _BROKEN_SEGMENT.findall(sample)))
        sound = len(_SOUND.findall(_BROKEN_SEGMENT.sub("", sample)))
        legacy = read_legacy(_bytes(text), self.declared) if broken > 3 * sound else None
        if legacy is not None:
            self._note(self.line, legacy.text, legacy.encoding, legacy.replaced)
            return legacy.text
        parts = []
        end = 0
        line = self.line
        for match in islice(_BROKEN_SEGMENT.finditer(text), _MAX_PIECES - self.judged):
            self.judged += 1
            line += text.count("\n", end, match.start())
            parts += [text[end : match.start()], self._segment(match[0], line)]
            end = match.end()
        return "".join(parts) + self._plain(text[end:], line)

    def _segment(self, segment: str, line: int) -> str:
        raw = _bytes(segment)
        legacy = read_legacy(raw, self.declared)
        if legacy is not None and likeness(legacy.text) > likeness(raw.decode("utf-8", "replace")):
            self._note(line, legacy.text, legacy.encoding, legacy.replaced)
            return legacy.text
        return self._plain(segment, line)

    def _plain(self, text: str, line: int) -> str:
        plain = _bytes(text).decode("utf-8", "replace")
        self._note(line, plain, "", plain.count("\ufffd") - text.count("\ufffd"))
        return plain

    def _note(self, line: int, text: str, encoding: str, replaced: int) -> None:
        last = line + text.count("\n", 0, -1)
        if replaced and not self.replaced:
            self.first = line + text.count("\n", 0, max(0, text.find("\ufffd")))
        self.replaced += replaced
        if encoding:
            before = self.places[-1] if self.places else (0, -1, "")
            if before[2] == encoding and before[1] >= line - 1:
                self.places.pop()
                line = before[0]
            self.places.append((line, last, encoding))

    def notes(self) -> list[str]:
        """Return what there is to say: the places in other encodings, and what was lost."""
        told = [
            f"{f'line {first}' if first == last else f'lines {first} to {last}'} as {encoding}"
            for first, last, encoding in self.places[:_TOLD]
        ]
        if len(self.places) > _TOLD:
            told.append(f"{len(self.places) - _TOLD} places more")
        mixed = [f"mixed encodings: {', '.join(told)}, the rest as UTF-8"] if told else []
        return mixed + replacement_note(self.replaced, self.first)


def replacement_note(count: int, line: int) -> list[str]:
    """Return the note about characters that were lost, none when there are none."""
    if count <= 0:
        return []
    return [f"{count} characters that cannot be read became U+FFFD, the first in line {line}"]


def read_mixed(data: bytes) -> tuple[str, str, list[str]]:
    """Return encoding (``mixed`` for several), text and notes of bytes that are not UTF-8."""
    declared = declared_in(data)
    pieces = _pieces(data.decode("utf-8", "surrogateescape"))
    legacy = read_legacy(b"".join(_bytes(text) for text, broken in pieces if broken), declared)
    if legacy is not None:
        pieces = _without_chance(pieces, legacy.encoding)
        if all(broken or text.isascii() for text, broken in pieces):
            whole = decoded(data, legacy.encoding)
            line = whole.text.count("\n", 0, max(0, whole.text.find("\ufffd"))) + 1
            return whole.encoding, whole.text, replacement_note(whole.replaced, line)
        declared = declared or legacy.encoding  # the lines speak for one another
    reader = _Reader(declared)
    parts = []
    for text, broken in _joined(pieces):
        parts.append(reader.run(text) if broken else text)
        reader.line += text.count("\n")
    return "mixed" if reader.places else "UTF-8", "".join(parts), reader.notes()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _escaped(text: str) -> str:
    return _bytes(text).decode("ascii", "surrogateescape")


def _pieces(text: str) -> Pieces:
    """Return ``text`` in runs; what follows on too many of them is one more."""
    pieces: Pieces = []
    end = 0
    for match in islice(_BROKEN_LINES.finditer(text), _MAX_PIECES):
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    pieces.append((text[end:], _ESCAPED.search(text, end) is not None))
    return [(text, broken) for text, broken in pieces if text]


def _joined(pieces: Pieces) -> Pieces:
    """Return ``pieces`` with what is broken in one, together with the ASCII lines between."""
    joined: list[tuple[list[str], bool]] = []
    for text, broken in pieces:
        if joined and joined[-1][1] and (broken or text.isascii()):
            joined[-1][0].append(text)
        else:
            joined.append(([text], broken))
    return [("".join(texts), broken) for texts, broken in joined]


def _without_chance(pieces: Pieces, encoding: str) -> Pieces:
    """Return ``pieces`` where lines that are UTF-8 by chance only are broken ones."""
    parted: Pieces = []
    for text, broken in pieces:
        end = 0
        for match in () if broken else islice(_SUSPECT_LINE.finditer(text), _MAX_PIECES):
            if _is_chance(match[0], encoding):
                parted += [(text[end : match.start()], False), (_escaped(match[0]), True)]
                end = match.end()
        rest = text[end:]
        if not broken and _is_chance(rest, encoding):
            rest, broken = _escaped(rest), True
        parted.append((rest, broken))
    return [(text, broken) for text, broken in parted if text]


def _is_chance(text: str, encoding: str) -> bool:
    """Tell whether text is UTF-8 by chance, and reads better in the other encoding."""
    if text.isascii():
        return False
    sample = text[:_LOOK]
    foreign = likeness(decoded(_bytes(sample), encoding).text)
    return foreign > max(ENOUGH, likeness(sample))
