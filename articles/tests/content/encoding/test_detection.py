"""Encoding detection: bytes in any encoding become the original text."""

from __future__ import annotations

import codecs
import random
import struct
import subprocess
import sys

import pytest
from hypothesis import given
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
    """Draw at least 40 characters of Chinese, mixed with lines and markup."""
    pieces = st.sampled_from([*sentences, *sentences, "\n", "<p>", "</p>\n", " 2021 ", "title: "])
    texts = st.lists(pieces, min_size=3, max_size=40).map("".join)
    return texts.filter(lambda text: sum(char > "\u2000" for char in text) >= 40)


@given(prose(SIMPLIFIED), st.sampled_from(["gb2312", "gbk", "gb18030"]))
def test_simplified_chinese_round_trips(text: str, codec: str) -> None:
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, "GB18030")
    assert decoded.warning == "read as GB18030"


@given(prose(TRADITIONAL), st.sampled_from(["big5", "cp950", "big5hkscs", "gbk"]))
def test_traditional_chinese_round_trips(text: str, codec: str) -> None:
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, NAMES[codec])


@given(prose(SIMPLIFIED) | prose(TRADITIONAL), st.sampled_from(WIDE), st.booleans())
def test_wide_encodings_round_trip_with_and_without_bom(text: str, codec: str, mark: bool) -> None:
    decoded = decode((("\ufeff" if mark else "") + "title: x\n" + text).encode(codec))
    assert (decoded.text, decoded.encoding) == ("title: x\n" + text, codec.upper())


