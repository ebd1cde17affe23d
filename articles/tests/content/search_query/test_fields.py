"""The fields of a query: their names and their values."""

from __future__ import annotations

from collections import Counter

import pytest

from articles.content.post_file.parsing import Kind
from articles.content.search_query import Filter, NoteKind, Or, Text, parse, unparse
from articles.content.search_query.fields import FIELDS, KINDS, LANGUAGES, field_by_name, fold_name
from articles.content.text.language_detection import detect_language

#: The input, its normal form, and the codes of the notes.
READINGS = [
    # names and colons
    ("TITLE:a Ｔｉｔｌｅ：a", "title:a", ""),
    ("标题：台湾 標題：香港", "title:(台湾 香港)", ""),
    ("title: a", "title:a", ""),
    ("title::a", "title:a", ""),
    ("title:", "", "empty-field"),
    ("title:!!", "", "empty-field"),
    ('source:"" a', "a", "empty-field"),
    ("(title:) a", "a", "empty-field"),
    ("title: OR a", "a", "empty-field lone-operator"),
    ("title:OR", 'title:"OR"', ""),
    ("title:(a -b) c", "title:a -title:b c", ""),
    ("title:(a (b OR c))", "title:a title:(b OR c)", ""),
    ("title:-a", "-title:a", ""),
    ("title:社评：选举", 'title:"社评：选举"', ""),
    ("exact:(臺灣 “香 港”)", 'exact:(臺灣 "香 港")', ""),
    ("exact:title:a", "title:exact:a", ""),
    ("title:source:BBC", "source:BBC", "field-left-out"),
    ("source:title:a", "title:a", "field-left-out"),
    # no known field
    ("foo:bar", '"foo bar"', "unknown-field"),
    ('foo:"bar baz"', '"foo bar baz"', "unknown-field"),
    ("foo: bar", "foo bar", "unknown-field"),
    ("std::string", '"std string"', "unknown-field"),
    ("-foo:bar", '-"foo bar"', "unknown-field"),
    ("长征五号：发射 international:b", "长征五号：发射 international:b", ""),
    ('长征五号：“发射”', '长征五号： "发射"', ""),
    ("12:30 3：1 F-16:b", "12:30 3：1 F-16:b", ""),
    (":a", '":a"', ""),
    # names as typed
    ("source:BBC,DW", "source:BBC,DW", ""),
    ("source:BBC， a", "source:BBC a", ""),
    ("来源：“联合早报”，DW、端", "source:联合早报,DW,端", ""),
    ('source:"A, B","C D"', 'source:"A, B","C D"', ""),
    ("source:BBC OR source:DW", "source:BBC,DW", ""),
    ("source:(BBC OR “D W”) a", 'source:BBC,"D W" a', ""),
    ("source:BBC|DW", "source:BBC,DW", ""),
    ('source:BBC"a"', 'source:BBC "a"', ""),
    ("source:https://www.bbc.com", 'source:"https://www.bbc.com"', ""),
    ("tag:a,a", "tag:a", ""),
    ('tag:"-",a', 'tag:"-",a', ""),
    ("by:A 作者：B", "author:A author:B", ""),
    # choices
    ("lang:简体,繁體,English", "lang:zh-Hans,zh-Hant,en", ""),
    ("lang:zh lang:ZH-tw", "lang:zh lang:zh-Hant", ""),
    ("lang:PT-br", "lang:pt-BR", ""),
    ("lang:elvish a", "elvish a", "unknown-value"),
    ("is:Video,图集,nothing", "is:video,gallery", "unknown-value"),
    ("类型：影片", "is:video", ""),
    ("has:图片", "has:image", ""),
    ("changed:", "changed:yes", ""),
    ("changed: a", "changed:yes a", ""),
    ("changed:no", "-changed:yes", ""),
    ("-changed:否", "changed:yes", ""),
    ("修改：有", "changed:yes", ""),
    # URLs
    ("https://a.example/b_(c)?d=e:f", "https://a.example/b_(c)?d=e:f", ""),
    ("(https://a.example/b)", "https://a.example/b", ""),
    ("https://a.example/b，台湾", "https://a.example/b ，台湾", ""),
    ("HTTPS：//a.example/b", "HTTPS://a.example/b", ""),
    ("(a OR https://a.example/( ) b", '(a OR url:"https://a.example/(") b', ""),
    ("url:a.example/b", "https://a.example/b", ""),
    ("url:「http://a.example/“b」", "url:「http://a.example/“b」", ""),
    ("http://", '"http://"', "no-address"),
    ("-https://a.example/b", "-https://a.example/b", ""),
    ("title:https://a.example/b", 'title:"https://a.example/b"', ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "normal_form", "notes"), READINGS)
def test_parse_fields(typed: str, normal_form: str, notes: str) -> None:
    query = parse(typed)
    assert unparse(query.root) == normal_form
    assert [note.kind.value for note in query.notes] == notes.split()


def test_every_name_with_either_colon_is_its_field() -> None:
    for field in FIELDS:
        for name in field.names:
            assert field_by_name(name) is field
            assert parse(f"{name}：2020").root == parse(f"{field.name}:2020").root


def test_no_name_has_two_fields() -> None:
    names = Counter(name for field in FIELDS for name in {fold_name(name) for name in field.names})
    assert [name for name, count in names.items() if count > 1] == []


def test_choices_are_the_kinds_and_languages_of_the_archive() -> None:
    assert set(KINDS.values()) == set(Kind)
    texts = (
        "美国国务卿说，这个问题",
        "總統府說，這個問題",
        "The lives of others",
        "上下",
        "ひらがな" * 4,
    )
    assert {detect_language(text) for text in texts} <= set(LANGUAGES.values())


def test_note_on_an_unknown_field_has_the_reading() -> None:
    query = parse("-社评：选举")
    (note,) = query.notes
    assert (note.kind, note.words, note.reading) == (NoteKind.UNKNOWN_FIELD, "社评", '"社评 选举"')


def test_list_matches_any_of_its_values() -> None:
    both = (Filter("source", "BBC"), Filter("source", "DW"))
    assert parse("source:BBC,DW").root == Or(both)
    assert parse("title:a,b").root == Text("a,b", field="title")
