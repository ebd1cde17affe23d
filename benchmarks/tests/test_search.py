from __future__ import annotations

import random
from pathlib import Path

import pytest

from articles.searching.conditions import matches
from benchmarks.search_runs.documents import GeneratedArchive
from benchmarks.search_runs.queries import PER_KIND, Query, choose_queries
from benchmarks.search_runs.sample_texts import Texts, generated_texts, texts_from_posts

SIZE = 300


@pytest.fixture(scope="module")
def texts() -> Texts:
    return generated_texts(0)


@pytest.fixture(scope="module")
def archive(texts: Texts) -> GeneratedArchive:
    return GeneratedArchive(texts, SIZE, seed=3)


@pytest.fixture(scope="module")
def queries(archive: GeneratedArchive) -> list[Query]:
    return choose_queries(archive)


def test_article_is_the_same_in_any_order(archive: GeneratedArchive) -> None:
    numbers = random.Random(0).sample(range(SIZE), 20)
    assert [archive.document(n) for n in numbers] == [list(archive.documents())[n] for n in numbers]


def test_other_seed_and_other_edition_have_another_text(
    texts: Texts, archive: GeneratedArchive
) -> None:
    texts_seen = {archive.document(1).text, archive.document(1, edition=1).text,
            GeneratedArchive(texts, SIZE, seed=4).document(1).text}  # fmt: skip
    assert len(texts_seen) == 3


def test_articles_are_as_long_as_news(texts: Texts) -> None:
    lengths = [
        len(document.text) for document in GeneratedArchive(texts, 2_000, seed=0).documents()
    ]
    assert 1_200 < sum(lengths) / len(lengths) < 1_700


def test_queries_are_reproducible_and_distinct(
    archive: GeneratedArchive, queries: list[Query]
) -> None:
    assert choose_queries(archive) == queries
    assert len(set(queries)) == len(queries)


def test_every_query_with_one_needle_finds_an_article(
    archive: GeneratedArchive, queries: list[Query]
) -> None:
    documents = list(archive.documents())
    single = [query for query in queries if len(query.needles) == 1]
    assert len(single) > 5 * PER_KIND
    for query in single:
        assert any(matches(query.condition, document) for document in documents), query


def test_texts_are_taken_from_posts() -> None:
    samples = Path(__file__).resolve().parents[2] / "samples"
    language, title, text = texts_from_posts(samples, 0).story(random.Random(1))
    assert language
    assert title
    assert text


def test_folder_without_posts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no posts with a text"):
        texts_from_posts(tmp_path, 0)
