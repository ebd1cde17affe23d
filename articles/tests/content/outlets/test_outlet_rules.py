"""The rules for boilerplate, one by one: each takes away its sample's boilerplate, nothing else."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from articles.content.html.plain_text import plain_text
from articles.content.html.restructuring.structure import Structured, structure
from articles.content.outlets.registry import (
    CutRule,
    FigureRule,
    Outlet,
    PictureRule,
    RemovalRule,
    find_outlet,
    general,
    known_outlets,
)

ALL = (general(), *known_outlets())
Rule = RemovalRule | CutRule | PictureRule


RULES = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.rules
]
STORY = (
    "<p>港务局说，三号码头重新开放，工人们清晨就到了。</p>"
    '<p>详情见<a href="https://herald.example/pier">另一篇报道</a>（记者在现场）。</p>'
    "<ul><li>一号码头：照常。</li><li>二号码头：关闭。</li></ul>"
    '<img src="https://img.herald.example/pier.jpg" alt="码头">'
    "<h2>工人们的话</h2><blockquote><p>“终于可以回家了。”</p></blockquote>"
    "<table><tr><td>货轮</td><td>六艘</td></tr></table>"
)


def structured(html: str, outlet: Outlet) -> Structured:
    of = None if outlet is general() else outlet
    return structure(html, base="https://herald.example/a", title="", outlet=of)


def rules_of(result: Structured) -> Counter[str]:
    return Counter(removal.rule for removal in result.removals)


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_sample_becomes_what_the_rule_keeps(outlet: Outlet, rule: Rule) -> None:
    result, kept = structured(rule.sample, outlet), structured(rule.keeps, outlet)
    assert result.html == kept.html
    assert result.pictures == kept.pictures
    name = f"{outlet.slug}/{rule.id}"
    assert rules_of(result)[name] == 1 or isinstance(rule, RemovalRule)
    assert rules_of(result)[name] >= 1
    assert rules_of(kept)[name] == 0
    assert rule.reason.endswith(".")


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_second_run_removes_nothing_more(outlet: Outlet, rule: Rule) -> None:
    once = structured(rule.sample, outlet)
    twice = structured(once.html, outlet)
    assert plain_text(twice.html) == plain_text(once.html)
    assert rules_of(twice) == Counter()


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_boilerplate_goes_from_a_whole_story_and_the_story_stays(
    outlet: Outlet, rule: Rule
) -> None:
    if isinstance(rule, RemovalRule | CutRule) and rule.at == "start":
        together, expected = rule.sample + STORY, rule.keeps + STORY
    else:
        together, expected = STORY + rule.sample, STORY + rule.keeps
    assert structured(together, outlet).html == structured(expected, outlet).html


BOUND = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.rules
    if not isinstance(rule, PictureRule) and rule.at
]


@pytest.mark.parametrize(("outlet", "rule"), BOUND)
def test_rule_for_an_edge_spares_what_stands_within_the_story(
    outlet: Outlet, rule: RemovalRule | CutRule
) -> None:
    for html in (STORY + rule.sample + STORY, f"<div>{STORY}</div>{rule.sample}<div>{STORY}</div>"):
        assert f"{outlet.slug}/{rule.id}" not in rules_of(structured(html, outlet))


@pytest.mark.parametrize("outlet", ALL, ids=lambda outlet: outlet.slug)
def test_plain_story_loses_nothing(outlet: Outlet) -> None:
    result = structured(STORY, outlet)
    assert result.removals == ()
    assert len(result.pictures) == 1
    text = plain_text(result.html)
    for part in ("清晨就到了", "另一篇报道", "二号码头", "工人们的话", "终于可以回家了", "六艘"):
        assert part in text


def test_general_has_no_name_and_no_host() -> None:
    assert (general().name, general().hosts, general().aliases) == ("", (), ())


def test_hosts_aliases_slugs_and_rule_names_are_unique() -> None:
    outlets = known_outlets()
    for values in (
        [outlet.slug for outlet in outlets],
        [outlet.name for outlet in outlets],
        [host for outlet in outlets for host in outlet.hosts],
        [alias for outlet in outlets for alias in outlet.aliases],
        [f"{outlet.slug}/{rule.id}" for outlet in ALL for rule in outlet.rules],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


@pytest.mark.parametrize("outlet", known_outlets(), ids=lambda outlet: outlet.slug)
def test_outlet_is_described_and_found(outlet: Outlet) -> None:
    assert outlet.name in outlet.aliases
    assert outlet.hosts == tuple(host.lower() for host in outlet.hosts)
    assert outlet.language in {"zh-Hans", "zh-Hant", "en"}
    assert outlet.home_page.startswith("http") or not outlet.home_page
    ZoneInfo(outlet.time_zone)
    for alias in outlet.aliases:
        assert find_outlet("unheard-of.example", alias) is outlet
    for host in outlet.hosts:
        assert find_outlet(host, "没有这个分类") is outlet


@pytest.mark.parametrize(
    "category",
    [
        "(臺)中央社CNA",
        "法广",
        "联合早报",
        "路透",
        "大纪元",
        "美国之音",
        "德国之声",
        "BBC",
        "RTI 中央廣播電臺",
        "自由亚洲电台",
        "中国数字时代",
        "Solidot",
        "经济学人en",
        "Nei.st",
        "纽约时报",
        "维权网",
        "寒冬",
        "CCTV新闻联播",
        "金融时报",
        "iYouPort",
        "中参馆",
        "泡泡",
        "燕京书评",
        "Matters",
        "medium",
        "Huli",
        "soundfury",
        "馬世芳",
        "好青年荼毒室",
        "好青年茶话会",
        "野聲电台",
        "老楊到處說",
        "明鏡歷史台",
        "城寨",
        "老虎庙",
        "想做教育家的Klaus",
        "柳傑克",
        "羅文好公民",
        "崔永元",
        "温相说党史",
        "方舟子",
        "柴Sean你說",
        "文明客厅周孝正",
        "时事大家谈",
        "書齋夜話",
        "阳光卫视",
        "图森破故事会",
        "李天豪",
        "李永乐",
        "玛力",
        "不吐不快的有货君",
        "冲浪普拉斯",
        "百香果文化放映空间",
        "高晓松",
    ],
)
def test_outlets_of_the_archives_are_known(category: str) -> None:
    assert find_outlet("", category) is not None


def test_unknown_outlet_is_none_and_a_shared_host_tells_nothing() -> None:
    assert find_outlet("herald.example", "示例日报") is None
    assert find_outlet("www.youtube.com", "示例日报") is None


FIGURES = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.figures
]


@pytest.mark.parametrize(("outlet", "rule"), FIGURES)
def test_sample_of_a_figure_rule_becomes_a_figure(outlet: Outlet, rule: FigureRule) -> None:
    result = structured(rule.sample, outlet)
    html = re.sub(r"/i/[0-9a-z]+", "/i/CODE", result.html)
    assert html.replace("\n", "") == rule.keeps
    assert plain_text(html) == plain_text(rule.keeps)
    assert not result.removals


EXCERPTS = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.removals
    if rule.excerpt
]


@pytest.mark.parametrize(("outlet", "rule"), EXCERPTS)
def test_body_that_the_feed_cut_short_is_called_an_excerpt(
    outlet: Outlet, rule: RemovalRule
) -> None:
    assert structured(rule.sample, outlet).is_excerpt
    assert not structured(rule.keeps, outlet).is_excerpt
    assert not structured(rule.sample, general()).is_excerpt


@pytest.mark.parametrize(
    ("slug", "block"),
    [
        (
            "iyouport",
            '<div class="entry-meta"><i class="byline">王小明</i></div>',
        ),
        ("paopao", '<div class="field-name-author">文/<a class="username"> 王小明 </a></div>'),
        ("pekingbooks", '<div class="author-wrap"><a class="single-name">\n王小明\n</a></div>'),
    ],
)
def test_author_named_above_the_story_becomes_the_byline(slug: str, block: str) -> None:
    outlet = outlet_called(slug)
    result = structured(f"<article>{block}<p>甲。</p></article>", outlet)
    assert (result.byline, plain_text(result.html)) == ("王小明", "甲。")
    assert structured("<p>甲。</p>", outlet).byline == ""


@pytest.mark.parametrize(
    "last",
    [
        "工人们说：“记者来了，编辑也来了，网编呢？”",
        "记者问责编：为什么网编的稿子，晚了一天？",
        "记者王小明说，责编。网编都在现场。",
    ],
)
def test_last_sentence_about_reporters_is_not_cut(last: str) -> None:
    html = f"<p>港口通航。<br><br>{last}</p>"
    assert plain_text(structured(html, outlet_called("rfa")).html).endswith(last)


def outlet_called(slug: str) -> Outlet:
    return next(outlet for outlet in ALL if outlet.slug == slug)
