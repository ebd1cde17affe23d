"""Bodies made to hold a parser up, by name; each is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

Maker = Callable[[], str]


def _deep(opened: str, times: int = 10_000) -> Maker:
    return lambda: f"<p>港口</p>{opened * times}港口"


def _many(one: str, times: int) -> Maker:
    return lambda: "<p>港口</p>" + one * times


#: Each has 港口 in what a reader sees.
BODIES: dict[str, Maker] = {
    "20,000 attributes on one tag": lambda: (
        f"<p {' '.join(f'a{n}={n}' for n in range(20_000))}>港口</p>"
    ),
    "20,000 times the same attribute": lambda: f"<p {'a=1 ' * 20_000}>港口</p>",
    "an attribute of 1.9 MB": lambda: f"<p title='{'a' * 1_900_000}'>港口</p>",
    "an attribute without an end": lambda: f"<p>港口</p><p title='{'a' * 1_900_000}",
    "a style of 1.6 MB": lambda: f"<p style='{'display : ' * 160_000}'>港口</p>",
    **{f"10,000 deep: {tag}": _deep(f"<{tag}>") for tag in (
        "div", "b", "a href=x", "blockquote", "span lang=en", "details", "section", "ruby", "svg",
    )},
    "20,000 deep: font and p": _deep("<font><p>"),
    "20,000 deep: lists": _deep("<ul><li>"),
    "20,000 deep: definitions": _deep("<dl><dd>"),
    "9,900 deep: tables": _deep("<table><tr><td>", 3300),
    "15,000 deep: summaries": _deep("<details><summary>", 7500),
    "b and p crossed 9,000 times": _deep("<b><p></b>", 9000),
    "formatting without an end": _deep("<a><b><i><u><s><em>", 4000),
    "29,000 paragraphs": _many("<p>x", 29_000),
    "29,000 items": lambda: "<p>港口</p><ul>" + "<li>x" * 29_000,
    "29,000 cells": lambda: "<p>港口</p><table><tr>" + "<td>x" * 29_000,
    "29,000 pictures": _many("<img src='https://a.example/a.png'>", 29_000),
    "9,000 pictures with captions": _many("<img src=/a.png><small>x</small>", 9_000),
    "29,000 entities": _many("&amp;", 29_000),
    "29,000 line breaks": _many("<br>", 29_000),
    "1.9 million characters": _many("港", 1_900_000),
    "1.9 million spaces": _many(" \n", 950_000),
    "900,000 lines": _many("x\n", 900_000),
    "asterisks": _many("**", 900_000),
    "parentheses": _many("(", 1_900_000),
    "times": _many("0:00 ", 300_000),
    "addresses in text": _many("http://a.b/", 150_000),
    "a name without an end": lambda: "<p>港口</p><" + "a" * 1_900_000,
    "a preformatted text that the check refuses": lambda: f"<pre>\n\n{'港口' * 900_000}</pre>",
    "an address of 1.8 MB": lambda: f"<p><a href='http://a.example/{'%25' * 600_000}'>港口</a></p>",
    "a picture of 1.8 MB": lambda: f"<p>港口<img src='data:image/png;base64,{'A' * 1_800_000}'>",
    "60,000 candidates of a picture": lambda: (
        f"<p>港口</p><img srcset='{'https://a.example/a.png 1x, ' * 60_000}'>"
    ),
    "20,000 comments without an end": lambda: "<p>港口</p>" + "<!--" * 20_000,
    "20,000 CDATA sections": lambda: "<p>港口</p>" + "<![CDATA[" * 20_000,
    "a date block of 20,000 lines": lambda: f"<div>{'<br>' * 20_000}2021年1月1日</div><p>港口</p>",
}  # fmt: skip

REFUSED: dict[str, Maker] = {
    "1,000,000 tiny elements": lambda: "<b>" * 1_000_000,
    "30,001 tags": lambda: "<br>" * 30_001,
    "30,001 entities": lambda: "&lt;" * 30_001,
    "2,000,001 characters": lambda: "港" * 2_000_001,
}
