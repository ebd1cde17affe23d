"""What the doors' own pages of the admin share: how they are shown, and where they lead on to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from articles.access.second_factor import page_before


def show(
    request: HttpRequest, name: str, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Return the page of the template ``name``; links stay out while nothing else may be opened."""
    locked = bool(page_before(request))
    whole = {
        **admin.site.each_context(request), "title": title, "locked": locked,
        "next": next_page(request), **context,
    }  # fmt: skip
    if locked:
        whole["is_nav_sidebar_enabled"] = False
    return render(request, f"admin/access/{name}.html", whole, status=status)


def lead_to(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Return the way to the page ``name``, which leads back to where the person wanted to go."""
    target = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"{reverse(f'admin:{name}')}?{urlencode({'next': target})}")


def next_page(request: HttpRequest) -> str:
    """Return where to go on: the address that a page before has given, on this site only."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else reverse("admin:index")
