"""The work to cite: a story, its outlet, and its copy in the archive."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from articles.content.text.normalization import normalize_line

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_LANGUAGE_TAG = re.compile(
    "[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}"
)  # BCP 47, as in the sanitizer's allow-list


@dataclass(frozen=True, slots=True)
class CitedWork:
    """The data of a story that citations need; unknown strings are empty.

    ``published_on`` is the day in the archive's zone, ``published_at`` the time if it is known.
    ``archived_on`` is the day on which the archive imported the copy that it shows. It is also the
    access date of the styles: the copy does not change afterwards, and a citation must not depend
    on the day on which somebody reads it. ``original_url`` is empty when the URL cannot be opened,
    ``archive_url`` is the permanent URL in the archive, ``archive_name`` the archive's name.

    ``author`` is the byline, unchanged. It is unknown whether it names a person or a desk, and
    which part of it is the family name, so no style inverts it.
    """

    code: str
    title: str
    outlet: str
    author: str
    published_on: dt.date
    published_at: dt.datetime | None
    archived_on: dt.date
    original_url: str
    archive_url: str
    archive_name: str
    language: str

    @property
    def authors(self) -> list[str]:
        """Return the names of the byline, each as it stands there."""
        return [name for name in self.author.split(", ") if name]

    @property
    def normalized(self) -> CitedWork:
        """Return a copy with names on one line, and no language that is not a BCP 47 tag."""
        return replace(
            self,
            title=normalize_line(self.title),
            outlet=normalize_line(self.outlet),
            author=normalize_line(self.author),
            archive_name=normalize_line(self.archive_name),
            language=self.language if _LANGUAGE_TAG.fullmatch(self.language) else "",
        )

    @property
    def published_iso(self) -> str:
        """Return the publication date in ISO 8601, with the time only if it is known."""
        if self.published_at is None:
            return self.published_on.isoformat()
        return self.published_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def has_cjk(text: str) -> bool:
    """Return whether ``text`` has a Chinese, Japanese or Korean character."""
    return _CJK.search(text) is not None
