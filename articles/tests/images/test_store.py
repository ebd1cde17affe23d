"""The store of pictures: what it refuses, what it keeps, what it gives back."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from PIL import ImageCms, PngImagePlugin

from articles.images import decoding
from articles.images.decoding import ImageError, decode
from articles.images.store import hold, remove_files, rendition
from articles.models import Image, ImageState

RED, BLUE = (200, 30, 30), (30, 30, 200)
BROWSER = "image/avif,image/webp,image/*,*/*;q=0.8"


def encoded(picture: PIL.Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(width: int = 60, height: int = 40, kind: str = "PNG", **options: Any) -> bytes:
    return encoded(PIL.Image.new("RGB", (width, height), RED), kind, **options)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has no pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.fixture
def image(db: None) -> Image:
    return make_image("https://herald.example/a.jpg")


def make_image(url: str) -> Image:
    url_hash = hashlib.sha256(url.encode()).hexdigest()
    return Image.objects.create(code=url_hash[:12], url=url, url_hash=url_hash)


def held(image: Image, data: bytes) -> Image:
    hold(image, io.BytesIO(data))
    return Image.objects.get(pk=image.pk)


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# What is refused


def test_decode_when_a_page_is_named_png() -> None:
    with pytest.raises(ImageError, match="no JPEG, PNG, WebP or GIF"):
        decode(b"<!doctype html><script>alert(1)</script>")


def test_decode_when_pillow_knows_the_format_but_the_archive_does_not_take_it() -> None:
    with pytest.raises(ImageError, match="no JPEG, PNG, WebP or GIF"):
        decode(plain(kind="TIFF"))


def test_decode_when_empty() -> None:
    with pytest.raises(ImageError, match="no JPEG"):
        decode(b"")


def test_decode_when_cut_short() -> None:
    noise = PIL.Image.effect_noise((300, 300), 80).convert("RGB")
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encoded(noise, kind)
        with pytest.raises(ImageError, match=r"damaged|no JPEG"):
            decode(data[: len(data) // 2])


@pytest.mark.parametrize("size", [(8000, 5001), (12_000, 9000), (60_000, 60_000)])
def test_decode_when_the_header_promises_a_bomb(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match="too many pixels"):
        decode(png_header(*size))


def test_decode_when_a_small_file_unpacks_to_a_bomb() -> None:
    data = encoded(PIL.Image.new("1", (7000, 7000)), "PNG")
    assert len(data) < 20_000
    with pytest.raises(ImageError, match="7000 x 7000"):
        decode(data)


def test_decode_when_the_file_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 50)
    with pytest.raises(ImageError, match="larger than"):
        decode(plain())


def test_hold_reads_no_more_than_the_limit(image: Image) -> None:
    upload = io.BytesIO(bytes(decoding.MAX_BYTES + 1000))
    with pytest.raises(ImageError, match="larger than 20 MB"):
        hold(image, upload)
    assert upload.tell() == decoding.MAX_BYTES + 1


def test_error_says_what_and_what_to_do() -> None:
    error = ImageError("it is broken", "mend it")
    assert (error.what, error.cure) == ("it is broken", "mend it")
    assert str(error) == "it is broken; mend it"


# What becomes of the pixels


def test_decode_turns_a_picture_upright() -> None:
    picture = PIL.Image.new("RGB", (60, 40), RED)
    picture.paste(BLUE, (0, 0, 30, 40))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees, clockwise
    upright = decode(encoded(picture, "JPEG", exif=exif, quality=95))
    assert upright.size == (40, 60)
    top, bottom = upright.getpixel((20, 5)), upright.getpixel((20, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[2] > 150 > bottom[2]


def test_decode_when_animated_gives_the_first_frame() -> None:
    frames = [PIL.Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    picture = decode(data)
    assert (picture.mode, picture.size, picture.getpixel((9, 9))) == ("RGB", (20, 20), RED)


def test_decode_keeps_transparency() -> None:
    assert decode(encoded(PIL.Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG")).mode == "RGBA"


def test_decode_when_an_alpha_channel_hides_nothing() -> None:
    assert decode(encoded(PIL.Image.new("RGBA", (9, 9), (*RED, 255)), "PNG")).mode == "RGB"


def test_decode_when_grey_has_sixteen_bits() -> None:
    grey = PIL.Image.new("I;16", (9, 9), 40_000)
    assert decode(encoded(grey, "PNG")).getpixel((1, 1)) == (156, 156, 156)


def test_decode_when_printed_colours() -> None:
    white = encoded(PIL.Image.new("CMYK", (9, 9)), "JPEG")
    assert decode(white).getpixel((1, 1)) == (255, 255, 255)


def test_decode_when_a_profile_swaps_nothing_or_is_broken() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile at all"):
        assert decode(plain(icc_profile=profile)).getpixel((1, 1)) == RED


def test_decode_drops_what_is_written_beside_the_pixels() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "seen by a camera")
    assert decode(plain(pnginfo=notes)).info == {}
    assert decode(plain(kind="JPEG", comment=b"seen by a camera")).info == {}


# What is kept


def test_hold_makes_each_width_in_two_formats(image: Image, settings: Any) -> None:
    data = plain(3000, 1500, "JPEG")
    row = held(image, data)
    digest = hashlib.sha256(data).hexdigest()
    assert (row.state, row.width, row.height, row.sha256) == (ImageState.HELD, 1600, 800, digest)
    assert row.file.name == f"pictures/{digest[:2]}/{digest}.webp"
    sizes = {}
    for name in stored(settings.MEDIA_ROOT):
        with PIL.Image.open(settings.MEDIA_ROOT / "pictures" / digest[:2] / name) as file:
            sizes[name.removeprefix(digest)] = (file.format, file.size)
    assert sizes == {
        ".webp": ("WEBP", (1600, 800)),
        ".jpg": ("JPEG", (1600, 800)),
        "-800.webp": ("WEBP", (800, 400)),
        "-800.jpg": ("JPEG", (800, 400)),
        "-400.webp": ("WEBP", (400, 200)),
        "-400.jpg": ("JPEG", (400, 200)),
    }


def test_hold_drops_metadata_from_the_files(image: Image, settings: Any) -> None:
    exif = PIL.Image.Exif()
    exif[0x010E] = "taken at a place that nobody should know"
    row = held(image, plain(kind="JPEG", exif=exif, comment=b"a place"))
    for accept in (BROWSER, ""):
        data = rendition(row, 400, accept).path.read_bytes()
        assert b"place" not in data


def test_hold_never_enlarges(image: Image) -> None:
    row = held(image, plain(90, 60))
    assert (row.width, row.height) == (90, 60)


def test_hold_when_refused_changes_nothing(image: Image, settings: Any) -> None:
    with pytest.raises(ImageError):
        hold(image, io.BytesIO(b"<html>"))
    assert Image.objects.get(pk=image.pk).state == ImageState.KNOWN
    assert stored(settings.MEDIA_ROOT) == []


def test_hold_again_removes_what_was_there(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    held(image, plain(1000, 10))
    assert len(stored(settings.MEDIA_ROOT)) == 6
    with django_capture_on_commit_callbacks(execute=True):
        row = held(image, plain(30, 20))
    assert stored(settings.MEDIA_ROOT) == [f"{row.sha256}.jpg", f"{row.sha256}.webp"]


def test_hold_again_spares_what_another_row_uses(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    other = held(make_image("https://herald.example/b.jpg"), plain())
    held(image, plain())
    with django_capture_on_commit_callbacks(execute=True):
        held(image, plain(30, 20))
    assert len(stored(settings.MEDIA_ROOT)) == 4
    assert rendition(other, 400, BROWSER).path.is_file()


def test_hold_the_same_again_keeps_it(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        held(image, plain())
        held(image, plain())
    assert len(stored(settings.MEDIA_ROOT)) == 2


def test_remove_files_when_no_row_uses_them(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = held(image, plain())
    with django_capture_on_commit_callbacks(execute=True):
        remove_files([row])
    assert len(stored(settings.MEDIA_ROOT)) == 2
    Image.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        remove_files([row])
    assert stored(settings.MEDIA_ROOT) == []


# What is given back


@pytest.mark.parametrize(
    ("asked", "given"), [(1, 400), (400, 400), (401, 800), (1600, 1000), (5000, 1000)]
)
def test_rendition_is_the_smallest_that_fills_the_width(
    image: Image, asked: int, given: int
) -> None:
    row = held(image, plain(1000, 20))
    with PIL.Image.open(rendition(row, asked, BROWSER).path) as file:
        assert file.width == given


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (BROWSER, "image/webp"),
        ("IMAGE/WEBP", "image/webp"),
        ("image/webp;q=0.5", "image/webp"),
        ("image/webp;q=0.0", "image/jpeg"),
        ("image/*,*/*", "image/jpeg"),
        ("", "image/jpeg"),
    ],
)
def test_rendition_has_the_type_that_is_accepted(
    image: Image, accept: str, content_type: str
) -> None:
    assert rendition(held(image, plain()), 400, accept).content_type == content_type


def test_rendition_when_transparent_and_without_webp_is_png(image: Image) -> None:
    row = held(image, encoded(PIL.Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))
    found = rendition(row, 400, "")
    assert found.content_type == "image/png"
    with PIL.Image.open(found.path) as file:
        assert file.getpixel((1, 1)) == (0, 0, 0, 0)


def test_rendition_when_the_file_was_lost(image: Image, settings: Any) -> None:
    row = held(image, plain())
    for path in settings.MEDIA_ROOT.rglob("*.webp"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match="upload picture"):
        rendition(row, 400, BROWSER)
