"""Bodies of plain text: paragraphs, lost line breaks, chapters, the post's own video."""

from __future__ import annotations

import html as entities
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.content.html.restructuring.pipeline import restructure
from articles.tests.support.post_files import TEXT

ID = "a-Bc_d3fGh1"
PAGE = f"https://www.youtube.com/watch?v={ID}"
PLAYER = f'<figure><a href="{PAGE}">youtube.com/watch?v={ID}</a></figure>'
NEWS = "https://herald.example/news/1"


def stored(text: str, base: str = NEWS) -> str:
    html = restructure(f"<div>\n{text}\n</div>", base=base, title="", outlet=None).html
    return clean_html(html).html


def stored_description(text: str) -> str:
    """Return the stored HTML of a video's description, without its player."""
    html = stored(text, PAGE)
    assert html.startswith(PLAYER)
    return html.removeprefix(PLAYER).strip()


def chapters(html: str) -> list[tuple[str, str]]:
    """Return the seconds and the text of each chapter."""
    items = re.findall(r"<li>(.*?)</li>", html)
    matches = [re.search(r'<a href="[^"]*[&;#]t=(\d+)s">', item) for item in items]
    return [
        (seconds[1], entities.unescape(re.sub("<[^>]*>", "", item)))
        for seconds, item in zip(matches, items, strict=True)
        if seconds
    ]


def test_empty_lines_separate_paragraphs() -> None:
    assert stored("甲。\n\n乙。\n \t\n\n丙。") == "<p>甲。</p>\n<p>乙。</p>\n<p>丙。</p>"


def test_line_break_in_a_paragraph_is_a_br() -> None:
    assert stored("春潮\n帶雨\n\n晚來急") == "<p>春潮<br>帶雨</p>\n<p>晚來急</p>"


def test_without_empty_lines_a_line_is_a_paragraph() -> None:
    assert stored("甲。\n乙。\n丙。") == "<p>甲。</p>\n<p>乙。</p>\n<p>丙。</p>"


def test_long_lines_are_paragraphs_even_with_empty_lines() -> None:
    assert stored(f"{TEXT}\n{TEXT}\n\n完") == f"<p>{TEXT}</p>\n<p>{TEXT}</p>\n<p>完</p>"


def test_wrapped_latin_lines_are_joined() -> None:
    wrapped = (
        "The harbour board output on Thursday that the third quay, which had been\n"
        "closed for nine days, opened again in the morning, and that the first of\n"
        "the freighters is alongside.\n"
        "\n"
        "Crews waited at sea."
    )
    first, second = stored(wrapped).split("\n")
    assert "<br>" not in first
    assert "which had been closed for nine days" in first
    assert second == "<p>Crews waited at sea.</p>"


def test_list_of_latin_lines_is_not_joined() -> None:
    lines = "Camera: A. Ferry\nSound: B. Quay\nWords about the harbour and the board: C. Winter"
    assert stored(lines).count("<p>") == 3


def test_row_of_dashes_is_a_horizontal_rule() -> None:
    assert stored("甲\n----------\n乙\n======") == "<p>甲</p>\n<hr>\n<p>乙</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>甲\n乙</p>",
        "<p>甲</p>\n<p>乙</p>",
        "<div>甲\n丙</div><div>乙</div>",
        "甲<br>\n乙\n丙",
        "甲<b>乙</b>\n丙",
        '甲\n<a href="https://a.example/">乙</a>\n丙',
        "<ul><li>甲\n丙</li></ul>乙",
        '甲\n\n<img src="https://img.example/a.jpg">\n\n乙',
        "<pre>甲\n\n乙</pre>",
    ],
)
def test_line_breaks_in_markup_are_space(html: str) -> None:
    assert stored(html) == stored(
        re.sub("(?<!</p>)\n+", " ", html) if "<pre>" not in html else html
    )


def test_plain_text_may_have_emphasis_and_br() -> None:
    assert (
        stored("甲<b>乙</b>。\n\n丙<br>丁\n\n戊")
        == "<p>甲<b>乙</b>。</p>\n<p>丙<br>丁</p>\n<p>戊</p>"
    )


def test_markdown_stays_text() -> None:
    assert (
        stored("# 甲\n\n* 乙\n* 丙\n\n[丁](戊)")
        == "<p># 甲</p>\n<p>* 乙<br>* 丙</p>\n<p>[丁](戊)</p>"
    )


