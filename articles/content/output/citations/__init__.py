"""Citations of a story in the forms that readers, writers and their programs take."""

from articles.content.output.citations.cited_work import Work
from articles.content.output.citations.reference_files import bibtex, csl_json, ris
from articles.content.output.citations.styles import apa, gb_t_7714
from articles.content.output.citations.wikipedia import wikipedia_en, wikipedia_zh

__all__ = [
    "Work", "apa", "bibtex", "csl_json", "gb_t_7714", "ris", "wikipedia_en", "wikipedia_zh",
]  # fmt: skip
