"""Pictures: the file that the archive holds, or a quiet box that says it does not hold one."""

from __future__ import annotations

import base64
import hashlib
import logging
from html import escape

from django.db.models import Exists, OuterRef
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import quote_etag

from articles.content.text.excerpts import cut
from articles.content.urls.normalization import host_of
from articles.http.security_headers import PICTURE_POLICY
from articles.images.store import rendition
from articles.models import Article, Image, ImageState
from articles.views.public_pages import NotHereError, public_file

logger = logging.getLogger(__name__)

WIDTHS = (400, 800, 1600)
DEFAULT_WIDTH = 800
_BOX_HEIGHT = 144  # pixels; a box must not take more of a page than the text it interrupts
_BOX_RATIOS = (1.25, 2.5)  # the narrowest and widest box that has room for its words
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
#: Feed readers on the web and the admin's sandboxed preview show pictures from another origin.
_FOR_ALL = "cross-origin"


@public_file
def picture(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a picture at ``?w=400``, ``800`` or ``1600`` in a format of the Accept header.

    Of a picture that is not held, or only of stories that nobody may see, a placeholder.
    """
    width = _width(request.GET.get("w", str(DEFAULT_WIDTH)))
    image = _known(code)
    if image is None:
        return _placeholder("", "unknown picture", _DEFAULT_RATIO, status=404)
    host = host_of(image.url)
    ratio = image.width / image.height if image.width and image.height else _DEFAULT_RATIO
    if image.state != ImageState.HELD:
        return _placeholder(host, "picture not held here", ratio)
    try:
        file = rendition(image, width, request.headers.get("Accept", ""))
    except FileNotFoundError:
        logger.exception("A picture that should be held is not there")
        return _placeholder(host, "picture missing here", ratio)
    response = FileResponse(file.path.open("rb"), content_type=file.content_type)
    response["Vary"] = "Accept"
    response["ETag"] = quote_etag(file.path.name)  # which has the hash of the picture in it
    response["Content-Security-Policy"] = PICTURE_POLICY
    response["Cross-Origin-Resource-Policy"] = _FOR_ALL
    return response


def _width(value: str) -> int:
    for width in WIDTHS:
        if value == str(width):
            return width
    raise NotHereError(f"Pictures are {', '.join(map(str, WIDTHS))} pixels wide.")


def _known(code: str) -> Image | None:
    """Return the picture, if a public story shows it now.

    One that only an older version had may be what that version was hidden for.
    """
    public = Article.objects.published().filter(pictures__image=OuterRef("pk"))
    return Image.objects.filter(Exists(public), code=code).first()


def _placeholder(host: str, words: str, ratio: float, status: int = 200) -> HttpResponse:
    """Return an SVG box of the picture's proportions that names its host and says ``words``."""
    narrowest, widest = _BOX_RATIOS
    width = round(_BOX_HEIGHT * min(max(ratio, narrowest), widest))
    lines = [line for line in (cut(host, width // 9), words) if line]
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
    response["Cross-Origin-Resource-Policy"] = _FOR_ALL
    return response
