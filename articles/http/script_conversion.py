"""Pages in the other script of Chinese: ``?script=hans|hant``."""

from __future__ import annotations

from hashlib import blake2b
from threading import Lock
from typing import TypeVar

from cachetools import LRUCache, cached
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, get_script_prefix, resolve

from articles.content.chinese_script import Script, convert_page, keep_script
from articles.http.language_prefix import speaks

#: Converted pages by a hash of the page and the script: about 200 stories or lists a process.
CACHE: LRUCache[bytes, bytes] = LRUCache(16 * 1024**2, getsizeof=len)
_Response = TypeVar("_Response", bound=HttpResponseBase)


def script_of(request: HttpRequest) -> Script | None:
    """Return the script that the address asks for; a value that is none of the two asks nothing.

    Then the page is the plain one, which is canonical for all three.
    """
    asked = request.GET.get("script")
    return Script(asked) if asked in set(Script) else None


def converted(request: HttpRequest, response: _Response) -> _Response:
    """Return ``response``; a page has its text and its links in the script that is asked for.

    A redirect to another page of this site keeps the choice. Errors stay as they are.
    """
    script = script_of(request)
    if script is None:
        return response
    if response.status_code in {301, 302}:
        response["Location"] = keep_script(response["Location"], script, _is_page)
    elif (
        response.status_code == 200
        and isinstance(response, HttpResponse)
        and response["Content-Type"].startswith("text/html")
    ):
        del response["ETag"]  # one that the view has given tells of the plain page
        response.content = converted_page(response.content, script)
    return response


def _cache_key(page: bytes, script: Script) -> bytes:
    return blake2b(page, key=script.encode(), digest_size=16).digest()


@cached(CACHE, key=_cache_key, lock=Lock())
def converted_page(page: bytes, script: Script) -> bytes:
    """Return an HTML page in the other script; the pages used last are cached by their bytes."""
    return convert_page(page.decode(), script, _is_page).encode()


def _is_page(path: str) -> bool:
    """Return whether a page for people stands at ``path``, not a file, a feed or the admin."""
    prefix = get_script_prefix()
    if not path.startswith(prefix):
        return False
    try:
        view = resolve(f"/{path.removeprefix(prefix)}").func
    except Resolver404:
        return False
    return speaks(view)
