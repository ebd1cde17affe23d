"""The archive's settings, with a separate folder for the files of collectstatic."""

import os
from pathlib import Path

from archive_site.settings import *  # noqa: F403 - Django reads all of them

STATIC_ROOT = Path(os.environ.get("BENCHMARK_STATIC_ROOT", STATIC_ROOT))  # noqa: F405
