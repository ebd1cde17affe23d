"""Static pages: about the archive, and how to request a takedown."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import DayCount, Source
from articles.views.public_pages import public_page


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact of the archive's operators: a URL, and its label."""

    url: str
    label: str


@public_page
def about(request: HttpRequest) -> HttpResponse:
    """Return the page about the archive: what it has, its sources, and how to use it."""
    days = DayCount.objects.filter(story_count__gt=0).order_by()
    context = {
        "contact": _get_contact(),
        "totals": days.aggregate(total=Sum("story_count"), first=Min("day"), last=Max("day")),
        "outlets": Source.objects.filter(story_count__gt=0).count(),
    }
    return render(request, "pages/site/about.html", context)


@public_page
def takedown(request: HttpRequest) -> HttpResponse:
    """Return the page about takedown requests: who can make them, and what happens then."""
    return render(request, "pages/site/takedown.html", {"contact": _get_contact()})


def _get_contact() -> Contact | None:
    """Return the contact from the setting CONTACT, if it is set."""
    url = settings.CONTACT
    return Contact(url, url.removeprefix("mailto:")) if url else None
