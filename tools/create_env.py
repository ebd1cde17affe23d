"""Write the ``.env`` of a new installation: ``.env.example`` with a SECRET_KEY of its own."""

import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY_LINE = "SECRET_KEY=\n"


def create_env(folder: Path) -> bool:
    """Write ``folder/.env`` unless it exists; return whether it was written.

    The file is created with mode 0600, so only its owner can read it at any moment. Raises
    ValueError unless the example has exactly one line for the key.
    """
    # Letters, digits, "-" and "_" only: django-environ reads a "$" as a reference to a variable.
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
    sys.stdout.write(".env written\n" if created else ".env exists and is left unchanged\n")
