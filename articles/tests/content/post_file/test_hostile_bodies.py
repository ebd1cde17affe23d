"""Bodies made to stall the parser: each is parsed, or rejected with where, what and hint.

Their time and memory are measured by ``benchmarks/hostile_imports.py``.
"""

from __future__ import annotations

import pytest

from articles.content.html.cleaning.strict_check import first_fault
from articles.content.post_file.parsing import PostError, parse_post
from articles.tests.support.hostile_bodies import ACCEPTED_BODIES, REFUSED_BODIES

_HEADER = "---\ntitle: 今日要闻\ndate: 2021-01-14\nfrom: https://herald.example/port\n---\n"
_PATH = b"_posts/2021-01-14-port.md"


@pytest.mark.parametrize("name", ACCEPTED_BODIES)
def test_large_body_is_parsed_and_passes_the_strict_check(name: str) -> None:
    post = parse_post((_HEADER + ACCEPTED_BODIES[name]()).encode(), _PATH)
    assert first_fault(post.html) is None
    assert "港口" in post.text


@pytest.mark.parametrize("name", REFUSED_BODIES)
def test_oversized_body_is_rejected_with_where_what_and_hint(name: str) -> None:
    with pytest.raises(PostError) as caught:
        parse_post((_HEADER + REFUSED_BODIES[name]()).encode(), _PATH)
    assert caught.value.where in {"body", "file"}
    assert "more than" in caught.value.what
    assert "file of its own" in caught.value.hint
