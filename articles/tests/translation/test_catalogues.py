"""The interface catalogues: complete, up to date, in the right script, with no text unmarked."""

from __future__ import annotations

import re
from collections import Counter

import opencc
import pytest
from babel.messages.catalog import Message
from django.template import Engine

from articles.tests.support.untranslated_text import unmarked_text
from tools.message_extraction import (
    MarkedMessage,
    NotLiteralError,
    code_messages,
    load_template,
    public_templates,
)
from tools.messages import (
    LOCALES,
    catalogue_path,
    read_catalogue,
    render_catalogues,
    source_text,
    translation,
)

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAG = re.compile(r"<[^>]+>")
_HAN = re.compile("[一-鿿]+")
#: Static pages that hold all three languages: they must work when catalogues can't be loaded.
_IN_THREE_LANGUAGES = {"414.html", "500.html", "503.html"}


def load_messages(locale: str) -> list[Message]:
    return [message for message in read_catalogue(locale) if message.id]


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogue_matches_the_marked_messages(locale: str) -> None:
    stale = [
        path for path, content in render_catalogues(locale).items() if path.read_bytes() != content
    ]
    assert stale == [], "run make messages"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_is_translated(locale: str) -> None:
    empty = [source_text(each) for each in load_messages(locale) if not translation(each)]
    assert empty == [], "translate these in articles/locale, then run make messages"


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_fuzzy_or_obsolete(locale: str) -> None:
    assert [source_text(each) for each in load_messages(locale) if each.fuzzy] == []
    assert "\n#~" not in catalogue_path(locale).read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", LOCALES)
def test_translation_keeps_every_placeholder_and_tag(locale: str) -> None:
    broken = []
    for message in load_messages(locale):
        text = translation(message)
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        fits = any(
            Counter(_PLACEHOLDER.findall(form)) == Counter(_PLACEHOLDER.findall(text))
            for form in forms
        )
        if text and not (fits and sorted(_TAG.findall(forms[-1])) == sorted(_TAG.findall(text))):
            broken.append((source_text(message), text))
    assert broken == []


@pytest.mark.parametrize(("locale", "rules"), [("zh_Hans", "t2s"), ("zh_Hant", "s2tw")])
def test_translation_is_in_its_script(locale: str, rules: str) -> None:
    """Chinese quoted in the English message, such as the words of an example, is not converted."""
    convert = opencc.OpenCC(rules).convert
    mixed = []
    for message in load_messages(locale):
        text = translation(message)
        for quoted in _HAN.findall(source_text(message)):
            text = text.replace(quoted, "")
        if convert(text) != text:
            mixed.append((text, convert(text)))
    assert mixed == []


@pytest.mark.parametrize(
    ("locale", "elsewhere"),
    [
        ("zh_Hans", "搜寻 连结 预设 影片 网路 伺服 软体 资讯 资料 程式 快取 位元 汇入 帐号"),
        ("zh_Hant", "搜索 鏈接 默認 視頻 網絡 服務器 軟件 信息 數據 程序 緩存 字節 導入 賬號 菜單"),
    ],
)
def test_translation_uses_regional_vocabulary(locale: str, elsewhere: str) -> None:
    texts = [translation(message) for message in load_messages(locale)]
    assert [text for text in texts if any(word in text for word in elsewhere.split())] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_punctuation_is_full_width_and_of_the_script(locale: str) -> None:
    foreign = "「」『』" if locale == "zh_Hans" else "“”‘’"
    narrow = re.compile("[一-鿿] ?[,;:?!](?![A-Za-z])|[一-鿿] [A-Za-z0-9%{]|[A-Za-z0-9)}] [一-鿿]")
    texts = [translation(message) for message in load_messages(locale)]
    without_tags = [_TAG.sub("", text) for text in texts]
    assert [text for text in without_tags if narrow.search(text) or set(text) & set(foreign)] == []


@pytest.mark.parametrize("name", public_templates())
def test_template_has_no_unmarked_text(name: str) -> None:
    if name not in _IN_THREE_LANGUAGES:
        assert unmarked_text(load_template(name)) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Forgotten</p>",
        '<p>{% if x %}<b title="Forgotten">1</b>{% endif %}</p>',
        '{% for x in y %}{% empty %}<img alt="Forgotten" src="/x">{% endfor %}',
        '<p>{{ x|default:"Forgotten" }}</p>',
        "{{ x|pluralize }} {{ x|date:'j F Y' }}",
        "{% for day in x %}{{ day|date:'j F' }}{% endfor %}",
        '{% include "pages/lists/_pagination.html" with back="Forgotten" on=on %}',
        '{% load i18n %}{% translate "seen" %}<button aria-label="Forgotten">×</button>',
        '<button data-done="It is done.">×</button>',
    ],
)
def test_unmarked_text_is_found_everywhere(source: str) -> None:
    assert len(unmarked_text(Engine.get_default().from_string(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '{% load i18n %}<p title="{% translate "A title" %}">{% translate "A text" %}</p>',
        "{% load i18n %}{% blocktranslate count n=x %}A{% plural %}Many{% endblocktranslate %}",
        "<p>RSS, JSON <code>any code</code> {{ value }} 2020</p>",
        '<div lang="en"><h1>For programs</h1></div>',
        '<a class="two words" href="/some/path/">1</a>',
        "{# a comment #}{% comment %}another{% endcomment %}",
        '{% load i18n %}{% include "pages/lists/_pagination.html" with back=_("Back") %}',
    ],
)
def test_marked_or_non_english_text_passes(source: str) -> None:
    assert unmarked_text(Engine.get_default().from_string(source)) == []


def test_marked_messages_in_code_are_found_under_any_name() -> None:
    source = (
        "from django.utils.translation import gettext as _, ngettext_lazy, pgettext\n"
        "from articles.content.translatable import noop\n"
        "_('one ' 'text')\nngettext_lazy('a', 'b', 3)\npgettext('where', 'c')\n"
        "KNOWN = {1: noop('d')}\n_(KNOWN[1])\nother('no')\n"
    )
    assert list(code_messages(source)) == [
        MarkedMessage("one text"),
        MarkedMessage("a", "b"),
        MarkedMessage("c", context="where"),
        MarkedMessage("d"),
    ]


def test_marked_expression_that_is_no_literal_is_refused() -> None:
    source = "from django.utils.translation import gettext\ngettext(f'of {year}')\n"
    with pytest.raises(NotLiteralError, match=re.escape("f'of {year}'")):
        list(code_messages(source))


def test_catalogues_hold_the_same_messages() -> None:
    first, second = ([source_text(each) for each in load_messages(locale)] for locale in LOCALES)
    assert first == second
