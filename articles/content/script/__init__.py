"""The text of a page in the other script of Chinese."""

from articles.content.script.page import convert_page
from articles.content.script.tags import keep_script
from articles.content.script.words import Script, convert_text

__all__ = ["Script", "convert_page", "convert_text", "keep_script"]
