"""What is cited: a story, its outlet, and the copy that the archive keeps of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from articles.content.text.normalization import one_line

_WRITTEN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_TAG = re.compile("[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")  # BCP 47, as the policy has it


@dataclass(frozen=True, slots=True)
class Work:
    """A story as a citation tells it.

    ``published`` is the day in the archive's zone, and ``moment`` the time where it is known.
    ``archived`` is the day on which the archive took in the copy that it shows. That is also what
    the styles call the day of access: the copy does not change afterwards, and a citation must not
    depend on the day on which somebody looks at it. ``original`` is empty when the address cannot
    be opened, ``copy`` is the permanent address in the archive, ``archive`` the archive's name.

    ``author`` is the byline as it stands. Nothing tells whether it names a person or a desk, nor
    which part of it is the family name, so no style turns it round.
    """

    code: str
    title: str
    outlet: str
    author: str
    published: dt.date
    moment: dt.datetime | None
    archived: dt.date
    original: str
    copy: str
    archive: str
    language: str

    @property
    def in_lines(self) -> Work:
        """Return the same with every name as a single clean line, and no language but a tag."""
        return replace(
            self,
            title=one_line(self.title),
            outlet=one_line(self.outlet),
            author=one_line(self.author),
            archive=one_line(self.archive),
            language=self.language if _TAG.fullmatch(self.language) else "",
        )

    @property
    def published_iso(self) -> str:
        """Return the publication in ISO 8601, no more exactly than it is known."""
        if self.moment is None:
            return self.published.isoformat()
        return self.moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def has_east_asian(text: str) -> bool:
    """Tell whether a character of Chinese, Japanese or Korean stands in ``text``."""
    return _WRITTEN.search(text) is not None
