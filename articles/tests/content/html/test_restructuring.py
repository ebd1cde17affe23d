"""``restructure``: semantic markup from feeds' HTML, with nothing of the story lost."""

from __future__ import annotations

import html as entities
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.content.html.images import unwrap_image_proxy
from articles.content.html.restructuring.pipeline import RestructuredBody, restructure
from articles.content.outlets.registry import find_outlet
from articles.tests.support.html_fuzzing import random_feed_html
from articles.tests.support.post_files import FEED_FOOTER, TEXT, VOA

BASE = "https://herald.example/news/2021/port"
OUTLET = find_outlet("", VOA)


def restructured(html: str, title: str = "") -> RestructuredBody:
    return restructure(html, base=BASE, title=title, outlet=OUTLET)


def stored(html: str, title: str = "") -> str:
    return clean_html(restructured(html, title).html).html


def text_of(html: str, title: str = "") -> str:
    return html_to_text(stored(html, title))


def removal_rules(html: str, title: str = "") -> set[str]:
    return {removal.rule for removal in restructured(html, title).removals}


@pytest.mark.parametrize(
    ("block", "day"),
    [
        ("<div><i>Thu, 14 Jan 2021 14:04:22 GMT</i></div>", "2021-01-14T14:04:22"),
        ("<div><i>2021-01-14T14:04:22.000Z</i></div>", "2021-01-14T14:04:22"),
        ("<div>14/01/2021 - 20:26</div>", "2021-01-14T20:26:00"),
        ("<div><i>王小明<br>2021-01-14 14:04:22</i></div>", "2021-01-14T14:04:22"),
    ],
)
@pytest.mark.parametrize("wrap", ["{}", "<div>\n{}\n</div>"])
@pytest.mark.parametrize("story", [f"<p>{TEXT}</p>" * 3, "<p>三号码头重新开放。</p>"])
def test_date_block_is_removed_and_its_date_returned(
    block: str, day: str, wrap: str, story: str
) -> None:
    result = restructured(wrap.format(block + story))
    assert result.date is not None
    assert result.date.value.isoformat() == day + "+00:00"
    assert html_to_text(result.html).split() == html_to_text(story).split()
    assert "date" in {removal.rule for removal in result.removals}


def test_byline_in_the_date_block_is_returned() -> None:
    result = restructured(f"<div><i>王小明<br>2021-01-14 14:04:22</i></div><p>{TEXT}</p>")
    assert result.byline == "王小明"
    null = restructured(f"<div><i>null<br>2021-01-14 14:04:22</i></div><p>{TEXT}</p>")
    assert null.byline == ""


@pytest.mark.parametrize("end", ["2021年1月14日", "2021-01-14", "Thu, 14 Jan 2021 14:04:22 GMT"])
def test_date_at_the_end_of_a_short_story_removes_nothing(end: str) -> None:
    html = f"<div><p>三号码头重新开放。</p><p>{end}</p></div>"
    assert "三号码头重新开放" in text_of(html)


def test_date_in_the_middle_is_part_of_the_story() -> None:
    html = f"<p>{TEXT}</p><p><i>Thu, 14 Jan 2021 14:04:22 GMT</i></p><p>完</p>"
    assert restructured(html).date is None
    assert "14 Jan" in text_of(html)


def test_repeated_title_is_removed_and_other_headings_stay() -> None:
    html = f"<h1>港口今日恢复通航</h1><h2>背景</h2><p>{TEXT}</p>"
    assert "港口今日恢复通航" not in text_of(html, "港口今日恢复通航")
    assert "背景" in text_of(html, "港口今日恢复通航")
    assert "title" in removal_rules(html, "港口今日恢复通航")


def test_title_further_down_in_the_story_stays() -> None:
    html = f"<p>{TEXT}</p>" * 3 + "<p>港口今日恢复通航了吗？</p><p>港口今日恢复通航</p>"
    assert text_of(html, "港口今日恢复通航").count("港口今日恢复通航") == 2


def test_h1_is_demoted() -> None:
    assert stored(f"<h1>背景</h1><p>{TEXT}</p>").startswith("<h2>背景</h2>")


