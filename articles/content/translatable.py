"""Marks messages of content code for translation; views and template tags translate them.

Content code imports no Django and its messages are English. Messages for readers are wrapped in
:func:`noop`, so that ``make messages`` adds them to the catalogues; the view or template tag that
renders one passes it through ``gettext``.
"""


def noop(text: str) -> str:
    """Return ``text`` unchanged; only marks it for the catalogues (``make messages``).

    >>> noop("No such day.")
    'No such day.'

    Mark the literal with its placeholders, before interpolation: gettext looks up translations by
    the exact string.
    """
    return text
