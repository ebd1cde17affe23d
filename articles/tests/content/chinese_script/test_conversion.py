"""Conversion of text and pages between the scripts of Chinese."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.chinese_script import Script, add_script_parameter, convert_page, convert_text
from articles.content.chinese_script.conversion import HAN
from articles.content.post_file.parsing import PostError, parse_post

HANS, HANT = Script.HANS, Script.HANT


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("头发", "頭髮"),
        ("发展", "發展"),
        ("理发师发现", "理髮師發現"),
        ("皇后在后面", "皇后在後面"),
        ("干净的干部", "乾淨的幹部"),
        ("乾隆", "乾隆"),
        ("台湾里", "臺灣裡"),
        ("一公里里面", "一公里裡面"),
        ("看着著名的", "看著著名的"),
        ("为什么", "為什麼"),
    ],
)
def test_context_words_decide_the_characters(simplified: str, traditional: str) -> None:
    assert convert_text(simplified, HANT) == traditional
    assert convert_text(traditional, HANS) == simplified


@pytest.mark.parametrize("word", ["信息", "軟體", "網絡", "程式", "計程車", "資訊"])
def test_regional_words_are_not_replaced(word: str) -> None:
    simplified = convert_text(word, HANS)
    assert convert_text(simplified, HANT) == convert_text(word, HANT)
    assert convert_text("信息", HANT) == "信息"
    assert convert_text("資訊", HANS) == "资讯"


@pytest.mark.parametrize("script", Script)
def test_conversion_is_idempotent(script: Script) -> None:
    text = "头发发展，皇后後面乾淨干净的台湾裡里裏，看著看着計畫计划，𠀾𫓩"
    once = convert_text(text, script)
    assert convert_text(once, script) == once


def test_nul_and_lone_surrogates_lose_no_text() -> None:
    """OpenCC truncates at a NUL, and Python cannot encode a lone surrogate as UTF-8."""
    assert convert_text("头发\x00皇后在后面", HANT) == "頭髮\x00皇后在後面"
    assert convert_text("头发\ud800后面", HANT) == "頭髮\ud800後面"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_keeps_everything_but_chinese(text: str) -> None:
    for script in Script:
        converted = convert_text(text, script)
        assert len(converted) == len(text)
        assert HAN.split(converted) == HAN.split(text)


def convert_body(body: str, script: Script = HANT, language: str = "en") -> str:
    """Return the body of a converted page."""
    head = f'<!doctype html><html lang="{language}"><title>x</title>'
    whole = f"{head}<body>{body}</body></html>"
    converted = convert_page(whole, script, lambda path: not path.endswith(".rss"))
    return converted.partition("<body>")[2].removesuffix("</body></html>")


def title_of(whole: str) -> str:
    return convert_page(whole, HANT).partition("</title>")[0].rpartition(">")[2]


def test_chinese_element_is_converted_with_its_lang() -> None:
    assert convert_body('<p lang="zh-Hans">头发</p>') == '<p lang="zh-Hant">頭髮</p>'
    assert convert_body('<p lang="zh-Hant">頭髮</p>', HANS) == '<p lang="zh-Hans">头发</p>'
    assert convert_body("<p lang='zh'>头发</p>") == '<p lang="zh-Hant">頭髮</p>'
    assert convert_body("<p lang=zh-CN class=a>头发</p>") == '<p lang="zh-Hant" class=a>頭髮</p>'


def test_text_in_its_own_script_stays() -> None:
    """The forms of Hong Kong and the surnames 于, 范 and 余 are already correct."""
    kept = '<p lang="zh-Hant">于右任說：范小姐和余先生在衞生署裏</p>'
    assert convert_body(kept) == kept
    kept = '<p lang="zh-Hans">乾先生说：这个国家的瞭望台</p>'
    assert convert_body(kept, HANS) == kept


def test_paragraph_in_the_other_script_is_converted_whatever_the_story_is() -> None:
    story = '<div lang="zh-Hant"><p>總統府說，這個問題</p><p>国务院说这个后面</p></div>'
    assert convert_body(story) == (
        '<div lang="zh-Hant"><p>總統府說，這個問題</p><p>國務院說這個後面</p></div>'
    )


@pytest.mark.parametrize(
    "kept",
    [
        '<p lang="ja">国会で頭発</p>',
        '<p lang="ko">국회 国会</p>',
        '<p lang="en">The word 头发 means hair</p>',
        '<div lang="zh-Hant"><p lang="ja">国会</p></div>',
        '<div lang="zh-Hant"><p>国会で議論が始まったと発表されました</p></div>',
        "<p>界面后面</p>",
        '<p lang="zh-Hant"><code>头发</code><kbd>后</kbd></p>',
        '<script lang="zh-Hant">"头发"</script>',
        '<style lang="zh-Hant">/*头发*/</style>',
        '<textarea lang="zh-Hant">头发<p></textarea>',
        '<nav translate="no"><a lang="zh-Hans" title="头发">简体</a></nav>',
        '<p lang="zh-Hant"><!-- 头发 --></p>',
        '<p lang="zh-Hant" class="头发" data-x="头发" id=\'头发\'>x</p>',
        '<input lang="zh-Hant" value="头发" placeholder="头发">',
    ],
)
def test_other_than_chinese_text_stays_byte_for_byte(kept: str) -> None:
    assert convert_body(kept) == kept


@pytest.mark.parametrize("interface", ["en", "zh-Hans", "zh-Hant"])
def test_interface_stays_in_its_own_script(interface: str) -> None:
    words = '<nav aria-label="后面">发现</nav><p lang="zh-Hans">发<i lang="">现</i></p>发现'
    assert convert_body(words, HANT, interface) == (
        '<nav aria-label="后面">发现</nav><p lang="zh-Hant">發<i lang="">現</i></p>发现'
    )


def test_name_without_a_language_is_converted_unless_it_has_kana() -> None:
    assert convert_body('<a lang="">张发奎</a>') == '<a lang="">張發奎</a>'
    kept = '<a lang="">国会の頭発</a><a lang="">한국 国会</a><a lang="">Ilham</a>'
    assert convert_body(kept) == kept


def test_word_continues_after_an_inline_tag() -> None:
    assert convert_body('<p lang="zh-Hans">头<mark>发</mark>，<b>皇</b>后</p>') == (
        '<p lang="zh-Hant">頭<mark>髮</mark>，<b>皇</b>后</p>'
    )


def test_word_ends_with_its_block_or_its_language() -> None:
    assert convert_body('<div lang="zh-Hans"><p>头</p><p>发</p>后<br>面</div>') == (
        '<div lang="zh-Hant"><p>頭</p><p>發</p>後<br>面</div>'
    )
    assert convert_body('<p lang="zh-Hans">头<i lang="ja">x</i>发</p>') == (
        '<p lang="zh-Hant">頭<i lang="ja">x</i>發</p>'
    )


def test_character_references_stay_unchanged() -> None:
    assert convert_body('<p lang="zh-Hans">头发&amp;&lt;b&gt;&#x53d1;&nbsp;&quot;后面"</p>') == (
        '<p lang="zh-Hant">頭髮&amp;&lt;b&gt;&#x53d1;&nbsp;&quot;後面"</p>'
    )


def test_alt_and_title_are_text() -> None:
    assert convert_body(
        '<p lang="zh-Hans"><img alt="头发&quot;&lt;" src="/i/x" title=\'后面\'></p>'
    ) == ('<p lang="zh-Hant"><img alt="頭髮&quot;&lt;" src="/i/x" title="後面"></p>')


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ('<h1 lang="zh-Hans">发展</h1>', "發展 – A"),
        ("<h1><span lang='zh'>发展</span></h1>", "發展 – A"),
        ("<h1>Search</h1>", "發展 – A"),
        ("", "發展 – A"),
        ('<h1><span lang="ja">发展</span></h1>', "发展 – A"),
    ],
)
def test_title_is_in_the_language_of_the_headline(headline: str, title: str) -> None:
    assert title_of(f'<html lang="en"><title>发展 – A</title>{headline}') == title


def test_title_with_its_own_lang_uses_it() -> None:
    assert title_of('<html lang="en"><title lang="ja">发展</title><h1 lang="zh">x</h1>') == "发展"
    assert title_of('<title translate="no">发展</title><h1 lang="zh">x</h1>') == "发展"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("/2021/", "/2021/?script=hant"),
        ("?after=x", "?after=x&amp;script=hant"),
        ("/a/?q=&quot;x&quot;#y", "/a/?q=&quot;x&quot;&amp;script=hant#y"),
        ("/a/?script=hans", "/a/?script=hans"),
        ("/a/?q=1&amp;script=hans", "/a/?q=1&amp;script=hans"),
        ("/a/?myscript=1", "/a/?myscript=1&amp;script=hant"),
        ("/feed.rss", "/feed.rss"),
        ("//elsewhere.example/", "//elsewhere.example/"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("#here", "#here"),
        ("javascript:x", "javascript:x"),
    ],
)
def test_links_to_pages_get_the_script_parameter(link: str, kept: str) -> None:
    assert convert_body(f'<a href="{link}">x</a>') == f'<a href="{kept}">x</a>'


def test_link_keeps_its_escapes() -> None:
    assert (
        add_script_parameter("/a/?q=<'\"&x", HANS, lambda path: True) == "/a/?q=<'\"&x&script=hans"
    )
    assert convert_body("<a href='/a/?q=&lt;\"&amp;'>x</a>") == (
        '<a href="/a/?q=&lt;&quot;&amp;&amp;script=hant">x</a>'
    )


def test_get_forms_get_a_script_field_and_others_do_not() -> None:
    field = '<input type="hidden" name="script" value="hant">'
    assert (
        convert_body('<form action="/search/">x</form>')
        == f'<form action="/search/">{field}x</form>'
    )
    assert convert_body('<form method="GET">x</form>') == f'<form method="GET">{field}x</form>'
    for kept in ('<form method="post" action="/a/">', '<form action="https://x.example/">'):
        assert convert_body(kept) == kept


def test_links_of_the_head_and_alternate_links_stay() -> None:
    kept = (
        '<link rel="canonical" href="/a/"><link rel="alternate" hreflang="zh-Hans" href="/a/">'
        '<a rel="alternate" href="/a/">x</a><a rel="nofollow BOOKMARK" href="/a/">x</a>'
        '<script type="application/ld+json">{"a":"/a/"}</script>'
    )
    assert convert_body(kept) == kept


#: Parts of hostile texts: end tags, quotes, incomplete markup.
HOSTILE = st.lists(
    st.sampled_from(
        ["</div>", "</p>", "<p>", "<b>", "<!--", "-->", "<!", "<script>", "</script>", "</title>",
         "<title>", "<textarea>", "<code>", '"', "'", "<", ">", "&", "&lt;", "=", "/", " ",
         "\x00", "<a b", "<p class='", '<img x="', "头发", "后面", "发展", "干", "乾", "裡", "x",
         "\u3000", "𠀾", "<?", "<svg/>", "か", "\ud800"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(HOSTILE, st.sampled_from(Script))
def test_no_text_changes_the_markup(text: str, script: Script) -> None:
    whole = f'<html lang="en"><title>{text}</title><div lang="zh-{script.title()}">{text}'
    converted = convert_page(whole, script)
    assert len(converted) == len(whole)
    assert HAN.split(converted) == HAN.split(whole)


class Structure(HTMLParser):
    """Everything but Chinese characters, in the order of the page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("name", "script") not in attrs:
            attributes = [(name, "" if name == "lang" else _plain(value)) for name, value in attrs]
            self.seen.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.seen.append(("", _plain(data)))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("!", data))


