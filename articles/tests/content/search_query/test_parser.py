"""Operators, quotation marks and parentheses of a query."""

from __future__ import annotations

import pytest

from articles.content.search_query import (
    EVERYTHING,
    NOTHING,
    And,
    DateRange,
    Everything,
    Filter,
    Node,
    Not,
    NoteKind,
    Or,
    Text,
    parse,
    unparse,
)

#: The input, its normal form, and the codes of the notes.
READINGS = [
    ("台湾 香港", "台湾 香港", ""),
    ("\u3000台湾\t\n香港 ", "台湾 香港", ""),
    ("a AND b && c ＆＆ d", "a b c d", ""),
    ("a a A", "a A", ""),
    # or
    ("a OR b", "a OR b", ""),
    ("a | b || c ｜ d", "a OR b OR c OR d", ""),
    ("a or b", "a or b", ""),
    ("标题｜副题 a|b", "标题｜副题 a|b", ""),
    ("a ＯＲ b", "a OR b", ""),
    ("a 或 b", "a OR b", "read-as-or"),
    ("或", '"或"', ""),
    ("或 a", '"或" a', ""),
    ("a 或", 'a "或"', ""),
    ("a 或 或 b", 'a "或" OR b', "read-as-or grouped"),
    ("或许 或", '或许 "或"', ""),
    ("(a 或) b", 'a "或" b', ""),
    ("OR a", "a", "lone-operator"),
    ("a OR", "a", "lone-operator"),
    ("a OR OR b", "a OR b", "lone-operator"),
    ("(a OR) b", "a b", "lone-operator"),
    ("OR", "", "lone-operator"),
    ("a b OR c", "a b OR c", "grouped"),
    ("(a b) OR c", "a b OR c", "grouped"),
    # not
    ("-a", "-a", ""),
    ("－台湾", "-台湾", ""),
    ("NOT a", "-a", ""),
    ("NOT(a b)", "-(a b)", ""),
    ("--a", "a", ""),
    ("NOT -a", "a", ""),
    ("-(-a)", "a", ""),
    ("a - b", "a b", ""),
    ("a NOT", "a", "lone-operator"),
    ("F-16 x－y", "F-16 x－y", ""),
    ('"a"-b', '"a" "-b"', ""),
    ("-OR", '-"OR"', ""),
    ("-source:BBC,DW", "-source:BBC,DW", ""),
    ("a -a", "a -a", "no-story"),
    # parentheses
    ("(a OR b) c", "(a OR b) c", ""),
    ("（a OR b）c", "(a OR b) c", ""),
    ("((a) ((b)))", "a b", ""),
    ("(a", "a", "unclosed-parenthesis"),
    ("a) b", "a b", "stray-parenthesis"),
    ("() a", "a", "empty-parentheses"),
    ("-() a", "a", "empty-parentheses"),
    # quotation marks
    ('"a b" “c d” „e f“ 「g h」 『i j』 ＂k l＂ «m n»',
     '"a b" "c d" "e f" "g h" "i j" "k l" "m n"', ""),
    ('“a b"', '"a b"', ""),
    ("'a b'", "'a b'", ""),
    ("don't", "don't", ""),
    ('"a OR (b -c"', '"a OR (b -c"', ""),
    ("「他说“不行”」", "「他说“不行”」", ""),
    ('a "b c', 'a "b c"', "unclosed-quote"),
    ('a "', "a", "unclosed-quote"),
    ('"" a', "a", ""),
    ('新闻"联播"', '新闻 "联播"', ""),
    # no words
    ("* a", "a", ""),
    ("*", "", ""),
    ("-*", "-*", ""),
    ("a OR *", "", ""),
    ("", "", ""),
    ("  ", "", ""),
    ("!!! ……", "", "no-words"),
    ("a — b", "a b", ""),
    ("ａＢ１", "ａＢ１", ""),
    ("《人民日报》", "《人民日报》", ""),
    # characters that cannot be stored
    ("台\x00湾\ud800 \ufeffa\u202eb", "台湾 ab", ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "normal_form", "notes"), READINGS)
def test_parse(typed: str, normal_form: str, notes: str) -> None:
    query = parse(typed)
    assert unparse(query.root) == normal_form
    assert [note.kind.value for note in query.notes] == notes.split()


TREES: list[tuple[str, Node]] = [
    ("", Everything()),
    ("*", EVERYTHING),
    ("-*", NOTHING),
    ("台湾", Text("台湾")),
    ('"台湾 香港"', Text("台湾 香港", phrase=True)),
    ("a b", And((Text("a"), Text("b")))),
    ("a OR b", Or((Text("a"), Text("b")))),
    ("-a", Not(Text("a"))),
    ("title:a", Text("a", field="title")),
    ("exact:臺灣", Text("臺灣", exact=True)),
    ('title:exact:"a b"', Text("a b", field="title", phrase=True, exact=True)),
    ("source:BBC", Filter("source", "BBC")),
    ("is:video", Filter("kind", "video")),
    ("has:image", Filter("image", "yes")),
]


@pytest.mark.parametrize(("typed", "tree"), TREES)
def test_tree(typed: str, tree: Node) -> None:
    assert parse(typed).root == tree


def test_note_has_the_input_and_its_reading() -> None:
    (note,) = parse("台湾 “立法院 选举").notes
    assert (note.kind, note.words, note.reading) == (
        NoteKind.UNCLOSED_QUOTE, "“立法院 选举", '"立法院 选举"',
    )  # fmt: skip
    (note,) = parse("a b OR c").notes
    assert (note.kind, note.reading) == (NoteKind.GROUPED, "(a b) OR c")


def test_date_ranges_that_must_both_match_are_intersected() -> None:
    root = parse("from:2020-07 台湾 to:2021 date:2021").root
    assert isinstance(root, And)
    assert [unparse(part) for part in root.parts if isinstance(part, DateRange)] == ["date:2021"]


@pytest.mark.parametrize("typed", ["date:2020 date:2021", "is:video is:gallery", "a b -a"])
def test_contradiction_has_a_note(typed: str) -> None:
    (note,) = parse(typed).notes
    assert note.kind == NoteKind.NO_STORY


def test_typed_is_safe_to_show_again() -> None:
    assert parse(" a\x00\ud800  b ").typed == "a  b"
