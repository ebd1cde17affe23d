"""What this archive is, and how something is taken out of it: pages of words."""

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
    """Where the people who run the archive are reached: an address, and how it is told."""

    address: str
    words: str


@public_page
def about(request: HttpRequest) -> HttpResponse:
    """Return what the archive holds, where it comes from and how it is used."""
    days = DayCount.objects.filter(story_count__gt=0).order_by()
    context = {
        "contact": _contact(),
        "held": days.aggregate(total=Sum("story_count"), first=Min("day"), last=Max("day")),
        "outlets": Source.objects.filter(story_count__gt=0).count(),
    }
    return render(request, "pages/about.html", context)


@public_page
def takedown(request: HttpRequest) -> HttpResponse:
    """Return who can ask for a story to be taken away, and what happens then."""
    return render(request, "pages/takedown.html", {"contact": _contact()})


def _contact() -> Contact | None:
    """Return the contact that the operator has set, if any."""
    address = settings.CONTACT
    return Contact(address, address.removeprefix("mailto:")) if address else None
