"""Bytes that are no Unicode: which of the older tables they were written with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.encoding.plausibility import likeness

#: The least likeness that is evidence: Chinese has 0.5 to 0.9, with a wrong table less than 0.
ENOUGH = 0.2
_DECLARED = 0.6  # what a declared table is given beforehand
_SAMPLE = 64 * 1024  # bytes that are looked at
_CHARSET = re.compile(
    rb"(?:charset|encoding|coding)[\"']?\s*[=:]\s*[\"']?([A-Za-z][\w-]{1,20})", re.IGNORECASE
)
#: What files call the tables; each is read with the largest of its kind.
_NAMES = {
    "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030", "cp936": "GB18030",
    "windows-936": "GB18030", "euc-cn": "GB18030",
    "big5": "Big5", "big5-hkscs": "Big5", "cp950": "Big5", "windows-950": "Big5", "big-5": "Big5",
    "windows-1252": "Windows-1252", "cp1252": "Windows-1252", "iso-8859-1": "Windows-1252",
    "latin1": "Windows-1252", "latin-1": "Windows-1252", "us-ascii": "Windows-1252",
}  # fmt: skip
_CODECS = {"GB18030": "gb18030", "Big5": "big5hkscs", "Windows-1252": "cp1252"}
#: Python's Big5 gives some marks other characters than Windows does, whose files these are.
_BIG5_MARKS = tuple(zip("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡", strict=True))
_BIG5_EURO = b"\xa3\xe1"  # of Windows' table, and not of Hong Kong's
_HIGH = re.compile(rb"[\x80-\xff]+")
#: What stands beyond ASCII in Western prose: letters inside words, and the printer's marks.
_WESTERN = re.compile(
    "(?<=[A-Za-z])[àáâãäåæçèéêëìíîïñòóôõöøùúûüœšžß]|[àáâãäåæçèéêëìíîïñòóôõöøùúûüœÀÁÂÄÅÇÈÉÊÍÎÓÔÖØÚÜŒŠ]"
    "(?=[A-Za-z])|[‘’“”–—…€£©®™°·«»\xa0•]|[¡¿](?=[A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Text read with an older table. ``replaced`` counts what the table has no character for."""

    text: str
    encoding: str
    replaced: int


def declared_in(data: bytes) -> str:
    """Return the older table that the bytes themselves name, as HTML does, or an empty string."""
    found = _CHARSET.search(data[:_SAMPLE])
    return _NAMES.get(found[1].decode("ascii").lower(), "") if found else ""


def read_legacy(data: bytes, declared: str = "") -> Reading | None:
    """Return ``data`` read with the table that its characters speak for, None without evidence."""
    sample = _sample_of(data)
    scores = {name: _score(sample, name) + _DECLARED * (name == declared) for name in _CODECS}
    name = max(scores, key=lambda key: scores[key])
    return decoded(data, name) if scores[name] >= ENOUGH else None


def decoded(data: bytes, name: str) -> Reading:
    """Return ``data`` read with the named table, U+FFFD for what it does not have."""
    text = data.decode(_CODECS[name], "replace")
    if name == "Big5":
        if "\ufffd" in text and _BIG5_EURO in data:
            text = min(text, data.decode("cp950", "replace"), key=lambda each: each.count("\ufffd"))
        for mark, windows in _BIG5_MARKS:
            text = text.replace(mark, windows)
    genuine = data.count("\ufffd".encode("gb18030")) if name == "GB18030" else 0
    return Reading(text, name, text.count("\ufffd") - genuine)


def _sample_of(data: bytes) -> bytes:
    """Return the beginning of what is not ASCII, cut behind a line or a tag where one ends."""
    if len(data) <= _SAMPLE:
        return data
    first = _HIGH.search(data)
    start = max(0, first.start() - 100) if first else 0
    part = data[start : start + _SAMPLE]
    end = max(part.rfind(b"\n"), part.rfind(b">"))
    return part[: end + 1] if end > _SAMPLE // 2 else part


def _score(sample: bytes, name: str) -> float:
    text = sample.decode(_CODECS[name], "replace")
    if name != "Windows-1252":
        return likeness(text)
    runs = [len(run) for run in _HIGH.findall(sample)]
    if not runs:
        return 0.0
    # Chinese stands in long runs of high bytes, Western letters alone or in pairs.
    long = sum(run for run in runs if run > 2)
    return (len(_WESTERN.findall(text)) - text.count("\ufffd") - 2 * long) / sum(runs)
