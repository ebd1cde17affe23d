"""Exit codes of the commands, which other programs rely on.

0 success, 1 fatal error and 2 wrong usage are Django's.
"""

from __future__ import annotations

FINDINGS = 3  # the command finished, and reports failed files or findings
ALREADY_RUNNING = 4  # another command holds the archive's lock
INTERRUPTED = 130  # SIGINT or SIGTERM
