"""``content.languages``: the language of a text by its characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.text.language_detection import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("港务局说，这个码头从今天开始重新开放，货轮已经靠岸。", "zh-Hans"),
        ("港務局說，這個碼頭從今天開始重新開放，貨輪已經靠岸。", "zh-Hant"),
        ("The harbour office said that the pier is open again.", "en"),
        ("港湾局によると、この埠頭は今日から再開され、貨物船がもう接岸しているという。", "ja"),
        ("항만국은 이 부두가 오늘부터 다시 열렸다고 밝혔고 화물선이 이미 들어왔다고 말했다.", "ko"),
        ("港务局说，Harbour Office 的网站今天还不能用，这个问题会解决。", "zh-Hans"),
    ],
)
def test_language_by_its_characters(text: str, language: str) -> None:
    assert language_of(text) == language


def test_text_that_tells_nothing_takes_the_outlets_language() -> None:
    assert language_of("", "zh-Hant") == "zh-Hant"
    assert language_of("123", "en") == "en"
    assert language_of("一二三", "zh-Hant") == "zh-Hant"
    assert language_of("", "") == ""


def test_text_overrules_the_outlet() -> None:
    assert language_of("港務局說，這個碼頭從今天開始重新開放。", "zh-Hans") == "zh-Hant"
    assert language_of("The harbour office said that the pier is open.", "zh-Hans") == "en"


@given(st.text(max_size=300), st.sampled_from(["", "en", "zh-Hans", "zh-Hant"]))
def test_answer_is_one_of_the_known_tags(text: str, default: str) -> None:
    assert language_of(text, default) in {"", "en", "ja", "ko", "zh", "zh-Hans", "zh-Hant"}


def test_long_text_is_answered_by_its_beginning() -> None:
    assert language_of("这说国" * 2000 + "這說國" * 100_000) == "zh-Hans"
