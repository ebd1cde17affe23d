"""Unparsing a tree, and adding and removing the filters of facet links."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.content.search_query import (
    NOTHING,
    And,
    DateRange,
    Everything,
    Filter,
    Node,
    Not,
    Or,
    Text,
    parse,
    unparse,
    with_filter,
    without_filter,
)

A, B = Text("a"), Text("b")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Everything(), ""),
        (NOTHING, "-*"),
        (Not(Not(A)), "a"),
        (And(()), ""),
        (Or(()), "-*"),
        (And((A, And((B, A)), Everything())), "a b"),
        (Or((A, NOTHING)), "a"),
        (And((A, NOTHING)), "-*"),
        (Or((A, Everything())), ""),
        (Or((And((A, B)), Text("c"))), "a b OR c"),
        (And((Or((A, B)), Text("c"))), "(a OR b) c"),
        (Not(And((A, B))), "-(a b)"),
        (Or((Text("a", field="title"), Text("b", field="title"))), "title:(a OR b)"),
        (And((Text("a", field="title"), B)), "title:a b"),
        (Or((And((Text("a", exact=True), Text("b", exact=True))), B)), "exact:a exact:b OR b"),
        (Text("OR"), '"OR"'),
        (Text("-x"), '"-x"'),
        (Text("title:x"), '"title:x"'),
        (Text('say "no"'), '「say "no"」'),
        (Text('a"」』»b'), '"a 」』»b"'),
        (Text("!!"), ""),
        (Filter("source", "a,b"), 'source:"a,b"'),
        (Filter("tag", "*"), 'tag:"*"'),
        (Filter("tag", "\x00 "), ""),
        (Filter("image", "yes"), "has:image"),
        (DateRange(None, None), ""),
        (DateRange(dt.date(2020, 2, 2), dt.date(2020, 2, 1)), "date:2020-02-01..2020-02-02"),
    ],
)
def test_unparse(node: Node, expected: str) -> None:
    assert unparse(node) == expected


@pytest.mark.parametrize(
    ("typed", "facet", "narrowed"),
    [
        ("", "source:BBC", "source:BBC"),
        ("a OR b", "source:BBC", "(a OR b) source:BBC"),
        ("a source:DW", "source:BBC", "a source:BBC"),
        ("a source:DW,BBC", "source:BBC", "a source:BBC"),
        ("a -source:BBC", "source:BBC", "a source:BBC"),
        ("a source:BBC", "-source:BBC", "a -source:BBC"),
        ("a source:BBC", "source:BBC", "a source:BBC"),
        ("a tag:x", "tag:y", "a tag:x tag:y"),
        ("a tag:x,y", "tag:y", "a tag:y"),
        ("a tag:x,y", "tag:z", "a tag:x,y tag:z"),
        ("lang:zh a", "lang:en", "a lang:en"),
        ("is:video a", "is:gallery", "a is:gallery"),
        ("date:2020 a", "date:2021-03", "a date:2021-03"),
        ("date:2019,2020 a", "date:2021", "a date:2021"),
        ("from:2020 a", "date:2020-05", "a date:2020-05"),
        ("-date:2020 a", "date:2021", "-date:2020 a date:2021"),
        ("source:BBC OR a", "source:DW", "(source:BBC OR a) source:DW"),
        ("changed:yes", "has:image", "changed:yes has:image"),
    ],
)
def test_with_filter(typed: str, facet: str, narrowed: str) -> None:
    new = parse(facet).root
    assert isinstance(new, Filter | DateRange | Not)
    assert unparse(with_filter(parse(typed).root, new)) == narrowed


@pytest.mark.parametrize(
    ("typed", "facet", "widened"),
    [
        ("source:BBC", "source:BBC", ""),
        ("a source:BBC b", "source:BBC", "a b"),
        ("a source:BBC,DW", "source:BBC", "a source:DW"),
        ("source:BBC,DW", "source:BBC", "source:DW"),
        ("a date:2020", "date:2020", "a"),
        ("a date:2020,2021", "date:2020", "a date:2021"),
        ("a -source:BBC", "-source:BBC", "a"),
        ("a", "source:BBC", "a"),
        ("a OR source:BBC", "source:BBC", "a OR source:BBC"),
    ],
)
def test_without_filter(typed: str, facet: str, widened: str) -> None:
    old = parse(facet).root
    assert isinstance(old, Filter | DateRange | Not)
    assert unparse(without_filter(parse(typed).root, old)) == widened
