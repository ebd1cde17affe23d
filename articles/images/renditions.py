"""The files that are made of one picture: each width as WebP, and for programs without WebP."""

from __future__ import annotations

import io
from dataclasses import dataclass

import PIL.Image

from articles.images.geometry import MAX_WIDTH, fitted, rendition_widths

WEBP = "image/webp"
FALLBACKS = {".jpg": "image/jpeg", ".png": "image/png"}  # PNG where there is transparency
_QUALITY = 82  # of WebP and JPEG


@dataclass(frozen=True, slots=True)
class Encoded:
    """The bytes of one rendition, and its file name below the store."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Renditions:
    """All files of one picture; ``width`` and ``height`` are those of the largest."""

    width: int
    height: int
    files: tuple[Encoded, ...]


def file_name(sha256: str, width: int, largest: int, suffix: str) -> str:
    """Return the name of a rendition: content-addressed, the largest without its width.

    >>> file_name("abcd", 400, 1600, ".webp"), file_name("abcd", 1600, 1600, ".webp")
    ('pictures/ab/abcd-400.webp', 'pictures/ab/abcd.webp')
    """
    size = "" if width == largest else f"-{width}"
    return f"pictures/{sha256[:2]}/{sha256}{size}{suffix}"


def make_renditions(picture: PIL.Image.Image, sha256: str) -> Renditions:
    """Return every rendition of a decoded RGB or RGBA picture."""
    largest = fitted(picture.width, picture.height, MAX_WIDTH)
    suffix = ".png" if picture.mode == "RGBA" else ".jpg"
    files = []
    for width in rendition_widths(largest[0]):
        size = largest if width == largest[0] else fitted(*largest, width)
        small = picture.resize(size, PIL.Image.Resampling.LANCZOS, reducing_gap=3.0)
        for ending in (".webp", suffix):
            name = file_name(sha256, width, largest[0], ending)
            files.append(Encoded(name, _encoded(small, ending)))
    return Renditions(*largest, tuple(files))


def _encoded(picture: PIL.Image.Image, suffix: str) -> bytes:
    buffer = io.BytesIO()
    match suffix:
        case ".webp":
            picture.save(buffer, "WEBP", quality=_QUALITY, method=4)
        case ".jpg":
            picture.save(buffer, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
        case _:
            picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
