"""Write an archive with its index: ``python -m benchmarks.reverse_proxy_runs.prepare N KIND...``.

It runs in a separate process, because Django has one set of settings for the life of a process; the
environment names the database. It prints the sample paths of each kind of page as JSON.
"""

from __future__ import annotations

import json
import sys

import django


def main() -> None:
    """Fill the archive that the environment names with N articles, unless it has articles."""
    django.setup()
    # Models can only be imported once Django is set up.
    from django.core.management import call_command

    from articles.models import Article
    from benchmarks import page_requests
    from benchmarks.reverse_proxy_runs.page_kinds import KINDS, sample_paths

    kinds = sys.argv[2:] or list(KINDS)
    if unknown := set(kinds) - set(KINDS):
        sys.exit(f"no kinds of pages: {', '.join(sorted(unknown))}")
    call_command("migrate", verbosity=0)
    if not Article.objects.exists():
        page_requests.fill_database(int(sys.argv[1]))
        call_command("update_index", rebuild=True, no_progress=True, stdout=sys.stderr)
    json.dump(sample_paths(kinds), sys.stdout)


if __name__ == "__main__":
    main()
