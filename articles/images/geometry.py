"""Sizes of pictures: pure numbers, no files."""

from __future__ import annotations

MAX_WIDTH = 1600  # pixels; as wide as a page ever shows a picture on a dense screen
MAX_HEIGHT = 16_000  # pixels; WebP ends at 16,383, and a tall infographic stays legible
SMALLER_WIDTHS = (400, 800)  # of the renditions beside the largest


def fitted(
    width: int, height: int, max_width: int, max_height: int = MAX_HEIGHT
) -> tuple[int, int]:
    """Return the largest size of the same proportions within the limits; never enlarged.

    >>> fitted(4000, 3000, 1600)
    (1600, 1200)
    >>> fitted(9, 40_000, 1600)
    (4, 16000)
    """
    scale = min(1.0, max_width / width, max_height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def rendition_widths(largest: int) -> tuple[int, ...]:
    """Return the widths that are kept of a picture whose largest rendition is this wide.

    >>> rendition_widths(1600), rendition_widths(800), rendition_widths(90)
    ((400, 800, 1600), (400, 800), (90,))
    """
    return (*(width for width in SMALLER_WIDTHS if width < largest), largest)


def chosen_width(largest: int, asked: int) -> int:
    """Return the smallest kept width that fills ``asked`` pixels, else the largest.

    >>> chosen_width(1600, 500), chosen_width(640, 1600)
    (800, 640)
    """
    return next((width for width in rendition_widths(largest) if width >= asked), largest)
