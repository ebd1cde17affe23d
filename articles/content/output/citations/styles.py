"""Citation styles: the Chinese national standard GB/T 7714 and APA."""

from __future__ import annotations

import datetime as dt

from articles.content.output.citations.cited_work import CitedWork

_NO_TITLE_ZH = "无题"
_NO_TITLE_EN = "[Untitled news article]"
_SENTENCE_ENDINGS = "。！？!?…."
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def gb_t_7714(work: CitedWork) -> str:
    """Return a reference by GB/T 7714—2015, 4.4: a part of a newspaper, online.

    ``主要责任者. 题名[N/OL]. 报纸名, 出版日期[引用日期]. 获取和访问路径``. A missing author is
    omitted (8.1.4), and so is the final full stop, which would be taken as part of the URL. The
    access date (引用日期) is the day on which the archive imported the copy.
    """
    work = work.normalized
    parts = [work.author] if work.author else []
    parts.append(f"{work.title or _NO_TITLE_ZH}[N/OL]")
    where = f"{work.outlet}, " if work.outlet else ""
    parts.append(f"{where}{work.published_on.isoformat()}[{work.archived_on.isoformat()}]")
    parts.append(work.archive_url)
    return ". ".join(parts)


def apa(work: CitedWork) -> str:
    """Return a reference by the Publication Manual of the APA, 7th edition: a news website.

    ``Author. (2021, January 14). Title. Site. URL``. Without an author the title comes first,
    without a title there is a description in brackets; a site that is its own author is not named
    twice. The URL is the archived one, so there is no retrieval date. The title would be set in
    italics.
    """
    work = work.normalized
    title = _end_sentence(work.title) if work.title else f"{_NO_TITLE_EN}."
    day = f"({_format_english_date(work.published_on)})."
    head = [_end_sentence(work.author), day, title] if work.author else [title, day]
    site = [_end_sentence(work.outlet)] if work.outlet and work.outlet != work.author else []
    return " ".join([*head, *site, work.archive_url])


def _end_sentence(text: str) -> str:
    return text if text.endswith(tuple(_SENTENCE_ENDINGS)) else f"{text}."


def _format_english_date(day: dt.date) -> str:
    return f"{day.year}, {_MONTHS[day.month - 1]} {day.day}"
