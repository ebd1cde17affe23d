"""Citations: each style follows its rules, and no value breaks its syntax."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.output.citations import (
    CitedWork,
    apa,
    bibtex,
    csl_json,
    gb_t_7714,
    ris,
    wikipedia_en,
    wikipedia_zh,
)

COPY = "https://archive.example/a/0a1b2c3d/"
WORK = CitedWork(
    code="0a1b2c3d",
    title="港口今日恢复通航",
    outlet="示例日报",
    author="张三",
    published_on=dt.date(2021, 1, 14),
    published_at=dt.datetime(2021, 1, 14, 14, 4, 22, tzinfo=dt.UTC),
    archived_on=dt.date(2021, 2, 1),
    original_url="https://herald.example/port?id=7",
    archive_url=COPY,
    archive_name="News Archive",
    language="zh-Hans",
)
BARE = replace(WORK, title="", author="", published_at=None, original_url="", language="")
HOSTILE = (
    "a|b}} {{evil}} [[c]] <ref>d</ref> '''e''' ~~~~ \\f{ } } { g\r\nER  - \r\nTY  - BOOK "
    '%,"\n} @article{x, $&#^_ --> __NOTOC__ <nowiki> &#125; http://g.example \u2028h'
)
FORMS = [gb_t_7714, apa, bibtex, ris, csl_json, wikipedia_en, wikipedia_zh]


def bib_fields(text: str) -> dict[str, str]:
    """Return the fields of one entry, parsed as in BibTeX: by counting braces only."""
    head = re.match(r"@online\{([a-z0-9-]+),\n", text)
    assert head is not None
    at, found = head.end(), {"key": head[1]}
    while name := re.compile(r"  ([a-z]+) = \{").match(text, at):
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        found[name[1]] = text[name.end() : end - 1]
        assert text[end : end + 2] == ",\n"
        at = end + 2
    assert text[at:] == "}\n"
    return found


def ris_tags(text: str) -> list[tuple[str, str]]:
    """Return tags and values, one per line that ends with CR LF."""
    assert text.endswith("\r\n")
    lines = [re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line) for line in text.split("\r\n")[:-1]]
    return [(line[1], line[2]) for line in lines if line is not None]


def wiki_values(text: str) -> dict[str, str]:
    """Return the parameters of a template, whose values must have no markup."""
    inner = re.fullmatch(r"\{\{cite news \|([^{}\[\]<>\n]*)\}\}", text)
    assert inner is not None, text
    pairs = (part.rstrip(" ").partition("=") for part in inner[1].split("|"))
    return {name: value for name, _, value in pairs}


def test_gb_t_7714_is_an_online_newspaper_article() -> None:
    assert gb_t_7714(WORK) == (
        f"张三. 港口今日恢复通航[N/OL]. 示例日报, 2021-01-14[2021-02-01]. {COPY}"
    )
    assert gb_t_7714(BARE) == f"无题[N/OL]. 示例日报, 2021-01-14[2021-02-01]. {COPY}"


def test_apa_is_a_news_website() -> None:
    assert apa(WORK) == f"张三. (2021, January 14). 港口今日恢复通航. 示例日报. {COPY}"
    assert apa(replace(WORK, author="")) == (
        f"港口今日恢复通航. (2021, January 14). 示例日报. {COPY}"
    )
    assert apa(replace(WORK, author="示例日报", title="真的吗？")) == (
        f"示例日报. (2021, January 14). 真的吗？ {COPY}"
    )
    assert apa(BARE) == f"[Untitled news article]. (2021, January 14). 示例日报. {COPY}"


def test_bibtex_is_a_biblatex_entry() -> None:
    assert bib_fields(bibtex(WORK)) == {
        "key": "archive-0a1b2c3d",
        "author": "{张三}",
        "title": "{港口今日恢复通航}",
        "organization": "{示例日报}",
        "date": "2021-01-14",
        "url": COPY,
        "urldate": "2021-02-01",
        "origurl": "https://herald.example/port?id=7",
        "langid": "chinese",
        "note": "{News Archive}",
    }
    bare = bib_fields(bibtex(BARE))
    assert bare["title"] == "{Untitled}"
    assert not bare.keys() & {"author", "origurl", "langid"}


def test_bibtex_escapes_special_characters_of_tex() -> None:
    title = r"50% of \TeX & {C_#} costs $1 ~ ^"
    assert bib_fields(bibtex(replace(WORK, title=title)))["title"] == (
        r"{50\% of \textbackslash{}TeX \& \textbraceleft{}C\_\#\textbraceright{} costs \$1 "
        r"\textasciitilde{} \textasciicircum{}}"
    )


def test_ris_is_a_newspaper_article() -> None:
    assert ris_tags(ris(WORK)) == [
        ("TY", "NEWS"),
        ("ID", "archive-0a1b2c3d"),
        ("AU", "张三"),
        ("TI", "港口今日恢复通航"),
        ("T2", "示例日报"),
        ("PY", "2021"),
        ("DA", "2021/01/14/"),
        ("Y2", "2021/02/01/"),
        ("UR", COPY),
        ("N1", "First published at https://herald.example/port?id=7"),
        ("DP", "News Archive"),
        ("LA", "zh-Hans"),
        ("ER", ""),
    ]
    tags = dict(ris_tags(ris(BARE)))
    assert tags["TI"] == "Untitled"
    assert not tags.keys() & {"AU", "N1", "LA"}


def test_csl_json_is_a_list_of_one_item() -> None:
    [item] = json.loads(csl_json(WORK))
    assert item == {
        "id": "archive-0a1b2c3d",
        "type": "article-newspaper",
        "title": "港口今日恢复通航",
        "author": [{"literal": "张三"}],
        "container-title": "示例日报",
        "issued": {"date-parts": [[2021, 1, 14]]},
        "accessed": {"date-parts": [[2021, 2, 1]]},
        "URL": COPY,
        "archive": "News Archive",
        "archive_location": "0a1b2c3d",
        "language": "zh-Hans",
        "note": "First published at https://herald.example/port?id=7",
    }
    [bare] = json.loads(csl_json(BARE))
    assert bare["title"] == "Untitled"
    assert not bare.keys() & {"author", "note", "language"}


def test_wikipedia_templates_link_to_the_original_and_to_the_copy() -> None:
    values = {
        "author": "张三",
        "work": "示例日报",
        "date": "2021-01-14",
        "language": "zh-hans",
        "url": "https://herald.example/port?id=7",
        "url-status": "dead",
        "archive-url": COPY,
        "archive-date": "2021-02-01",
    }
    title = "港口今日恢复通航"
    assert wiki_values(wikipedia_zh(WORK)) == values | {"title": title}
    assert wiki_values(wikipedia_en(WORK)) == values | {"script-title": f"zh:{title}"}
    english = replace(WORK, title="Port reopens", language="en")
    assert wiki_values(wikipedia_en(english))["title"] == "Port reopens"


def test_wikipedia_template_without_an_original_links_only_to_the_copy() -> None:
    assert wiki_values(wikipedia_zh(BARE)) == {
        "title": "无题",
        "work": "示例日报",
        "date": "2021-01-14",
        "url": COPY,
        "access-date": "2021-02-01",
        "via": "News Archive",
    }
    assert wiki_values(wikipedia_en(BARE))["title"] == "Untitled"


@pytest.mark.parametrize("field", ["title", "author", "outlet"])
def test_hostile_text_stays_one_value_in_every_format(field: str) -> None:
    changes: dict[str, Any] = {field: HOSTILE}
    assert_one_record(replace(WORK, **changes))


def test_hostile_url_stays_one_value_in_every_format() -> None:
    bad = "https://herald.example/a|b}}'''{x}\\~~~~__TOC__[y]?<ref>\"`"
    work = replace(WORK, original_url=bad)
    assert_one_record(work)
    assert wiki_values(wikipedia_en(work))["url"] == (
        "https://herald.example/a%7Cb%7D%7D%27%27%27%7Bx%7D%5C%7E%7E%7E%7E%5F%5FTOC%5F%5F%5By%5D"
        "?%3Cref%3E%22%60"
    )


def test_invalid_language_is_omitted() -> None:
    bad = replace(WORK, language='en"|x}}\r\nER  - ')
    assert_one_record(bad)
    assert "language" not in wiki_values(wikipedia_en(bad))


@given(st.text(), st.text(), st.text())
def test_any_text_stays_one_value_in_every_format(title: str, author: str, outlet: str) -> None:
    assert_one_record(replace(WORK, title=title, author=author, outlet=outlet))


def assert_one_record(work: CitedWork) -> None:
    """Assert that each format of ``work`` parses as one record with the expected keys."""
    for line in (gb_t_7714(work), apa(work), wikipedia_en(work), wikipedia_zh(work)):
        assert len(line.splitlines()) == 1
    fields = bib_fields(bibtex(work))
    assert fields.keys() <= bib_fields(bibtex(WORK)).keys()
    assert (fields["key"], fields["url"]) == ("archive-0a1b2c3d", COPY)
    tags = [tag for tag, _ in ris_tags(ris(work))]
    assert tags[0] == "TY"
    assert tags[-1] == "ER"
    assert len(tags) == len(set(tags)) == ris(work).count("\n")
    [item] = json.loads(csl_json(work))
    assert item["URL"] == COPY
    for text in (wikipedia_en(work), wikipedia_zh(work)):
        values = wiki_values(text)
        assert values["archive-url"] == COPY
        for value in values.values():
            assert not re.search(r"''|~~~|__|://", value.removeprefix("https://"))
