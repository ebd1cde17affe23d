"""Pictures: the stored file, or a placeholder if the archive has none."""

from __future__ import annotations

import base64
import hashlib
import logging
from html import escape

from django.db.models import Exists, OuterRef
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import quote_etag
from django.utils.translation import gettext, gettext_noop, override

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
#: The interface languages, and the languages of browsers that get them; the last gets all others.
_BROWSER_LANGUAGES = {"zh-hant": "zh-Hant, zh-TW, zh-HK, zh-MO", "zh-hans": "zh", "en": ""}
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
        return _placeholder(request, "", gettext_noop("unknown picture"), _DEFAULT_RATIO, 404)
    host = extract_host(image.url)
    ratio = image.width / image.height if image.width and image.height else _DEFAULT_RATIO
    if image.state != ImageState.HELD:
        return _placeholder(request, host, gettext_noop("picture not held here"), ratio)
    try:
        file = find_rendition(image, width, request.headers.get("Accept", ""))
    except FileNotFoundError:
        logger.exception("the file of a stored picture is missing; restore it from a backup")
        return _placeholder(request, host, gettext_noop("picture missing here"), ratio)
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


def _placeholder(
    request: HttpRequest, host: str, message: str, ratio: float, status: int = 200
) -> HttpResponse:
    """Return an SVG placeholder of about the picture's ratio, with its host and a message.

    The message is in the language of ``?lang=``, which the pages in a language add; without it, in
    that of the browser, which picks one of the alternatives.
    """
    narrowest, widest = _BOX_RATIOS
    width = round(_BOX_HEIGHT * min(max(ratio, narrowest), widest))
    middle, line_count = width // 2, 2 if host else 1
    first = _BOX_HEIGHT // 2 - 12 * (line_count - 1) + 5
    last = first + 24 * (line_count - 1)
    shown_host = escape(truncate(host, width // 9))
    host_line = f'<text x="{middle}" y="{first}">{shown_host}</text>' if host else ""
    messages = "".join(
        f'<text x="{middle}" y="{last}"{attributes}>{escape(words)}</text>'
        for attributes, words in _translations(message, request.GET.get("lang", ""))
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_BOX_HEIGHT}" '
        f'viewBox="0 0 {width} {_BOX_HEIGHT}" role="img"><style>{_STYLE}</style>'
        f'<rect x=".5" y=".5" width="{width - 1}" height="{_BOX_HEIGHT - 1}"/>'
        f"{host_line}<switch>{messages}</switch></svg>"
    )
    response = HttpResponse(svg, content_type="image/svg+xml", status=status)
    response["Content-Security-Policy"] = _POLICY
    response["Cross-Origin-Resource-Policy"] = _CROSS_ORIGIN
    return response


def _translations(message: str, language: str) -> list[tuple[str, str]]:
    """Return attributes and words of each alternative; only one for a known ``language``."""
    found = []
    for code, tags in _BROWSER_LANGUAGES.items():
        if language in {code, ""} or language not in _BROWSER_LANGUAGES:
            with override(code):
                found.append((f' systemLanguage="{tags}"' if tags else "", gettext(message)))
    return [("", words) for _, words in found] if len(found) == 1 else found
