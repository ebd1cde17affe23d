"""Recall and precision on real posts, if ``ARCHIVE_CORPUS`` names a folder of them.

Prints how many hits the character classes find that a strict one-to-one fold would miss.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from articles.content.search_text.character_folding import is_cjk
from articles.content.search_text.text_folding import find_matches, fold
from articles.models import Article
from articles.searching import index_updates
from articles.searching.backend import get_backend
from articles.searching.conditions import term
from articles.searching.index_documents import Document, load_documents
from articles.tests.support.import_runs import run_import

EVERY = 8  # one in so many posts is imported
QUERIES = 300
SEED = 20_210_114
PRECISION = 0.99
#: Classes with exactly two characters. Of larger ones such as 发 發 髮, a strict fold misses one.
_PAIRS = {
    line[1]: line[0]
    for line in resources.files("articles.content.search_text")
    .joinpath("character_variants.txt")
    .read_text("utf-8")
    .split()
    if len(line) == 2
}
_WORD = re.compile(r"[A-Za-z]{2,}")
_MIXED = re.compile(
    r"[\u4e00-\u9fff]{1,3}[A-Za-z0-9]+[\u4e00-\u9fff]{1,3}|[A-Za-z0-9]+[\u4e00-\u9fff]"
)


@pytest.mark.django_db
def test_recall_and_precision_on_real_posts(
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    posts = sorted(path.resolve() for path in corpus.rglob("*.md"))[::EVERY]
    monkeypatch.chdir(tmp_path)
    assert run_import(*posts, "--root=corpus").exit_code in {0, 3}
    documents = load_documents(Article.objects.values_list("pk", flat=True))
    strict = {document.article_id: _strictly_folded(document) for document in documents}
    matching = candidates = hidden = 0
    with get_backend().reader(index_updates.index_identity(), 600) as reader:
        for raw in _queries(documents):
            needle = fold(raw)
            expected = {d.article_id for d in documents if _has(d, needle)}
            found = {p.article_id for p in reader.newest(term(needle), None, len(documents) + 1)}
            assert not expected - found, f"{raw!r} has missing hits"
            matching, candidates = matching + len(expected), candidates + len(found)
            hidden += sum(_strict(raw) not in strict[key] for key in expected)
    assert matching > QUERIES
    assert matching >= candidates * PRECISION
    with capsys.disabled():
        sys.stdout.write(
            f"\n{QUERIES} queries over {len(documents)} stories: {matching} hits, recall 1, "
            f"precision {matching / candidates:.4f}; "
            f"a strict fold would miss {hidden} ({hidden / matching:.1%})\n"
        )


def _queries(documents: list[Document]) -> Iterator[str]:
    """Yield realistic queries cut out of the texts: five in eight are Chinese."""
    chance = random.Random(SEED)
    made = 0
    while made < QUERIES:
        text = chance.choice(documents).text
        if made % 8 == 5:
            query = chance.choice(_WORD.findall(text) or [""])
        elif made % 8 > 5:
            query = chance.choice(_MIXED.findall(text) or [""])
        else:
            length, start = made % 8 + chance.randint(1, 4), chance.randrange(len(text) + 1)
            query = text[start : start + length]
            query = query if all(map(is_cjk, fold(query))) else ""  # no part of a word
        if fold(query):
            made += 1
            yield query


def _has(document: Document, needle: str) -> bool:
    texts = (document.folded_title, document.folded_text)
    return any(next(iter(find_matches(text, needle)), None) is not None for text in texts)


def _strict(text: str) -> str:
    """Return ``text`` after a strict fold.

    It has NFKC lowercase characters, the simplified one of each pair, and no punctuation or space.
    """
    normalized = (unicodedata.normalize("NFKC", char).casefold() for char in text)
    letters = (char for char in normalized if len(char) == 1 and char.isalnum())
    return "".join(_PAIRS.get(char, char) for char in letters)


def _strictly_folded(document: Document) -> str:
    return f"{_strict(document.title)}\n{_strict(document.text)}"
