"""Bodies made to slow a parser down, by name; each is generated when it is needed."""

from __future__ import annotations

from collections.abc import Callable

BodyFactory = Callable[[], str]
MARKS = "\u0301\u0327"  # two combining marks that normalization has to put in order


def _nested(start_tags: str, times: int = 10_000) -> BodyFactory:
    return lambda: f"<p>港口</p>{start_tags * times}港口"


def _attributes(count: int) -> str:
    return " ".join(f"a{n}={n}" for n in range(count))


def _repeated(part: str, times: int) -> BodyFactory:
    return lambda: "<p>港口</p>" + part * times


#: Bodies that are imported; 港口 is in the visible text of each.
ACCEPTED_BODIES: dict[str, BodyFactory] = {
    "1,000 attributes on one tag": lambda: f"<p {_attributes(1_000)}>港口</p>",
    "1,000 times the same attribute": lambda: f"<p {'a=1 ' * 1_000}>港口</p>",
    "30 tags with 999 attributes": lambda: f"<p {_attributes(999)}>港口</p>" * 30,
    "29,000 quotation marks in a tag's text": lambda: "<p>港口</p><p x=1" + '"' * 29_000 + ">",
    "29,000 tags in a value without an end": lambda: f"<p>港口</p><p title='{'<b ' * 29_000}",
    "an attribute of 99 KB": lambda: f"<p title='{'a' * 99_000}'>港口</p>",
    "an attribute without an end": lambda: f"<p>港口</p><p title='{'a' * 99_000}",
    "a style of 99 KB": lambda: f"<p style='{'display : ' * 9_900}'>港口</p>",
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
    "990,000 characters": _repeated("港", 990_000),
    "1.9 million spaces": _repeated(" \n", 950_000),
    "400,000 lines": _repeated("x\n", 400_000),
    "asterisks": _repeated("**", 400_000),
    "parentheses": _repeated("(", 900_000),
    "times": _repeated("0:00 ", 190_000),
    "addresses in text": _repeated("http://a.b/", 80_000),
    "a name without an end": lambda: "<p>港口</p><" + "a" * 900_000,
    "a preformatted text that the check refuses": lambda: f"<pre>\n\n{'港口' * 450_000}</pre>",
    "an address of 99 KB": lambda: f"<p><a href='http://a.example/{'%25' * 33_000}'>港口</a></p>",
    "a picture of 1.8 MB": lambda: f"<p>港口<img src='data:image/png;base64,{'A' * 1_800_000}'>",
    "3,300 candidates of a picture": lambda: (
        f"<p>港口</p><img srcset='{'https://a.example/a.png 1x, ' * 3_300}'>"
    ),
    "20,000 comments without an end": lambda: "<p>港口</p>" + "<!--" * 20_000,
    "20,000 CDATA sections": lambda: "<p>港口</p>" + "<![CDATA[" * 20_000,
    "60,000 combining marks": lambda: f"<p>港口 a{MARKS * 30_000}</p>",
    "480,000 combining marks": lambda: f"<p>港口 a{MARKS * 240_000}</p>",
    "30,000 combining marks as references": lambda: f"<p>港口 a{'&#769;&#x327;' * 14_000}</p>",
    "combining marks in a heading": lambda: f"<h1>港口 a{MARKS * 60_000}</h1><p>港口</p>",
    "combining marks in an alt text": lambda: (
        f"<p>港口</p><img src='https://a.example/a.png' alt='a{MARKS * 45_000}'>"
    ),
    "combining marks in a caption": lambda: (
        "<p>港口</p><figure><img src='https://a.example/a.png'>"
        f"<figcaption>a{MARKS * 60_000}</figcaption></figure>"
    ),
    "combining marks of two scripts": lambda: "<p>港口 א" + "\u05b0\u0591" * 200_000,
    "Hangul jamo": lambda: "<p>港口 \u1100" + "\u1161\u11a8" * 200_000,
    "50,000 characters that fold to eighteen": lambda: "<p>港口</p>" + "\ufdfa" * 50_000,
    "29,000 pictures without an address": _repeated("<img>", 29_000),
    "29,000 body tags": _repeated("<body>", 29_000),
    "a date block of 20,000 lines": lambda: f"<div>{'<br>' * 20_000}2021年1月1日</div><p>港口</p>",
}  # fmt: skip

#: Bodies over a limit, which the importer refuses.
REFUSED_BODIES: dict[str, BodyFactory] = {
    "1,000,000 tiny elements": lambda: "<b>" * 1_000_000,
    "30,001 tags": lambda: "<br>" * 30_001,
    "30,001 entities": lambda: "&lt;" * 30_001,
    "2,000,001 characters": lambda: "港" * 2_000_001,
    "1,900,000 characters of text": lambda: "港" * 1_900_000,
    "1,900,000 combining marks": lambda: "a" + MARKS * 950_000,
    "1,900,000 characters that fold to eighteen": lambda: "\ufdfa" * 1_900_000,
    "characters that fold to eight": lambda: "\ufdfb" * 300_000,
    "characters that fold to four": lambda: "\u3300" * 300_000,
    "ligatures of three letters": lambda: "\ufb03" * 400_000,
    "1,001 attributes on one tag": lambda: f"<p {_attributes(1_001)}>港口</p>",
    "200,000 attributes on one tag": lambda: f"<p {_attributes(200_000)}>港口</p>",
    "the same attribute 400,000 times": lambda: f"<p {'a=1 ' * 400_000}>港口</p>",
    "attributes without a space": lambda: "<p " + 'a=""' * 40_000 + ">港口</p>",
    "attributes and slashes": lambda: f"<p {'/a' * 400_000}>港口</p>",
    "1,000,000 attributes in many tags": lambda: f"<p {'a ' * 900}>" * 1_000,
    "29,000 body tags with attributes": lambda: "".join(f"<body a{n}=1>" for n in range(29_000)),
    "29,000 html tags with attributes": lambda: "".join(f"<html a{n}=1>" for n in range(29_000)),
    "an attribute of 1.9 MB": lambda: f"<p title='{'a' * 1_900_000}'>港口</p>",
    "a style of 1.6 MB": lambda: f"<p style='{'display : ' * 160_000}'>港口</p>",
}
