"""Post files for tests, as bytes: invented news in the format of real posts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

TITLE = "港口今日恢复通航"
DATE = "2021-01-14T14:41:19.000Z"
OUTLET = "示例日报"  # an outlet without rules in the archive
STORY_URL = "https://herald.example/news/port-reopens"
TEXT = (
    "北方港务局星期四宣布，关闭了九天的三号码头当天清晨重新开放，第一艘货轮已经靠岸。"
    "港务局说，积压的货物要到下个星期才能全部运走。"
)
BODY = f"<p>{TEXT}</p><p>船员们说，他们在海上等了六天。</p>"

#: A broadcaster with rules in the archive: its posts have an RFC 822 date above the story.
VOA = "美国之音"
VOA_URL = "https://www.voachinese.com/a/harbour-20210114/1000001.html"

FEED_FOOTER = (
    '<br><hr><div>获取更多RSS：<br><a href="https://feedx.net" style="color:orange" '
    'target="_blank">https://feedx.net</a> <br><a href="https://feedx.xyz" '
    'style="color:orange" target="_blank">https://feedx.xyz</a><br></div>'
)


def epoch_milliseconds(date: str) -> str:
    """Return an ISO date as milliseconds since 1970, as in the comment of a post."""
    moment = dt.datetime.fromisoformat(date)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return str(int(moment.timestamp() * 1000))


def make_post(
    *,
    title: str = TITLE,
    date: str = DATE,
    url: str = STORY_URL,
    body: str = BODY,
    author: str | None = None,
    category: str = OUTLET,
    tags: list[str] | None = None,
    epoch: str | None = "",
) -> bytes:
    """Return a post in the main format.

    ``epoch`` is the text of the comment: "" repeats the date, None omits the comment. An empty
    ``date`` or ``url`` omits its line.
    """
    quoted = title.replace('"', '\\"')
    if epoch == "":
        epoch = epoch_milliseconds(date) if date else "NaN"
    lines = [
        "---",
        "layout: post",
        f'title: "{quoted}"',
        *([f"date: {date}"] if date else []),
        f"author: {category if author is None else author}",
        *([f"from: {url}"] if url else []),
        f"tags: [ {', '.join([category] if tags is None else tags)} ]",
        f"categories: [ {category} ]",
        "---",
        *([f"<!--{epoch}-->"] if epoch is not None else []),
        f"[{title}]({url})",
        "------",
        "",
        "<div>",
        body,
        "</div>",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def make_neist_post(
    *,
    title: str = "码头的九个夜晚",
    date: str = "2020-05-07T03:20:00+00:00",
    url: str = "https://nei.st/medium/harbour/nine-nights",
    body: str = "<p>第一夜，港口没有灯。</p>\n    <p>第二夜，风停了，人们在仓库门口坐到天亮。</p>",
) -> bytes:
    """Return a post in the Nei.st dialect: no comment, no headline, a multi-line ``article``."""
    return f"""---
layout: post
title: "{title}"
date: {date}
author: Nei.st
from: {url}
tags: [ Nei.st ]
categories: [ Nei.st ]
---

<article class="post">
  <header class="page-header medium Archives">
    <div class="page-header__content"><h1 class="page-title">{title}</h1></div>
  </header>
  <div class="entry-content">
    {body}
  </div>
  <footer class="entry-footer">
    <div class="categories"><a href="https://nei.st/c">刊</a></div>
  </footer>
</article>
""".encode()


def example_post() -> bytes:
    """Return a full post of a broadcaster: date block, proxied pictures, captions, footer."""
    body = (
        "<div><i>Thu, 14 Jan 2021 14:04:22 GMT</i></div>"
        '<img src="https://images.weserv.nl?url=img.herald.example/harbour_w900.jpg" width="100%">'
        '<div><small style="color: #999;">资料照：三号码头</small></div>'
        f"<p>{TEXT}</p>"
        '<div class="contentImage floatLeft" ><img  class="photo" '
        'src="https://images.weserv.nl?url=img.herald.example/crane_w900.jpg" '
        'alt="码头上的吊车" border="0"/>'
        '<div><small style="color: #999;">码头上的吊车</small></div></div>'
        "<p>船员们说，他们在海上等了六天（见图）。</p><p>“我们都很累，”一名船长说。</p>"
        + FEED_FOOTER
    )
    return make_post(url=VOA_URL, category=VOA, body=body)


def write_post(folder: Path, name: str, content: bytes | None = None) -> Path:
    """Write a post below ``folder`` and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(make_post() if content is None else content)
    return path
