"""Pictures: the stored file, or a placeholder if the archive has none."""

from __future__ import annotations

import base64
import hashlib
import logging
from html import escape

from django.db.models import Exists, OuterRef
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import quote_etag

from articles.content.text.excerpts import truncate
from articles.content.urls.normalization import extract_host
from articles.http.security_headers import IMAGE_CSP
from articles.images.store import find_rendition
from articles.models import Article, Image, ImageState
from articles.views.public_pages import NotFoundError, public_file

logger = logging.getLogger(__name__)

WIDTHS = (400, 800, 1600)
DEFAULT_WIDTH = 800
_BOX_HEIGHT = 144  # pixels; a placeholder must not take more space than the text around it
_BOX_RATIOS = (1.25, 2.5)  # narrowest and widest ratio with room for the text
_DEFAULT_RATIO = 3 / 2

_STYLE = (
    "rect{fill:none;stroke:#7d8683;stroke-opacity:.6}"
    "text{fill:#5b6461;font:14px system-ui,sans-serif;text-anchor:middle}"
    "@media(prefers-color-scheme:dark){text{fill:#9ba5a1}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
#: Web feed readers and the admin's sandboxed preview load pictures from another origin.
_CROSS_ORIGIN = "cross-origin"


@public_file
def picture(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a picture at ``?w=400``, ``800`` or ``1600`` in a format of the Accept header.

    Returns a placeholder for a picture that is not stored, with status 404 if no public story
    shows it.
    """
    width = _width(request.GET.get("w", str(DEFAULT_WIDTH)))
    image = _find_public_image(code)
    if image is None:
        return _placeholder("", "unknown picture", _DEFAULT_RATIO, status=404)
    host = extract_host(image.url)
    ratio = image.width / image.height if image.width and image.height else _DEFAULT_RATIO
    if image.state != ImageState.HELD:
        return _placeholder(host, "picture not held here", ratio)
    try:
        file = find_rendition(image, width, request.headers.get("Accept", ""))
    except FileNotFoundError:
        logger.exception("the file of a stored picture is missing; restore it from a backup")
        return _placeholder(host, "picture missing here", ratio)
    response = FileResponse(file.path.open("rb"), content_type=file.content_type)
    response["Vary"] = "Accept"
    response["ETag"] = quote_etag(file.path.name)  # contains the hash of the picture
    response["Content-Security-Policy"] = IMAGE_CSP
    response["Cross-Origin-Resource-Policy"] = _CROSS_ORIGIN
    return response


def _width(value: str) -> int:
    for width in WIDTHS:
        if value == str(width):
            return width
    raise NotFoundError(f"Pictures are {', '.join(map(str, WIDTHS))} pixels wide.")


def _find_public_image(code: str) -> Image | None:
    """Return the picture if a public story shows it now, else None.

    A picture that only an older version shows may be the reason why that version is hidden.
    """
    public = Article.objects.published().filter(pictures__image=OuterRef("pk"))
    return Image.objects.filter(Exists(public), code=code).first()


def _placeholder(host: str, message: str, ratio: float, status: int = 200) -> HttpResponse:
    """Return an SVG placeholder of about the picture's ratio, with its host and a message."""
    narrowest, widest = _BOX_RATIOS
    width = round(_BOX_HEIGHT * min(max(ratio, narrowest), widest))
    lines = [line for line in (truncate(host, width // 9), message) if line]
    middle, first = width // 2, _BOX_HEIGHT // 2 - 12 * (len(lines) - 1) + 5
    text = "".join(
        f'<text x="{middle}" y="{first + 24 * n}">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_BOX_HEIGHT}" '
        f'viewBox="0 0 {width} {_BOX_HEIGHT}" role="img">'
        f"<title>{escape(' – '.join(lines))}</title><style>{_STYLE}</style>"
        f'<rect x=".5" y=".5" width="{width - 1}" height="{_BOX_HEIGHT - 1}"/>{text}</svg>'
    )
    response = HttpResponse(svg, content_type="image/svg+xml", status=status)
    response["Content-Security-Policy"] = _POLICY
    response["Cross-Origin-Resource-Policy"] = _CROSS_ORIGIN
    return response
