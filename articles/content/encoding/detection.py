"""The bytes of a post as text: which encoding they are in, told by evidence and not by a label.

Nearly every post is UTF-8, which its own form proves. What is not is tried as UTF-16 and UTF-32,
then line by line: lines in UTF-8 stay so, the others are read with the older table that makes
writing of them. What nobody can read becomes U+FFFD, and a warning says where. The bytes are kept
elsewhere and never changed.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from articles.content.encoding.mixed_encodings import read_mixed, replacement_note
from articles.content.encoding.plausibility import legibility

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
    ("\ufeff".encode("gb18030"), "GB18030"),
)
_WIDE = ("UTF-16-LE", "UTF-16-BE", "UTF-32-LE", "UTF-32-BE")
_SAMPLE = 64 * 1024  # bytes that are looked at; a multiple of four
_LEGIBLE = 0.2  # prose has 0.5 and more, UTF-16 in the wrong order of bytes about 0
_HEAD = 20  # bytes; a shorter beginning in another encoding is none
_UNREADABLE = "\ufffd\x7f" + "".join(map(chr, {*range(32)} - {*b"\t\n\v\f\r"}))


class NotTextError(ValueError):
    """The bytes are no text in any encoding that is known here."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, without byte order mark and NUL.

    ``warning`` says what was not as it should be; it is empty for plain UTF-8, and for UTF-16
    and UTF-32 it names the encoding at least.
    """

    text: str
    encoding: str
    warning: str


def decode(data: bytes) -> Decoded:
    """Return ``data`` as text.

    Raises :class:`NotTextError` for bytes that are no text.

    >>> decode("标题：港口今日恢复通航，货轮已经靠岸".encode("gb18030")).encoding
    'GB18030'
    """
    label, rest = _without_mark(data)
    wide = _wide(rest, label) if b"\x00" in rest or label in _WIDE else None
    encoding, text, notes = wide or _narrow(rest)
    if label not in {"", encoding} and not (label == "UTF-8" and encoding == "mixed"):
        notes.insert(0, f"the byte order mark of {label} is wrong")
    # Whatever is not proven may be a picture, or another file that is no text.
    proven = encoding == "UTF-8" and not notes and "\x00" not in text
    if not proven and sum(map(text.count, _UNREADABLE)) * 10 > len(text):
        raise NotTextError("no text in any encoding that is known here")
    if nuls := text.count("\x00"):
        notes.append(f"{nuls} NUL characters left out")
        text = text.replace("\x00", "")
    if encoding not in {"UTF-8", "mixed"}:
        notes.insert(0, f"read as {encoding}")
    return Decoded(text.lstrip("\ufeff"), encoding, "; ".join(notes))


def _without_mark(data: bytes) -> tuple[str, bytes]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, data[len(mark) :]
    return "", data


def _narrow(data: bytes) -> tuple[str, str, list[str]]:
    """Return encoding, text and notes of bytes that are no UTF-16."""
    try:
        return "UTF-8", data.decode(), []
    except UnicodeDecodeError:
        pass
    try:
        paired = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return read_mixed(data)
    text = paired.decode("utf-16-le", "replace")
    return "UTF-8", text, ["surrogates joined to characters", *_replaced(text, data, "utf-8")]


def _wide(data: bytes, label: str) -> tuple[str, str, list[str]] | None:
    """Return the same of UTF-16 or UTF-32, None when the bytes read better one by one."""
    if not data:
        return label, "", []
    if behind := _behind_a_head(data):
        return behind
    name, score = _best(data, label)
    if score < _LEGIBLE or score < legibility(data[:_SAMPLE].decode("utf-8", "replace")):
        return None
    text = data.decode(name, "replace")
    return name, text, _replaced(text, data, name)


def _best(data: bytes, label: str = "") -> tuple[str, float]:
    sample = data[:_SAMPLE]
    scores = {name: legibility(sample.decode(name, "replace")) for name in _WIDE}
    best = max(scores, key=lambda name: scores[name] + 0.1 * (name == label))
    return best, scores[best]


def _behind_a_head(data: bytes) -> tuple[str, str, list[str]] | None:
    """Return a file whose first lines are UTF-8 and the rest UTF-16, as appending gives."""
    end = data.find(b"\x00") if b"\x00" in data else len(data)
    try:
        data[:end].decode()
    except UnicodeDecodeError as error:
        end = error.start
    cut = data.rfind(b"\n", 0, end) + 1
    if cut < _HEAD:
        return None
    label, tail = _without_mark(data[cut:])
    name, score = _best(tail, label)
    head = data[:cut].decode()
    text = tail.decode(name, "replace")
    if score < _LEGIBLE or score < legibility(tail[:_SAMPLE].decode("utf-8", "replace")):
        return None
    line = head.count("\n") + 1
    notes = [f"mixed encodings: from line {line} {name}, before it UTF-8"]
    return "mixed", head + text, notes + _replaced(text, tail, name)


def _replaced(text: str, data: bytes, codec: str) -> list[str]:
    count = text.count("\ufffd") - data.count("\ufffd".encode(codec))
    line = text.count("\n", 0, max(0, text.find("\ufffd"))) + 1
    return replacement_note(count, line)
