"""The renditions of a picture: each width as WebP, and as JPEG or PNG for clients without WebP."""

from __future__ import annotations

import io
from dataclasses import dataclass

import PIL.Image

from articles.images.geometry import MAX_WIDTH, fit_size, rendition_widths

WEBP = "image/webp"
FALLBACKS = {".jpg": "image/jpeg", ".png": "image/png"}  # PNG with transparency
_QUALITY = 82  # of WebP and JPEG


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """The bytes of one rendition, and its file name relative to MEDIA_ROOT."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class RenditionSet:
    """All files of one picture; ``width`` and ``height`` are those of the largest, in pixels."""

    width: int
    height: int
    files: tuple[EncodedFile, ...]


def file_name(sha256: str, width: int, largest: int, suffix: str) -> str:
    """Return the file name of a rendition: content-addressed, the largest without its width.

    >>> file_name("abcd", 400, 1600, ".webp"), file_name("abcd", 1600, 1600, ".webp")
    ('pictures/ab/abcd-400.webp', 'pictures/ab/abcd.webp')
    """
    size = "" if width == largest else f"-{width}"
    return f"pictures/{sha256[:2]}/{sha256}{size}{suffix}"


def make_renditions(picture: PIL.Image.Image, sha256: str) -> RenditionSet:
    """Return every rendition of a decoded RGB or RGBA picture."""
    largest = fit_size(picture.width, picture.height, MAX_WIDTH)
    suffix = ".png" if picture.mode == "RGBA" else ".jpg"
    files = []
    for width in rendition_widths(largest[0]):
        size = largest if width == largest[0] else fit_size(*largest, width)
        small = picture.resize(size, PIL.Image.Resampling.LANCZOS, reducing_gap=3.0)
        for ending in (".webp", suffix):
            name = file_name(sha256, width, largest[0], ending)
            files.append(EncodedFile(name, _encode(small, ending)))
    return RenditionSet(*largest, tuple(files))


def _encode(picture: PIL.Image.Image, suffix: str) -> bytes:
    buffer = io.BytesIO()
    match suffix:
        case ".webp":
            picture.save(buffer, "WEBP", quality=_QUALITY, method=4)
        case ".jpg":
            picture.save(buffer, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
        case _:
            picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