def _plain(text: str | None) -> str:
    cut = re.sub(r"[?&]script=han[st]", "", text or "")
    cut = re.sub(r"\?(?=#|$)", "", cut)
    return HAN.sub(lambda found: "字" * len(found[0]), cut)


_VALUES = st.text(alphabet="<>\"'&;#=/? \n发后干x", max_size=12)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p", "b", "div", "a", "form", "pre", "code", "ruby"]),
            st.sampled_from(["zh", "zh-Hans", "zh-Hant", "ja", "", "en"]),
            _VALUES, _VALUES, _VALUES, st.sampled_from("\"'"),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_structure_is_the_same_for_any_values(elements: list[tuple[str, ...]]) -> None:
    html = ""
    for name, language, title, link, text, quote in elements:
        values = {"lang": language, "title": title, "href": f"/{link}", "class": title}
        written = (f" {key}={quote}{escape(value)}{quote}" for key, value in values.items())
        html += f"<{name}{''.join(written)}>{escape(text)}"
        html += f"</{name}>" if len(text) % 2 else ""
    converted = convert_page(html, HANT, lambda path: True)
    assert Structure(converted).seen == Structure(html).seen


def test_every_story_of_the_corpus_keeps_its_structure(corpus: Path) -> None:
    changed = 0
    for path in sorted(corpus.rglob("*.md")):
        try:
            post = parse_post(path.read_bytes(), path.name.encode())
        except PostError:
            continue
        script = HANS if post.language == HANT.language else HANT
        html = f'<html lang="en"><div lang="{post.language}">{post.html}</div></html>'
        converted = convert_page(html, script, lambda path: True)
        assert Structure(converted).seen == Structure(html).seen, path
        assert convert_page(converted, script, lambda path: True) == converted, path
        changed += converted != html
    assert changed


def test_page_of_end_tags_only_takes_linear_time() -> None:
    convert_body = "<p lang=zh-Hans>" + 2_000 * "<b>" + 100_000 * "</i>" + "发展"
    assert convert_page(convert_body, Script.HANT).endswith("發展")