def test_urls_are_linked_in_plain_text_and_not_in_html_posts() -> None:
    link = '<a href="https://a.example/b">https://a.example/b</a>'
    assert stored("見https://a.example/b歡迎") == f"<p>見{link}歡迎</p>"
    assert "<a " not in stored("<p>見https://a.example/b歡迎</p><p>乙</p>")
    assert link in stored_description("<p>見https://a.example/b歡迎</p><p>乙</p>")


def test_email_address_stays_text() -> None:
    assert stored("來信：news@a.example歡迎") == "<p>來信：news@a.example歡迎</p>"


def test_markup_in_plain_text_is_cleaned() -> None:
    html = stored_description("甲 <script>x()</script> https://a.example/&quot;onclick=&quot;x 乙")
    assert "<script" not in html
    assert 'href="https://a.example/"' in html


def test_lost_line_breaks_are_restored() -> None:
    text = (
        "片中說的是港口。----------訂閱：https://a.example/b"
        "網誌：https://a.example/c►來信：news@a.example"
    )
    assert [re.sub("<[^>]*>", "", line) for line in stored(text).split("\n")] == [
        "片中說的是港口。",
        "",
        "訂閱：https://a.example/b",
        "網誌：https://a.example/c",
        "►來信：news@a.example",
    ]


def test_one_glued_url_is_no_lost_line_break() -> None:
    text = "請到https://a.example/join登記，謝謝。"
    assert stored(text).count("<p>") == 1


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ("00:00 開場\n01:02 碼頭\n1:02:33 結尾", ["0", "62", "3753"]),
        ("0:00 - 開場\n12:05 - 碼頭", ["0", "725"]),
        ("(00:00) 開場\n(03:15) 碼頭", ["0", "195"]),
        ("【00:00】開場\n【03:15】碼頭", ["0", "195"]),
        ("► 00:00 開場\n► 03:15 碼頭", ["0", "195"]),
        ("1. 00:00 開場\n2. 03:15 碼頭", ["0", "195"]),
        ("00：00 開場\n03：15 碼頭", ["0", "195"]),
        ("00:00–01:30 開場\n01:30–75:00 碼頭", ["0", "90"]),
        ("03:15 開場\n04:15 碼頭", ["195", "255"]),
        ("開場 00:00\n碼頭 - 03:15\n結尾 (04:15)", ["0", "195", "255"]),
        ("78:30 開場\n120:01 碼頭", ["4710", "7201"]),
    ],
)
@pytest.mark.parametrize("separator", ["\n", "\n\n", "<br>", "<br>\n"])
def test_lines_with_ascending_times_are_chapters(
    lines: str, seconds: list[str], separator: str
) -> None:
    html = stored_description(
        f"片中說的是港口。{separator}{lines.replace(chr(10), separator)}{separator}謝謝收看。"
    )
    assert [each for each, _ in chapters(html)] == seconds
    assert [text for _, text in chapters(html)] == lines.split("\n")
    assert html.startswith("<p>片中說的是港口。</p>\n<ol>")
    assert html.endswith("</ol>\n<p>謝謝收看。</p>")


def test_chapters_of_a_vimeo_video_link_to_vimeo() -> None:
    html = stored("00:00 開場\n01:02 碼頭", "https://vimeo.com/123")
    assert '<a href="https://vimeo.com/123#t=62s">01:02</a> 碼頭' in html


def test_chapters_in_html_of_a_video_are_linked() -> None:
    html = stored_description(
        "<p>港口。<br><a href='https://b.example'>00:00</a> 開場<br>01:02 碼頭</p><p>完</p>"
    )
    assert [each for each, _ in chapters(html)] == ["0", "62"]
    assert "b.example" not in html


@pytest.mark.parametrize(
    "text",
    [
        "00:00 開場",
        "03:15 開場\n01:00 碼頭",
        "00:00 開場\n00:00 碼頭\n00:00 結尾",
        "8:00 ~ 9:00 pm 直播\n9:30 ~ 10:00 pm 重播",
        "開始 19:00\n結束 21:00",
        "比數 3:2\n比數 4:2",
        "00:00\u2003\n港口\n01:02 碼頭",
        "1:75:00 開場\n2:80:00 碼頭",
        "01:02:03:04 開場\n01:02:03:05 碼頭",
    ],
)
def test_other_times_stay_text(text: str) -> None:
    html = stored_description(text)
    assert "<ol>" not in html
    assert "".join(html_to_text(html).split()) == "".join(text.split())


