"""Citations of a story in common styles and file formats."""

from articles.content.output.citations.cited_work import CitedWork
from articles.content.output.citations.reference_files import bibtex, csl_json, ris
from articles.content.output.citations.styles import apa, gb_t_7714
from articles.content.output.citations.wikipedia import wikipedia_en, wikipedia_zh

__all__ = [
    "CitedWork", "apa", "bibtex", "csl_json", "gb_t_7714", "ris", "wikipedia_en", "wikipedia_zh",
]  # fmt: skip
