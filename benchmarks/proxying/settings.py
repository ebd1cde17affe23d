"""The archive's settings, with a folder of its own for the files of collectstatic."""

import os
from pathlib import Path

from archive_site.settings import *  # noqa: F403 - all of them, as Django reads them

STATIC_ROOT = Path(os.environ.get("BENCHMARK_STATIC_ROOT", STATIC_ROOT))  # noqa: F405