@given(st.text())
def test_utf8_is_unchanged_and_has_a_warning_only_for_nul(text: str) -> None:
    if text[:1] in "\ufeff\ufffe" or "\x00" in text:
        return
    decoded = decode(text.encode())
    assert (decoded.text, decoded.encoding, decoded.warning) == (text, "UTF-8", "")


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_rejected(data: bytes) -> None:
    try:
        decoded = decode(data)
    except NotTextError:
        return
    decoded.text.encode()  # no surrogate is left
    assert "\x00" not in decoded.text


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
def test_wrong_byte_order_mark_is_ignored(mark: bytes, codec: str, encoding: str) -> None:
    text = f"---\ntitle: {SIMPLE}\n---\n{SIMPLE}\n"
    decoded = decode(mark + text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert "byte order mark of" in decoded.warning
    assert "is wrong" in decoded.warning


def test_correct_byte_order_marks_are_removed_without_a_warning() -> None:
    for codec, name in (("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16-LE"), ("utf-32", "UTF-32-LE")):
        decoded = decode(SIMPLE.encode(codec))
        assert (decoded.text, decoded.encoding) == (SIMPLE, name)
        assert "wrong" not in decoded.warning
    assert decode(codecs.BOM_UTF8 * 2 + b"x").text == "x"


@pytest.mark.parametrize(("codec", "text"), [("gb18030", SIMPLE), ("cp950", FULL)])
def test_front_matter_in_utf8_above_a_body_in_a_legacy_encoding(codec: str, text: str) -> None:
    head = f"---\ntitle: {text}\nauthor: 甲\n---\n"
    decoded = decode(head.encode() + f"<p>{text}</p>\n\n<p>{text}</p>\n".encode(codec))
    assert decoded.text == f"{head}<p>{text}</p>\n\n<p>{text}</p>\n"
    assert decoded.encoding == "mixed"
    name = NAMES.get(codec, "GB18030")
    assert decoded.warning == f"mixed encodings: lines 5 to 7 as {name}, the rest as UTF-8"


def test_front_matter_in_a_legacy_encoding_above_a_body_in_utf8() -> None:
    """路透 in GB18030 is also valid UTF-8 by accident; it is decoded as GB18030, too."""
    head = f"---\ntitle: {SIMPLE}\nauthor: 路透\n---\n"
    decoded = decode(head.encode("gb18030") + f"<p>{SIMPLE}</p>\n".encode())
    assert decoded.text == f"{head}<p>{SIMPLE}</p>\n"
    assert "lines 2 to 3 as GB18030" in decoded.warning


def test_broken_lines_share_the_evidence_for_an_encoding() -> None:
    lines = [SIMPLE, SIMPLE, SIMPLE, "妍媞", SIMPLE]
    data = b"\n".join(line.encode("gbk" if i % 2 else "utf-8") for i, line in enumerate(lines))
    decoded = decode(data)
    assert decoded.text.split("\n") == lines
    assert decoded.warning == (
        "mixed encodings: line 2 as GB18030, line 4 as GB18030, the rest as UTF-8"
    )


def test_utf16_appended_to_utf8() -> None:
    head = f"---\ntitle: {SIMPLE}\n---\n"
    for codec in ("utf-16", "utf-16-be"):
        decoded = decode(head.encode() + f"<p>{SIMPLE}</p>\n".encode(codec))
        assert decoded.text == f"{head}<p>{SIMPLE}</p>\n"
        assert decoded.warning.startswith("mixed encodings: from line 4 UTF-16-")


def test_legacy_encoded_words_inside_a_line_of_utf8() -> None:
    foreign = "<i>港口重新开放</i>".encode("gbk") + "<b>déjà vu</b>".encode("cp1252")
    decoded = decode(f"<p>{SIMPLE}</p>".encode() + foreign)
    assert decoded.text == f"<p>{SIMPLE}</p><i>港口重新开放</i><b>déjà vu</b>"
    assert decoded.warning.startswith("mixed encodings: line 1 as GB18030, line 1 as Windows-1252")


def test_undecodable_bytes_are_counted_and_located() -> None:
    data = f"{SIMPLE}\n{SIMPLE}\n".encode()
    damaged = data[:-40] + b"\xff" + data[-40:] + "\ufffd".encode()
    decoded = decode(damaged)
    assert decoded.encoding == "UTF-8"
    assert decoded.text.replace("\ufffd", "") == f"{SIMPLE}\n{SIMPLE}\n"
    lost = decoded.text.count("\ufffd") - 1  # one stood there before
    assert decoded.warning.startswith(f"{lost} characters that cannot be read became U+FFFD")
    assert decoded.warning.endswith("the first in line 2")
    assert decode(data[:-2]).text.startswith(f"{SIMPLE}\n")


@pytest.mark.parametrize(
    ("text", "codec"),
    [("票價十二€，", "cp950"), ("佢哋話唔使驚，", "big5hkscs"), ("馬克‧奧利～她說，", "cp950")],
)
def test_big5_variants_of_windows_and_hong_kong(text: str, codec: str) -> None:
    text = f"title: {text}\n{FULL}"
    assert decode(text.encode(codec)).text == text


def test_western_text_is_distinguished_from_chinese() -> None:
    text = "Le café a été fermé à cause de la grève ; « déjà vu », dit-il.\nÉlève naïf – Noël."
    decoded = decode(text.encode("cp1252"))
    assert (decoded.text, decoded.encoding) == (text, "Windows-1252")


def test_declared_encoding_decides_when_there_is_little_evidence() -> None:
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


def test_nul_is_removed_with_a_warning() -> None:
    decoded = decode(b"---\ntitle: a\x00b\n---\ntext\x00\n")
    assert decoded.text == "---\ntitle: ab\n---\ntext\n"
    assert decoded.warning == "2 NUL characters left out"


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
def test_bytes_that_are_not_text_are_rejected(data: bytes) -> None:
    with pytest.raises(NotTextError):
        decode(data)
    with pytest.raises(NotAPostError):
        parse_post(data, b"picture.md")
    with pytest.raises(PostError, match="not text in any supported encoding"):
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


def test_oversized_file_is_rejected_before_it_is_decoded() -> None:
    data = b"---\ntitle: x\n---\n" + b"x" * 9_000_000
    with pytest.raises(PostError, match="9,000,017 bytes, more than any post"):
        parse_post(data, PATH)
    with pytest.raises(NotAPostError):
        parse_post(b"x" * 9_000_000, b"notes.md")


#: Pieces that are repeated to 8 MB and could slow a decoder down at every step.
SLOW_PIECES = {
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
DECODE_SCRIPT = """
import resource, sys
from articles.content.post_file.sections import NotAPostError, PostError, split_post
piece = {piece}
data = (piece * (8_000_000 // len(piece) + 1))[:8_000_000]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    split_post(data, b"2021-01-14-x.md")
except (PostError, NotAPostError):
    pass
used = resource.getrusage(resource.RUSAGE_SELF)
print((used.ru_maxrss - before) // 1024, used.ru_utime)
"""


@pytest.mark.parametrize("name", SLOW_PIECES)
def test_eight_megabytes_are_parsed_or_rejected_in_bounded_time(name: str) -> None:
    """Uses at most 200 MB; only a regular expression that backtracks would time out."""
    code = DECODE_SCRIPT.format(piece=SLOW_PIECES[name])
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    megabytes = int(done.stdout.split()[0])
    assert megabytes < 200
