"""An uploaded file, checked and decoded: what comes out is pixels and nothing else."""

from __future__ import annotations

import io
import warnings

import PIL.Image
from PIL import ImageCms, ImageOps

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000  # about 8000 x 5000; decoded, that is 160 MB
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # what Pillow may try; its other readers stay shut

_WIDE_GREY = ("I", "I;16", "I;16B", "I;16L")  # 16 bits for each pixel
_TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")


class ImageError(ValueError):
    """An upload that cannot be taken: what is wrong with it, and what to do."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what, cure)
        self.what, self.cure = what, cure

    def __str__(self) -> str:
        return f"{self.what}; {self.cure}"


def decode(data: bytes) -> PIL.Image.Image:
    """Return the (first) picture in ``data``: upright, in sRGB, without metadata.

    Its mode is RGBA when a pixel lets the background through, else RGB. Raises
    :class:`ImageError`.
    """
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"the file is larger than {MAX_BYTES // 2**20} MB", "upload a smaller copy of it"
        )
    with warnings.catch_warnings():
        # Pillow only warns up to twice its own limit.
        warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
        picture = _open(data)
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_many_pixels(f"{picture.width} x {picture.height}")
        try:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
        except Exception as error:  # each of Pillow's readers has its own kinds
            raise ImageError(
                f"the picture is damaged or not complete ({error})",
                "fetch it again from where it was published",
            ) from error
    plain = _in_srgb(upright)
    plain.info.clear()
    return plain


def _open(data: bytes) -> PIL.Image.Image:
    try:
        return PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far larger") from error
    except Exception as error:  # each of Pillow's readers has its own kinds
        raise ImageError(
            "the file is no JPEG, PNG, WebP or GIF picture",
            "save the picture itself, not the page around it, in one of these formats",
        ) from error


def _too_many_pixels(size: str) -> ImageError:
    return ImageError(
        f"the picture has too many pixels ({size}; at most {MAX_PIXELS:,} in all)",
        "upload a smaller copy of it",
    )


def _in_srgb(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Return ``picture`` as RGB or RGBA, with the colours that its profile means."""
    if picture.mode in _TRANSPARENT or "transparency" in picture.info:
        see_through = picture.convert("RGBA")
        if see_through.getchannel("A").getextrema()[0] < 255:  # type: ignore[operator]
            return see_through
    if picture.mode in _WIDE_GREY:
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            managed = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            managed = None  # a broken profile says nothing about the colours
        if managed is not None:
            return managed
    return picture.convert("RGB")
