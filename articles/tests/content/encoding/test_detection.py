"""``content.decoding``: bytes become the text that somebody wrote, whatever they are in."""

from __future__ import annotations

import codecs
import random
import struct
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.content.encoding.detection import NotTextError, decode
from articles.content.post_file.parsing import NotAPostError, ParsedPost, PostError, parse_post
from articles.tests.support.import_runs import PROJECT
from articles.tests.support.post_files import make_post

SIMPLIFIED = (
    "北方港务局星期四宣布，关闭了九天的三号码头当天清晨重新开放。", "第一艘货轮已经靠岸，",
    "船员们说，他们在海上等了六天。", "市长对记者表示，积压的货物要到下个星期才能全部运走。",
    "“我们都很累，”一名船长说。", "议会将在星期一讨论这项预算。",
)  # fmt: skip
TRADITIONAL = (
    "北方港務局星期四宣布，關閉了九天的三號碼頭當天清晨重新開放。", "第一艘貨輪已經靠岸，",
    "船員們說，他們在海上等了六天。", "市長對記者表示，積壓的貨物要到下個星期才能全部運走。",
    "「我們都很累，」一名船長說。", "議會將在星期一討論這項預算。",
)  # fmt: skip
SIMPLE, FULL = "".join(SIMPLIFIED), "".join(TRADITIONAL)
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
NAMES = {"gbk": "GB18030", "gb2312": "GB18030", "cp950": "Big5", "big5hkscs": "Big5"}
NAMES |= {"big5": "Big5", "cp1252": "Windows-1252"}
PATH = b"_posts/2021-01-14-port.md"


