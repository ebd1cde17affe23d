"""``character_variants.txt``, and what each character folds to."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest

from articles.content.search_text import character_folding
from articles.content.search_text.character_folding import FOLDING_TABLE, SEPARATOR, fold_character
from articles.content.search_text.text_folding import fold

LINES = (
    Path(character_folding.__file__)
    .with_name("character_variants.txt")
    .read_text(encoding="utf-8")
    .split("\n")
)
CLASSES = [line for line in LINES[:-1] if not line.startswith("#")]
#: Large classes that were reviewed character by character. Review any other large class that a new
#: version of the dictionaries gives.
LARGE = {"炼链𫔀煉錬鍊鏈"}


def is_simplified(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def test_table_ends_with_a_line_and_is_sorted() -> None:
    assert LINES[-1] == ""
    assert sorted(CLASSES) == CLASSES
    assert len(CLASSES) > 4000


def test_each_character_is_in_one_class() -> None:
    together = "".join(CLASSES)
    assert len(set(together)) == len(together)
    assert all(len(line) > 1 for line in CLASSES)
    assert all(unicodedata.normalize("NFKC", char) == char for char in together)


def test_only_known_classes_are_large() -> None:
    assert {line for line in CLASSES if len(line) > 6} == LARGE


def test_a_class_is_represented_by_a_simplified_character_if_it_has_one() -> None:
    for line in CLASSES:
        assert is_simplified(line[0]) or not any(map(is_simplified, line))


def test_every_character_of_a_class_folds_to_its_first() -> None:
    for line in CLASSES:
        assert fold(line) == line[0] * len(line)


@pytest.mark.parametrize(
    "forms",
    "台臺颱檯 着著 画畫划劃 后後 里裡裏 干乾幹 发發髮発 面麵麺 借藉 复複覆復 仿彷 国國".split(),
)
def test_forms_are_of_one_class(forms: str) -> None:
    assert len(set(fold(forms))) == 1


@pytest.mark.parametrize("forms", "连联 欠缺 予豫 辩辨 辩瓣 沪滤 氨胺 俄奥 利里 史斯 来莱".split())
def test_words_are_not_of_one_class(forms: str) -> None:
    assert len(set(fold(forms))) == 2


def test_every_character_of_unicode_folds_to_a_stable_form() -> None:
    """A character folds to letters, marks, digits and separators that fold to themselves."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in {"Cn", "Co"}:
            continue
        value = fold_character(char)
        assert all(v in (" ", SEPARATOR) or unicodedata.category(v)[0] in "LMN" for v in value), (
            char
        )
        assert value.replace(SEPARATOR, "").translate(FOLDING_TABLE) == value.replace(
            SEPARATOR, ""
        ), char
        assert len(value) <= 18, char


def test_table_does_not_cache_unassigned_characters() -> None:
    before = len(FOLDING_TABLE)
    assert fold("".join(map(chr, range(0x40000, 0x40100))) + "\ue000\ud800x") == "x"
    assert len(FOLDING_TABLE) <= before + 1
