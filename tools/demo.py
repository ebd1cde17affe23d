"""Serve an archive with the sample posts on this machine: ``make demo``.

The first run creates ``.env``, the SQLite database and an admin account, and prints the password
of that account once. Later runs reuse all of these. Nothing here uses the network.
"""

import errno
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from tools.create_env import ROOT, create_env

HOST = "127.0.0.1"
PORTS = range(8000, 8100)
SAMPLES = Path("samples", "posts")
ADMIN = "admin"


class DemoError(Exception):
    """The demo can't continue; the message says what to do."""


def listen(ports: Iterable[int] = PORTS) -> socket.socket:
    """Return a socket that listens on the first free port of ``ports`` on the loopback address.

    The server inherits it, so no other program can take the port in between.
    """
    tried = []
    for port in ports:
        try:
            return socket.create_server((HOST, port))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            tried.append(port)
    raise DemoError(
        f"{HOST}: every port from {tried[0]} to {tried[-1]} is taken. Stop one of the programs "
        "that listen there (ss -ltnp lists them) and run this again."
    )


def check_database() -> None:
    """Raise DemoError if DATABASE_URL is set, so that the samples go into no real archive."""
    import environ

    environ.Env.read_env(str(ROOT / ".env"))
    if os.environ.get("DATABASE_URL"):
        raise DemoError(
            "DATABASE_URL is set (in the environment or in .env), and the demo would import its "
            "samples into that database. Unset it for the demo, or start the archive itself: "
            ".venv/bin/python manage.py runserver"
        )


def manage(*arguments: str) -> None:
    """Run a management command; raise DemoError if it fails, after it has printed why."""
    command = [sys.executable, "manage.py", *arguments]
    status = subprocess.run(command, check=False).returncode
    if status:
        raise DemoError(f"manage.py {' '.join(arguments)} ended with exit status {status}.")


def create_admin() -> str | None:
    """Create an admin account and return its password; None if a superuser exists."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "archive_site.settings"
    django.setup()
    from django.contrib.auth import get_user_model

    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    users.create_superuser(username=ADMIN, password=password)
    return password


def serve(listener: socket.socket) -> NoReturn:
    """Replace this process by the server; Ctrl-C or a signal stops it."""
    listener.set_inheritable(True)
    sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "archive_site.wsgi"]
    command += ["--bind", f"fd://{listener.fileno()}", "--workers", "2"]
    # gunicorn would open its control socket in the home directory.
    command += ["--no-control-socket", "--log-level", "warning"]
    os.execv(sys.executable, command)


def run() -> NoReturn:
    """Create what is missing, print the URLs of the archive, and serve it."""
    os.chdir(ROOT)
    os.umask(0o077)  # the database holds accounts: its files are for their owner, as .env is
    if create_env(ROOT):
        sys.stdout.write("Wrote .env with a new SECRET_KEY (mode 0600)\n")
    check_database()
    listener = listen()
    site_url = f"http://{HOST}:{listener.getsockname()[1]}"
    os.environ.update(
        ALLOWED_HOSTS=f"{HOST},localhost", SECURE_SSL_REDIRECT="off", SITE_URL=site_url
    )
    manage("migrate", "--no-input", "--verbosity", "0")
    manage("collectstatic", "--no-input", "--verbosity", "0")
    manage("import_posts", str(SAMPLES))
    password = create_admin()
    sys.stdout.write(f"\n  Archive  {site_url}/\n  Editors  {site_url}/admin/\n")
    if password:
        sys.stdout.write(f"  Account  {ADMIN}, password {password} (shown only this once)\n")
    sys.stdout.write("  Press Ctrl-C to stop it.\n\n")
    serve(listener)


if __name__ == "__main__":
    try:
        run()
    except DemoError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
