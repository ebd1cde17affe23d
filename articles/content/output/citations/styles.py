"""Citations as sentences: the Chinese national standard and the style of the APA."""

from __future__ import annotations

import datetime as dt

from articles.content.output.citations.cited_work import Work

_NO_TITLE_ZH = "无题"
_NO_TITLE_EN = "[Untitled news article]"
_ENDS = "。！？!?…."
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def gb_t_7714(work: Work) -> str:
    """Return a reference by GB/T 7714—2015, 4.4: a part of a newspaper, online.

    ``主要责任者. 题名[N/OL]. 报纸名, 出版日期[引用日期]. 获取和访问路径``. A missing author is left
    out (8.1.4), and so is the full stop at the end, which would stick to the address. The day of
    access (引用日期) is that on which the archive took the copy in.
    """
    work = work.in_lines
    parts = [work.author] if work.author else []
    parts.append(f"{work.title or _NO_TITLE_ZH}[N/OL]")
    where = f"{work.outlet}, " if work.outlet else ""
    parts.append(f"{where}{work.published.isoformat()}[{work.archived.isoformat()}]")
    parts.append(work.copy)
    return ". ".join(parts)


def apa(work: Work) -> str:
    """Return a reference by the Publication Manual of the APA, 7th edition: a news website.

    ``Author. (2021, January 14). Title. Site. URL``. Without an author the title comes first,
    without a title a description stands in brackets; a site that is its own author is not named
    twice. The address is the archived one, so no date of retrieval belongs to it. The title would
    be set in italics.
    """
    work = work.in_lines
    title = _sentence(work.title) if work.title else f"{_NO_TITLE_EN}."
    day = f"({_english(work.published)})."
    head = [_sentence(work.author), day, title] if work.author else [title, day]
    site = [_sentence(work.outlet)] if work.outlet and work.outlet != work.author else []
    return " ".join([*head, *site, work.copy])


def _sentence(text: str) -> str:
    return text if text.endswith(tuple(_ENDS)) else f"{text}."


def _english(day: dt.date) -> str:
    return f"{day.year}, {_MONTHS[day.month - 1]} {day.day}"