def test_times_in_a_post_without_a_video_stay_text() -> None:
    assert "<ol>" not in stored("00:00 開場\n01:02 碼頭\n02:02 結尾")


def test_glued_chapters_are_separated() -> None:
    html = stored_description(
        "片中說的是港口。章節：00:00 開場00:52 三號碼頭1:02:33 結尾----------謝謝，21:00 見。"
    )
    assert chapters(html) == [
        ("0", "00:00 開場"),
        ("52", "00:52 三號碼頭"),
        ("3753", "1:02:33 結尾"),
    ]
    assert html.endswith("<hr>\n<p>謝謝，21:00 見。</p>")


@pytest.mark.parametrize(
    "text",
    [
        "逢星期六 5:00 ~ 6:00 pm（逢星期四 8:00 ~ 9:00 pm 首播）",
        "00:00 甲00:00 乙00:00 丙",
        "直播 20:00 重播 21:00 又 22:00 又",
        "見https://a.example/00:00 甲https://a.example/01:00 乙https://a.example/02:00 丙",
    ],
)
def test_times_within_a_line_stay_text(text: str) -> None:
    assert "<ol>" not in stored_description(text)


@pytest.mark.parametrize(
    "url",
    [f"https://youtu.be/{ID}", f"https://www.youtube.com/shorts/{ID}", f"{PAGE}&t=9s", f"{PAGE}#x"],
)
def test_player_comes_first_for_every_form_of_url(url: str) -> None:
    assert stored("片中說的是港口。", url) == f"{PLAYER}\n<p>片中說的是港口。</p>"


def test_video_without_a_description_is_its_player() -> None:
    assert stored("", PAGE) == PLAYER


def test_player_that_the_post_embeds_is_not_repeated() -> None:
    embed = f'<iframe src="https://www.youtube.com/embed/{ID}?rel=0"></iframe>'
    assert stored(f"<p>甲</p>{embed}<p>乙</p>", PAGE) == f"{PLAYER}\n<p>甲</p>\n<p>乙</p>"
    other = embed.replace(ID, "zzzzzzzzzzz")
    assert stored(f"<p>甲</p>{other}", PAGE).count("<figure>") == 2


def test_poster_of_an_embedded_player_stays() -> None:
    video = f'<video poster="https://img.example/a.jpg" src="{PAGE}"></video>'
    assert re.match(
        r'<figure><img src="/i/\w+" alt=""><a href="', stored(f"<p>甲</p>{video}", PAGE)
    )


def test_label_of_a_player_is_not_in_the_text() -> None:
    assert html_to_text(stored("片中說的是港口。", PAGE)) == "片中說的是港口。"
    assert (
        html_to_text(f'<figure><a href="{PAGE}">x</a><figcaption>甲</figcaption></figure>') == "甲"
    )
    assert html_to_text(f'<p><a href="{PAGE}">港口</a></p>') == "港口"


WORDS = st.sampled_from(
    "港口 word 。 ： # 9 ** ► ( ） pm 00:00 00:52 1:02:33 ------ https://a.example/b "
    "https://youtu.be/abcdefghijk".split()
) | st.sampled_from(" \u3000\n")


@given(st.lists(WORDS, max_size=30).map("".join), st.sampled_from([NEWS, PAGE]))
def test_only_space_and_rows_of_dashes_are_lost(text: str, base: str) -> None:
    output = "".join(html_to_text(stored(text, base)).split())
    expected = re.sub(r"-{6,}", "", "".join(text.split()))
    assert re.sub("-{6,}", "", output).replace("**", "") == expected.replace("**", "")


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{i // 60}:{i % 60:02} 港口" for i in range(40_000)),
        "<br>".join(f"{i // 60}:{i % 60:02} 港口" for i in range(20_000)),
        "港口 00:00 " * 60_000,
        "甲\n" * 400_000,
        "https://a.example/見 " * 50_000,
        "►" * 400_000,
        "-------甲" * 100_000,
    ],
)
def test_text_that_would_become_countless_elements_stays_text(text: str) -> None:
    assert stored_description(text).count("<") < 30_000
