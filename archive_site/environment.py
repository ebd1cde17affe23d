"""Read the settings from the environment, and validate every value that an operator can set.

A missing or invalid value raises :class:`SettingError`, which names the variable and says what to
write instead. ``manage.py`` and the servers stop with that message.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from articles.access.throttling.rate_parsing import Rate, parse_rate

#: Of the interface; the names are in settings.LANGUAGES.
INTERFACE_LANGUAGES = ("en", "zh-hans", "zh-hant")
_LINE_LENGTH = 200  # characters
_ICON_BYTES = 256 * 1024


class SettingError(ImproperlyConfigured):
    """An environment variable is missing or invalid; the message names it and says what to do."""


class Environment:
    """Typed access to the process environment and the ``.env`` next to ``manage.py``.

    Variables of the process environment take precedence over the file.
    """

    def __init__(self, base_dir: Path) -> None:
        self.base_dir = base_dir
        self._env = environ.Env()
        env_file = base_dir / ".env"
        if env_file.is_file():
            self._env.read_env(str(env_file))

    def text(self, name: str, default: str | None = None) -> str:
        """Return the value of ``name``; without a default it is required and must not be empty."""
        value = str(self._env.str(name, default=default or ""))
        if not value and default is None:
            raise SettingError(
                f"{name} is not set. Put a line {name}=… into {self.base_dir.name}/.env "
                "(.env.example shows one) or into the environment."
            )
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean; the usual words such as on/off, yes/no and 1/0 are valid."""
        raw = self.text(name, "on" if default else "off").strip().lower()
        if raw in {"1", "true", "yes", "on", "y", "t"}:
            return True
        if raw in {"0", "false", "no", "off", "n", "f"}:
            return False
        raise SettingError(f"{name}={raw!r} is neither on nor off. Write {name}=on or {name}=off.")

    def choice(self, name: str, values: tuple[str, ...], default: str) -> str:
        """Return one of ``values``, in lower case."""
        value = self.text(name, default).strip().lower()
        if value not in values:
            lines = " or ".join(f"{name}={each}" for each in values)
            raise SettingError(f"{name}={value!r} is not a valid value. Write {lines}.")
        return value

    def words(self, name: str, default: list[str]) -> list[str]:
        """Return a comma-separated value as a list, without blanks and empty items."""
        value = self.text(name, ",".join(default))
        return [word.strip() for word in value.split(",") if word.strip()]

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """Return Django's settings for the database URL in ``name``."""
        url = self.text(name, f"sqlite:///{default}")
        try:
            config: dict[str, Any] = self._env.db_url_config(url)
        except Exception as error:  # django-environ raises many kinds
            raise SettingError(f"{name} is not a database URL: {error}.") from error
        engine = str(config.get("ENGINE", ""))
        if engine.rsplit(".", 1)[-1] not in {"sqlite3", "postgresql"}:
            raise SettingError(
                f"{name} names {engine or 'no engine'}. The archive runs on SQLite "
                "(sqlite:////path/archive.sqlite3) or PostgreSQL (postgres://user@host/name)."
            )
        return config

    def site_url(self, name: str, default: str) -> str:
        """Return an absolute http(s) URL without a trailing slash."""
        url = self.text(name, default).rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingError(f"{name}={url!r} is no URL. Write {name}=https://news.example.")
        return url

    def rate(self, name: str, default: str) -> Rate | None:
        """Return a rate limit; None for "off"."""
        text = self.text(name, default)
        try:
            return parse_rate(text)
        except ValueError as error:
            raise SettingError(
                f"{name}={text!r} is no rate. Write {name}=60/minute, {name}=10/15 minutes or "
                f"{name}=off."
            ) from error

    def texts_by_language(self, name: str, default: str) -> dict[str, str]:
        """Return the value of ``name`` for each interface language.

        ``NAME_ZH_HANS`` and its like name that of one language; the others have that of ``NAME``.
        """
        general = self._line(name, default)
        return {"": general} | {
            code: self._line(f"{name}_{code.upper().replace('-', '_')}", general)
            for code in INTERFACE_LANGUAGES
        }

    def _line(self, name: str, default: str) -> str:
        value = " ".join(self.text(name, default).split())
        if len(value) > _LINE_LENGTH or not value.isprintable():
            raise SettingError(
                f"{name} is longer than {_LINE_LENGTH} characters or has control characters. "
                f"Write a short {name}."
            )
        return value

    def icon(self, name: str, default: str) -> Path:
        """Return the path of an SVG, PNG or ICO file, absolute or relative to ``manage.py``."""
        value = self.text(name, default)
        path = self.base_dir / value
        if path.suffix.lower() not in {".svg", ".png", ".ico"}:
            raise SettingError(f"{name}={value!r} is no .svg, .png or .ico file.")
        if not path.is_file() or path.stat().st_size > _ICON_BYTES:
            raise SettingError(
                f"{name}={value!r} is no file of at most {_ICON_BYTES // 1024} KB. Write the path "
                "of a small picture, absolute or relative to manage.py."
            )
        return path

    def contact(self, name: str) -> str:
        """Return a ``mailto:`` or ``https:`` URL; "" if it is not set."""
        value = self.text(name, "").strip()
        if value and not re.fullmatch(r"(mailto:[^@\s]+@|https://)[^@\s]+", value):
            raise SettingError(
                f"{name}={value!r} is no contact. Write "
                f"{name}=mailto:somebody@news.example or {name}=https://news.example/contact."
            )
        return value

    def minutes(self, name: str, default: int) -> int:
        """Return a number of minutes, converted to seconds."""
        return self._count(name, "minutes", default) * 60

    def seconds(self, name: str, default: int) -> int:
        """Return a number of seconds."""
        return self._count(name, "seconds", default)

    def _count(self, name: str, unit: str, default: int) -> int:
        text = self.text(name, str(default)).strip()
        if not re.fullmatch("[1-9][0-9]{0,5}", text):
            raise SettingError(f"{name}={text!r} is no number of {unit}. Write {name}={default}.")
        return int(text)

    def zone(self, name: str, default: str) -> str:
        """Return the name of a time zone that exists on this machine."""
        key = self.text(name, default)
        try:
            ZoneInfo(key)
        except (KeyError, OSError, ValueError) as error:
            raise SettingError(
                f"{name}={key!r} is no known time zone. Write a name such as Asia/Taipei or UTC."
            ) from error
        return key
