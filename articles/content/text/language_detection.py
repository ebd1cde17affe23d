"""Detection of a text's language from its characters."""

from __future__ import annotations

import re

#: Pairs of frequent characters that exist in only one of the two Chinese scripts.
_SIMPLIFIED = (
    "国这们说为时会来对个发经过还进现问开关长门间马车东书见观记认让议论证识该谁请诉谈谢语"
    "读课调贝员买卖费质贵资赛赞跃轻载边达运远连选铁银钱错镇闻难电话网络级纪约红纳纸细组织"
    "终结给统继续维综绿编罗罚职联肃胜脑节药虽补视觉计讯许访评词译试诗诚详误"
)
_TRADITIONAL = (
    "國這們說為時會來對個發經過還進現問開關長門間馬車東書見觀記認讓議論證識該誰請訴談謝語"
    "讀課調貝員買賣費質貴資賽讚躍輕載邊達運遠連選鐵銀錢錯鎮聞難電話網絡級紀約紅納紙細組織"
    "終結給統繼續維綜綠編羅罰職聯肅勝腦節藥雖補視覺計訊許訪評詞譯試詩誠詳誤"
)
#: Han and kana, which readers read one by one: the content of a regular expression class [].
HAN_AND_KANA = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_SIMPLIFIED = re.compile(f"[{_SIMPLIFIED}]")
_IS_TRADITIONAL = re.compile(f"[{_TRADITIONAL}]")
_HAN = re.compile("[\u3400-\u9fff]+")
_RARE_HAN = re.compile(
    "[\U00020000-\U0003ffff]"
)  # separate: one class for both takes twice as long
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_LATIN = re.compile("[A-Za-z]+")
_SAMPLE = 4000  # characters; more do not change the result


def detect_language(text: str, default: str = "") -> str:
    """Return the BCP 47 tag of ``text``: zh-Hans, zh-Hant, ja, ko or en, else ``default``.

    >>> detect_language("美国国务卿说，这个问题")
    'zh-Hans'
    >>> detect_language("總統府說，這個問題")
    'zh-Hant'
    >>> detect_language("The lives of others")
    'en'
    """
    sample = text[:_SAMPLE]
    han = sum(map(len, _HAN.findall(sample))) + len(_RARE_HAN.findall(sample))
    kana = len(_KANA.findall(sample))
    hangul = len(_HANGUL.findall(sample))
    words = len(_LATIN.findall(sample))
    if kana > 10 and kana * 4 > han:
        return "ja"
    if hangul > 10 and hangul > han:
        return "ko"
    if han * 2 >= words and han:
        simplified = len(_IS_SIMPLIFIED.findall(sample))
        traditional = len(_IS_TRADITIONAL.findall(sample))
        if simplified != traditional:
            return "zh-Hans" if simplified > traditional else "zh-Hant"
        return default if default.startswith("zh") else "zh"
    if words >= 3:
        return default if default and not default.startswith("zh") else "en"
    return default
