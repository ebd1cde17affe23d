"""Sentences of pure content code that a page shows: marked here, translated by the outer layer.

Content code imports no Django and speaks English. What it says to a reader is wrapped, so that
``make messages`` finds it for the catalogues; a view or template tag that shows it passes it
through ``gettext``.
"""


def noop(text: str) -> str:
    """The text itself: only a mark for the catalogues (``make messages``).

    >>> noop("No such day.")
    'No such day.'

    Mark the sentence as it stands in the code, with its placeholders and before any value is
    put in: a translation is found by the very same characters.
    """
    return text
