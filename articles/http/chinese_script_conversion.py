"""Pages converted to simplified or traditional Chinese characters: ``?script=hans|hant``."""

from __future__ import annotations

from hashlib import blake2b
from threading import Lock
from typing import TypeVar

from cachetools import LRUCache, cached
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, get_script_prefix, resolve

from articles.content.chinese_script import Script, add_script_parameter, convert_page
from articles.http.language_prefix import has_interface_language

#: Converted pages by a hash of page and script: 16 MiB, about 200 stories or lists per process.
CACHE: LRUCache[bytes, bytes] = LRUCache(16 * 1024**2, getsizeof=len)
_Response = TypeVar("_Response", bound=HttpResponseBase)


def requested_script(request: HttpRequest) -> Script | None:
    """Return the script that the URL requests, None for no or an unknown value.

    None means the unconverted page, which is the canonical URL of all three.
    """
    value = request.GET.get("script")
    return Script(value) if value in set(Script) else None


def convert_response(request: HttpRequest, response: _Response) -> _Response:
    """Return ``response`` with the text and links of a page in the requested script.

    A redirect to another page of this site keeps the parameter. Errors are not converted.
    """
    script = requested_script(request)
    if script is None:
        return response
    if response.status_code in {301, 302}:
        response["Location"] = add_script_parameter(response["Location"], script, _is_page)
    elif (
        response.status_code == 200
        and isinstance(response, HttpResponse)
        and response["Content-Type"].startswith("text/html")
    ):
        del response["ETag"]  # an ETag that the view has set is that of the unconverted page
        response.content = convert_page_cached(response.content, script)
    return response


def _cache_key(page: bytes, script: Script) -> bytes:
    return blake2b(page, key=script.encode(), digest_size=16).digest()


@cached(CACHE, key=_cache_key, lock=Lock())
def convert_page_cached(page: bytes, script: Script) -> bytes:
    """Return an HTML page in ``script``; the most recently used results are cached."""
    return convert_page(page.decode(), script, _is_page).encode()


def _is_page(path: str) -> bool:
    """Return whether ``path`` is a page for people, not a file, a feed or the admin."""
    prefix = get_script_prefix()
    if not path.startswith(prefix):
        return False
    try:
        view = resolve(f"/{path.removeprefix(prefix)}").func
    except Resolver404:
        return False
    return has_interface_language(view)
