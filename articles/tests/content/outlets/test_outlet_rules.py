"""Each boilerplate rule: it removes the boilerplate of its sample and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from articles.content.html.html_to_text import html_to_text
from articles.content.html.restructuring.pipeline import RestructuredBody, restructure
from articles.content.outlets.registry import (
    CutRule,
    FigureRule,
    Outlet,
    PictureRule,
    RemovalRule,
    find_outlet,
    load_general_rules,
    load_outlets,
)

ALL = (load_general_rules(), *load_outlets())
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


def restructure_sample(html: str, outlet: Outlet) -> RestructuredBody:
    own_outlet = None if outlet is load_general_rules() else outlet
    return restructure(html, base="https://herald.example/a", title="", outlet=own_outlet)


def count_rules(result: RestructuredBody) -> Counter[str]:
    return Counter(removal.rule for removal in result.removals)


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_rule_turns_its_sample_into_the_expected_result(outlet: Outlet, rule: Rule) -> None:
    result, kept = restructure_sample(rule.sample, outlet), restructure_sample(rule.keeps, outlet)
    assert result.html == kept.html
    assert result.pictures == kept.pictures
    name = f"{outlet.slug}/{rule.id}"
    assert count_rules(result)[name] == 1 or isinstance(rule, RemovalRule)
    assert count_rules(result)[name] >= 1
    assert count_rules(kept)[name] == 0
    assert rule.reason.endswith(".")


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_rule_is_idempotent(outlet: Outlet, rule: Rule) -> None:
    once = restructure_sample(rule.sample, outlet)
    twice = restructure_sample(once.html, outlet)
    assert html_to_text(twice.html) == html_to_text(once.html)
    assert count_rules(twice) == Counter()


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_rule_removes_boilerplate_from_a_story_and_nothing_else(outlet: Outlet, rule: Rule) -> None:
    if isinstance(rule, RemovalRule | CutRule) and rule.at == "start":
        together, expected = rule.sample + STORY, rule.keeps + STORY
    else:
        together, expected = STORY + rule.sample, STORY + rule.keeps
    assert restructure_sample(together, outlet).html == restructure_sample(expected, outlet).html


EDGE_RULES = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.rules
    if not isinstance(rule, PictureRule) and rule.at
]


@pytest.mark.parametrize(("outlet", "rule"), EDGE_RULES)
def test_rule_for_an_edge_does_not_apply_within_the_story(
    outlet: Outlet, rule: RemovalRule | CutRule
) -> None:
    for html in (STORY + rule.sample + STORY, f"<div>{STORY}</div>{rule.sample}<div>{STORY}</div>"):
        assert f"{outlet.slug}/{rule.id}" not in count_rules(restructure_sample(html, outlet))


@pytest.mark.parametrize("outlet", ALL, ids=lambda outlet: outlet.slug)
def test_plain_story_loses_nothing(outlet: Outlet) -> None:
    result = restructure_sample(STORY, outlet)
    assert result.removals == ()
    assert len(result.pictures) == 1
    text = html_to_text(result.html)
    for part in ("清晨就到了", "另一篇报道", "二号码头", "工人们的话", "终于可以回家了", "六艘"):
        assert part in text


def test_general_rules_have_no_name_and_no_host() -> None:
    assert (
        load_general_rules().name,
        load_general_rules().hosts,
        load_general_rules().aliases,
    ) == ("", (), ())


def test_hosts_aliases_slugs_and_rule_names_are_unique() -> None:
    outlets = load_outlets()
    for values in (
        [outlet.slug for outlet in outlets],
        [outlet.name for outlet in outlets],
        [host for outlet in outlets for host in outlet.hosts],
        [alias for outlet in outlets for alias in outlet.aliases],
        [f"{outlet.slug}/{rule.id}" for outlet in ALL for rule in outlet.rules],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


@pytest.mark.parametrize("outlet", load_outlets(), ids=lambda outlet: outlet.slug)
def test_outlet_is_complete_and_found(outlet: Outlet) -> None:
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
def test_categories_of_known_outlets_are_found(category: str) -> None:
    assert find_outlet("", category) is not None


def test_unknown_outlet_and_shared_host_are_none() -> None:
    assert find_outlet("herald.example", "示例日报") is None
    assert find_outlet("www.youtube.com", "示例日报") is None


FIGURES = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.figures
]


@pytest.mark.parametrize(("outlet", "rule"), FIGURES)
def test_sample_of_a_figure_rule_becomes_a_figure(outlet: Outlet, rule: FigureRule) -> None:
    result = restructure_sample(rule.sample, outlet)
    html = re.sub(r"/i/[0-9a-z]+", "/i/CODE", result.html)
    assert html.replace("\n", "") == rule.keeps
    assert html_to_text(html) == html_to_text(rule.keeps)
    assert not result.removals


EXCERPTS = [
    pytest.param(outlet, rule, id=f"{outlet.slug}/{rule.id}")
    for outlet in ALL
    for rule in outlet.removals
    if rule.excerpt
]


@pytest.mark.parametrize(("outlet", "rule"), EXCERPTS)
def test_body_truncated_by_the_feed_has_the_excerpt_flag(outlet: Outlet, rule: RemovalRule) -> None:
    assert restructure_sample(rule.sample, outlet).is_excerpt
    assert not restructure_sample(rule.keeps, outlet).is_excerpt
    assert not restructure_sample(rule.sample, load_general_rules()).is_excerpt


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
    result = restructure_sample(f"<article>{block}<p>甲。</p></article>", outlet)
    assert (result.byline, html_to_text(result.html)) == ("王小明", "甲。")
    assert restructure_sample("<p>甲。</p>", outlet).byline == ""


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
    assert html_to_text(restructure_sample(html, outlet_called("rfa")).html).endswith(last)


def outlet_called(slug: str) -> Outlet:
    return next(outlet for outlet in ALL if outlet.slug == slug)
