"""Conversion of pages between simplified and traditional Chinese."""

from articles.content.chinese_script.conversion import Script, convert_text
from articles.content.chinese_script.html_page import convert_page
from articles.content.chinese_script.start_tags import add_script_parameter

__all__ = ["Script", "add_script_parameter", "convert_page", "convert_text"]
