"""Bodies made to slow a parser down, by name; each is generated when it is needed."""

from __future__ import annotations

from collections.abc import Callable

BodyFactory = Callable[[], str]


def _nested(start_tags: str, times: int = 10_000) -> BodyFactory:
    return lambda: f"<p>港口</p>{start_tags * times}港口"


def _repeated(part: str, times: int) -> BodyFactory:
    return lambda: "<p>港口</p>" + part * times


#: Bodies that are imported; 港口 is in the visible text of each.
ACCEPTED_BODIES: dict[str, BodyFactory] = {
    "20,000 attributes on one tag": lambda: (
        f"<p {' '.join(f'a{n}={n}' for n in range(20_000))}>港口</p>"
    ),
    "20,000 times the same attribute": lambda: f"<p {'a=1 ' * 20_000}>港口</p>",
    "an attribute of 1.9 MB": lambda: f"<p title='{'a' * 1_900_000}'>港口</p>",
    "an attribute without an end": lambda: f"<p>港口</p><p title='{'a' * 1_900_000}",
    "a style of 1.6 MB": lambda: f"<p style='{'display : ' * 160_000}'>港口</p>",
    **{f"10,000 deep: {tag}": _nested(f"<{tag}>") for tag in (
        "div", "b", "a href=x", "blockquote", "span lang=en", "details", "section", "ruby", "svg",
    )},
    "20,000 deep: font and p": _nested("<font><p>"),
    "20,000 deep: lists": _nested("<ul><li>"),
    "20,000 deep: definitions": _nested("<dl><dd>"),
    "9,900 deep: tables": _nested("<table><tr><td>", 3300),
    "15,000 deep: summaries": _nested("<details><summary>", 7500),
    "b and p crossed 9,000 times": _nested("<b><p></b>", 9000),
    "formatting without an end": _nested("<a><b><i><u><s><em>", 4000),
    "29,000 paragraphs": _repeated("<p>x", 29_000),
    "29,000 items": lambda: "<p>港口</p><ul>" + "<li>x" * 29_000,
    "29,000 cells": lambda: "<p>港口</p><table><tr>" + "<td>x" * 29_000,
    "29,000 pictures": _repeated("<img src='https://a.example/a.png'>", 29_000),
    "9,000 pictures with captions": _repeated("<img src=/a.png><small>x</small>", 9_000),
    "29,000 entities": _repeated("&amp;", 29_000),
    "29,000 line breaks": _repeated("<br>", 29_000),
    "1.9 million characters": _repeated("港", 1_900_000),
    "1.9 million spaces": _repeated(" \n", 950_000),
    "900,000 lines": _repeated("x\n", 900_000),
    "asterisks": _repeated("**", 900_000),
    "parentheses": _repeated("(", 1_900_000),
    "times": _repeated("0:00 ", 300_000),
    "addresses in text": _repeated("http://a.b/", 150_000),
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

#: Bodies over a limit, which the importer refuses.
REFUSED_BODIES: dict[str, BodyFactory] = {
    "1,000,000 tiny elements": lambda: "<b>" * 1_000_000,
    "30,001 tags": lambda: "<br>" * 30_001,
    "30,001 entities": lambda: "&lt;" * 30_001,
    "2,000,001 characters": lambda: "港" * 2_000_001,
}
