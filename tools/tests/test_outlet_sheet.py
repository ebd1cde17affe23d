import re
from pathlib import Path

import pytest

from articles.content.outlets.registry import load_outlets
from articles.content.post_file.parsing import RULES_VERSION, NotAPostError, PostError
from tools.outlet_counts import PostCounts, count_folder, count_post, visible_characters
from tools.outlet_sheet import COMMAND, main, render_sheet

SAMPLES = Path(__file__).parents[2] / "samples" / "posts"
STORY = "<p>三号码头重新开放，工人们说，他们清晨就到了，船却还没有来。</p>"
HEAD = """---
title: "港口通航"
date: 2021-01-14T14:04:22.000Z
from: https://www.voachinese.com/a/1.html
categories: [ 美国之音 ]
---
"""


def written(path: Path, body: str, head: str = HEAD) -> Path:
    path.write_text(head + body, encoding="utf-8")
    return path


def counted(path: Path) -> PostCounts:
    result = count_post(path)
    assert isinstance(result, PostCounts)
    return result


def test_post_is_counted(tmp_path: Path) -> None:
    body = (
        "<p>三号码头 重新开放。<script>let a;</script></p><img src='https://img.example/a.jpg'>"
        "<div>获取更多RSS：<br><a href='https://feedx.net'>https://feedx.net</a></div>"
    )
    post = counted(written(tmp_path / "2021-01-14-a.md", body))
    assert (post.outlet, post.day, post.before, post.after) == ("voa", "2021-01-14", 34, 9)
    assert post.removed == {"general/feed-service-footer": (1, 25), "script": (1, 6)}
    assert (post.pictures_before, post.pictures_after, post.flags) == (1, 1, ("short",))
    assert post.share == 9 / 34
    assert not post.is_untouched
    assert not post.is_in_doubt


def test_picture_removed_by_a_rule_is_not_counted_after(tmp_path: Path) -> None:
    head = HEAD.replace("美国之音", "Solidot").replace("www.voachinese.com", "www.solidot.org")
    rule = next(o for o in load_outlets() if o.slug == "solidot").pictures[0]
    post = counted(written(tmp_path / "2021-01-14-a.md", f"<p>甲。</p>{rule.sample}", head))
    assert post.pictures_before == post.pictures_after + 1


def test_post_with_text_removed_by_no_rule_is_in_doubt() -> None:
    post = PostCounts(
        "voa", "2021-01-14", 1000, 900, {"title": (1, 40), "script": (1, 99)}, 0, 0, ()
    )
    assert post.is_in_doubt
    post = PostCounts("voa", "2021-01-14", 1000, 900, {"title": (1, 60)}, 0, 0, ())
    assert not post.is_in_doubt


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p>甲 乙<br>丙</p>", 3),
        ("<style>a{}</style><script>b</script><ruby>港<rt>gǎng</rt></ruby>", 1),
        ("<iframe src='https://a.example/'>no frames</iframe>甲", 1),
        ("", 0),
    ],
)
def test_visible_characters(html: str, count: int) -> None:
    assert visible_characters(html) == count


def test_files_that_are_no_posts_are_counted(tmp_path: Path) -> None:
    assert count_post(written(tmp_path / "README.md", "", "# Posts\n")) is NotAPostError
    assert count_post(written(tmp_path / "2021-01-14-a.md", "", "no header")) is PostError
    counts = count_folder(tmp_path)
    assert (counts.posts, counts.skipped, counts.refused) == ([], 1, 1)


def test_sheet_is_deterministic_and_complete(tmp_path: Path) -> None:
    (tmp_path / "voices").mkdir()
    for number in range(3):
        name = tmp_path / "voices" / f"2021-01-1{number}-a.md"
        written(name, STORY * (number + 1))
    (tmp_path / ".hidden").mkdir()
    written(tmp_path / ".hidden" / "2021-01-14-a.md", "<p>甲。</p>")
    text = render_sheet(count_folder(tmp_path))
    assert text == render_sheet(count_folder(tmp_path))
    assert COMMAND in text
    assert f"Rules version {RULES_VERSION}. 3 posts (3 of `voices`); 0 files" in text
    size = 6 * (len(STORY) - len("<p></p>"))
    row = f"| 3 | 3 | {size} | {size} | 100.0 % | 100.0 % | 100.0 % (2021-01-14) | 0 | 0 | 1 | 0 |"
    assert f"\n| 美国之音 (`voa`) {row}\n" in text
    assert f"\n| **all** {row}\n" in text
    assert "Never matched: `programme-playlist`" in text
    assert "工人们" not in text
    assert str(tmp_path) not in text


def test_sheet_of_the_samples_has_a_row_for_outlets_without_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(SAMPLES)]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^\| outlets without a file \| \d\d", text, re.MULTILINE)
    assert "| `feed-service-footer` |" in text


@pytest.mark.parametrize("arguments", [[], ["no such folder"], ["a", "b"]])
def test_wrong_arguments_print_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_folder_without_posts_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}: no post files in it")
