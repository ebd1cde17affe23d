"""Decode an uploaded file into pixels, without metadata; refuse what is not a safe picture."""

from __future__ import annotations

import io
import warnings

import PIL.Image
from PIL import ImageCms, ImageOps

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000  # about 8000 x 5000; decoded, that is 160 MB
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # Pillow's other decoders stay disabled

_GREY_16_BIT_MODES = ("I", "I;16", "I;16B", "I;16L")
_ALPHA_MODES = ("RGBA", "LA", "PA", "La", "RGBa")


class ImageError(ValueError):
    """An upload that is refused: what the problem is, and a hint what to do."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem, hint)
        self.problem, self.hint = problem, hint

    def __str__(self) -> str:
        return f"{self.problem}; {self.hint}"


def decode(data: bytes) -> PIL.Image.Image:
    """Return the (first) picture in ``data``: upright, in sRGB, without metadata.

    Its mode is RGBA when any pixel is not opaque, else RGB. Raises :class:`ImageError`.
    """
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"the file is larger than {MAX_BYTES // 2**20} MB", "upload a smaller copy of it"
        )
    with warnings.catch_warnings():
        # Between its own limit and twice that, Pillow only warns.
        warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
        picture = _open(data)
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_many_pixels(f"{picture.width} x {picture.height}")
        try:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
        except Exception as error:  # each of Pillow's decoders raises its own types
            raise ImageError(
                f"the picture is damaged or incomplete ({error})",
                "download it again from where it was published",
            ) from error
    decoded = _to_srgb(upright)
    decoded.info.clear()
    return decoded


def _open(data: bytes) -> PIL.Image.Image:
    try:
        return PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far larger") from error
    except Exception as error:  # each of Pillow's decoders raises its own types
        raise ImageError(
            "the file is not a JPEG, PNG, WebP or GIF picture",
            "save the picture itself, not the page around it, in one of these formats",
        ) from error


def _too_many_pixels(size: str) -> ImageError:
    return ImageError(
        f"the picture has too many pixels ({size}; at most {MAX_PIXELS:,} in all)",
        "upload a smaller copy of it",
    )


def _to_srgb(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Return ``picture`` as RGB or RGBA, its colours converted from its ICC profile to sRGB."""
    if picture.mode in _ALPHA_MODES or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        if rgba.getchannel("A").getextrema()[0] < 255:  # type: ignore[operator]
            return rgba
    if picture.mode in _GREY_16_BIT_MODES:
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None  # ignore a broken profile
        if converted is not None:
            return converted
    return picture.convert("RGB")
