"""Write the ``.env`` of a new installation: ``.env.example`` with a SECRET_KEY of its own."""

import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY_LINE = "SECRET_KEY=\n"


def create_env(folder: Path) -> bool:
    """Return True when ``folder/.env`` was written, False when it was there and stays as it is.

    Nobody but its owner can read the file at any moment: it is born with mode 0600.
    """
    # Letters, digits, "-" and "_" only: django-environ would take a "$" for another variable.
    key = secrets.token_urlsafe(50)
    example = (folder / ".env.example").read_text(encoding="utf-8")
    if example.count(KEY_LINE) != 1:
        raise ValueError(f".env.example: write the line {KEY_LINE.strip()!r} exactly once")
    try:
        descriptor = os.open(folder / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(example.replace(KEY_LINE, f"SECRET_KEY={key}\n"))
    return True


if __name__ == "__main__":
    created = create_env(ROOT)
    sys.stdout.write(".env written\n" if created else ".env is there already and stays\n")
