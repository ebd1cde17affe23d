"""The cases without a browser: what an import stores of each, and that no group is missing."""

from __future__ import annotations

from collections import Counter

import pytest

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.content.post_file.parsing import PostError, parse_post
from articles.tests.attacks.harmless_posts import HarmlessPost, harmless_files, harmless_posts
from articles.tests.attacks.page_visits import text_differences
from articles.tests.attacks.post_files import post_files
from articles.tests.attacks.vectors import Case, Place, cases, vectors
from articles.tests.support.policy_violations import assert_policy_holds

_GROUPS = set(
    "attributes clobbering comments drawings encodings engines entities escaped foreign frames "
    "handlers mutation names schemes scripts styles".split()
)


def test_there_are_vectors_of_every_group_and_for_every_place() -> None:
    assert len(vectors()) >= 150
    assert len([case for case in cases() if not case.inert]) >= 150
    assert {vector.group for vector in vectors()} == _GROUPS
    assert {case.place for case in cases()} == set(Place)


def test_no_two_vectors_are_the_same() -> None:
    counts = Counter((vector.payload, place) for vector in vectors() for place in vector.places)
    assert not [pair for pair, count in counts.items() if count > 1]


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.vector.group}-{case.name}")
def test_stored_html_passes_the_policy(case: Case) -> None:
    for path, content in post_files(case):
        if case.place == Place.BROKEN_FILE:
            with pytest.raises(PostError):
                parse_post(content, path)
            continue
        post = parse_post(content, path)
        assert_policy_holds(post.html)
        assert clean_html(post.html).html == post.html
        text = " ".join(html_to_text(post.html).split())
        assert not list(text_differences(case, text))


@pytest.mark.parametrize("each", harmless_posts(), ids=lambda each: each.name)
def test_text_of_harmless_markup_is_kept(each: HarmlessPost) -> None:
    _, content = next(file for file in harmless_files() if file[0].startswith(b"%d/" % each.number))
    post = parse_post(content, b"2021-01-14-benign.md")
    assert each.text in " ".join(post.text.split())
