"""The fields of a query, with their names in three languages and the values they accept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from articles.content.search_query.syntax_tree import FilterName
from articles.content.text.stream_safe_text import normalize_unicode


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its names (pages show the first of each language) and the type of its values.

    ``value_type`` is text (words of the story), name (as typed), choice (a key of ``choices``),
    date or url. With ``allows_list``, several values separated by commas match any of them.
    """

    name: str
    english: tuple[str, ...]
    simplified: tuple[str, ...]
    traditional: tuple[str, ...]
    value_type: Literal["text", "name", "choice", "date", "url"]
    filter: FilterName | None = None
    allows_list: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""  # the value when none follows the colon

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names, in every language, each once."""
        return tuple(dict.fromkeys((*self.english, *self.simplified, *self.traditional)))


def fold_name(name: str) -> str:
    """Return ``name`` folded for comparison: width and case do not matter.

    >>> fold_name("ＴＩＴＬＥ")
    'title'
    """
    return normalize_unicode("NFKC", name).casefold()


def _choices(**words: str) -> dict[str, str]:
    """Return a mapping of each word to the value it stands for; ``zh_Hans=`` is zh-Hans."""
    values = {value.replace("_", "-"): text for value, text in words.items()}
    return {
        fold_name(word): value for value, text in values.items() for word in [value, *text.split()]
    }


LANGUAGES = _choices(
    zh="中文 chinese 汉语 漢語 华语 華語 华文 華文",
    zh_Hans="hans simplified 简体 簡體 简体中文 簡體中文 简中 簡中 cn zh-cn zh-sg",
    zh_Hant="hant traditional 繁体 繁體 繁体中文 繁體中文 繁中 正體 正体 tw hk zh-tw zh-hk zh-mo",
    en="english 英文 英语 英語",
    ja="jp japanese 日文 日语 日語",
    ko="kr korean 韩文 韓文 韩语 韓語",
)
KINDS = _choices(
    story="article text 文章 报道 報道 報導",
    video="videos 视频 視頻 影片 录像 錄像",
    gallery="pictures 图集 圖集 图片 圖片",
    stub="残篇 殘篇",
)
_IMAGE = dict.fromkeys("image images picture pictures photo 图 圖 图片 圖片 照片".split(), "yes")
_CHANGED = _choices(yes="true 1 是 有", no="false 0 否 无 無 没有 沒有")

FIELDS = (
    Field("title", ("title", "headline", "intitle"), ("标题", "题"), ("標題", "題"), "text"),
    Field("exact", ("exact",), ("精确", "原字"), ("精確", "原字"), "text"),
    Field("source", ("source", "outlet"), ("来源", "媒体"), ("來源", "媒體"),
          "name", "source", allows_list=True),
    Field("author", ("author", "by"), ("作者",), ("作者",), "name", "author", allows_list=True),
    Field("tag", ("tag", "topic"), ("标签", "话题", "主题"), ("標籤", "標簽", "話題", "主題"),
          "name", "tag", allows_list=True),
    Field("lang", ("lang", "language"), ("语言", "文字"), ("語言", "文字"),
          "choice", "lang", allows_list=True, choices=LANGUAGES),
    Field("is", ("is", "kind"), ("类型", "是"), ("類型", "是"),
          "choice", "kind", allows_list=True, choices=KINDS),
    Field("has", ("has",), ("有", "含"), ("有", "含"),
          "choice", "image", allows_list=True, choices=_IMAGE),
    Field("changed", ("changed",), ("改动", "修改"), ("改動", "修改"),
          "choice", "changed", choices=_CHANGED, default="yes"),
    Field("date", ("date", "day"), ("日期", "时间"), ("日期", "時間"), "date", allows_list=True),
    Field("from", ("from", "since", "after"), ("从", "自"), ("從", "自"), "date"),
    Field("to", ("to", "until", "before"), ("到", "至"), ("到", "至"), "date"),
    Field("url", ("url", "link"), ("网址", "链接"), ("網址", "連結"), "url", "url"),
)  # fmt: skip
_BY_NAME = {fold_name(name): field for field in FIELDS for name in field.names}
_BY_FILTER = {field.filter: field for field in FIELDS if field.filter}


def field_by_name(name: str) -> Field | None:
    """Return the field with ``name`` in any of its languages, or None.

    >>> [field_by_name(name).name for name in ("Title", "标题", "標題")]
    ['title', 'title', 'title']
    """
    return _BY_NAME.get(fold_name(name))


def could_be_field_name(name: str) -> bool:
    """Return whether ``name`` may be a mistyped field name: a few letters.

    Readers paste headlines into the search, and the part before a headline's colon is longer.
    """
    return name.isalpha() and len(name) <= (10 if name.isascii() else 3)


def field_for_filter(name: FilterName) -> Field:
    """Return the field that a filter is typed with."""
    return _BY_FILTER[name]
