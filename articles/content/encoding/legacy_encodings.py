"""Detection and decoding of legacy encodings: GB18030, Big5 and Windows-1252."""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.encoding.plausibility import likeness

#: The least likeness that counts as evidence: Chinese has 0.5 to 0.9, decoded wrongly below 0.
MIN_LIKENESS = 0.2
_DECLARED_BONUS = 0.6  # added to the score of the declared encoding
_SAMPLE_SIZE = 64 * 1024  # bytes that are scored
_CHARSET_DECLARATION = re.compile(
    rb"(?:charset|encoding|coding)[\"']?\s*[=:]\s*[\"']?([A-Za-z][\w-]{1,20})", re.IGNORECASE
)
#: Declared names; each stands for the largest encoding of its family.
_ALIASES = {
    "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030", "cp936": "GB18030",
    "windows-936": "GB18030", "euc-cn": "GB18030",
    "big5": "Big5", "big5-hkscs": "Big5", "cp950": "Big5", "windows-950": "Big5", "big-5": "Big5",
    "windows-1252": "Windows-1252", "cp1252": "Windows-1252", "iso-8859-1": "Windows-1252",
    "latin1": "Windows-1252", "latin-1": "Windows-1252", "us-ascii": "Windows-1252",
}  # fmt: skip
_CODECS = {"GB18030": "gb18030", "Big5": "big5hkscs", "Windows-1252": "cp1252"}
#: Python's Big5 maps some punctuation differently than Windows, where these files come from.
_BIG5_PUNCTUATION = tuple(zip("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡", strict=True))
_BIG5_EURO = b"\xa3\xe1"  # in Windows' Big5, not in Hong Kong's
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
#: Non-ASCII characters of Western prose: letters inside words, and typographic marks.
_WESTERN_CHARACTERS = re.compile(
    "(?<=[A-Za-z])[àáâãäåæçèéêëìíîïñòóôõöøùúûüœšžß]|[àáâãäåæçèéêëìíîïñòóôõöøùúûüœÀÁÂÄÅÇÈÉÊÍÎÓÔÖØÚÜŒŠ]"
    "(?=[A-Za-z])|[‘’“”–—…€£©®™°·«»\xa0•]|[¡¿](?=[A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class LegacyText:
    """Text decoded with a legacy encoding; ``replaced_count`` is the number of U+FFFD put in."""

    text: str
    encoding: str
    replaced_count: int


def find_declared_encoding(data: bytes) -> str:
    """Return the legacy encoding that the bytes declare, as HTML does, or an empty string."""
    match = _CHARSET_DECLARATION.search(data[:_SAMPLE_SIZE])
    return _ALIASES.get(match[1].decode("ascii").lower(), "") if match else ""


def guess_legacy(data: bytes, declared: str = "") -> LegacyText | None:
    """Return ``data`` decoded with the most plausible encoding, None without evidence."""
    sample = _extract_sample(data)
    scores = {name: _score(sample, name) + _DECLARED_BONUS * (name == declared) for name in _CODECS}
    name = max(scores, key=lambda key: scores[key])
    return decode_legacy(data, name) if scores[name] >= MIN_LIKENESS else None


def decode_legacy(data: bytes, name: str) -> LegacyText:
    """Return ``data`` decoded with the named encoding, U+FFFD for undecodable bytes."""
    text = data.decode(_CODECS[name], "replace")
    if name == "Big5":
        if "\ufffd" in text and _BIG5_EURO in data:
            text = min(text, data.decode("cp950", "replace"), key=lambda each: each.count("\ufffd"))
        for mark, windows in _BIG5_PUNCTUATION:
            text = text.replace(mark, windows)
    genuine_count = data.count("\ufffd".encode("gb18030")) if name == "GB18030" else 0
    return LegacyText(text, name, text.count("\ufffd") - genuine_count)


def _extract_sample(data: bytes) -> bytes:
    """Return a sample from the first non-ASCII byte on, ending after a line or tag if possible."""
    if len(data) <= _SAMPLE_SIZE:
        return data
    first = _HIGH_BYTES.search(data)
    start = max(0, first.start() - 100) if first else 0
    part = data[start : start + _SAMPLE_SIZE]
    end = max(part.rfind(b"\n"), part.rfind(b">"))
    return part[: end + 1] if end > _SAMPLE_SIZE // 2 else part


def _score(sample: bytes, name: str) -> float:
    text = sample.decode(_CODECS[name], "replace")
    if name != "Windows-1252":
        return likeness(text)
    runs = [len(run) for run in _HIGH_BYTES.findall(sample)]
    if not runs:
        return 0.0
    # Chinese is long runs of high bytes; Western letters come alone or in pairs.
    long_run_bytes = sum(run for run in runs if run > 2)
    return (
        len(_WESTERN_CHARACTERS.findall(text)) - text.count("\ufffd") - 2 * long_run_bytes
    ) / sum(runs)
