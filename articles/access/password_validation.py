"""Passwords that anybody would try first: those made of the archive's own words."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError

#: Words that every attacker knows; those of SITE_NAME count as well. Documented in security.md.
WORDS = (
    "administrator", "admin", "archive", "article", "django", "editor", "editorial", "login",
    "news", "newspaper", "newsroom", "passphrase", "password", "press", "secret", "welcome",
)  # fmt: skip
_LEAST = 8  # letters and digits that must be left without them


class OwnWordsValidator:
    """Refuses a password that is little more than words of the archive, digits and signs."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        rest = password.casefold()
        words = {*WORDS, *re.findall(r"\w{3,}", settings.SITE_NAME.casefold())}
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(re.findall(r"[^\W\d_]", rest)) < _LEAST and rest != password.casefold():
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """Return what to avoid."""
        return (
            "Your password can’t be made of words such as “archive”, “news” or “admin” with a few "
            "characters beside them."
        )
