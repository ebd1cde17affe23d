"""Sizes of renditions: pure arithmetic, no files. All sizes are in pixels."""

from __future__ import annotations

MAX_WIDTH = 1600  # the widest that a page shows a picture on a high-density screen
MAX_HEIGHT = 16_000  # WebP allows at most 16,383; a tall infographic stays legible
SMALLER_WIDTHS = (400, 800)  # of the renditions besides the largest


def fit_size(
    width: int, height: int, max_width: int, max_height: int = MAX_HEIGHT
) -> tuple[int, int]:
    """Return the largest width and height of the same proportions within the limits.

    Never larger than the original.

    >>> fit_size(4000, 3000, 1600)
    (1600, 1200)
    >>> fit_size(9, 40_000, 1600)
    (4, 16000)
    """
    scale = min(1.0, max_width / width, max_height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def rendition_widths(largest: int) -> tuple[int, ...]:
    """Return the widths of all renditions of a picture, the largest included.

    >>> rendition_widths(1600), rendition_widths(800), rendition_widths(90)
    ((400, 800, 1600), (400, 800), (90,))
    """
    return (*(width for width in SMALLER_WIDTHS if width < largest), largest)


def select_width(largest: int, requested: int) -> int:
    """Return the smallest rendition width of at least ``requested`` pixels, else the largest.

    >>> select_width(1600, 500), select_width(640, 1600)
    (800, 640)
    """
    return next((width for width in rendition_widths(largest) if width >= requested), largest)
