"""``parse_post`` on files that are broken, huge or not posts: it returns a post or an error."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.post_file.parsing import NotAPostError, ParsedPost, PostError, parse_post
from articles.tests.support.hang_guard import hang_guard

PATH = b"_posts/2021-01-14-port.md"


def parse_or_error(data: bytes, path: bytes = PATH) -> ParsedPost | PostError | NotAPostError:
    """Return the post, or the error that rejects the file."""
    try:
        return parse_post(data, path)
    except (PostError, NotAPostError) as error:
        return error


@pytest.mark.parametrize(
    "data", [b"# About\n", b"", b"\xff\xfe", b"---\ntitle: About\n---\nText.\n"]
)
def test_file_that_is_not_a_post_is_reported(data: bytes) -> None:
    with pytest.raises(NotAPostError):
        parse_post(data, b"README.md")


@pytest.mark.parametrize(
    "data",
    [b"", b"no header", b"---\ntitle: x\n", b"---\n---\n\xff", b"---\n[]\n---\n", b"\xff\xfe"],
)
def test_post_error_says_where_what_and_what_to_do(data: bytes) -> None:
    with pytest.raises(PostError) as caught:
        parse_post(data, PATH)
    error = caught.value
    assert all([error.where, error.what, error.hint])
    assert str(error) == f"{error.where}: {error.what}; {error.hint}"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"---\ndate: 2021-01-14\n---\n" + b"<div>" * 20_000, id="deep"),
        pytest.param(b"---\ndate: 2021-01-14\n---\n" + b"<b><p>" * 2_000, id="misnested"),
        pytest.param(
            b"---\ndate: 2021-01-14\n---\n<p " + b"a=1 " * 20_000 + b">x", id="attributes"
        ),
        pytest.param(b"---\ndate: 2021-01-14\n---\n" + b"[" * 20_000, id="brackets"),
        pytest.param(b"---\ndate: 2021-01-14\n---\n<!--" + b"9" * 30 + b"-->", id="epoch"),
        pytest.param(b"---\ndate: " + b"9" * 5000 + b"\n---\n", id="date"),
        pytest.param(b"---\nx: &a [*a]\ndate: 2021-01-14\n---\n", id="itself"),
        pytest.param(b"---\ndate: !!timestamp 2021-01-14\n---\n", id="typed"),
        pytest.param(b"---\ntitle: " + b"x" * 5000 + b"\ndate: 2021-01-14\n---\n", id="title"),
    ],
)
def test_huge_posts_are_parsed_or_rejected_in_bounded_time(data: bytes) -> None:
    with hang_guard():
        result = parse_or_error(data)
    assert not isinstance(result, ParsedPost) or len(result.title) <= 1000


LINES = st.sampled_from(
    [
        *(b"---\n", b"title: x\n", b'title: "\xe6\xb8\xaf\\\xe6\xb8\xaf"\n', b"date: 2021-01-14\n"),
        *(b"tags: [a, b]\n", b"from: http://[\n", b"from: https://a.example/%ff?\xe6\n"),
        *(b"<!--NaN-->\n", b"<!--99999999999999999-->\n", b"[x](y)\n------\n", b"<div>\n", b"<p>"),
        *(b"\x00", b"\xff", b"<table><td>", b"</p>", b"<![CDATA[", b"&#xD800;", b"<!--", b"-->\n"),
        *(b"date: [1, {a: b}]\n", b"title:\n  - a\n", b"from: &x [*x]\n", b"\xef\xbb\xbf", b"\r\n"),
    ]
)


@given(
    data=st.lists(LINES | st.binary(max_size=20), max_size=14).map(b"".join), is_dated=st.booleans()
)
def test_any_bytes_give_a_post_or_a_known_error(data: bytes, is_dated: bool) -> None:
    path = PATH if is_dated else b"about\xff.md"
    post = parse_or_error(data, path)
    if not isinstance(post, ParsedPost):
        assert str(post)
        return
    assert parse_post(data, path) == post
    assert pickle.loads(pickle.dumps(post)) == post  # noqa: S301 - our own bytes
    for text in (
        post.title,
        post.text,
        post.html,
        post.url,
        post.author,
        post.identity,
        *post.tags,
    ):
        text.encode()
        assert "\x00" not in text
