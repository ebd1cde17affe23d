"""Why a file is not imported as a post."""

from __future__ import annotations


class PostError(ValueError):
    """The file cannot be parsed as a post; formatted as ``where: what; hint``."""

    def __init__(self, where: str, what: str, hint: str) -> None:
        super().__init__(where, what, hint)
        self.where, self.what, self.hint = where, what, hint

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.hint}"


class NotAPostError(ValueError):
    """The file is not a post, such as a README: it is skipped, not quarantined."""
