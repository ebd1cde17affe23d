"""How dates and numbers are written in Chinese; the same in both scripts."""

from archive_site.formats.zh_Hans.formats import (
    DATE_FORMAT,
    DATETIME_FORMAT,
    MONTH_DAY_FORMAT,
    NUMBER_GROUPING,
    THOUSAND_SEPARATOR,
    YEAR_MONTH_FORMAT,
)

__all__ = [
    "DATETIME_FORMAT",
    "DATE_FORMAT",
    "MONTH_DAY_FORMAT",
    "NUMBER_GROUPING",
    "THOUSAND_SEPARATOR",
    "YEAR_MONTH_FORMAT",
]
