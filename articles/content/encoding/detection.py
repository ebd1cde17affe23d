"""Decoding of a post's bytes; the encoding is detected from the bytes, not from a label.

Nearly every post is valid UTF-8, which is proof enough. Anything else is tried as UTF-16 and
UTF-32, then line by line: lines in UTF-8 are decoded as such, the others with the legacy encoding
that makes plausible text of them. Undecodable bytes become U+FFFD, and a warning names the place.
The original bytes are stored elsewhere and never change.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from articles.content.encoding.mixed_encodings import decode_mixed, replacement_warnings
from articles.content.encoding.plausibility import legibility

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
    ("\ufeff".encode("gb18030"), "GB18030"),
)
_WIDE_ENCODINGS = ("UTF-16-LE", "UTF-16-BE", "UTF-32-LE", "UTF-32-BE")
_SAMPLE_SIZE = 64 * 1024  # bytes that are scored; a multiple of four
_MIN_LEGIBILITY = 0.2  # prose scores 0.5 and more, UTF-16 in the wrong byte order about 0
_MIN_HEAD = 20  # bytes; the shortest UTF-8 beginning before appended UTF-16
_BINARY_CHARACTERS = "\ufffd\x7f" + "".join(map(chr, {*range(32)} - {*b"\t\n\v\f\r"}))


class NotTextError(ValueError):
    """The bytes are not text in any supported encoding."""


@dataclass(frozen=True, slots=True)
class DecodedText:
    """The text of a file, without byte order mark and NUL characters.

    ``warning`` says what was wrong; it is empty for valid UTF-8, and for UTF-16 and UTF-32 it
    names the encoding at least.
    """

    text: str
    encoding: str
    warning: str


def decode(data: bytes) -> DecodedText:
    """Return ``data`` as text.

    Raises :class:`NotTextError` for bytes that are not text.

    >>> decode("标题：港口今日恢复通航，货轮已经靠岸".encode("gb18030")).encoding
    'GB18030'
    """
    declared, content = _split_bom(data)
    wide = (
        _decode_wide(content, declared)
        if b"\x00" in content or declared in _WIDE_ENCODINGS
        else None
    )
    encoding, text, warnings = wide or _decode_byte_encoding(content)
    if declared not in {"", encoding} and not (declared == "UTF-8" and encoding == "mixed"):
        warnings.insert(0, f"the byte order mark of {declared} is wrong")
    # Without the proof of valid UTF-8 it may be a picture, or another binary file.
    is_proven = encoding == "UTF-8" and not warnings and "\x00" not in text
    if not is_proven and sum(map(text.count, _BINARY_CHARACTERS)) * 10 > len(text):
        raise NotTextError("not text in any supported encoding")
    if nul_count := text.count("\x00"):
        warnings.append(f"{nul_count} NUL characters left out")
        text = text.replace("\x00", "")
    if encoding not in {"UTF-8", "mixed"}:
        warnings.insert(0, f"read as {encoding}")
    return DecodedText(text.lstrip("\ufeff"), encoding, "; ".join(warnings))


def _split_bom(data: bytes) -> tuple[str, bytes]:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name, data[len(mark) :]
    return "", data


def _decode_byte_encoding(data: bytes) -> tuple[str, str, list[str]]:
    """Return encoding, text and warnings of bytes that are not UTF-16 or UTF-32."""
    try:
        return "UTF-8", data.decode(), []
    except UnicodeDecodeError:
        pass
    try:
        paired = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return decode_mixed(data)
    text = paired.decode("utf-16-le", "replace")
    return (
        "UTF-8",
        text,
        ["surrogates joined to characters", *_replacement_warnings(text, data, "utf-8")],
    )


def _decode_wide(data: bytes, declared: str) -> tuple[str, str, list[str]] | None:
    """Return the same for UTF-16 or UTF-32, None when the bytes are more legible as UTF-8."""
    if not data:
        return declared, "", []
    if appended := _decode_appended(data):
        return appended
    name, score = _best_wide_encoding(data, declared)
    if score < _MIN_LEGIBILITY or score < legibility(
        data[:_SAMPLE_SIZE].decode("utf-8", "replace")
    ):
        return None
    text = data.decode(name, "replace")
    return name, text, _replacement_warnings(text, data, name)


def _best_wide_encoding(data: bytes, declared: str = "") -> tuple[str, float]:
    sample = data[:_SAMPLE_SIZE]
    scores = {name: legibility(sample.decode(name, "replace")) for name in _WIDE_ENCODINGS}
    best = max(scores, key=lambda name: scores[name] + 0.1 * (name == declared))
    return best, scores[best]


def _decode_appended(data: bytes) -> tuple[str, str, list[str]] | None:
    """Return the same for UTF-8 lines with UTF-16 appended, None for any other bytes."""
    end = data.find(b"\x00") if b"\x00" in data else len(data)
    try:
        data[:end].decode()
    except UnicodeDecodeError as error:
        end = error.start
    head_end = data.rfind(b"\n", 0, end) + 1
    if head_end < _MIN_HEAD:
        return None
    declared, tail = _split_bom(data[head_end:])
    name, score = _best_wide_encoding(tail, declared)
    head = data[:head_end].decode()
    text = tail.decode(name, "replace")
    if score < _MIN_LEGIBILITY or score < legibility(
        tail[:_SAMPLE_SIZE].decode("utf-8", "replace")
    ):
        return None
    line = head.count("\n") + 1
    warnings = [f"mixed encodings: from line {line} {name}, before it UTF-8"]
    return "mixed", head + text, warnings + _replacement_warnings(text, tail, name)


def _replacement_warnings(text: str, data: bytes, codec: str) -> list[str]:
    count = text.count("\ufffd") - data.count("\ufffd".encode(codec))
    line = text.count("\n", 0, max(0, text.find("\ufffd"))) + 1
    return replacement_warnings(count, line)
