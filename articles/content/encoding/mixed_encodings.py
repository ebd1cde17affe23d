"""Decoding of bytes that are not valid UTF-8: legacy, damaged or mixed encodings in one file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from articles.content.encoding.legacy_encodings import (
    MIN_LIKENESS,
    decode_legacy,
    find_declared_encoding,
    guess_legacy,
)
from articles.content.encoding.plausibility import likeness

_MAX_PIECES = 5000  # runs of lines, and segments of lines, that are decoded one by one
_MAX_REPORTED = 3  # places that a warning lists
_SAMPLE_SIZE = 20_000  # characters that are scored to choose an encoding for a run
#: Runs of lines with a byte that is not UTF-8; ``surrogateescape`` makes those bytes U+DC80 and up.
_BROKEN_LINES = re.compile(
    r"^(?:[^\n\udc80-\udcff]*+[\udc80-\udcff][^\n]*+(?:\n|\Z))++", re.MULTILINE
)
#: Lines whose characters take two bytes in UTF-8, as they do in GB18030 and Big5.
_SUSPECT_LINE = re.compile(
    r"^[^\n\u0800-\U0010ffff]*[\x80-\u07ff][^\n\u0800-\U0010ffff]*(?:\n|\Z)", re.MULTILINE
)
#: A broken part of a line; the bytes that end it are never half of a character in any encoding.
_BROKEN_SEGMENT = re.compile(
    r"(?<![^\x00-\x2f\x3a-\x3f])"
    r"[^\x00-\x2f\x3a-\x3f\udc80-\udcff]*+[\udc80-\udcff][^\x00-\x2f\x3a-\x3f]*+"
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_VALID = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")

Pieces = list[tuple[str, bool]]  # runs of complete lines, and whether they are broken (not UTF-8)


@dataclass(slots=True)
class _MixedDecoder:
    """Decodes broken lines and records where they are and in which encoding.

    ``places`` are (first line, last line, encoding).
    """

    declared: str
    line: int = 1
    segment_count: int = 0
    places: list[tuple[int, int, str]] = field(default_factory=list)
    replaced_count: int = 0
    first_replaced_line: int = 0

    def decode_lines(self, text: str) -> str:
        """Return broken lines decoded: all with one legacy encoding, or segment by segment."""
        sample = text[:_SAMPLE_SIZE]
        broken_count = sum(map(len, _BROKEN_SEGMENT.findall(sample)))
        valid_count = len(_VALID.findall(_BROKEN_SEGMENT.sub("", sample)))
        is_mostly_broken = broken_count > 3 * valid_count
        legacy = guess_legacy(_to_bytes(text), self.declared) if is_mostly_broken else None
        if legacy is not None:
            self._record(self.line, legacy.text, legacy.encoding, legacy.replaced_count)
            return legacy.text
        decoded_parts = []
        end = 0
        line = self.line
        for match in islice(_BROKEN_SEGMENT.finditer(text), _MAX_PIECES - self.segment_count):
            self.segment_count += 1
            line += text.count("\n", end, match.start())
            decoded_parts += [text[end : match.start()], self._decode_segment(match[0], line)]
            end = match.end()
        return "".join(decoded_parts) + self._decode_utf8(text[end:], line)

    def _decode_segment(self, segment: str, line: int) -> str:
        raw = _to_bytes(segment)
        legacy = guess_legacy(raw, self.declared)
        if legacy is not None and likeness(legacy.text) > likeness(raw.decode("utf-8", "replace")):
            self._record(line, legacy.text, legacy.encoding, legacy.replaced_count)
            return legacy.text
        return self._decode_utf8(segment, line)

    def _decode_utf8(self, text: str, line: int) -> str:
        decoded = _to_bytes(text).decode("utf-8", "replace")
        self._record(line, decoded, "", decoded.count("\ufffd") - text.count("\ufffd"))
        return decoded

    def _record(self, line: int, text: str, encoding: str, replaced_count: int) -> None:
        last_line = line + text.count("\n", 0, -1)
        if replaced_count and not self.replaced_count:
            self.first_replaced_line = line + text.count("\n", 0, max(0, text.find("\ufffd")))
        self.replaced_count += replaced_count
        if encoding:
            previous = self.places[-1] if self.places else (0, -1, "")
            if previous[2] == encoding and previous[1] >= line - 1:
                self.places.pop()
                line = previous[0]
            self.places.append((line, last_line, encoding))

    def warnings(self) -> list[str]:
        """Return the warnings: the places in other encodings, and the characters that were lost."""
        places = [
            f"{f'line {first}' if first == last else f'lines {first} to {last}'} as {encoding}"
            for first, last, encoding in self.places[:_MAX_REPORTED]
        ]
        if len(self.places) > _MAX_REPORTED:
            places.append(f"{len(self.places) - _MAX_REPORTED} places more")
        mixed = [f"mixed encodings: {', '.join(places)}, the rest as UTF-8"] if places else []
        return mixed + replacement_warnings(self.replaced_count, self.first_replaced_line)


def replacement_warnings(count: int, line: int) -> list[str]:
    """Return the warning about ``count`` characters that were lost, none when ``count`` is 0."""
    if count <= 0:
        return []
    return [f"{count} characters that cannot be read became U+FFFD, the first in line {line}"]


def decode_mixed(data: bytes) -> tuple[str, str, list[str]]:
    """Return encoding (``mixed`` for several), text and warnings of bytes that are not UTF-8."""
    declared = find_declared_encoding(data)
    pieces = _split_pieces(data.decode("utf-8", "surrogateescape"))
    legacy = guess_legacy(
        b"".join(_to_bytes(text) for text, is_broken in pieces if is_broken), declared
    )
    if legacy is not None:
        pieces = _mark_accidental(pieces, legacy.encoding)
        if all(is_broken or text.isascii() for text, is_broken in pieces):
            decoded = decode_legacy(data, legacy.encoding)
            line = decoded.text.count("\n", 0, max(0, decoded.text.find("\ufffd"))) + 1
            return (
                decoded.encoding,
                decoded.text,
                replacement_warnings(decoded.replaced_count, line),
            )
        declared = declared or legacy.encoding  # assume that all broken lines share one encoding
    decoder = _MixedDecoder(declared)
    decoded_parts = []
    for text, is_broken in _merge_broken(pieces):
        decoded_parts.append(decoder.decode_lines(text) if is_broken else text)
        decoder.line += text.count("\n")
    return "mixed" if decoder.places else "UTF-8", "".join(decoded_parts), decoder.warnings()


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _escape(text: str) -> str:
    return _to_bytes(text).decode("ascii", "surrogateescape")


def _split_pieces(text: str) -> Pieces:
    """Return ``text`` split into runs; after ``_MAX_PIECES`` broken runs the rest is one run."""
    pieces: Pieces = []
    end = 0
    for match in islice(_BROKEN_LINES.finditer(text), _MAX_PIECES):
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    pieces.append((text[end:], _ESCAPED.search(text, end) is not None))
    return [(text, is_broken) for text, is_broken in pieces if text]


def _merge_broken(pieces: Pieces) -> Pieces:
    """Return ``pieces`` with neighbouring broken runs merged, and the ASCII lines between them."""
    merged: list[tuple[list[str], bool]] = []
    for text, is_broken in pieces:
        if merged and merged[-1][1] and (is_broken or text.isascii()):
            merged[-1][0].append(text)
        else:
            merged.append(([text], is_broken))
    return [("".join(texts), is_broken) for texts, is_broken in merged]


def _mark_accidental(pieces: Pieces, encoding: str) -> Pieces:
    """Return ``pieces`` with lines that are UTF-8 only by accident marked as broken."""
    marked: Pieces = []
    for text, is_broken in pieces:
        end = 0
        for match in () if is_broken else islice(_SUSPECT_LINE.finditer(text), _MAX_PIECES):
            if _is_accidental(match[0], encoding):
                marked += [(text[end : match.start()], False), (_escape(match[0]), True)]
                end = match.end()
        rest = text[end:]
        if not is_broken and _is_accidental(rest, encoding):
            rest, is_broken = _escape(rest), True
        marked.append((rest, is_broken))
    return [(text, is_broken) for text, is_broken in marked if text]


def _is_accidental(text: str, encoding: str) -> bool:
    """Return whether the text is UTF-8 only by accident, and more plausible in ``encoding``."""
    if text.isascii():
        return False
    sample = text[:_SAMPLE_SIZE]
    legacy_likeness = likeness(decode_legacy(_to_bytes(sample), encoding).text)
    return legacy_likeness > max(MIN_LIKENESS, likeness(sample))
