"""Refuse passwords that an attacker would try first: those made of the archive's own words."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError

#: Words that any attacker would try; those of SITE_NAME are added. Listed in docs/security.md.
GUESSABLE_WORDS = (
    "administrator", "admin", "archive", "article", "django", "editor", "editorial", "login",
    "news", "newspaper", "newsroom", "passphrase", "password", "press", "secret", "welcome",
)  # fmt: skip
_MIN_LETTERS_LEFT = 8  # letters that must remain once those words are removed


class GuessableWordsValidator:
    """Refuses a password that is little more than guessable words, digits and symbols."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError if ``password`` contains such words and little else."""
        rest = password.casefold()
        words = {*GUESSABLE_WORDS, *re.findall(r"\w{3,}", settings.SITE_NAME.casefold())}
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(re.findall(r"[^\W\d_]", rest)) < _MIN_LETTERS_LEFT and rest != password.casefold():
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """Return what to avoid, as a sentence for the user."""
        return (
            "Your password can’t be made of words such as “archive”, “news” or “admin” with a few "
            "characters beside them."
        )
