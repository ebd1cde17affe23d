"""Invented posts in the formats of a Jekyll news archive; none of their text was ever published."""
