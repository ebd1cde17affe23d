"""``tools.make_character_variants``: character classes from dictionaries."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import make_character_variants
from tools.make_character_variants import (
    RADICALS,
    TABLES,
    build_table,
    connected_classes,
    differing_pairs,
    main,
    read_rows,
)


@pytest.fixture
def dictionaries(tmp_path: Path) -> Path:
    """Return a folder with all tables, most of them empty."""
    for name in TABLES:
        (tmp_path / f"{name}.txt").write_text("# a comment\n\n")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def lines(folder: Path) -> list[str]:
    """Return the lines of the table, without the classes of radicals."""
    radicals = {pair[::-1] for pair in RADICALS}
    return [line for line in build_table(folder).split("\n")[2:-1] if line not in radicals]


def test_variants_are_connected_and_the_simplified_one_is_first(dictionaries: Path) -> None:
    write(dictionaries, "STCharacters", "台\t台 臺 颱\n")
    write(dictionaries, "TSCharacters", "臺\t台\n颱\t台\n檯\t台\n")
    write(dictionaries, "HKVariants", "檯\t枱\n")
    assert lines(dictionaries) == ["台枱檯臺颱"]


def test_most_common_target_is_first_in_its_class(dictionaries: Path) -> None:
    write(dictionaries, "TSCharacters", "裏\t里\n裡\t里\n")
    write(dictionaries, "STCharacters", "哩\t哩 裏\n")
    assert lines(dictionaries) == ["里哩裏裡"]


def test_phrases_of_equal_length_give_pairs_where_they_differ(dictionaries: Path) -> None:
    write(dictionaries, "STPhrases", "干部们\t幹部們\n头发\t頭髮\n打印机\t印表機器\n")
    assert lines(dictionaries) == ["们們", "发髮", "头頭", "干幹"]


def test_excluded_pairs_are_left_out(dictionaries: Path) -> None:
    write(dictionaries, "JPShinjitaiCharacters", "連\t聯\n国\t國\n")
    assert lines(dictionaries) == ["国國"]


def test_radicals_are_added(dictionaries: Path) -> None:
    assert "民⺠" in build_table(dictionaries).split("\n")


def test_table_is_deterministic(
    dictionaries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(dictionaries, "TSCharacters", "國\t国\n臺\t台\n")
    target = tmp_path / "character_variants.txt"
    monkeypatch.setattr(make_character_variants, "TARGET", target)
    monkeypatch.setattr(sys, "argv", ["make_character_variants", str(dictionaries)])
    main()
    first = target.read_bytes()
    main()
    assert target.read_bytes() == first
    assert first.decode() == build_table(dictionaries)


def test_parts() -> None:
    assert set(differing_pairs([("台", "台"), ("甲乙", "甲丙"), ("甲", "甲乙"), ("神", "神")])) == {
        frozenset("乙丙")
    }
    assert connected_classes(map(frozenset, ["ab", "bc", "de"])) == [set("abc"), set("de")]


def test_rows_have_several_values(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("# no\n\n台\t台 臺\n", encoding="utf-8")
    assert list(read_rows(tmp_path / "x.txt")) == [("台", "台"), ("台", "臺")]
