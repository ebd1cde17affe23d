from __future__ import annotations

import random
from pathlib import Path

import pytest

from articles.searching.conditions import matches
from benchmarks.search_runs.documents import Archive
from benchmarks.search_runs.queries import EACH, Query, choose
from benchmarks.search_runs.sample_texts import Texts, from_posts, invented

SIZE = 300


@pytest.fixture(scope="module")
def texts() -> Texts:
    return invented(0)


@pytest.fixture(scope="module")
def archive(texts: Texts) -> Archive:
    return Archive(texts, SIZE, seed=3)


@pytest.fixture(scope="module")
def queries(archive: Archive) -> list[Query]:
    return choose(archive)


def test_article_is_the_same_in_any_order(archive: Archive) -> None:
    numbers = random.Random(0).sample(range(SIZE), 20)
    assert [archive.document(n) for n in numbers] == [list(archive.every())[n] for n in numbers]


def test_other_seed_and_other_edition_have_another_text(texts: Texts, archive: Archive) -> None:
    told = {archive.document(1).text, archive.document(1, edition=1).text,
            Archive(texts, SIZE, seed=4).document(1).text}  # fmt: skip
    assert len(told) == 3


def test_articles_are_as_long_as_news(texts: Texts) -> None:
    lengths = [len(document.text) for document in Archive(texts, 2_000, seed=0).every()]
    assert 1_200 < sum(lengths) / len(lengths) < 1_700


def test_queries_are_the_same_again_and_none_twice(archive: Archive, queries: list[Query]) -> None:
    assert choose(archive) == queries
    assert len(set(queries)) == len(queries)


def test_every_query_of_plain_needles_finds_an_article(
    archive: Archive, queries: list[Query]
) -> None:
    documents = list(archive.every())
    plain = [query for query in queries if len(query.needles) == 1]
    assert len(plain) > 5 * EACH
    for query in plain:
        assert any(matches(query.condition, document) for document in documents), query


def test_sentences_of_posts_are_taken() -> None:
    samples = Path(__file__).resolve().parents[2] / "samples"
    language, title, text = from_posts(samples, 0).story(random.Random(1))
    assert language
    assert title
    assert text


def test_folder_without_posts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no posts with a text"):
        from_posts(tmp_path, 0)
