"""Conversion of a stored body to CommonMark; text is escaped, so that it never becomes markup."""

from articles.content.output.markdown.blocks import html_to_markdown

__all__ = ["html_to_markdown"]