def test_feed_footer_is_removed_with_the_rule_above_it() -> None:
    html = stored(f"<p>{TEXT}</p>{FEED_FOOTER}")
    assert html == f"<p>{TEXT}</p>"
    assert "general/feed-service-footer" in removal_rules(f"<p>{TEXT}</p>{FEED_FOOTER}")


def test_horizontal_rule_inside_the_story_stays() -> None:
    assert "<hr>" in stored(f"<p>{TEXT}</p><hr><p>{TEXT}</p>")


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://img.example/a.jpg"><div><small style="color: #999;">吊车</small></div>',
        '<div><img src="https://img.example/a.jpg" /><div><small>吊车</small></div></div>',
        '<figure><img src="https://img.example/a.jpg"><figcaption>吊车</figcaption></figure>',
        '<div class="wp-caption"><img src="https://img.example/a.jpg"><p>吊车</p></div>'.replace(
            "<p>", '<p class="wp-caption-text">'
        ),
    ],
)
def test_picture_and_caption_become_a_figure(html: str) -> None:
    result = restructured(f"<p>{TEXT}</p>{html}<p>{TEXT}</p>")
    cleaned = clean_html(result.html).html
    assert cleaned.count("<figure>") == cleaned.count("<figcaption>吊车</figcaption></figure>") == 1
    (picture,) = result.pictures
    assert (picture.url, picture.caption) == ("https://img.example/a.jpg", "吊车")
    assert html_to_text(cleaned).count("吊车") == 1
    assert 'src="/i/' in cleaned


@pytest.mark.parametrize(
    "html",
    [
        '<img data-src="https://img.example/a.jpg">',
        '<img src="data:image/gif;base64,R0lGOD" data-src="https://img.example/a.jpg">',
        '<img src="/spacer.gif" data-original="https://img.example/a.jpg">',
        '<img data-src="https://img.example/a.jpg"><noscript><img src="https://img.example/a.jpg"></noscript>',
        '<noscript><img src="https://img.example/a.jpg"></noscript><img data-src="https://img.example/a.jpg">',
        '<picture><source srcset="https://img.example/a.jpg 8w"><img src="data:,x"></picture>',
        '<img src="https://images.weserv.nl?url=img.example/a.jpg">',
        '<img src="https://images.weserv.nl/?url=img.example/a.jpg&w=300">',
        '<img src="https://i0.wp.com/img.example/a.jpg?resize=600">',
    ],
)
def test_lazy_repeated_and_proxied_pictures_become_one(html: str) -> None:
    result = restructured(f"<p>{TEXT}</p>{html}<p>{TEXT}</p>")
    assert [picture.url for picture in result.pictures] == ["https://img.example/a.jpg"]
    assert result.html.count("<img") == 1


def test_same_picture_further_down_is_listed_again() -> None:
    picture = '<img src="https://img.example/a.jpg">'
    result = restructured(f"{picture}<p>{TEXT}</p><p>{TEXT}</p>{picture}")
    assert result.html.count("<img") == len(result.pictures)


@pytest.mark.parametrize("pixel", ['width="1" height="1"', 'width="1px" height="1px"'])
def test_tracking_pixel_is_removed_and_recorded(pixel: str) -> None:
    html = f'<p>{TEXT}</p><img src="https://count.example/x.gif" {pixel}>'
    assert "<img" not in stored(html)
    assert restructured(html).pictures == ()
    assert restructured(html).removals


def test_links_are_resolved_against_the_post() -> None:
    html = stored(
        f'<p>{TEXT}<a href="/b">甲</a><a href="c">乙</a><a href="javascript:x()">丙</a></p>'
    )
    assert 'href="https://herald.example/b"' in html
    assert 'href="https://herald.example/news/2021/c"' in html
    assert "javascript" not in html
    assert "丙" in html


def test_player_becomes_a_link_in_a_figure() -> None:
    html = stored(f'<p>{TEXT}</p><iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>')
    assert '<figure><a href="https://www.youtube.com/watch?v=abcdefghijk">' in html
    assert "<iframe" not in html