def prose(sentences: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Draw at least 40 characters of Chinese, with lines and markup between."""
    pieces = st.sampled_from([*sentences, *sentences, "\n", "<p>", "</p>\n", " 2021 ", "title: "])
    texts = st.lists(pieces, min_size=3, max_size=40).map("".join)
    return texts.filter(lambda text: sum(char > "\u2000" for char in text) >= 40)


@settings(deadline=None)
@given(prose(SIMPLIFIED), st.sampled_from(["gb2312", "gbk", "gb18030"]))
def test_simplified_chinese_is_read_back(text: str, codec: str) -> None:
    read = decode(text.encode(codec))
    assert (read.text, read.encoding) == (text, "GB18030")
    assert read.warning == "read as GB18030"


@settings(deadline=None)
@given(prose(TRADITIONAL), st.sampled_from(["big5", "cp950", "big5hkscs", "gbk"]))
def test_traditional_chinese_is_read_back(text: str, codec: str) -> None:
    read = decode(text.encode(codec))
    assert (read.text, read.encoding) == (text, NAMES[codec])


@settings(deadline=None)
@given(prose(SIMPLIFIED) | prose(TRADITIONAL), st.sampled_from(WIDE), st.booleans())
def test_wide_encodings_are_read_back_with_and_without_mark(
    text: str, codec: str, mark: bool
) -> None:
    read = decode((("\ufeff" if mark else "") + "title: x\n" + text).encode(codec))
    assert (read.text, read.encoding) == ("title: x\n" + text, codec.upper())


@given(st.text())
def test_utf8_is_itself_and_told_of_only_for_nul(text: str) -> None:
    if text[:1] in "\ufeff\ufffe" or "\x00" in text:
        return
    read = decode(text.encode())
    assert (read.text, read.encoding, read.warning) == (text, "UTF-8", "")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_told_to_be_none(data: bytes) -> None:
    try:
        read = decode(data)
    except NotTextError:
        return
    read.text.encode()  # no surrogate is left
    assert "\x00" not in read.text


@pytest.mark.parametrize(
    ("mark", "codec", "encoding"),
    [
        (codecs.BOM_UTF8, "gb18030", "GB18030"),
        (codecs.BOM_UTF16_LE, "utf-8", "UTF-8"),
        (codecs.BOM_UTF16_BE, "gb18030", "GB18030"),
        (codecs.BOM_UTF16_BE, "utf-16-le", "UTF-16-LE"),
        (codecs.BOM_UTF8, "utf-16-be", "UTF-16-BE"),
        (codecs.BOM_UTF32_LE, "utf-8", "UTF-8"),
    ],
)
def test_wrong_byte_order_mark_is_not_believed(mark: bytes, codec: str, encoding: str) -> None:
    text = f"---\ntitle: {SIMPLE}\n---\n{SIMPLE}\n"
    read = decode(mark + text.encode(codec))
    assert (read.text, read.encoding) == (text, encoding)
    assert "byte order mark of" in read.warning
    assert "is wrong" in read.warning


def test_right_byte_order_marks_go_without_a_word_about_them() -> None:
    for codec, name in (("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16-LE"), ("utf-32", "UTF-32-LE")):
        read = decode(SIMPLE.encode(codec))
        assert (read.text, read.encoding) == (SIMPLE, name)
        assert "wrong" not in read.warning
    assert decode(codecs.BOM_UTF8 * 2 + b"x").text == "x"


@pytest.mark.parametrize(("codec", "text"), [("gb18030", SIMPLE), ("cp950", FULL)])
def test_header_in_utf8_above_a_body_in_another_table(codec: str, text: str) -> None:
    head = f"---\ntitle: {text}\nauthor: 甲\n---\n"
    read = decode(head.encode() + f"<p>{text}</p>\n\n<p>{text}</p>\n".encode(codec))
    assert read.text == f"{head}<p>{text}</p>\n\n<p>{text}</p>\n"
    assert read.encoding == "mixed"
    name = NAMES.get(codec, "GB18030")
    assert read.warning == f"mixed encodings: lines 5 to 7 as {name}, the rest as UTF-8"


def test_header_in_another_table_above_a_body_in_utf8() -> None:
    """路透 in GB18030 happens to be UTF-8 as well, and is no exception."""
    head = f"---\ntitle: {SIMPLE}\nauthor: 路透\n---\n"
    read = decode(head.encode("gb18030") + f"<p>{SIMPLE}</p>\n".encode())
    assert read.text == f"{head}<p>{SIMPLE}</p>\n"
    assert "lines 2 to 3 as GB18030" in read.warning


def test_lines_in_another_table_speak_for_one_another() -> None:
    lines = [SIMPLE, SIMPLE, SIMPLE, "妍媞", SIMPLE]
    data = b"\n".join(line.encode("gbk" if i % 2 else "utf-8") for i, line in enumerate(lines))
    read = decode(data)
    assert read.text.split("\n") == lines
    assert read.warning == (
        "mixed encodings: line 2 as GB18030, line 4 as GB18030, the rest as UTF-8"
    )


def test_utf16_appended_to_utf8() -> None:
    head = f"---\ntitle: {SIMPLE}\n---\n"
    for codec in ("utf-16", "utf-16-be"):
        read = decode(head.encode() + f"<p>{SIMPLE}</p>\n".encode(codec))
        assert read.text == f"{head}<p>{SIMPLE}</p>\n"
        assert read.warning.startswith("mixed encodings: from line 4 UTF-16-")


def test_foreign_words_inside_a_line_of_utf8() -> None:
    foreign = "<i>港口重新开放</i>".encode("gbk") + "<b>déjà vu</b>".encode("cp1252")
    read = decode(f"<p>{SIMPLE}</p>".encode() + foreign)
    assert read.text == f"<p>{SIMPLE}</p><i>港口重新开放</i><b>déjà vu</b>"
    assert read.warning.startswith("mixed encodings: line 1 as GB18030, line 1 as Windows-1252")


def test_what_nobody_can_read_is_counted_and_placed() -> None:
    data = f"{SIMPLE}\n{SIMPLE}\n".encode()
    damaged = data[:-40] + b"\xff" + data[-40:] + "\ufffd".encode()
    read = decode(damaged)
    assert read.encoding == "UTF-8"
    assert read.text.replace("\ufffd", "") == f"{SIMPLE}\n{SIMPLE}\n"
    lost = read.text.count("\ufffd") - 1  # one stood there before
    assert read.warning.startswith(f"{lost} characters that cannot be read became U+FFFD")
    assert read.warning.endswith("the first in line 2")
    assert decode(data[:-2]).text.startswith(f"{SIMPLE}\n")


@pytest.mark.parametrize(
    ("text", "codec"),
    [("票價十二€，", "cp950"), ("佢哋話唔使驚，", "big5hkscs"), ("馬克‧奧利～她說，", "cp950")],
)
def test_big5_is_read_as_windows_and_hong_kong_have_it(text: str, codec: str) -> None:
    text = f"title: {text}\n{FULL}"
    assert decode(text.encode(codec)).text == text


def test_western_text_is_told_from_chinese() -> None:
    text = "Le café a été fermé à cause de la grève ; « déjà vu », dit-il.\nÉlève naïf – Noël."
    read = decode(text.encode("cp1252"))
    assert (read.text, read.encoding) == (text, "Windows-1252")


def test_table_that_the_bytes_declare_decides_where_little_else_does() -> None:
    text = '<meta charset="{}">\n<p>妍媞</p>'
    assert decode(text.format("gbk").encode("gbk")).text == text.format("gbk")
    assert decode(text.format("big5").encode("big5")).text == text.format("big5")
    lie = f'<meta charset="gb2312">{SIMPLE}'
    assert decode(lie.encode()).text == lie
    lie = f'<meta charset="gb2312">{FULL}'
    assert decode(lie.encode("big5")).text == lie


def test_surrogates_in_utf8_are_joined_or_replaced() -> None:
    joined = "\ud83d\ude00".encode("utf-8", "surrogatepass")
    assert decode(b"a" + joined + b"b").text == "a😀b"
    lone = decode(b"a" + "\ud83d".encode("utf-8", "surrogatepass") + b"b" * 20)
    assert lone.text == "a\ufffd" + "b" * 20
    assert "1 characters that cannot be read" in lone.warning
    text = "title: a port reopens\n"
    assert decode(text.encode("utf-16-le") + b"\x00\xd8").text == text + "\ufffd"


def test_nul_is_left_out_and_told() -> None:
    read = decode(b"---\ntitle: a\x00b\n---\ntext\x00\n")
    assert read.text == "---\ntitle: ab\n---\ntext\n"
    assert read.warning == "2 NUL characters left out"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + random.Random(1).randbytes(4000),
        struct.pack("<400d", *(n * 1.1 for n in range(400))),
        b"\xff" * 500,
        b"\x00" * 500,
    ],
    ids=["jpeg", "png", "numbers", "ff", "nul"],
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(NotTextError):
        decode(data)
    with pytest.raises(NotAPostError):
        parse_post(data, b"picture.md")
    with pytest.raises(PostError, match="no text in any encoding"):
        parse_post(data, PATH)


@pytest.mark.parametrize("codec", ["gb18030", "utf-16", "utf-16-be", "utf-32"])
def test_post_is_the_same_in_every_encoding(codec: str) -> None:
    plain = make_post()
    post = parse_post(plain.decode().encode(codec), PATH)
    expected = parse_post(plain, PATH)
    assert isinstance(post, ParsedPost)
    assert (post.title, post.text, post.html) == (expected.title, expected.text, expected.html)
    assert post.warnings[0].startswith("read as ")
    assert post.size == len(plain.decode().encode(codec))


def test_file_that_no_post_is_as_large_as_is_refused_before_it_is_read() -> None:
    data = b"---\ntitle: x\n---\n" + b"x" * 9_000_000
    with pytest.raises(PostError, match="9,000,017 bytes, more than any post"):
        parse_post(data, PATH)
    with pytest.raises(NotAPostError):
        parse_post(b"x" * 9_000_000, b"notes.md")


#: Each is 8 MB that a decoder may stumble over at every step.
STUMBLING = {
    "gb": "'港口今日恢复通航，'.encode('gbk') + b'\\n'",
    "in turns": "'港口\\n'.encode() + '港口\\n'.encode('gbk')",
    "damaged": "b'\\xff\\n'",
    "spots": "b'\\xff\\na\\n'",
    "segments": "b'\\x80 \\xff<'",
    "returns": "b'\\r'",
    "random": "__import__('random').Random(1).randbytes(1 << 20)",
    "comments": "b'<!--'",
    "rules": "b'---\\n'",
    "braces": "b'{\"a\":'",
}
HELD = """
import resource, sys
from articles.content.post_file.sections import NotAPostError, PostError, take_apart
piece = {piece}
data = (piece * (8_000_000 // len(piece) + 1))[:8_000_000]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    take_apart(data, b"2021-01-14-x.md")
except (PostError, NotAPostError):
    pass
used = resource.getrusage(resource.RUSAGE_SELF)
print((used.ru_maxrss - before) // 1024, used.ru_utime)
"""


@pytest.mark.parametrize("name", STUMBLING)
def test_eight_megabytes_of_anything_are_read_or_refused_in_good_time(name: str) -> None:
    """Within 200 MB, and in a time that only a faulty pattern would miss."""
    code = HELD.format(piece=STUMBLING[name])
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    megabytes = int(done.stdout.split()[0])
    assert megabytes < 200
