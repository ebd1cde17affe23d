"""Detection of a text's language by its characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.text.language_detection import detect_language


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
    assert detect_language(text) == language


def test_text_without_evidence_gets_the_outlets_language() -> None:
    assert detect_language("", "zh-Hant") == "zh-Hant"
    assert detect_language("123", "en") == "en"
    assert detect_language("一二三", "zh-Hant") == "zh-Hant"
    assert detect_language("", "") == ""


def test_text_overrules_the_outlet() -> None:
    assert detect_language("港務局說，這個碼頭從今天開始重新開放。", "zh-Hans") == "zh-Hant"
    assert detect_language("The harbour office said that the pier is open.", "zh-Hans") == "en"


@given(st.text(max_size=300), st.sampled_from(["", "en", "zh-Hans", "zh-Hant"]))
def test_result_is_one_of_the_known_tags(text: str, default: str) -> None:
    assert detect_language(text, default) in {"", "en", "ja", "ko", "zh", "zh-Hans", "zh-Hant"}


def test_language_of_a_long_text_is_that_of_its_beginning() -> None:
    assert detect_language("这说国" * 2000 + "這說國" * 100_000) == "zh-Hans"
