"""Citations of a story in the forms that readers, writers and their programs take."""

from articles.content.citing.files import bibtex, csl_json, ris
from articles.content.citing.styles import apa, gb_t_7714
from articles.content.citing.wikipedia import wikipedia_en, wikipedia_zh
from articles.content.citing.work import Work

__all__ = [
    "Work", "apa", "bibtex", "csl_json", "gb_t_7714", "ris", "wikipedia_en", "wikipedia_zh",
]  # fmt: skip