def test_empty_wrappers_are_removed() -> None:
    html = f"<div><div><p> </p><section><p>{TEXT}</p></section><p>&nbsp;</p><div></div></div></div>"
    assert stored(html) == f"<p>{TEXT}</p>"


@pytest.mark.parametrize("text", ["0<p<1", "a<b>c", "<Role>", "if (a < b && c > d)", "&lt;b&gt;"])
def test_escaped_angle_brackets_stay_text(text: str) -> None:
    assert text in text_of(f"<p>{TEXT}</p><p>{entities.escape(text)}</p>")


@pytest.mark.parametrize(
    ("prose", "part"),
    [
        ("满足 (0<p<1) 的数。", "<p<1) 的数。"),
        ("字段 <Role> 留空。", "<Role>"),
        ("填上 <your name> 即可。", "<your name>"),
        ("若 a<b 且 c>d 则止。", "<b 且 c>d"),
        ("三<五", "三<五"),
    ],
)
def test_raw_angle_brackets_in_prose_stay_or_are_recorded(prose: str, part: str) -> None:
    html = f"<p>{TEXT}</p><p>{prose}</p><p>后文。</p>"
    text = text_of(html)
    recorded = " ".join(removal.text for removal in restructured(html).removals)
    assert part in text or part.strip("<>") in recorded
    assert "后文。" in text


WORD = st.text(alphabet="港口码头船员货轮北方今日天气工人清晨", min_size=2, max_size=6)
TAG = st.sampled_from(
    "p div span b i section h3 blockquote li td small ul figure article center font em a details "
    "dd pre figcaption main u tr".split()
)
TREE = st.recursive(
    WORD,
    lambda inner: st.tuples(TAG, st.lists(inner, max_size=4)).map(
        lambda t: f"<{t[0]}>{''.join(t[1])}</{t[0]}>"
    ),
    max_leaves=14,
)


@given(st.lists(TREE, max_size=6).map("".join))
def test_no_character_of_the_story_is_lost_or_moved(html: str) -> None:
    body = LexborHTMLParser(html).body
    text = "".join(body.text(deep=True).split()) if body else ""
    result = restructure(html, base=BASE, title="", outlet=None)
    assert "".join(html_to_text(clean_html(result.html).html).split()) == text
    assert result.removals == ()


@given(st.text(max_size=200))
def test_any_text_is_accepted(html: str) -> None:
    clean_html(restructured(html, html[:20]).html)


