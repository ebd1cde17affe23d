"""The catalogues of the interface: whole, up to date, in the right script, and nothing unmarked."""

from __future__ import annotations

import re
from collections import Counter

import opencc
import pytest
from babel.messages.catalog import Message
from django.template import Engine

from articles.tests.support.untranslated_text import unmarked
from tools.message_extraction import Marked, NotPlainTextError, in_code, parsed, public_templates
from tools.messages import LOCALES, name_of, path_of, read, renewed, translation

_PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAG = re.compile(r"<[^>]+>")
_HAN = re.compile("[一-鿿]+")
#: Each a page of its own in three languages: no catalogue can be asked when all is broken.
_IN_THREE_LANGUAGES = {"500.html", "503.html"}


def messages_of(locale: str) -> list[Message]:
    return [message for message in read(locale) if message.id]


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogue_is_what_the_marks_say(locale: str) -> None:
    stale = [path for path, content in renewed(locale).items() if path.read_bytes() != content]
    assert stale == [], "run make messages"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_is_translated(locale: str) -> None:
    empty = [name_of(each) for each in messages_of(locale) if not translation(each)]
    assert empty == [], "translate these in articles/locale, then run make messages"


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_fuzzy_or_obsolete(locale: str) -> None:
    assert [name_of(each) for each in messages_of(locale) if each.fuzzy] == []
    assert "\n#~" not in path_of(locale).read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", LOCALES)
def test_translation_keeps_every_placeholder_and_tag(locale: str) -> None:
    broken = []
    for message in messages_of(locale):
        text = translation(message)
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        fits = any(Counter(_PLACE.findall(form)) == Counter(_PLACE.findall(text)) for form in forms)
        if text and not (fits and sorted(_TAG.findall(forms[-1])) == sorted(_TAG.findall(text))):
            broken.append((name_of(message), text))
    assert broken == []


@pytest.mark.parametrize(("locale", "rules"), [("zh_Hans", "t2s"), ("zh_Hant", "s2tw")])
def test_translation_is_in_its_script(locale: str, rules: str) -> None:
    """Chinese that the English quotes, such as words of an example, stays as it is."""
    convert = opencc.OpenCC(rules).convert
    mixed = []
    for message in messages_of(locale):
        text = translation(message)
        for quoted in _HAN.findall(name_of(message)):
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
def test_translation_uses_the_words_of_its_readers(locale: str, elsewhere: str) -> None:
    texts = [translation(message) for message in messages_of(locale)]
    assert [text for text in texts if any(word in text for word in elsewhere.split())] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_punctuation_is_wide_and_of_the_script(locale: str) -> None:
    foreign = "「」『』" if locale == "zh_Hans" else "“”‘’"
    narrow = re.compile("[一-鿿] ?[,;:?!](?![A-Za-z])|[一-鿿] [A-Za-z0-9%{]|[A-Za-z0-9)}] [一-鿿]")
    texts = [translation(message) for message in messages_of(locale)]
    plain = [_TAG.sub("", text) for text in texts]
    assert [text for text in plain if narrow.search(text) or set(text) & set(foreign)] == []


@pytest.mark.parametrize("name", public_templates())
def test_template_shows_nothing_unmarked(name: str) -> None:
    if name not in _IN_THREE_LANGUAGES:
        assert unmarked(parsed(name)) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Forgotten</p>",
        '<p>{% if x %}<b title="Forgotten">1</b>{% endif %}</p>',
        '{% for x in y %}{% empty %}<img alt="Forgotten" src="/x">{% endfor %}',
        '<p>{{ x|default:"Forgotten" }}</p>',
        "{{ x|pluralize }} {{ x|date:'j F Y' }}",
        "{% for day in x %}{{ day|date:'j F' }}{% endfor %}",
        '{% include "pages/_pager.html" with back="Forgotten" on=on %}',
        '{% load i18n %}{% translate "seen" %}<button aria-label="Forgotten">×</button>',
        '<button data-done="It is done.">×</button>',
    ],
)
def test_unmarked_text_is_found_wherever_it_stands(source: str) -> None:
    assert len(unmarked(Engine.get_default().from_string(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '{% load i18n %}<p title="{% translate "A title" %}">{% translate "A text" %}</p>',
        "{% load i18n %}{% blocktranslate count n=x %}A{% plural %}Many{% endblocktranslate %}",
        "<p>RSS, JSON <code>any code</code> {{ value }} 2020</p>",
        '<div lang="en"><h1>For programs</h1></div>',
        '<a class="two words" href="/some/path/">1</a>',
        "{# a comment #}{% comment %}another{% endcomment %}",
        '{% load i18n %}{% include "pages/_pager.html" with back=_("Back") place="head" %}',
    ],
)
def test_what_is_marked_or_no_english_passes(source: str) -> None:
    assert unmarked(Engine.get_default().from_string(source)) == []


def test_marks_in_code_are_found_under_any_name() -> None:
    source = (
        "from django.utils.translation import gettext as _, ngettext_lazy, pgettext\n"
        "from articles.content.translatable import noop\n"
        "_('one ' 'text')\nngettext_lazy('a', 'b', 3)\npgettext('where', 'c')\n"
        "KNOWN = {1: noop('d')}\n_(KNOWN[1])\nother('no')\n"
    )
    assert list(in_code(source)) == [
        Marked("one text"), Marked("a", "b"), Marked("c", context="where"), Marked("d"),
    ]  # fmt: skip


def test_mark_around_a_value_is_refused() -> None:
    source = "from django.utils.translation import gettext\ngettext(f'of {year}')\n"
    with pytest.raises(NotPlainTextError, match=re.escape("f'of {year}'")):
        list(in_code(source))


def test_catalogues_hold_the_same_messages() -> None:
    first, second = ([name_of(each) for each in messages_of(locale)] for locale in LOCALES)
    assert first == second
