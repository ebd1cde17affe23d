"""The difference of two versions: what counts as changed, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.text.diff import (
    ChangeType,
    Difference,
    Paragraph,
    Run,
    compare_texts,
    tokenize,
)
from articles.tests.support.hang_guard import hang_guard

WORDS = st.sampled_from(["潮", "水", "退", "去", "。", "，", "boat", "harbour", " ", "19", "é"])
PARAGRAPH = st.lists(WORDS, max_size=12).map("".join)
TEXT = st.lists(PARAGRAPH, max_size=8).map("\n\n".join)


def compare_bodies(old: str, new: str) -> Difference:
    return compare_texts("題", "題", old, new)


def change_types(difference: Difference) -> list[str]:
    return [paragraph.change.value for paragraph in difference.paragraphs]


def runs(paragraph: Paragraph) -> list[tuple[str, str]]:
    return [(run.change.value, run.text) for run in paragraph.runs]


def test_equal_texts_are_the_same_throughout() -> None:
    difference = compare_bodies("一。\n\n二。", "一。\n\n二。")
    assert change_types(difference) == ["same", "same"]
    assert difference.has_same_text


def test_chinese_is_compared_by_character() -> None:
    difference = compare_bodies("公路塌方，三人受伤，交通中断。", "公路塌方，两人受伤，交通中断。")
    assert runs(difference.paragraphs[0]) == [
        ("same", "公路塌方，"),
        ("deleted", "三"),
        ("inserted", "两"),
        ("same", "人受伤，交通中断。"),
    ]


def test_latin_is_compared_by_word() -> None:
    difference = compare_bodies(
        "The ferry sails at noon on Monday.", "The ferry sails at one on Monday."
    )
    assert runs(difference.paragraphs[0])[1:3] == [("deleted", "noon"), ("inserted", "one")]


def test_mixed_scripts_keep_words_whole() -> None:
    assert tokenize("約3500萬kW的 ferry") == ["約", "3500", "萬", "kW", "的", " ", "ferry"]


def test_headline_is_compared_by_itself() -> None:
    difference = compare_texts("三人受伤", "两人受伤", "正文。", "正文。")
    assert difference.title.change == ChangeType.CHANGED
    assert (difference.title.old, difference.title.new) == ("三人受伤", "两人受伤")
    assert difference.has_same_text


def test_headline_that_was_empty_before_is_inserted() -> None:
    difference = compare_texts("", "有了标题", "甲。", "甲。")
    assert difference.title == Paragraph(
        ChangeType.INSERTED, (Run(ChangeType.INSERTED, "有了标题"),)
    )


def test_added_and_dropped_paragraphs_are_one_run() -> None:
    difference = compare_bodies(
        "潮水在清晨退去。\n\n渔船出港了。", "潮水在清晨退去。\n\nA note in English.\n\n渔船出港了。"
    )
    assert change_types(difference) == ["same", "inserted", "same"]
    back = compare_bodies(difference.new_text, difference.old_text)
    assert change_types(back) == ["same", "deleted", "same"]


def test_rewritten_paragraph_is_paired_with_the_most_similar_one() -> None:
    old = "开头。\n\n灯塔今年将换上新的灯泡，费用由渔会承担。\n\n结尾。"
    new = "开头。\n\nEntirely new words here.\n\n灯塔明年将换上新的灯泡，费用由村里承担。\n\n结尾。"
    difference = compare_bodies(old, new)
    assert change_types(difference) == ["same", "inserted", "changed", "same"]


def test_paragraphs_without_anything_in_common_are_not_paired() -> None:
    assert change_types(compare_bodies("甲乙丙丁。", "One two three.")) == ["deleted", "inserted"]


def test_single_common_character_joins_the_changes_around_it() -> None:
    changed = compare_bodies("雨停后甲的乙工人回到码头上工作", "雨停后丙的丁工人回到码头上工作")
    assert ("deleted", "甲的乙") in runs(changed.paragraphs[0])


def test_empty_side_is_all_inserted_or_deleted() -> None:
    assert change_types(compare_bodies("", "甲。\n\n乙。")) == ["inserted", "inserted"]
    assert change_types(compare_bodies("甲。", "")) == ["deleted"]
    assert change_types(compare_bodies("", "")) == []


def test_long_unchanged_stretches_collapse_except_one_context_paragraph() -> None:
    same = [f"第{n}段没有变化。" for n in range(8)]
    difference = compare_bodies(
        "\n\n".join([*same, "旧的结尾在这里。"]), "\n\n".join([*same, "新的结尾在这里。"])
    )
    sections = difference.sections()
    assert [(s.is_collapsed, len(s.paragraphs)) for s in sections] == [(True, 7), (False, 2)]


def test_single_unchanged_paragraph_does_not_collapse() -> None:
    old, new = (
        "改甲天气好。\n\n同一。\n\n同二。\n\n同三。\n\n改乙天气好。",
        "换甲天气好。\n\n同一。\n\n同二。\n\n同三。\n\n换乙天气好。",
    )
    assert not any(section.is_collapsed for section in compare_bodies(old, new).sections())


def test_very_long_texts_are_compared_in_bounded_time() -> None:
    with hang_guard():
        repeated = compare_bodies("甲乙" * 40_000, "乙丙" * 40_000)
        many = compare_bodies(
            "\n\n".join("旧" * 3 for _ in range(9_000)), "\n\n".join("新" for _ in range(9_000))
        )
    assert repeated.old_text == "甲乙" * 40_000
    assert len(many.paragraphs) == 18_000


@given(TEXT, TEXT)
def test_both_texts_can_be_rebuilt(old: str, new: str) -> None:
    difference = compare_bodies(old, new)
    assert (difference.old_text, difference.new_text) == (old, new)


@given(st.text(), st.text())
def test_any_texts_can_be_rebuilt(old: str, new: str) -> None:
    difference = compare_texts(old, new, old, new)
    assert (difference.old_text, difference.new_text) == (old, new)
    assert (difference.title.old, difference.title.new) == (old, new)


@given(TEXT, TEXT)
def test_sections_have_every_paragraph_once_and_collapse_only_unchanged_ones(
    old: str, new: str
) -> None:
    difference = compare_bodies(old, new)
    sections = difference.sections()
    assert tuple(p for s in sections for p in s.paragraphs) == difference.paragraphs
    folded = [p for s in sections if s.is_collapsed for p in s.paragraphs]
    assert all(p.change == ChangeType.SAME or p.is_trivial for p in folded)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("三人, 受伤。", "三人，受伤。"),
        ("“好”，他说", "「好」,他说"),
        ("ＡＢＣ  甲", "ABC 甲"),
        ("end .", "end."),
    ],
)
def test_spacing_punctuation_and_width_are_trivial_and_collapse(old: str, new: str) -> None:
    difference = compare_bodies(f"甲。\n\n{old}", f"甲。\n\n{new}")
    assert difference.is_trivial
    assert [section.is_collapsed for section in difference.sections()] == [True]
    assert sum(section.trivial_count for section in difference.sections()) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("1.5", "15"), ("1, 5", "15"), ("-3度", "3度"), ("5%", "5"), ("三人", "两人"), ("a_1", "a2")],
)
def test_change_of_meaning_is_never_trivial(old: str, new: str) -> None:
    difference = compare_bodies(f"涨了{old}", f"涨了{new}")
    assert not difference.is_trivial
    assert not any(section.is_collapsed for section in difference.sections())


def test_equal_texts_are_not_a_trivial_change() -> None:
    assert not compare_bodies("甲", "甲").is_trivial


@given(TEXT, TEXT)
def test_same_runs_are_in_both_texts_and_neighbours_differ_in_type(old: str, new: str) -> None:
    for paragraph in compare_bodies(old, new).paragraphs:
        following = zip(paragraph.runs, paragraph.runs[1:], strict=False)
        assert all(a.change != b.change for a, b in following)
        assert all(run.text for run in paragraph.runs)


@given(st.text())
def test_tokens_lose_nothing(text: str) -> None:
    assert "".join(tokenize(text)) == text
