"""Versions: the list, a single version, the diff, and what stays hidden."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from articles.models import Article, ArticleEdit, Capture
from articles.tests.support.factories import NOON
from articles.tests.support.page_fixtures import add_version, at, page_text, publish

pytestmark = pytest.mark.django_db

FIRST = "<p>公路塌方，三人受伤，交通中断。</p><p>抢修队已经出发，预计夜里抵达现场。</p>"
SECOND = "<p>公路塌方，两人受伤，交通中断。</p><p>抢修队已经出发，预计夜里抵达现场。</p>"
THIRD = "<p>公路塌方，两人受伤，便道已经抢通。</p><p>抢修队预计星期六完工。</p>"


@pytest.fixture
def story() -> Article:
    """Return a public story with three versions, of which the third is current."""
    article = publish()
    add_version(article, 1, title="上游公路塌方 三人受伤", body=FIRST)
    add_version(article, 2, title="上游公路塌方 两人受伤", body=SECOND, date="2021-01-15")
    add_version(article, 3, title="塌方公路抢通便道", body=THIRD)
    return article


def hide(story: Article, number: int) -> None:
    story.captures.filter(version=number).update(hidden=True, hidden_reason="names a person")


def test_list_has_every_version_newest_first(client: Client, story: Article) -> None:
    html = page_text(client, f"/a/{story.code}/versions/")
    places = [html.index(f"Version {number}<") for number in (3, 2, 1)]
    assert places == sorted(places)
    assert html.count(">shown<") == 1
    assert f'href="/a/{story.code}/versions/2..3/"' in html
    assert f'href="/a/{story.code}/versions/1..2/"' in html
    for capture in story.captures.all():
        assert capture.original_id in html
    assert '<time datetime="2021-01-15">15 January 2021</time>' in html


def test_list_groups_copies_in_another_form_under_their_version(
    client: Client, story: Article
) -> None:
    copy = add_version(
        story, None, shown=False, title="上游公路塌方 三人受伤", body=FIRST.replace("<p>", "<p >")
    )
    html = page_text(client, f"/a/{story.code}/versions/")
    assert html.index("Version 1<") < html.index(copy.original_id)
    assert html.count("In another form") == 1


def test_list_pagination_reaches_the_end(client: Client, story: Article) -> None:
    for number in range(4, 56):
        add_version(story, number, title=f"标题 {number}", body=THIRD)
    first = page_text(client, f"/a/{story.code}/versions/")
    assert ("Version 6<" in first, "Version 5<" in first) == (True, False)
    after = first.split("?after=")[1].split('"')[0]
    rest = page_text(client, f"/a/{story.code}/versions/?after={after}")
    assert ("Version 6<" in rest, "Version 5<" in rest, "Version 1<" in rest) == (
        False, True, True,
    )  # fmt: skip
    assert client.get(f"/a/{story.code}/versions/?after=zz").status_code == 404


def test_old_version_is_derived_from_its_original(client: Client, story: Article) -> None:
    html = page_text(client, f"/a/{story.code}/versions/1/")
    assert FIRST.replace("</p><p>", "</p>\n<p>") in html
    assert "上游公路塌方 三人受伤" in html
    assert "not the version that the archive shows" in html
    assert story.captures.get(version=1).original_id in html


def test_current_version_shows_the_edits(client: Client, story: Article) -> None:
    story.title, story.edited_at = "改过的标题", NOON
    story.save()
    story.body.html = "<p>改过的正文。</p>"
    story.body.save()
    html = page_text(client, f"/a/{story.code}/versions/3/")
    assert "改过的标题" in html
    assert "<p>改过的正文。</p>" in html
    assert "edited by the archive" in html
    assert "便道" not in html


def test_diff_to_the_current_version_hides_what_editors_removed(
    client: Client, story: Article
) -> None:
    story.edited_at = NOON
    story.save()
    story.body.text = "公路塌方，两人受伤。"
    story.body.save()
    html = page_text(client, f"/a/{story.code}/versions/2..3/")
    assert "星期六" not in html
    assert "edited by the archive" in html


def test_unnumbered_current_copy_counts_as_its_version(client: Client, story: Article) -> None:
    add_version(story, None, title="塌方公路抢通便道", body=THIRD.replace("<p>", "<p >"))
    assert page_text(client, f"/a/{story.code}/versions/").count(">shown<") == 1
    html = page_text(client, f"/a/{story.code}/versions/3/")
    assert "This is the version that the archive shows." in html


def test_diff_marks_headline_and_characters(client: Client, story: Article) -> None:
    html = page_text(client, f"/a/{story.code}/versions/1..2/")
    assert "上游公路塌方 <del>三</del><ins>两</ins>人受伤</p>" in html
    assert "公路塌方，<del>三</del><ins>两</ins>人受伤，交通中断。" in html
    assert '<p class="same">抢修队已经出发，预计夜里抵达现场。</p>' in html


def test_diff_folds_long_unchanged_passages(client: Client) -> None:
    story = publish()
    same = "".join(f"<p>第{n}段在两个版本里都是一样的。</p>" for n in range(6))
    add_version(story, 1, body=f"{same}<p>结尾写于清晨，由值班编辑发出。</p>")
    add_version(story, 2, body=f"{same}<p>结尾写于傍晚，由值班编辑发出。</p>")
    html = page_text(client, f"/a/{story.code}/versions/1..2/")
    assert '<summary lang="en">5 paragraphs without a change</summary>' in html


def test_diff_of_headlines_only_says_that_the_text_is_the_same(client: Client) -> None:
    story = publish()
    add_version(story, 1, title="旧标题")
    add_version(story, 2, title="新标题")
    assert "The text is the same" in page_text(client, f"/a/{story.code}/versions/1..2/")


def test_diff_is_text_and_never_markup(client: Client) -> None:
    story = publish()
    add_version(story, 1, body="<p>1 &lt;script&gt;alert(1)&lt;/script&gt; 原来的文字在此</p>")
    add_version(story, 2, body="<p>2 &lt;script&gt;alert(2)&lt;/script&gt; 后来的文字在此</p>")
    assert "<script>" not in page_text(client, f"/a/{story.code}/versions/1..2/")


def test_reversed_diff_redirects(client: Client, story: Article) -> None:
    response = client.get(f"/a/{story.code}/versions/3..1/")
    assert (response.status_code, response["Location"]) == (
        301, f"/a/{story.code}/versions/1..3/",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["9/", "0/", "01/", "99999999999999999999/", "1..9/", "2..2/"])
def test_versions_that_do_not_exist_are_not_found(
    client: Client, story: Article, path: str
) -> None:
    page_text(client, f"/a/{story.code}/versions/{path}", 404)


def test_hidden_version_shows_only_its_number(client: Client, story: Article) -> None:
    hide(story, 2)
    html = page_text(client, f"/a/{story.code}/versions/")
    assert "Version 2 is hidden." in html
    assert "上游公路塌方 两人受伤" not in html
    assert story.captures.get(version=2).original_id not in html
    assert "names a person" not in html
    assert f'href="/a/{story.code}/versions/1..3/"' in html


@pytest.mark.parametrize("path", ["2/", "1..2/", "2..3/"])
def test_pages_of_a_hidden_version_are_gone(client: Client, story: Article, path: str) -> None:
    hide(story, 2)
    html = page_text(client, f"/a/{story.code}/versions/{path}", 410)
    assert "Version 2 of this story is hidden." in html
    assert "两人受伤" not in html


def test_links_to_adjacent_versions_skip_hidden_ones(client: Client, story: Article) -> None:
    hide(story, 2)
    html = page_text(client, f"/a/{story.code}/versions/3/")
    assert f'rel="prev" href="/a/{story.code}/versions/1/"' in html
    assert f"/a/{story.code}/versions/2/" not in html


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        # the story with source and capture; edits; versions; copies in another form; comparable
        # versions
        ("", 5),
        # the story; edits; the capture with its original; the older one; the newer one
        ("1/", 5),
        ("3/", 5),  # the same
        ("1..3/", 3),  # the story; edits; both captures with their originals
    ],
)
def test_pages_take_a_fixed_number_of_queries(
    client: Client, story: Article, django_assert_num_queries: Any, path: str, queries: int
) -> None:
    for number in range(4, 9):
        add_version(story, number, shown=False, title=f"标题 {number}", body=THIRD)
    for spaces in range(1, 4):
        body = FIRST.replace("<p>", f"<p{' ' * spaces}>")
        add_version(story, None, shown=False, title="上游公路塌方 三人受伤", body=body)
    assert Capture.objects.count() == 11
    with django_assert_num_queries(queries):
        page_text(client, f"/a/{story.code}/versions/{path}")


def test_form_compares_any_two_versions(client: Client) -> None:
    story = publish()
    for number in (1, 2, 3):
        add_version(story, number, title=f"第{number}个标题")
    html = page_text(client, f"/a/{story.code}/versions/")
    assert "<option selected>1</option>" in html
    assert "headline changed" in html
    response = client.get(f"/a/{story.code}/versions/", {"old": "3", "new": "1"})
    assert (response.status_code, response["Location"]) == (
        301, f"/a/{story.code}/versions/1..3/",
    )  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [("x", "1"), ("", "2"), ("²", "1"), ("9" * 30, "1")])
def test_form_with_invalid_numbers_is_not_found(client: Client, old: str, new: str) -> None:
    story = publish()
    response = client.get(f"/a/{story.code}/versions/", {"old": old, "new": new})
    assert response.status_code == 404


def test_last_version_of_a_page_is_compared_across_the_page_break(client: Client) -> None:
    story = publish()
    for number in range(1, 53):
        add_version(story, number, title=f"第{number}个标题")
    html = page_text(client, f"/a/{story.code}/versions/")
    assert f'href="/a/{story.code}/versions/2..3/"' in html
    assert html.count("<option>52</option>") + html.count("<option selected>52</option>") == 2
    assert html.count("<option selected>1</option>") == 1


def test_text_removed_by_editors_stays_hidden_after_a_newer_version(client: Client) -> None:
    story = publish()
    first = add_version(story, 1, title="阿达的名字")
    ArticleEdit.objects.create(
        article=story, field="title", value="一个名字", base_capture=first, created_at=at(9)
    )
    assert client.get(f"/a/{story.code}/versions/1/").status_code == 200  # it is shown as edited
    add_version(story, 2, title="第二个标题")
    add_version(story, 3, title="第三个标题")
    html = page_text(client, f"/a/{story.code}/versions/")
    assert "阿达" not in html
    assert "Version 1 is hidden." in html
    assert f"/a/{story.code}/versions/1..2/" not in html
    for path in ("1/", "1..2/", "1..3/"):
        assert "阿达" not in page_text(client, f"/a/{story.code}/versions/{path}", 410)
    assert 'rel="prev"' not in page_text(client, f"/a/{story.code}/versions/2/")
