"""Captures of one article: their order, their versions and the current one."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from articles.models import Article, Capture, Redirect
from articles.tests.support.archive_comparison import FILE_FACTS, differences, dump_archive
from articles.tests.support.import_runs import assert_counts_are_right, rolled_back, run_import
from articles.tests.support.post_files import (
    BODY,
    DATE,
    TEXT,
    VOA,
    VOA_URL,
    make_post,
    write_post,
)

pytestmark = pytest.mark.django_db

LATER = "2021-01-14T15:00:00.000Z"
LATEST = "2021-01-14T16:00:00.000Z"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def import_one_by_one(folder: Path, names: tuple[str, ...] | list[str]) -> None:
    """Import each file in a run of its own, in this order."""
    for name in names:
        result = run_import("-", "--root=posts", stdin=str(folder / name).encode())
        assert result.exit_code == 0, result.message


def versions() -> dict[str, int | None]:
    """Return the version of each capture by its title."""
    return dict(Capture.objects.values_list("title", "version"))


def assert_any_order_gives_the_same(folder: Path, posts: dict[str, bytes]) -> None:
    """Import ``posts`` in several orders and compare; keep the archive of the last order."""
    for name, content in posts.items():
        write_post(folder, name, content)
    orders = list(permutations(posts))
    orders = orders[:: max(1, len(orders) // 8)]  # of four posts every third order
    expected: dict[str, list[str]] = {}
    for order in orders:
        with rolled_back():
            import_one_by_one(folder, order)
            assert_counts_are_right()
            dump = dump_archive(without=FILE_FACTS | {"slug", "first_public_at"})
            # These depend on history: old paths of an article, and how a new outlet was guessed.
            del dump["redirect"], dump["source"]
            expected = expected or dump
            assert differences(expected, dump) == "", order
    import_one_by_one(folder, orders[-1])


def test_order_is_by_front_matter_date_then_epoch_then_path(tmp_path: Path) -> None:
    assert_any_order_gives_the_same(
        tmp_path,
        {
            "2021-01-14-d.md": make_post(
                title="一", body="<p>一一一</p>" + BODY, epoch="1610600000000"
            ),
            "2021-01-14-c.md": make_post(
                title="二", body="<p>二二二</p>" + BODY, epoch="1610635279000"
            ),
            "2021-01-14-e.md": make_post(
                title="三", body="<p>三三三</p>" + BODY, epoch="1610635279000"
            ),
            "2021-01-14-a.md": make_post(title="四", body="<p>四四四</p>" + BODY, date=LATER),
        },
    )
    assert versions() == {"一": 1, "二": 2, "三": 3, "四": 4}
    assert Article.objects.get().title == "四"


def test_dates_are_ordered_in_utc(tmp_path: Path) -> None:
    east, west = "2021-01-14T23:30:00+09:00", "2021-01-14T15:00:00+00:00"
    assert_any_order_gives_the_same(
        tmp_path,
        {
            "2021-01-14-a.md": make_post(title="西", date=west),
            "2021-01-14-b.md": make_post(title="东", date=east),
        },
    )
    assert versions() == {"东": 1, "西": 2}


def test_order_holds_when_a_content_is_seen_later_at_a_smaller_path(tmp_path: Path) -> None:
    assert_any_order_gives_the_same(
        tmp_path,
        {
            "m/2021-01-14-x.md": make_post(title="甲"),
            "n/2021-01-14-x.md": make_post(title="乙"),
            "b/2021-01-14-x.md": make_post(title="乙"),
        },
    )
    assert versions() == {"乙": 1, "甲": 2}


def test_posts_without_a_date_are_ordered_too(tmp_path: Path) -> None:
    assert_any_order_gives_the_same(
        tmp_path,
        {
            "2021-01-14-a.md": make_post(title="甲", date="", epoch=None),
            "2021-01-14-b.md": make_post(title="乙", date=""),
            "2021-01-14-c.md": make_post(title="丙"),
        },
    )


def test_version_has_a_title_or_text_that_none_before_had(tmp_path: Path) -> None:
    other_form = '<div class="x"><p><span style="color:red">' + BODY[3:] + "</div>"
    assert_any_order_gives_the_same(
        tmp_path,
        {
            "2021-01-14-a.md": make_post(),
            "2021-01-14-b.md": make_post(body=other_form, date=LATER),
            "2021-01-14-c.md": make_post(body=BODY + "<p>更正：是八天。</p>", date=LATER),
            "2021-01-14-d.md": make_post(date=LATEST),
        },
    )
    found = Capture.objects.order_by("front_matter_at", "order_path").values_list(
        "version", flat=True
    )
    assert list(found) == [1, None, 2, None]
    assert Article.objects.get().version_count == 2


def test_newest_capture_is_current_even_if_it_repeats_the_first_text(tmp_path: Path) -> None:
    posts = [
        make_post(),
        make_post(body=BODY + "<p>更正。</p>", date=LATER),
        make_post(date=LATEST),
    ]
    for number, post in enumerate(posts):
        write_post(tmp_path / "p", f"2021-01-14-{number}.md", post)
    run_import(tmp_path / "p")
    assert "更正" not in Article.objects.get().body.text


@pytest.mark.parametrize("stub", ["", "<p>详情稍后。</p>", "港口今日恢复通航"])
def test_stub_never_replaces_a_fuller_body(tmp_path: Path, stub: str) -> None:
    assert_any_order_gives_the_same(
        tmp_path,
        {"2021-01-14-a.md": make_post(), "2021-01-14-b.md": make_post(body=stub, date=LATEST)},
    )
    article = Article.objects.get()
    assert TEXT in article.body.text
    assert article.version_count == 2
    assert article.current_capture is not None
    assert article.current_capture.version == 1


def test_fuller_body_replaces_a_newer_stub(tmp_path: Path) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md", make_post(body="<p>稍后。</p>", date=LATEST))
    run_import(tmp_path / "p")
    write_post(tmp_path / "p", "2021-01-14-b.md", make_post())
    result = run_import(tmp_path / "p")
    assert result.summary["versions"] == 1
    assert TEXT in Article.objects.get().body.text


def test_spellings_of_one_url_are_one_article(tmp_path: Path) -> None:
    spellings = ["http://Herald.example:80/a//b/", "https://herald.example/a/b?utm_source=x#top"]
    for number, url in enumerate([*spellings, "https://herald.example/a/b?id=1"]):
        write_post(tmp_path / "p", f"2021-01-14-{number}.md", make_post(url=url))
    result = run_import(tmp_path / "p")
    assert (result.summary["created"], result.summary["unchanged"]) == (2, 1)


def test_slug_is_frozen_and_a_new_day_leaves_a_redirect(tmp_path: Path) -> None:
    first = make_post(url=VOA_URL, category=VOA)
    write_post(tmp_path / "p", "2021-01-14-a.md", first)
    run_import(tmp_path / "p")
    old = Article.objects.get().get_absolute_url()
    dated = "<div><i>Wed, 13 Jan 2021 20:00:00 GMT</i></div>" + BODY
    newer = make_post(url=VOA_URL, category=VOA, title="别的标题", date=LATER, body=dated)
    write_post(tmp_path / "p", "2021-01-14-b.md", newer)
    run_import(tmp_path / "p")
    article = Article.objects.get()
    assert article.title == "别的标题"
    assert article.day.isoformat() == "2021-01-13"
    assert article.slug == "港口今日恢复通航"
    assert Redirect.objects.get().article == article
    assert Redirect.objects.get().path == "/2021/01/14/港口今日恢复通航/"
    assert old != article.get_absolute_url()
    assert_counts_are_right()


def test_stories_of_one_day_with_one_title_have_different_slugs(tmp_path: Path) -> None:
    for number in range(3):
        post = make_post(url=f"https://herald.example/{number}", date=DATE)
        write_post(tmp_path / "p", f"2021-01-14-{number}.md", post)
    run_import(tmp_path / "p")
    articles = list(Article.objects.order_by("code"))
    slugs = {article.slug for article in articles}
    assert len(slugs) == 3
    suffixed = {f"港口今日恢复通航-{article.code[:4]}" for article in articles}
    assert len(slugs & suffixed) == 2
    assert "港口今日恢复通航" in slugs