@settings(max_examples=300)
@given(st.integers(min_value=0, max_value=2**63))
def test_cleaners_have_nothing_to_repair_in_random_feed_html(seed: int) -> None:
    html = restructure(random_feed_html(Random(seed)), base=BASE, title="甲", outlet=None).html
    cleaned = clean_html(html)
    assert not cleaned.flattened
    assert not cleaned.bleached


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>甲<rt>乙</rt></p>", "<p>甲乙</p>"),
        ("<ruby><font>漢<rt>hàn</rt></font></ruby>", "<p><ruby>漢<rt>hàn</rt></ruby></p>"),
        ("<ruby><b>漢<rt>hàn</rt></b></ruby>", "<p><ruby><b>漢hàn</b></ruby></p>"),
        ("<pre>\n\n甲\n\n乙</pre>", "<pre>甲\n\n乙</pre>"),
        (
            "<figure><img src='/1.png'><figcaption>甲<ul><li>乙</li><li>丙</li></ul>丁",
            "<figcaption>甲<br>乙<br>丙<br>丁</figcaption>",
        ),
        (
            "<details><summary>甲<details><summary>乙</summary>丙</details></summary>丁",
            "<details><summary>甲<br>乙<br>丙</summary><p>丁</p></details>",
        ),
    ],
)
def test_misplaced_elements_keep_their_text(html: str, expected: str) -> None:
    assert expected in stored(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p lang=en>a</p>", '<p lang="en">a</p>'),
        (
            "<div lang=en><p>a</p>b<p lang=fr>c</p></div>",
            '<p lang="en">a</p>\n<p lang="en">b</p>\n',
        ),
        ("<div lang=en><p lang=fr>c</p></div>", '<p lang="fr">c</p>'),
        ("<h2 xml:lang=ja>a</h2><p>b</p>", '<h2 lang="ja">a</h2>'),
        ("<div dir=RTL>a<p dir=ltr>b</p></div>", '<p dir="rtl">a</p>\n<p>b</p>'),
        ("<div dir=ltr><p dir=auto>a</p></div>", '<p dir="auto">a</p>'),
        ("<p dir=ltr>a</p>", "<p>a</p>"),
        (
            "<blockquote dir=rtl>a<p dir=ltr>b</p>",
            '<blockquote dir="rtl"><p>a</p><p dir="ltr">b</p>',
        ),
        ("<ul lang=en><li lang=fr>a</ul>", '<ul lang="en"><li lang="fr">a</li></ul>'),
        ("<ul><li><p lang=fr>a</p></ul>", '<ul><li><p lang="fr">a</p></li></ul>'),
        ("<table><tr><td lang=en>a<td>b</table>", '<td lang="en">a</td><td>b</td>'),
        ("<dl><dt lang=en>a<dd lang=fr>b</dl>", '<dt lang="en">a</dt><dd><p lang="fr">b</p></dd>'),
        ("<pre lang=en>a</pre>", '<pre lang="en">a</pre>'),
        ("<details><summary lang=en>a</summary>b", '<summary lang="en">a</summary>'),
        ("<figure><img src=1.png><figcaption lang=en>a", '<figcaption lang="en">a</figcaption>'),
        ("<p lang='a b'>a</p><p dir=up>b</p><p lang>c</p>", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
    ],
)
def test_lang_and_dir_are_preserved(html: str, expected: str) -> None:
    assert expected in stored(html)


