"""The text of a page in the other script of Chinese."""

from articles.content.chinese_script.conversion import Script, convert_text
from articles.content.chinese_script.html_page import convert_page
from articles.content.chinese_script.start_tags import keep_script

__all__ = ["Script", "convert_page", "convert_text", "keep_script"]
