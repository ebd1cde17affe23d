"""``manage.py export_posts DIR``: write the posts back to files, byte for byte."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from articles.exporting.confined_folder import ConfinedFolder, FolderInUseError
from articles.exporting.file_names import escape_controls
from articles.exporting.post_export import Finding, PostExport, Summary, is_known_root
from articles.management.base import ArchiveCommand
from articles.management.exit_codes import ALREADY_RUNNING

_USAGE = 2


class Command(ArchiveCommand):
    """Write every original to DIR/ROOT/PATH; exit 3 when a file could not be written."""

    help = "Write every imported post to DIR/ROOT/PATH, byte for byte. Nothing is overwritten."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "dir", metavar="DIR", type=Path, help="target folder; created if missing"
        )
        parser.add_argument("--root", metavar="LABEL", help="only what was imported under LABEL")
        parser.add_argument(
            "--include-withdrawn",
            action="store_true",
            help="also withdrawn articles and hidden versions",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export, and exit with 3 when a file could not be written."""
        self.check_migrations()
        target, root = options["dir"], options["root"]
        if root is not None and not is_known_root(root):
            raise CommandError(f"nothing was imported under the root {root!r}", returncode=_USAGE)
        as_json, started = options["format"] == "json", time.monotonic()
        try:
            with ConfinedFolder(target) as folder:
                export = PostExport(
                    folder, self._write_json_finding if as_json else self._write_text_finding
                )
                try:
                    export.run(root, options["include_withdrawn"])
                    os.sync()  # before the files are reported as written
                finally:
                    self._write_summary(export.summary, as_json, time.monotonic() - started)
        except FolderInUseError as error:
            raise CommandError(str(error), returncode=ALREADY_RUNNING) from error
        except BrokenPipeError:  # of stdout
            raise
        except OSError as error:
            raise CommandError(
                f"{error.strerror or error} in {target}: the export is incomplete. Every file that "
                "is there is complete; fix the cause and run the command again to add the rest."
            ) from error
        if export.summary.findings:
            self.exit_with_findings(f"{export.summary.findings} findings; see above")

    def _write_json_finding(self, finding: Finding) -> None:
        self._write_json(
            {
                "type": "note" if finding.is_note else "finding",
                "kind": finding.kind.value,
                "about": finding.about,
                "text": finding.text,
            }
        )

    def _write_text_finding(self, finding: Finding) -> None:
        about = " | ".join(map(escape_controls, finding.about))
        self.stdout.write(f"{finding.kind}: {about}: {finding.text}")

    def _write_summary(self, summary: Summary, as_json: bool, seconds: float) -> None:
        if as_json:
            counts = dataclasses.asdict(summary)
            self._write_json({"type": "summary", **counts, "seconds": round(seconds, 3)})
            return
        self.stdout.write(
            f"{summary.written} files written, {summary.present} already there; of these, "
            f"{summary.older} next to a newer version and {summary.quarantined} from quarantine. "
            f"{summary.withheld} withheld, {summary.findings} findings, {summary.notes} notes."
        )

    def _write_json(self, value: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False))