@pytest.mark.parametrize("blank", ["\ufeff", "\x1f"])
def test_a_first_block_of_invisible_characters_is_no_date(blank: str) -> None:
    assert text_of(f"<div>{blank}</div><p>甲</p>") == "甲"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://images.weserv.nl?url=img.example/a.jpg", "https://img.example/a.jpg"),
        ("https://images.weserv.nl/?url=https://img.example/a.jpg", "https://img.example/a.jpg"),
        (
            "https://images.weserv.nl/?url=https%3A%2F%2Fimg.example%2Fa.jpg&w=9",
            "https://img.example/a.jpg",
        ),
        ("https://images.weserv.nl/?url=ssl:img.example/a.jpg", "https://img.example/a.jpg"),
        (
            "https://images.weserv.nl?url=img.example/a.jpg?v=1&w=2",
            "https://img.example/a.jpg?v=1&w=2",
        ),
        ("https://i2.wp.com/img.example/a.jpg?fit=9", "https://img.example/a.jpg"),
        ("https://images.weserv.nl/?url=i0.wp.com/img.example/a.jpg", "https://img.example/a.jpg"),
        ("https://img.example/a.jpg?url=b", "https://img.example/a.jpg?url=b"),
    ],
)
def test_image_proxies_are_unwrapped(url: str, target: str) -> None:
    assert unwrap_image_proxy(url) == target
    assert unwrap_image_proxy(target) == target


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>\n 详情见\n <a href='/b'>\n  另一篇\n </a>\n 。\n</p>", "详情见另一篇。"),
        ("<p>\n （\n <em>\n  Port\n </em>\n ）\n</p>", "（Port）"),
        ("<p>\n “\n <b>\n  港口\n </b>\n ”\n</p>", "“港口”"),
        ("<p>\n <b>\n  <i>\n   甲\n  </i>\n </b>\n 乙\n</p>", "甲乙"),
        ("<p>\n 用\n <b>\n  Port\n </b>\n 说\n</p>", "用 Port 说"),
        ("<p>\n the\n <b>\n  port\n </b>\n is\n</p>", "the port is"),
        ("<p>甲\n乙</p>", "甲 乙"),
        ("<p><a href='/b'>甲</a>\n<a href='/c'>乙</a></p>", "甲 乙"),
        ("<p>甲 <b>乙</b> 丙</p>", "甲 乙 丙"),
        ("<pre>甲\n<code>\n乙</code></pre>", "甲\n\n乙"),
    ],
)
def test_line_breaks_around_tags_are_no_space_in_chinese(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize("invisible", ["\xad", "\u200b", "\u2060", "&shy; &ZeroWidthSpace;"])
def test_paragraph_without_a_visible_character_is_removed(invisible: str) -> None:
    assert stored(f"<p>{TEXT}</p><p>{invisible}</p><p>甲{invisible}乙</p>").count("<p>") == 2
    assert text_of(f"<p>{invisible}{TEXT}{invisible}</p>") == text_of(f"<p>{TEXT}</p>")


def test_credit_and_description_of_a_picture_are_its_caption() -> None:
    html = (
        '<div><img src="/a.jpg"></div><div><div class="photo-credit">王小明摄</div></div>'
        '<div><div class="photo-caption"><p>三号码头。</p></div></div><p>甲。</p>'
    )
    assert "<figcaption>王小明摄<br>三号码头。</figcaption></figure>\n<p>甲。</p>" in stored(html)


def test_embedly_frame_becomes_a_link_to_the_embedded_page() -> None:
    src = (
        "https://cdn.embedly.com/widgets/media.html?src=https%3A%2F%2Fwww.youtube.com%2Fembed"
        "%2Fabcdefghijk&amp;url=http%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3Dabcdefghijk&amp;key=1"
    )
    assert 'href="https://www.youtube.com/watch?v=abcdefghijk"' in stored(
        f'<iframe src="{src}"></iframe>'
    )
    other = "https://cdn.embedly.com/widgets/media.html?key=1"
    assert f'href="{other}"' in stored(f'<iframe src="{other}"></iframe>')


def test_end_tag_of_an_unknown_element_is_no_text() -> None:
    html = '<figureicture class="a"><img src="/a.jpg"></figureicture><p>设 </n> 为空。</p>'
    assert text_of(html) == "设 </n> 为空。"


def test_tracking_pixel_after_a_footer_does_not_keep_the_footer() -> None:
    pixel = '<img src="https://count.example/a.gif" width="1" height="1">'
    assert text_of(f"<p>{TEXT}</p>{FEED_FOOTER}{pixel}") == text_of(f"<p>{TEXT}</p>")
    picture = '<img src="https://img.example/a.jpg" width="100" height="1000">'
    assert text_of(f"<p>{TEXT}</p>{FEED_FOOTER}{picture}") != text_of(f"<p>{TEXT}</p>")


def test_pre_with_prose_is_a_quotation_and_code_stays_preformatted() -> None:
    prose = "三号码头重新开放，工人们说，他们清晨就到了，船却还没有来，港务局的人也不知道为什么。"
    assert stored(f"<pre class='ql-syntax'>{prose}\n<b>乙</b>\n\n丙</pre>") == (
        f"<blockquote><p>{prose}<br><b>乙</b></p><p>丙</p></blockquote>"
    )
    for code in (
        "let 港口 = 1; // 三号码头重新开放，工人们清晨就到了",
        f"<code>{prose}</code>",
        "三号码头，重新开放。\n工人们清晨就到了。",
        "The port is open, the workers say, and none of them knows where the ship may be.",
    ):
        assert stored(f"<pre>{code}</pre>") == f"<pre>{code}</pre>"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1b7a5b7935787477", "a@b.col"),
        ("1B7A5B7935787477", "a@b.col"),
        ("1b7a7935787477", "[…]"),  # no address
        ("1b1b5b7935787477", "[…]"),  # a control character in it
        ("1b7a5b793578747", "[…]"),
        ("1b7a5bzz35787477", "[…]"),
        ("", "[…]"),
    ],
)
def test_obfuscated_email_address_is_decoded(code: str, text: str) -> None:
    html = f'<p>写信给<a href="/cdn-cgi/l/email-protection" data-cfemail="{code}">[…]</a>。</p>'
    assert text_of(html) == f"写信给{text}。"
