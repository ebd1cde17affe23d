"""Conversion of text between the scripts of Chinese, word by word (OpenCC)."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from opencc import OpenCC

from articles.content.text.language_detection import detect_language

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_SIMPLIFIED_SUBTAGS = {"cn", "hans", "my", "sg"}
_TRADITIONAL_SUBTAGS = {"hant", "hk", "mo", "tw"}


class Script(StrEnum):
    """A script of Chinese, as in the ``script`` parameter of a URL."""

    HANS = "hans"
    HANT = "hant"

    @property
    def language(self) -> str:
        """Return the BCP 47 tag of Chinese in this script."""
        return f"zh-{self.title()}"


def convert_text(text: str, script: Script) -> str:
    """Return ``text`` with its Chinese in ``script``; everything else stays unchanged.

    >>> convert_text("头发的发展，皇后在后面", Script.HANT)
    '頭髮的發展，皇后在後面'
    >>> convert_text("乾隆看著乾淨的臺灣資訊", Script.HANS)
    '乾隆看着干净的台湾资讯'

    Uses OpenCC's s2tw and tw2s: the forms of Taiwan (裡, 為, 著), which CLDR assumes for zh-Hant
    without a region. Plain s2t has its own forms (裏, 爲, 着), and t2s leaves 看著. s2twp and tw2sp
    are not used: they replace the words of one region by those of another (信息, 資訊), and an
    outlet's words are part of what the archive keeps.

    Only Chinese characters change, one for one, so markup cannot appear, disappear or move. Text
    for which the library returns anything else is converted run by run; a run for which that fails
    too stays unchanged.
    """
    converted = _convert_checked(text, script)
    if converted is None:
        return HAN.sub(lambda match: _convert_checked(match[0], script) or match[0], text)
    return converted


def convert_run(text: str, language: str, script: Script) -> str:
    """Return ``text`` in ``script`` if it is Chinese; ``language`` is its declared language.

    Text that is already in the script stays unchanged, since a conversion can only damage it
    (余英時 is not 餘英時). So do Japanese and Korean inside Chinese; text without a language counts
    as Chinese unless it has kana or Hangul.
    """
    if not HAN.search(text) or not is_chinese(language or "zh"):
        return text
    if not language and _KANA_OR_HANGUL.search(text):
        return text
    if detect_language(text, _script_language(language)) in {script.language, "ja", "ko"}:
        return text
    return convert_text(text, script)


def is_chinese(language: str) -> bool:
    """Return whether a BCP 47 tag is Chinese.

    >>> is_chinese("zh-Hant"), is_chinese("zh"), is_chinese("ja"), is_chinese("")
    (True, True, False, False)
    """
    return language.lower().partition("-")[0] == "zh"


def _script_language(language: str) -> str:
    """Return the BCP 47 tag of Chinese in the script of ``language``, ``zh`` if it is unknown.

    >>> [_script_language(tag) for tag in ("zh-TW", "zh-hans-SG", "zh", "")]
    ['zh-Hant', 'zh-Hans', 'zh', 'zh']
    """
    for part in language.lower().split("-")[1:]:
        if part in _SIMPLIFIED_SUBTAGS:
            return Script.HANS.language
        if part in _TRADITIONAL_SUBTAGS:
            return Script.HANT.language
    return "zh"


def _convert_checked(text: str, script: Script) -> str | None:
    """Return ``text`` converted by OpenCC, None when it changed more than single Han characters.

    OpenCC 1.4.2 truncates at a NUL, and rejects lone surrogates.
    """
    try:
        converted = _converter(script).convert(text)
    except (UnicodeEncodeError, RuntimeError):
        return None
    is_same_elsewhere = len(converted) == len(text) and HAN.split(converted) == HAN.split(text)
    return converted if is_same_elsewhere else None


@cache
def _converter(script: Script) -> OpenCC:
    """Return the converter; threads share it, as converting is read-only (OpenCC issue 231)."""
    return OpenCC("tw2s" if script is Script.HANS else "s2tw")
