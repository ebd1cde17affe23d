"""Audit the stored HTML: would either cleaner change anything?"""

from __future__ import annotations

from typing import Any

from articles.importing.reporting import is_interactive, progress_bar
from articles.management.base import ArchiveCommand
from articles.models import ArticleBody, ArticleEdit, EditedField
from articles.verification import html_audit


class Command(ArchiveCommand):
    """See ``help``."""

    help = (
        "Clean every stored body again, with nh3 and with bleach, and list each that either would "
        "change or the strict check rejects. Writes nothing. Exit: 0 nothing found, 3 findings."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.check_migrations()
        total = None
        if is_interactive():
            edits = ArticleEdit.objects.filter(field=EditedField.HTML)
            total = ArticleBody.objects.count() + edits.count()
        audited = findings = 0
        with progress_bar(total, "auditing") as advance:
            for where, html in html_audit.stored_bodies():
                for finding in html_audit.audit_html(where, html):
                    findings += 1
                    self.stdout.write(str(finding))
                audited += 1
                advance()
        if findings:
            self.exit_with_findings(
                f"{findings} findings in {audited} bodies; run rebuild_articles, then open and "
                "save each edit that is named above"
            )
        self.stdout.write(f"{audited} bodies, nothing found")
