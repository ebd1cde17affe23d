"""Bodies made to hold a parser up: each is read, or refused with where, what and a cure.

What each takes in time and memory is measured by ``benchmarks/hostile_imports.py``.
"""

from __future__ import annotations

import pytest

from articles.content.html.cleaning.strict_check import first_fault
from articles.content.post_file.parsing import PostError, parse_post
from articles.tests.support.hostile_bodies import BODIES, REFUSED

_HEADER = "---\ntitle: 今日要闻\ndate: 2021-01-14\nfrom: https://herald.example/port\n---\n"
_PATH = b"_posts/2021-01-14-port.md"


@pytest.mark.parametrize("name", BODIES)
def test_it_is_read_and_what_is_stored_is_accepted(name: str) -> None:
    post = parse_post((_HEADER + BODIES[name]()).encode(), _PATH)
    assert first_fault(post.html) is None
    assert "港口" in post.text


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_where_what_and_cure(name: str) -> None:
    with pytest.raises(PostError) as caught:
        parse_post((_HEADER + REFUSED[name]()).encode(), _PATH)
    assert caught.value.where == "body"
    assert "more than" in caught.value.what
    assert "file of its own" in caught.value.cure
