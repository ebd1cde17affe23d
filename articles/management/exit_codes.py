"""Exit codes of the commands. Other programs rely on them.

Django uses 0 for success, 1 for a fatal error and 2 for wrong usage.
"""

from __future__ import annotations

FINDINGS = 3  # the command finished, and reports failed files or findings
ALREADY_RUNNING = 4  # another command holds the archive's lock
INTERRUPTED = 130  # SIGINT or SIGTERM
