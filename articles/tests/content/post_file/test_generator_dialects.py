"""Posts of other generators: front matter of Hugo and Hexo, headlines without front matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.content.post_file.errors import NotAPostError, PostError
from articles.content.post_file.front_matter import FrontMatterError, Syntax, parse_front_matter
from articles.content.post_file.front_matter_keys import find_date, find_source_url, is_draft
from articles.content.post_file.parsing import ParsedPost, parse_post
from articles.content.post_file.sections import split_post
from articles.models import Article, Capture
from articles.tests.support.exports import export, read_tree
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import BODY, TEXT

UNDATED = b"content/port.md"
DATED = b"_posts/2021-01-14-port.md"
LINK = "https://herald.example/news/port"
YAML = (
    f"title: 港口\ndate: 2021-01-14T14:41:19Z\nfrom: {LINK}\ntags: [码头, 货轮]\ncategories: [刊]\n"
)
TOML = f"""title = "港口"
date = 2021-01-14T14:41:19Z
from = "{LINK}"
tags = ["码头", "货轮"]
categories = ["刊"]
"""
JSON = f""""title": "港口",
"date": "2021-01-14T14:41:19Z",
"from": "{LINK}",
"tags": ["码头", "货轮"],
"categories": ["刊"]
"""
DIALECTS = {
    "Jekyll": f"---\n{YAML}---\n",
    "Jekyll, dots": f"---\n{YAML}...\n",
    "Hugo, YAML named": f"---yaml\n{YAML}---\n",
    "Hugo, TOML": f"+++\n{TOML}+++\n",
    "TOML named": f"---toml\n{TOML}---\n",
    "Hugo, JSON": f"{{\n{JSON}}}\n\n",
    "Hugo, JSON in a line": "{" + " ".join(JSON.split("\n")) + "}\n",
    "Hexo, no opening": f"{YAML}---\n",
    "Hexo, longer lines": f"-----\n{YAML}-----\n",
    "Hexo, JSON": f"{JSON};;;\n",
    "Hexo, JSON opened": f";;;\n{JSON};;;\n",
    "blank lines": f"\n\n  \n---\n{YAML}---\n",
    "comment": f"<!-- kept by hand -->\n---\n{YAML}---\n",
    "byte order mark": f"\ufeff---\n{YAML}---\n",
    "CRLF": f"---\n{YAML}---\n".replace("\n", "\r\n"),
    "CRLF twice": f"---\n{YAML}---\n".replace("\n", "\r\r\n"),
    "CR": f"---\n{YAML}---\n".replace("\n", "\r"),
    "headline": f"[港口]({LINK})\n------\n日期：Thu, 14 Jan 2021 22:41:19 +0800\n\n",
}


def parse_text(text: str, path: bytes = UNDATED) -> ParsedPost:
    return parse_post(text.encode("utf-8", "surrogatepass"), path)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_gives_the_same_post(name: str) -> None:
    end = "\r" if name == "CR" else "\n"
    post = parse_text(DIALECTS[name] + BODY + end)
    assert (post.title, post.url) == ("港口", LINK)
    assert post.published.value.isoformat() == "2021-01-14T14:41:19+00:00"
    assert post.text.startswith(TEXT)
    assert post.tags == (() if name == "headline" else ("码头", "货轮"))
    assert post.warnings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('+++\ntitle = "x"\ndate = yesterday\n+++\nx', "line 3: Invalid value; .*TOML"),
        ("+++\ntitle = 1\ntitle = 2\n+++\nx", "line 3: Cannot overwrite a value; .*TOML"),
        ('{\n"title": "x",\n"date": }\nx', "line 3: invalid JSON: Expecting value; .*JSON"),
        ('{"title": "x"\nnever ends', "line 2: invalid JSON: .*; .*JSON"),
        ('"title" "x"\n;;;\nx', "line 1: invalid JSON: .*; .*JSON"),
        ("---\n- x\n---\n", "line 2: .* no 'key: value' lines; .*YAML"),
    ],
)
def test_error_in_broken_front_matter_names_the_line(text: str, message: str) -> None:
    with pytest.raises(PostError, match=message):
        parse_text(text, DATED)


@pytest.mark.parametrize(
    "text",
    [
        "Note: this is text\nNothing: else\n---\nmore\n",
        "<!-- toc -->\n---\nsome words\n---\n",
        '{"a": broken\n',
        "{% include toc.html %}\n{{ page.title }}\n",
        "{: .lead}\nText\n",
        "-----\nwords\n-----\n",
        f"[a link]({LINK})\n------\n\nText\n",
        "title: x\nbut then words\n---\n",
    ],
)
def test_text_that_only_looks_like_front_matter_is_no_post(text: str) -> None:
    with pytest.raises(NotAPostError):
        parse_text(text)


def test_toml_and_json_give_the_same_strings_as_yaml() -> None:
    toml = "a = 7\nb = 1.50\nc = true\nd = 2020-01-02\ne = 07:30:00\nf = 0x10\ng = [1, [2, 'x']]\n"
    values = parse_front_matter(toml, Syntax.TOML).values
    assert values == {
        "a": "7", "b": "1.50", "c": "true", "d": "2020-01-02", "e": "07:30:00", "f": "16",
        "g": ["1", "2", "x"],
    }  # fmt: skip
    json = '{"a": 7, "b": 1.50, "c": false, "d": null, "e": NaN, "f": [], "g": {"h": {"i": 1}}}'
    values = parse_front_matter(json, Syntax.JSON).values
    assert values == {
        "a": "7", "b": "1.50", "c": "false", "d": "", "e": "NaN", "f": [], "g.h": '{"i": "1"}',
    }  # fmt: skip


def test_keys_are_found_in_any_case_and_in_tables() -> None:
    text = "+++\nTitle = 'x'\nDATE = 2021-01-14\n[Params]\nAuthor = '甲'\n[taxonomies]\n"
    post = parse_text(text + "tags = ['a']\ncategories = ['刊']\n+++\n" + BODY)
    assert (post.title, post.author, post.category, post.tags) == ("x", "甲", "刊", ("a",))
    both = parse_front_matter("Title: 大\ntitle: 小\n").values
    assert both == {"Title": "大", "title": "小"}


def test_nested_categories_of_hexo_are_one_list() -> None:
    post = parse_text(
        f"title: x\ndate: 2013/7/13 20:46:25\ncategories:\n- [甲, 乙]\n- [丙]\n---\n{BODY}"
    )
    assert (post.category, post.tags) == ("甲", ("乙", "丙"))
    assert post.published.value.isoformat() == "2013-07-13T20:46:25+00:00"


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"from": "x", "link": LINK}, "x"),
        ({"original_url": LINK}, LINK),
        ({"url": "/2021/port/", "canonicalurl": LINK}, LINK),
        ({"source": "示例日报", "permalink": LINK}, LINK),
        ({"params.link": LINK}, LINK),
        ({"url": "/2021/port/", "source": "示例日报"}, ""),
    ],
)
def test_source_url_is_found_under_several_keys(
    values: dict[str, str | list[str]], address: str
) -> None:
    assert find_source_url(values, "") == address


def test_first_valid_date_counts() -> None:
    assert find_date({"date": "昨天", "pubdate": "2021-01-14"}) == "2021-01-14"
    assert find_date({"published": "true", "date": "昨天"}) == "昨天"


@pytest.mark.parametrize("line", ["draft: true", "published: false", "Draft: yes"])
def test_draft_is_parsed_with_a_warning(line: str) -> None:
    post = parse_text(f"---\n{YAML}{line}\n---\n{BODY}")
    assert post.warnings == ("the front matter calls it a draft",)
    assert not is_draft({"draft": "false", "published": "2021-01-14"})


@pytest.mark.parametrize(
    "line",
    [
        "日期：Thu, 14 Jan 2021 14:41:19 GMT", "日期: 2021-01-14 14:41:19",
        "发布时间：2021/1/14 14:41", "發佈日期：2021年1月14日 14:41:19",
        "Date: Thu, 14 Jan 21 14:41 GMT",
    ],
)  # fmt: skip
def test_date_line_below_a_headline_is_not_part_of_the_body(line: str) -> None:
    post = parse_text(f"[[影] 港口]({LINK})\n------\n{line}\n\n{BODY}\n")
    assert (post.title, post.url) == ("[影] 港口", LINK)
    assert post.published.value.isoformat()[:16] == "2021-01-14T14:41"
    assert post.published.evidence == "front matter"
    assert post.text.startswith(TEXT)
    assert post.front_matter["title"] == "[影] 港口"


def test_headline_without_a_date_needs_other_evidence() -> None:
    headline = f"[港口]({LINK})\n------\n\n{BODY}\n"
    assert parse_text(headline, DATED).published.evidence == "file name"
    by_epoch = parse_text(f"<!--1610635279000-->\n{headline}")
    assert by_epoch.published.value.isoformat() == "2021-01-14T14:41:19+00:00"
    assert by_epoch.published.evidence == "epoch"
    with pytest.raises(NotAPostError):
        parse_text(f"<!--NaN-->\n{headline}")
    with pytest.raises(PostError, match="line 3: '昨天' is not a date; write 日期：2020-02-26"):
        parse_text(f"[港口]({LINK})\n------\n日期：昨天\n\n{BODY}\n")
    kept = parse_text(f"[港口]({LINK})\n------\n日期：昨天\n\n{BODY}\n", DATED)
    assert kept.text.startswith("日期：昨天")


def test_front_matter_above_a_headline_keeps_its_date() -> None:
    post = parse_text(f"---\n{YAML}---\n[别题]({LINK}2)\n------\n日期：2019-01-01\n\n{BODY}")
    assert (post.title, post.url) == ("港口", LINK)
    assert post.published.value.year == 2021
    assert post.text.startswith("日期：2019-01-01")


def test_other_comment_at_the_top_of_a_body_is_not_an_epoch() -> None:
    post = parse_text(f"---\n{YAML}---\n<!-- more -->\n{BODY}")
    assert post.published.evidence == "front matter"
    above = split_post(f"<!--1610635279000-->\n---\n{YAML}---\n{BODY}".encode(), UNDATED)
    assert above.epoch == "1610635279000"


LEFTOVERS = [
    "{% raw %}", "{% endraw %}", "{{ page.title }}", "{% include video.html id=7 %}",
    "{% if a<b %}", "{{< youtube abc >}}", "{{<youtube abc>}}", '{{<figure src="a.png">}}',
    "{{</highlight>}}", "{{% notice %}}", "{%- assign x = 1 -%}",
]  # fmt: skip


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_leftovers_of_templates_stay_text(leftover: str) -> None:
    post = parse_text(f"---\n{YAML}---\n<p>{TEXT}</p><p>{leftover} 后文</p>\n<p>尾</p>")
    assert post.text == f"{TEXT}\n\n{leftover} 后文\n\n尾"


HOSTILE = "甲\u202e乙\u2066丙\u2069\u2028丁\\x00\\x07戊"


def test_titles_authors_and_tags_have_no_bidirectional_or_control_characters() -> None:
    header = f'title: "{HOSTILE}"\nauthor: "{HOSTILE}"\ntags: ["丙{HOSTILE}"]\ncategories: [刊]\n'
    post = parse_text(
        f"---\n{header}date: 2021-01-14\nfrom: https://a.example/\u202e1\n---\n{BODY}"
    )
    assert post.title == "甲乙丙 丁戊"
    assert post.author == "甲乙丙 丁戊"
    assert post.tags == ("丙甲乙丙 丁戊",)
    assert "\u202e" not in post.url
    assert not any("\x00" in str(value) for value in post.front_matter.values())


@pytest.mark.parametrize("escape", [r"\ud800", r"\uDFFF", r"\x00"])
def test_escaped_lone_surrogates_and_nul_are_removed(escape: str) -> None:
    for text in (
        f'---\ntitle: "a{escape}b"\ndate: 2021-01-14\n---\n{BODY}',
        '{"title": "a' + escape.replace(r"\x00", r"\u0000") + f'b", "date": "2021-01-14"}}\n{BODY}',
    ):
        post = parse_text(text)
        for value in (post.title, *map(str, post.front_matter.values())):
            value.encode()
            assert "\x00" not in value


BOMBS = {
    "tag": ("x: !!python/object/apply:os.system ['false']\ntitle: x\n", Syntax.YAML),
    "aliases": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        Syntax.YAML,
    ),
    "alias to itself": ("x: &a [*a]\n", Syntax.YAML),
    "merge": ("a: &a {b: c}\n" + "d: {<<: *a}\n" * 3000, Syntax.YAML),
    "toml arrays": ("x = " + "[" * 30_000 + "]" * 30_000, Syntax.TOML),
    "toml tables": ("x = " + "{a=" * 15_000 + "1" + "}" * 15_000, Syntax.TOML),
    "toml dots": (".".join(["a"] * 30_000) + " = 1", Syntax.TOML),
    "toml head": ("[" + ".".join(["a"] * 30_000) + "]", Syntax.TOML),
    "toml number": ("x = " + "9" * 60_000, Syntax.TOML),
    "toml hex": ("x = 0x" + "f" * 60_000, Syntax.TOML),
    "json arrays": ('{"x": ' + "[" * 30_000 + "]" * 30_000 + "}", Syntax.JSON),
    "json objects": ('{"x":' * 10_000 + "1" + "}" * 10_000, Syntax.JSON),
    "json number": ('{"x": ' + "9" * 60_000 + "}", Syntax.JSON),
    "json float": ('{"x": 1e999999999}', Syntax.JSON),
    "words": ("港口" * 30_000 + " = 1", Syntax.TOML),
    "many": ("".join(f'"k{n}": {n},' for n in range(6000)) + '"z": 1', Syntax.JSON),
    "too long": ("title: " + "x" * 70_000, Syntax.YAML),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_give_values_or_errors_with_a_line(name: str) -> None:
    text, syntax = BOMBS[name]
    try:
        answer = str(parse_front_matter(text, syntax).values)
    except FrontMatterError as error:
        answer = str(error)
    assert answer.startswith(("line ", "{"))
    assert len(answer) < 200_000


def test_deeply_nested_tables_are_rejected() -> None:
    dotted = ".".join(["a"] * 40)
    with pytest.raises(FrontMatterError, match="more than 50 deep"):
        parse_front_matter(f"[{dotted}]\n{dotted} = 1\n", Syntax.TOML)


@pytest.mark.django_db
def test_files_in_other_encodings_are_exported_byte_for_byte(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    files = {}
    for number, codec in enumerate(["utf-16", "gb18030", "utf-8-sig", "utf-16-be"]):
        header = f"---\ntitle: 港口{number}\ndate: 2021-01-14\nfrom: {LINK}/{number}\n---\n"
        files[f"2021-01-14-{number}.md"] = f"{header}{BODY}\r\n".encode(codec)
    head = f"---\ntitle: 港口9\ndate: 2021-01-14\nfrom: {LINK}/9\n---\n".encode()
    files["2021-01-14-9.md"] = head + BODY.encode("gb18030") + b"\xff\x00\n"
    files["articles/7_port.md"] = (DIALECTS["headline"] + BODY).encode("utf-16")
    files["content/port.md"] = (DIALECTS["Hugo, TOML"].replace("/port", "/hugo") + BODY).encode()
    for name, content in files.items():
        path = posts / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (posts / "2021-01-14-picture.md").write_bytes(bytes(range(256)) * 20)
    output = run_import(posts)
    assert output.exit_code == 3
    assert (output.summary["created"], output.summary["failed"]) == (len(files), 1)
    assert Article.objects.filter(title__startswith="港口").count() == len(files)
    warned = Capture.objects.exclude(warnings=[]).values_list("warnings", flat=True)
    assert len(warned) == 5
    code, _ = export(tmp_path / "out")
    assert code == 0
    out = read_tree(tmp_path / "out")
    for name, content in files.items():
        assert out[b"posts/" + name.encode()] == content
    assert out[b"_quarantine/posts/2021-01-14-picture.md"] == bytes(range(256)) * 20
