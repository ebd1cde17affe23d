"""A stored body as CommonMark: what is text in it stays text, whatever it looks like."""

from articles.content.output.markdown.blocks import markdown

__all__ = ["markdown"]
