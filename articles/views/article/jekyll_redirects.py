"""Redirects from the URLs of the Jekyll site for which the post files were written.

A file ``2021-01-14-title.md`` was published at ``/2021-01-14/2021-01-14-title``, with or without
``.html``, or at ``/category/2021/01/14/title.html``. The path at which an import saw the file
(Sighting) identifies the story.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from articles.models import Article, Sighting
from articles.views.article.article_lookup import redirect_to_article
from articles.views.public_pages import NotFoundError, public_page

_SUFFIX = ".html"


@public_page
def old_path(request: HttpRequest, date: str, name: str) -> HttpResponseBase:
    """Redirect from ``/YYYY-MM-DD/<file name>``."""
    return _redirect_from({name, f"{date}-{name}"})


@public_page
def old_category_path(
    request: HttpRequest, category: str, year: str, month: str, day: str, name: str
) -> HttpResponseBase:
    """Redirect from ``/<category>/YYYY/MM/DD/<file name>.html``."""
    return _redirect_from({f"{year}-{month}-{day}-{name}{_SUFFIX}"})


def _redirect_from(names: set[str]) -> HttpResponseBase:
    """Redirect to the story whose file had one of these names, ignoring ``.html``."""
    stems = names | {name.removesuffix(_SUFFIX) for name in names}
    hashes = {Sighting.hash_stem(stem.encode() + b".md") for stem in stems}
    found = Article.objects.filter(captures__original__sightings__stem_hash__in=hashes)
    # Several stories can have a file of the same name, in different folders.
    public = found.published().newest_first().first()
    # "withdrawn" sorts after "review": a tombstone is preferred if there is one.
    story = public or found.order_by("-state", "-id").first()
    if story is None:
        raise NotFoundError(_("The archive has no story from a file of this name."))
    return redirect_to_article(story)
