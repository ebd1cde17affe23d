"""Parsing and processing of posts and their text: pure functions, without Django."""
