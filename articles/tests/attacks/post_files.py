"""The post files of a case."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from articles.tests.attacks.vectors import Case, Place
from articles.tests.support.post_files import OUTLET, epoch_milliseconds

_FIRST_DAY = dt.datetime(2021, 1, 14, 8, tzinfo=dt.UTC)
_PER_DAY = 60  # stories, so that a list of a day has a second page
_VERSIONED = frozenset({Place.TITLE, Place.FILE_NAME, Place.HIDING})


def paragraph_before(case: Case) -> str:
    """Return the paragraph before the payload."""
    return f"第{case.number}号船早晨离开了码头，船上装着盐和茶叶，船长说天黑以前会回来。"


def paragraph_after(case: Case) -> str:
    """Return the paragraph after the payload."""
    return f"第{case.number}号船傍晚回到了港口。"


def harmless_title(case: Case) -> str:
    """Return the title of a case whose payload is not in the title."""
    return f"第{case.number}号船今日出航"


def post_files(case: Case) -> Iterator[tuple[bytes, bytes]]:
    """Yield path and bytes of each post file of ``case``, below a folder with its number."""
    folder = str(case.number).encode()
    name = b"2021-01-14-story"
    if case.place in {Place.FILE_NAME, Place.BROKEN_FILE}:
        name = b"2021-01-14-" + unquote_to_bytes(case.payload)
    if case.place == Place.BROKEN_FILE:
        yield folder + b"/" + name + b".md", b"---\n" + paragraph_before(case).encode()
        return
    yield folder + b"/" + name + b".md", post_content(case)
    if case.place in _VERSIONED or case.vector.group == "escaped":
        yield folder + b"/2021-01-15-later.md", post_content(case, later=True)


def post_content(case: Case, later: bool = False) -> bytes:
    """Return the bytes of the post; with ``later``, those of another version of it."""
    payloads = {case.place: case.payload}
    date = _FIRST_DAY + dt.timedelta(days=case.number // _PER_DAY, minutes=case.number % _PER_DAY)
    stamp = (date + dt.timedelta(days=30 * later)).isoformat()
    title = payloads.get(Place.TITLE, harmless_title(case))
    url = f"https://herald.example/story/{case.number}"
    outlet = OUTLET
    if case.place in {Place.OUTLET, Place.RIGHTS}:
        outlet = case.payload if case.place == Place.OUTLET else f"第{case.number}号周报"
        url = f"https://outlet-{case.number}.example/story"
    url = html.unescape(payloads.get(Place.ADDRESS, url))
    headline = payloads.get(Place.HEADLINE, "")
    lines = [
        "---",
        "layout: post",
        f"title: {_yaml_string(title)}",
        f"date: {stamp}",
        f"author: {_yaml_string(payloads.get(Place.AUTHOR, '林晓舟'))}",
        "" if headline else f"from: {_yaml_string(url)}",
        f"tags: [{_yaml_string(payloads.get(Place.TAG, '航运'))}]",
        f"categories: [{_yaml_string(outlet)}]",
        payloads.get(Place.HEADER, ""),
        "---",
        f"<!--{epoch_milliseconds(stamp)}-->",
        f"[{harmless_title(case)}]({html.unescape(headline) or url})",
        "------",
        "",
        f"<div>\n<p>{paragraph_before(case)}</p>",
        body_with_payload(case),
        f"<p>{paragraph_after(case)}</p>" + ("<p>船长后来又补充了一句。</p>" if later else ""),
        "</div>",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _yaml_string(text: str) -> str:
    """Return ``text`` as a double-quoted string of YAML."""
    return f'"{"".join(_yaml_escape(char) for char in text)}"'


def _yaml_escape(char: str) -> str:
    return char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}"


def body_with_payload(case: Case) -> str:
    """Return the HTML with the payload between the two paragraphs; "" if it is not in the body."""
    payload = case.payload
    picture = f"https://pictures.example/{case.number}.jpg"
    match case.place:
        case Place.BODY:
            return payload
        case Place.CAPTION:
            return f'<figure><img src="{picture}"><figcaption>{payload}</figcaption></figure>'
        case Place.ALT:
            return f'<img src="{picture}" alt="{payload}">'
        case Place.LINK:
            return f'<p><a href="{payload}">航海日志</a></p>'
        case Place.IMAGE:
            return f'<img src="{payload}" alt="码头">'
        case Place.SRCSET:
            return f'<img src="{picture}" srcset="{payload} 2x" alt="码头">'
        case Place.SOURCE:
            return f'<picture><source srcset="{payload}"><img alt="码头"></picture>'
        case Place.POSTER:
            return f'<video controls poster="{payload}"></video>'
        case Place.FRAME:
            return f'<iframe src="{payload}"></iframe>'
    return ""
