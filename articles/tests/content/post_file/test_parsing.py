"""``parse_post``: from a file's bytes to everything the archive derives from them."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
from pathlib import Path
from typing import Any

import pytest

from articles.content.post_file.parsing import Flag, Kind, ParsedPost, parse_post
from articles.content.post_file.publication_date import Evidence
from articles.content.text.date_parsing import Precision
from articles.content.urls.normalization import identity_hash, normalize_url
from articles.tests.support.post_files import (
    BODY,
    OUTLET,
    STORY_URL,
    TEXT,
    TITLE,
    VOA,
    VOA_URL,
    example_post,
    make_neist_post,
    make_post,
)

IN_ADDRESS = STORY_URL + "/2021/01/12/x"
DATED = "Wed, 13 Jan 2021 20:00:00 GMT"
PATH = b"_posts/2021-01-14-port.md"


def parse_values(**values: Any) -> ParsedPost:
    return parse_post(make_post(**values), PATH)


def test_every_field_of_a_broadcasters_post() -> None:
    post = parse_post(example_post(), PATH)
    assert post.title == TITLE
    assert (post.outlet, post.category, post.author, post.tags) == ("voa", VOA, "", ())
    assert (post.kind, post.language, post.flags, post.warnings) == (Kind.STORY, "zh-Hans", (), ())
    assert post.published.value.isoformat() == "2021-01-14T14:04:22+00:00"
    assert (post.published.precision, post.published.evidence) == (Precision.SECOND, Evidence.BODY)
    assert post.front_matter_at is not None
    assert post.front_matter_at.isoformat() == "2021-01-14T14:41:19+00:00"
    assert post.epoch_ms == 1610635279000
    assert [(p.url, p.caption) for p in post.pictures] == [
        ("https://img.herald.example/harbour_w900.jpg", "资料照：三号码头"),
        ("https://img.herald.example/crane_w900.jpg", "码头上的吊车"),
    ]
    assert post.text.split("\n\n") == [
        "资料照：三号码头",
        TEXT,
        "码头上的吊车",
        "船员们说，他们在海上等了六天（见图）。",
        "“我们都很累，”一名船长说。",
    ]
    assert {"date", "general/feed-service-footer"} <= {r.rule for r in post.removals}
    assert post.html.count("<figure>") == 2
    assert "weserv" not in post.html
    assert "RSS" not in post.html


def test_neist_dialect() -> None:
    post = parse_post(make_neist_post(), b"archived/nei.st/2020-05-07-x.md")
    assert (post.outlet, post.title, post.author, post.tags) == ("neist", "码头的九个夜晚", "", ())
    assert post.published.value.isoformat() == "2020-05-07T03:20:00+00:00"
    assert post.published.evidence == Evidence.FRONT_MATTER
    assert post.epoch_ms is None
    assert post.text == "第一夜，港口没有灯。\n\n第二夜，风停了，人们在仓库门口坐到天亮。"


def test_size_and_sha256_are_of_the_original_bytes() -> None:
    data = make_post().replace(b"\n", b"\r\n")
    post = parse_post(data, PATH)
    assert (post.sha256, post.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert post.text == parse_post(make_post(), PATH).text


def test_identity_is_the_normalized_url() -> None:
    post = parse_values(url="http://Herald.example//news/port/?utm_source=rss")
    assert post.identity == normalize_url("https://herald.example/news/port")
    assert post.identity_hash == identity_hash(post.identity)


def test_title_is_text() -> None:
    post = parse_values(title='[國際] 港口 &amp; "码头" <b>开放</b> &lt;影&gt;')
    assert post.title == '[國際] 港口 & "码头" <b>开放</b> <影>'
    assert "<b>开放" not in post.html


def test_brackets_in_title_and_url_of_a_headline() -> None:
    post = parse_values(title="[國際] 港口]（影）[[", url=STORY_URL + "/a(b)c")
    assert "------" not in post.text
    assert "herald.example" not in post.text
    assert post.text.startswith("北方港务局")


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        ({"body": ""}, Flag.EMPTY),
        ({"body": "<div> <p>&nbsp;</p></div>"}, Flag.EMPTY),
        ({"body": TITLE}, Flag.TITLE_ONLY),
        ({"body": f"<h1>{TITLE}</h1>"}, Flag.TITLE_ONLY),
        ({"body": "<p>详情稍后。</p>"}, Flag.SHORT),
        ({"body": '<img src="https://img.example/a.jpg">'}, Flag.IMAGES_ONLY),
        ({"title": ""}, Flag.NO_TITLE),
        ({"url": ""}, Flag.NO_ADDRESS),
        ({"url": "herald.example/no-scheme"}, Flag.NO_ADDRESS),
    ],
)
def test_posts_with_little_content_have_a_flag(values: dict[str, str], flag: Flag) -> None:
    post = parse_values(**values)
    assert flag in post.flags
    thin = flag not in {Flag.NO_TITLE, Flag.NO_ADDRESS}
    assert post.is_stub == thin
    assert parse_values().flags == ()


def test_posts_without_a_url_have_different_identities() -> None:
    assert parse_values(url="", title="甲").identity != parse_values(url="", title="乙").identity
    assert (
        parse_values(url="").identity == parse_values(url="", body=BODY + "<p>更正。</p>").identity
    )


@pytest.mark.parametrize(
    ("values", "when", "evidence"),
    [
        ({"body": f"<div><i>{DATED}</i></div>{BODY}"}, "2021-01-13T20:00", "body"),
        ({}, "2021-01-14T14:41", "front matter"),
        ({"epoch": None}, "2021-01-14T14:41", "front matter"),
        ({"epoch": "NaN"}, "2021-01-14T14:41", "crawl"),
        ({"epoch": "NaN", "url": STORY_URL + "/20210112"}, "2021-01-12T00:00", "address"),
        ({"epoch": "1710635279000"}, "2021-01-14T14:41", "crawl"),
        ({"date": "", "epoch": "1610600000000"}, "2021-01-14T04:53", "epoch"),
        ({"date": "", "epoch": None, "url": IN_ADDRESS}, "2021-01-12T00:00", "address"),
        ({"date": "", "epoch": None}, "2021-01-14T00:00", "file name"),
    ],
)  # fmt: skip
def test_publication_time_has_the_strongest_evidence(
    values: dict[str, str], when: str, evidence: str
) -> None:
    published = parse_values(**values).published
    assert (published.value.isoformat()[:16], published.evidence.value) == (when, evidence)


def test_local_date_in_the_body_is_in_the_outlets_zone() -> None:
    block = "<div><i>王小明<br>2021-01-14 22:04:22</i></div>"
    post = parse_values(category="纽约时报", url="https://cn.nytimes.com/a/b", body=block + BODY)
    assert post.published.value.isoformat() == "2021-01-14T14:04:22+00:00"
    assert post.author == "王小明"
    french = parse_values(
        category="法广",
        url="https://www.rfi.fr/cn/a",
        body="<div>14/01/2021 - 20:26</div>" + BODY,
    )
    assert french.published.value.isoformat() == "2021-01-14T19:26:00+00:00"
    assert french.published.precision == Precision.MINUTE


def test_tags_that_repeat_the_outlets_name_are_dropped() -> None:
    post = parse_values(url=VOA_URL, category=VOA, tags=[VOA, "港口", "voa", "港口", "A&amp;B"])
    assert post.tags == tuple(tag for tag in ("港口", "voa", "A&B") if tag in post.tags)
    assert "港口" in post.tags
    assert "A&B" in post.tags
    assert VOA not in post.tags
    assert parse_values(tags=[OUTLET]).tags == ()


@pytest.mark.parametrize("author", ["美国之音", "unknown", ""])
def test_meaningless_author_is_dropped(author: str) -> None:
    assert parse_values(url=VOA_URL, category=VOA, author=author).author == ""


def test_author_is_one_line_of_text() -> None:
    assert parse_values(author="王小明 &amp; 李四").author == "王小明 & 李四"
    assert parse_values(author="No").author == "No"


def test_video_post_is_a_video() -> None:
    post = parse_values(
        url="https://www.youtube.com/watch?v=abcdefghijk", body="片中说的是港口的故事。"
    )
    assert post.kind == Kind.VIDEO
    assert post.outlet == ""


def test_captions_are_text() -> None:
    html = '<figure><img src="https://img.example/a.jpg"><figcaption>甲<b>&lt;乙&gt;</b></figcaption></figure>'
    (picture,) = parse_values(body=BODY + html).pictures
    assert picture.caption == "甲<乙>"


def test_invalid_yaml_leaves_a_warning() -> None:
    data = make_post().replace(TITLE.encode(), "港口\\智慧".encode(), 1)
    post = parse_post(data, PATH)
    assert post.title == "港口\\智慧"
    assert any("line" in warning for warning in post.warnings)
    assert parse_post(make_post(), PATH).warnings == ()


def test_invalid_date_leaves_a_warning() -> None:
    assert any(
        "gestern" in warning for warning in parse_values(date="gestern", epoch=None).warnings
    )


def test_parsed_post_is_frozen_and_can_be_pickled() -> None:
    post = parse_post(example_post(), PATH)
    assert pickle.loads(pickle.dumps(post)) == post  # noqa: S301 - our own bytes
    with pytest.raises(dataclasses.FrozenInstanceError):
        post.title = "x"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(parse_post)) is parse_post  # noqa: S301 - our own bytes


def test_samples_of_the_project_are_posts(samples: Path) -> None:
    files = [path for path in sorted(samples.rglob("*.md")) if path.name[:2] == "20"]
    assert files
    for path in files:
        parse_post(path.read_bytes(), str(path.relative_to(samples)).encode())


def test_overlong_title_is_truncated_with_a_warning() -> None:
    post = parse_post(make_post(title="长" * 1500), b"2021-01-14-a.md")
    assert len(post.title) == 1000
    assert "1500 characters" in post.warnings[0]
