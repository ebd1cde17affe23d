"""``export_posts``: originals are exported byte for byte, without what is withheld."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.exporting.file_names import root_folder
from articles.models import Original, State
from articles.tests.support.exports import export, read_tree, short_hash
from articles.tests.support.factories import (
    NOON,
    make_article,
    make_capture,
    make_issue,
    make_original,
    make_sighting,
)

pytestmark = pytest.mark.django_db

ODD_PATHS = [
    b"archived/2020-02-26/plain.md",
    b"line\nbreak.md",
    b"quote\"and'tick.md",
    b"\xff\xfe not UTF-8.md",
    "標題「引號」.md".encode(),
    b"cafe\xcc\x81.md",
    b"x" * 252 + b".md",
    b" blank at both ends ",
    b"-rf",
    b"back\\slash.md",
    b".hidden",
    b"no suffix",
]


def test_every_original_is_exported_to_its_path_byte_for_byte(tmp_path: Path) -> None:
    expected = {}
    for number, path in enumerate(ODD_PATHS):
        content = b"---\r\ntitle: \xff\x00\n---\n" + bytes([number])
        make_capture(content, path)
        expected[b"posts/" + path] = content
    code, lines = export(tmp_path / "out")
    assert code == 0
    assert read_tree(tmp_path / "out") == expected
    assert lines[-1]["written"] == len(ODD_PATHS)


def test_a_content_seen_at_two_paths_is_exported_to_both(tmp_path: Path) -> None:
    make_capture(b"same", b"a/x.md")
    make_sighting(b"same", b"b/y.md", root="other")
    export(tmp_path)
    assert read_tree(tmp_path) == {b"posts/a/x.md": b"same", b"other/b/y.md": b"same"}


def test_the_newest_content_of_a_path_gets_the_path(tmp_path: Path) -> None:
    article = make_article()
    day = dt.timedelta(days=1)
    make_capture(b"middle", b"x.tar.md", article=article, front_matter_at=NOON)
    make_capture(b"newest", b"x.tar.md", article=article, front_matter_at=NOON + day)
    make_capture(b"undated", b"x.tar.md", article=article, epoch_ms=2**40)
    _, lines = export(tmp_path)
    assert read_tree(tmp_path) == {
        b"posts/x.tar.md": b"newest",
        b"posts/x.tar." + short_hash(b"middle") + b".md": b"middle",
        b"posts/x.tar." + short_hash(b"undated") + b".md": b"undated",
    }
    assert lines[-1]["older"] == 2


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"epoch_ms": None}, {"epoch_ms": -5}),
        ({"epoch_ms": 1}, {"epoch_ms": 2}),
        ({"order_path": b"a"}, {"order_path": b"\xff"}),
    ],
)
def test_captures_of_one_date_are_ordered_by_epoch_and_then_by_path(
    tmp_path: Path, older: dict[str, Any], newer: dict[str, Any]
) -> None:
    article = make_article()
    make_capture(b"newer", b"x", article=article, front_matter_at=NOON, **newer)
    make_capture(b"older", b"x", article=article, front_matter_at=NOON, **older)
    export(tmp_path)
    assert read_tree(tmp_path)[b"posts/x"] == b"newer"


def test_captures_equal_in_everything_else_are_ordered_by_sha256(tmp_path: Path) -> None:
    contents = sorted((b"one", b"two", b"three"), key=lambda text: hashlib.sha256(text).digest())
    for content in contents:
        make_capture(content, b"x")
    export(tmp_path)
    assert read_tree(tmp_path)[b"posts/x"] == contents[-1]


def test_a_second_export_writes_nothing(tmp_path: Path) -> None:
    make_capture(b"text", b"x.md")
    export(tmp_path)
    before = (tmp_path / "posts/x.md").stat()
    _, lines = export(tmp_path)
    assert (lines[-1]["written"], lines[-1]["present"]) == (0, 1)
    after = (tmp_path / "posts/x.md").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_withdrawn_and_hidden_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    withdrawn = make_article(state=State.WITHDRAWN, state_reason="a court said so")
    make_capture(b"withdrawn", b"w.md", article=withdrawn)
    article = make_article()
    make_capture(b"shown", b"x.md", article=article, epoch_ms=1)
    make_capture(b"hidden", b"x.md", article=article, epoch_ms=2, hidden=True, hidden_reason="name")
    code, lines = export(tmp_path / "public")
    assert code == 0
    assert read_tree(tmp_path / "public") == {b"posts/x.md": b"shown"}
    assert lines[-1]["withheld"] == 2
    assert len(lines) == 1
    export(tmp_path / "all", "--include-withdrawn")
    assert read_tree(tmp_path / "all") == {
        b"posts/w.md": b"withdrawn",
        b"posts/x.md": b"hidden",
        b"posts/x." + short_hash(b"shown") + b".md": b"shown",
    }


def test_a_copy_of_a_hidden_version_in_another_form_is_left_out(tmp_path: Path) -> None:
    article = make_article()
    same: dict[str, Any] = {"article": article, "text_hash": "0" * 64}
    make_capture(b"text", b"x.md", hidden=True, hidden_reason="name", **same)
    make_capture(b"text\r\n", b"y.md", **same)
    export(tmp_path)
    assert read_tree(tmp_path) == {}


def test_bytes_that_a_withdrawn_article_has_too_are_left_out(tmp_path: Path) -> None:
    withdrawn = make_article(state=State.WITHDRAWN, state_reason="a court said so")
    make_capture(b"text", b"x.md")
    make_capture(b"text", b"y.md", article=withdrawn)
    export(tmp_path)
    assert read_tree(tmp_path) == {}


def test_quarantined_bytes_are_in_a_folder_of_their_own(tmp_path: Path) -> None:
    make_capture(b"good", b"x.md")
    make_capture(b"a root of this name", b"posts/x.md", root="_quarantine")
    make_issue(b"first", b"x.md")
    make_issue(b"second", b"x.md")
    make_issue(b"solved", b"s.md", resolved_at=timezone.now())
    make_issue(b"", b"unreadable.md", sha256="", data=b"")
    make_issue(b"", b"empty.md")
    code, lines = export(tmp_path)
    assert code == 0
    assert read_tree(tmp_path) == {
        b"posts/x.md": b"good",
        b"_quarantine/posts/x.md": b"second",
        b"_quarantine/posts/x." + short_hash(b"first") + b".md": b"first",
        b"_quarantine/posts/empty.md": b"",
        root_folder("_quarantine") + b"/posts/x.md": b"a root of this name",
    }
    assert lines[-1]["quarantined"] == 3


def test_a_withdrawn_post_that_later_rules_cannot_read_stays_withheld(tmp_path: Path) -> None:
    withdrawn = make_article(state=State.WITHDRAWN, state_reason="a court said so")
    make_capture(b"text", b"x.md", article=withdrawn)
    make_issue(b"text", b"x.md")
    export(tmp_path)
    assert read_tree(tmp_path) == {}


@pytest.mark.parametrize(
    "damage", [{"data": b"no zlib"}, {"size": 3}, {"size": 400}, {"data": b""}]
)
def test_a_damaged_original_is_reported_and_the_others_are_exported(
    tmp_path: Path, damage: dict[str, Any]
) -> None:
    bad = make_capture(b"damaged", b"x.md").original
    Original.objects.filter(pk=bad.pk).update(**damage)
    make_capture(b"other", b"y.md")
    code, lines = export(tmp_path)
    assert code == 3
    assert (lines[0]["type"], lines[0]["kind"]) == ("finding", "damaged")
    assert read_tree(tmp_path) == {b"posts/y.md": b"other"}


def test_originals_without_an_article_or_a_path_are_listed(tmp_path: Path) -> None:
    make_sighting(b"no article", b"x.md")
    pathless = make_original(b"nowhere")
    code, lines = export(tmp_path)
    assert code == 3
    assert [line["kind"] for line in lines[:-1]] == ["no capture", "no capture", "no path"]
    assert lines[2]["about"] == [pathless.sha256]
    assert read_tree(tmp_path) == {b"posts/x.md": b"no article"}


def test_only_the_requested_root_is_exported(tmp_path: Path) -> None:
    make_capture(b"one", b"x.md", root="one")
    make_capture(b"two", b"x.md", root="two")
    make_issue(b"three", b"z.md", root="two")
    assert export(tmp_path, "--root=one")[0] == 0
    assert read_tree(tmp_path) == {b"one/x.md": b"one"}
    assert export(tmp_path, "--root=three")[0] == 2


def test_bytes_are_read_one_at_a_time(tmp_path: Path) -> None:
    make_capture(b"first", b"0.md")
    with CaptureQueriesContext(
        connection,
    ) as one:
        export(tmp_path / "one")
    for number in range(1, 11):
        make_capture(b"%d" % number, b"%d.md" % number)
    with CaptureQueriesContext(connection) as eleven:
        export(tmp_path / "eleven")
    assert len(eleven) == len(one) + 10
