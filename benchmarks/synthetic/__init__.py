"""Invented posts in the shapes of a Jekyll news archive; no text in them was ever published."""
