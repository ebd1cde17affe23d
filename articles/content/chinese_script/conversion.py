"""Text in the other script of Chinese: the characters by the words they stand in."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from opencc import OpenCC

from articles.content.text.language_detection import language_of

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_SIMPLIFIED_PLACES = {"cn", "hans", "my", "sg"}
_TRADITIONAL_PLACES = {"hant", "hk", "mo", "tw"}


class Script(StrEnum):
    """A script of Chinese, as an address asks for it."""

    HANS = "hans"
    HANT = "hant"

    @property
    def language(self) -> str:
        """Return the BCP 47 tag of Chinese in this script."""
        return f"zh-{self.title()}"


def convert_text(text: str, script: Script) -> str:
    """Return ``text`` with its Chinese in ``script``; all else stays as and where it is.

    >>> convert_text("头发的发展，皇后在后面", Script.HANT)
    '頭髮的發展，皇后在後面'
    >>> convert_text("乾隆看著乾淨的臺灣資訊", Script.HANS)
    '乾隆看着干净的台湾资讯'

    OpenCC's s2tw and tw2s: the forms of Taiwan (裡, 為, 著), where CLDR puts zh-Hant that names
    no place. Plain s2t has its own (裏, 爲, 着), and t2s leaves 看著. Not s2twp and tw2sp, which
    put the words of one place for those of another (信息, 資訊): an outlet's words are part of what
    the archive keeps.

    Only Chinese characters ever change, one for one, so no markup can come, go or move. Text for
    which the library answers anything else is tried piece by piece, and stays if that fails.
    """
    whole = _checked(text, script)
    if whole is None:
        return HAN.sub(lambda piece: _checked(piece[0], script) or piece[0], text)
    return whole


def convert_run(text: str, language: str, script: Script) -> str:
    """Return ``text``, which says it is in ``language``, in ``script`` where that has a meaning.

    What is in the script already stays as it is, since a conversion can only harm it (余英時 is no
    餘英時). So does Japanese and Korean inside of Chinese; text of no known language counts as
    Chinese unless it has kana or Hangul.
    """
    if not HAN.search(text) or not is_chinese(language or "zh"):
        return text
    if not language and _KANA_OR_HANGUL.search(text):
        return text
    if language_of(text, _written(language)) in {script.language, "ja", "ko"}:
        return text
    return convert_text(text, script)


def is_chinese(language: str) -> bool:
    """Return whether a BCP 47 tag is one of Chinese.

    >>> is_chinese("zh-Hant"), is_chinese("zh"), is_chinese("ja"), is_chinese("")
    (True, True, False, False)
    """
    return language.lower().partition("-")[0] == "zh"


def _written(language: str) -> str:
    """Return the tag of Chinese in the script that ``language`` is written in, else ``zh``.

    >>> _written("zh-TW"), _written("zh-hans-SG"), _written("zh"), _written("")
    ('zh-Hant', 'zh-Hans', 'zh', 'zh')
    """
    for part in language.lower().split("-")[1:]:
        if part in _SIMPLIFIED_PLACES:
            return Script.HANS.language
        if part in _TRADITIONAL_PLACES:
            return Script.HANT.language
    return "zh"


def _checked(text: str, script: Script) -> str | None:
    """Return what OpenCC makes of ``text``, ``None`` when more than single characters changed.

    A NUL ends its answer (1.4.2), and half a surrogate pair cannot be handed to it.
    """
    try:
        answer = _converter(script).convert(text)
    except (UnicodeEncodeError, RuntimeError):
        return None
    same_frame = len(answer) == len(text) and HAN.split(answer) == HAN.split(text)
    return answer if same_frame else None


@cache
def _converter(script: Script) -> OpenCC:
    """Return the converter; one does for all threads, as it only reads (OpenCC issue 231)."""
    return OpenCC("tw2s" if script is Script.HANS else "s2tw")
