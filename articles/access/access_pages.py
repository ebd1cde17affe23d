"""Shared by the admin pages for login and account security: rendering and redirects."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from articles.access.second_factor import pending_step


def render_page(
    request: HttpRequest, name: str, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Return the page of the template ``name``, without navigation while a step is pending."""
    locked = bool(pending_step(request))
    page_context = {
        **admin.site.each_context(request), "title": title, "locked": locked,
        "next": next_url(request), **context,
    }  # fmt: skip
    if locked:
        page_context["is_nav_sidebar_enabled"] = False
    return render(request, f"admin/access/{name}.html", page_context, status=status)


def redirect_to(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Return a redirect to the page ``name``; its ``next`` parameter leads back to this request."""
    target = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"{reverse(f'admin:{name}')}?{urlencode({'next': target})}")


def next_url(request: HttpRequest) -> str:
    """Return the URL in the ``next`` parameter if it is on this site, else the admin's index."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_on_this_site = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_on_this_site else reverse("admin:index")
