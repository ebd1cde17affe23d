"""The picture store: which uploads it refuses, what it writes, and which rendition it returns."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from PIL import ImageCms, PngImagePlugin

from articles.images import decoding, store
from articles.images.decoding import ImageError, decode
from articles.images.store import find_rendition, remove_unused_files, store_upload
from articles.models import Image, ImageState

RED, BLUE = (200, 30, 30), (30, 30, 200)
BROWSER = "image/avif,image/webp,image/*,*/*;q=0.8"


def encode(picture: PIL.Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def image_bytes(width: int = 60, height: int = 40, kind: str = "PNG", **options: Any) -> bytes:
    return encode(PIL.Image.new("RGB", (width, height), RED), kind, **options)


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


def store_bytes(image: Image, data: bytes) -> Image:
    store_upload(image, io.BytesIO(data))
    return Image.objects.get(pk=image.pk)


def stored_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# Refused uploads


def test_decode_when_the_file_is_an_html_page() -> None:
    with pytest.raises(ImageError, match="not a JPEG, PNG, WebP or GIF"):
        decode(b"<!doctype html><script>alert(1)</script>")


def test_decode_when_the_format_is_not_allowed() -> None:
    with pytest.raises(ImageError, match="not a JPEG, PNG, WebP or GIF"):
        decode(image_bytes(kind="TIFF"))


def test_decode_when_empty() -> None:
    with pytest.raises(ImageError, match="not a JPEG"):
        decode(b"")


def test_decode_when_truncated() -> None:
    noise = PIL.Image.effect_noise((300, 300), 80).convert("RGB")
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encode(noise, kind)
        with pytest.raises(ImageError, match=r"damaged|not a JPEG"):
            decode(data[: len(data) // 2])


@pytest.mark.parametrize("size", [(8000, 5001), (12_000, 9000), (60_000, 60_000)])
def test_decode_when_the_header_promises_a_bomb(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match="too many pixels"):
        decode(png_header(*size))


def test_decode_when_a_small_file_unpacks_to_a_bomb() -> None:
    data = encode(PIL.Image.new("1", (7000, 7000)), "PNG")
    assert len(data) < 20_000
    with pytest.raises(ImageError, match="7000 x 7000"):
        decode(data)


def test_decode_when_the_file_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 50)
    with pytest.raises(ImageError, match="larger than"):
        decode(image_bytes())


def test_store_upload_reads_no_more_than_the_limit(image: Image) -> None:
    upload = io.BytesIO(bytes(decoding.MAX_BYTES + 1000))
    with pytest.raises(ImageError, match="larger than 20 MB"):
        store_upload(image, upload)
    assert upload.tell() == decoding.MAX_BYTES + 1


def test_one_upload_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    decoding_now: list[int] = []
    most_at_once: list[int] = []

    def decode_slowly(data: bytes) -> PIL.Image.Image:
        decoding_now.append(1)
        most_at_once.append(len(decoding_now))
        time.sleep(0.02)
        decoding_now.pop()
        return decode(data)

    monkeypatch.setattr(store, "decode", decode_slowly)
    data = image_bytes()
    with ThreadPoolExecutor(4) as threads:
        prepared = list(threads.map(lambda _: store.prepare_upload(io.BytesIO(data)), range(4)))
    assert len(prepared) == 4
    assert max(most_at_once) == 1


def test_image_error_has_problem_and_hint() -> None:
    error = ImageError("it is broken", "mend it")
    assert (error.problem, error.hint) == ("it is broken", "mend it")
    assert str(error) == "it is broken; mend it"


# Decoding


def test_decode_turns_a_picture_upright() -> None:
    picture = PIL.Image.new("RGB", (60, 40), RED)
    picture.paste(BLUE, (0, 0, 30, 40))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees, clockwise
    upright = decode(encode(picture, "JPEG", exif=exif, quality=95))
    assert upright.size == (40, 60)
    top, bottom = upright.getpixel((20, 5)), upright.getpixel((20, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[2] > 150 > bottom[2]


def test_decode_when_animated_returns_the_first_frame() -> None:
    frames = [PIL.Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    picture = decode(data)
    assert (picture.mode, picture.size, picture.getpixel((9, 9))) == ("RGB", (20, 20), RED)


def test_decode_keeps_transparency() -> None:
    assert decode(encode(PIL.Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG")).mode == "RGBA"


def test_decode_when_the_alpha_channel_is_opaque() -> None:
    assert decode(encode(PIL.Image.new("RGBA", (9, 9), (*RED, 255)), "PNG")).mode == "RGB"


def test_decode_when_grey_has_sixteen_bits() -> None:
    grey = PIL.Image.new("I;16", (9, 9), 40_000)
    assert decode(encode(grey, "PNG")).getpixel((1, 1)) == (156, 156, 156)


def test_decode_when_cmyk() -> None:
    white = encode(PIL.Image.new("CMYK", (9, 9)), "JPEG")
    assert decode(white).getpixel((1, 1)) == (255, 255, 255)


def test_decode_when_the_profile_is_srgb_or_broken() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile at all"):
        assert decode(image_bytes(icc_profile=profile)).getpixel((1, 1)) == RED


def test_decode_drops_metadata() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "seen by a camera")
    assert decode(image_bytes(pnginfo=notes)).info == {}
    assert decode(image_bytes(kind="JPEG", comment=b"seen by a camera")).info == {}


# Stored files


def test_store_upload_writes_each_width_in_two_formats(image: Image, settings: Any) -> None:
    data = image_bytes(3000, 1500, "JPEG")
    row = store_bytes(image, data)
    digest = hashlib.sha256(data).hexdigest()
    assert (row.state, row.width, row.height, row.sha256) == (ImageState.HELD, 1600, 800, digest)
    assert row.file.name == f"pictures/{digest[:2]}/{digest}.webp"
    sizes = {}
    for name in stored_names(settings.MEDIA_ROOT):
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


def test_store_upload_drops_metadata_from_the_files(image: Image, settings: Any) -> None:
    exif = PIL.Image.Exif()
    exif[0x010E] = "taken at a place that nobody should know"
    row = store_bytes(image, image_bytes(kind="JPEG", exif=exif, comment=b"a place"))
    for accept in (BROWSER, ""):
        data = find_rendition(row, 400, accept).path.read_bytes()
        assert b"place" not in data


def test_store_upload_never_enlarges(image: Image) -> None:
    row = store_bytes(image, image_bytes(90, 60))
    assert (row.width, row.height) == (90, 60)


def test_store_upload_changes_nothing_when_refused(image: Image, settings: Any) -> None:
    with pytest.raises(ImageError):
        store_upload(image, io.BytesIO(b"<html>"))
    assert Image.objects.get(pk=image.pk).state == ImageState.KNOWN
    assert stored_names(settings.MEDIA_ROOT) == []


def test_store_upload_again_deletes_the_old_files(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    store_bytes(image, image_bytes(1000, 10))
    assert len(stored_names(settings.MEDIA_ROOT)) == 6
    with django_capture_on_commit_callbacks(execute=True):
        row = store_bytes(image, image_bytes(30, 20))
    assert stored_names(settings.MEDIA_ROOT) == [f"{row.sha256}.jpg", f"{row.sha256}.webp"]


def test_store_upload_again_keeps_files_that_another_row_uses(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    other = store_bytes(make_image("https://herald.example/b.jpg"), image_bytes())
    store_bytes(image, image_bytes())
    with django_capture_on_commit_callbacks(execute=True):
        store_bytes(image, image_bytes(30, 20))
    assert len(stored_names(settings.MEDIA_ROOT)) == 4
    assert find_rendition(other, 400, BROWSER).path.is_file()


def test_store_upload_of_the_same_file_keeps_it(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        store_bytes(image, image_bytes())
        store_bytes(image, image_bytes())
    assert len(stored_names(settings.MEDIA_ROOT)) == 2


def test_remove_unused_files_only_when_no_row_uses_them(
    image: Image, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = store_bytes(image, image_bytes())
    with django_capture_on_commit_callbacks(execute=True):
        remove_unused_files([row])
    assert len(stored_names(settings.MEDIA_ROOT)) == 2
    Image.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        remove_unused_files([row])
    assert stored_names(settings.MEDIA_ROOT) == []


# Renditions


@pytest.mark.parametrize(
    ("requested", "expected"), [(1, 400), (400, 400), (401, 800), (1600, 1000), (5000, 1000)]
)
def test_find_rendition_returns_the_smallest_that_fills_the_width(
    image: Image, requested: int, expected: int
) -> None:
    row = store_bytes(image, image_bytes(1000, 20))
    with PIL.Image.open(find_rendition(row, requested, BROWSER).path) as file:
        assert file.width == expected


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
def test_find_rendition_returns_an_accepted_type(
    image: Image, accept: str, content_type: str
) -> None:
    assert (
        find_rendition(store_bytes(image, image_bytes()), 400, accept).content_type == content_type
    )


def test_find_rendition_is_png_when_transparent_and_without_webp(image: Image) -> None:
    row = store_bytes(image, encode(PIL.Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))
    found = find_rendition(row, 400, "")
    assert found.content_type == "image/png"
    with PIL.Image.open(found.path) as file:
        assert file.getpixel((1, 1)) == (0, 0, 0, 0)


def test_find_rendition_when_the_file_is_missing(image: Image, settings: Any) -> None:
    row = store_bytes(image, image_bytes())
    for path in settings.MEDIA_ROOT.rglob("*.webp"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match="upload picture"):
        find_rendition(row, 400, BROWSER)
