"""Whatever is typed: no error, a tree within its limits, and one way to write it."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.content.query import (
    LIMITS,
    And,
    Days,
    Everything,
    Filter,
    Limits,
    Node,
    Not,
    Or,
    Text,
    parse,
    say,
    with_filter,
    without_filter,
    write,
)
from articles.content.query.normal import normalise

#: Pieces that mean something, so that the fuzz meets the grammar and not only words.
PIECES = st.sampled_from(
    """OR | 或 AND NOT - － ( ) （ ） " “ ” 「 」 『 』 « » : ： , ， 、 * .. title: 标题： exact:
    source: 作者： tag: lang: 语言： is: has: changed: changed:no date: from: to: url: foo: zh video
    image en 2020 2020-07 2020-02-30 2020年7月 1899 https://a.example/x http:// 台湾 臺灣 a b BBC
    12:30 \x00 \ud800 \u3000 \u202e ! … é ' & { } \\ ~""".split(" ")
)
TYPED = st.lists(PIECES | st.just(" ") | st.characters(), max_size=60).map("".join) | st.text()
WIDE = Limits(characters=100_000, terms=10_000, depth=100)

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)) | st.none()
VALUES = st.lists(PIECES | st.characters() | st.just(" "), min_size=1, max_size=6).map("".join)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        Text, VALUES, st.sampled_from(["any", "title"]), phrase=st.booleans(), exact=st.booleans()
    ),
    st.builds(Filter, st.sampled_from(["source", "author", "tag"]), VALUES),
    st.builds(Filter, st.just("lang"), st.sampled_from(["zh", "zh-Hans", "en", "pt-BR"])),
    st.builds(Filter, st.just("kind"), st.sampled_from(["story", "video", "gallery", "stub"])),
    st.builds(Filter, st.sampled_from(["image", "changed"]), st.just("yes")),
    st.builds(Filter, st.just("url"), st.sampled_from(["https://a.example/(x)y", "http://b.c/“"])),
    st.builds(Days, DATES, DATES),
    st.just(Everything()),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda nodes: st.one_of(
        st.builds(Not, nodes),
        st.builds(And, st.lists(nodes, max_size=4).map(tuple)),
        st.builds(Or, st.lists(nodes, max_size=4).map(tuple)),
    ),
    max_leaves=12,
)


def leaves(node: Node) -> list[Node]:
    match node:
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case Not(part):
            return leaves(part)
        case _:
            return [node]


def height(node: Node) -> int:
    match node:
        case And(parts) | Or(parts):
            return 1 + max(map(height, parts))
        case Not(part):
            return 1 + height(part)
        case _:
            return 1


@settings(max_examples=1500)
@given(TYPED)
@example("(" * 500)
@example("title:(" + "a " * 240)
def test_anything_is_read_within_the_limits(typed: str) -> None:
    query = parse(typed)
    assert len(leaves(query.root)) <= LIMITS.terms
    assert height(query.root) <= 3 * (LIMITS.depth + 1) + 1
    assert len(query.typed) <= LIMITS.characters
    query.typed.encode()
    assert "\x00" not in query.typed + write(query.root)
    for note in query.notes:
        assert say(note).encode()


@settings(max_examples=1500)
@given(TYPED)
def test_what_is_written_is_read_the_same(typed: str) -> None:
    root = parse(typed).root
    written = write(root)
    assert len(written) <= LIMITS.characters
    assert parse(written).root == root
    assert write(parse(written).root) == written


@settings(max_examples=1500)
@given(TREES)
def test_any_tree_can_be_written(node: Node) -> None:
    normal = normalise(node)
    assert normalise(normal) == normal
    assert parse(write(node), WIDE).root == normal


@settings(max_examples=300)
@given(TREES, LEAVES.filter(lambda leaf: isinstance(leaf, Filter | Days)))
def test_a_filter_can_be_taken_off_again(node: Node, facet: Filter | Days) -> None:
    facet_now = normalise(facet)
    narrowed = with_filter(node, facet)
    if isinstance(facet_now, Filter):
        without = without_filter(narrowed, facet_now)
        parts = without.parts if isinstance(without, And) else (without,)
        assert facet_now not in parts


HOSTILE = "()（）\"“「」«-－:：|,*\\/.'&@#0aA台或 \u3000\n\x00\ud800\u0301é"


@pytest.mark.parametrize("char", HOSTILE)
@pytest.mark.parametrize("before", ["", "title:", "source:", "date:", "a", "a ", "-"])
def test_hostile_repetition_takes_no_time(char: str, before: str) -> None:
    start = time.process_time()
    for typed in (before + char * 500, (before + char) * 250, (char + before) * 250):
        parse(typed)
    assert time.process_time() - start < 0.5


def test_a_megabyte_takes_no_longer_than_the_limit() -> None:
    start = time.process_time()
    assert len(parse("台灣 " * 400_000).typed) <= LIMITS.characters
    assert time.process_time() - start < 0.5
