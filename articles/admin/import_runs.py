"""Import runs and their quarantine: what happened, and the files that could not be read."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from articles.admin.base.action_pages import object_page
from articles.admin.base.attachments import attachment
from articles.admin.base.csv_export import CsvRow, list_action
from articles.admin.base.read_only import ReadOnlyAdmin
from articles.admin.list_filters import OpenFilter, RunFilter, RunStateFilter
from articles.models import ImportIssue, ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """What each call of ``import_posts`` did."""

    list_display = (
        "__str__", "started_at", "state", "labels", "files", "created", "versions", "unchanged",
        "failed", "skipped", "duration",
    )  # fmt: skip
    list_filter = (RunStateFilter,)
    fields = (
        "state", "message", "labels", "started_at", "finished_at", "duration", "files", "created",
        "versions", "unchanged", "failed", "skipped", "options", "read_commits", "quarantine",
    )  # fmt: skip

    @admin.display(description="roots")
    def labels(self, run: ImportRun) -> str:
        """Return the labels of the folders and archives."""
        return ", ".join(map(str, run.roots))

    @admin.display(description="commits")
    def read_commits(self, run: ImportRun) -> str:
        """Return the commits that were read of git repositories, a line for each root."""
        return "\n".join(f"{each['root']}: {each['commit']}" for each in run.commits) or "–"

    @admin.display(description="duration")
    def duration(self, run: ImportRun) -> str:
        """Return how long it took, in whole seconds."""
        if run.finished_at is None:
            return "–"
        seconds = round((run.finished_at - run.started_at).total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    @admin.display(description="quarantine")
    def quarantine(self, run: ImportRun) -> str:
        """Return a link to the files that this run could not read."""
        count = run.issues.count()
        if not count:
            return "no file"
        address = reverse("admin:articles_importissue_changelist")
        words = "1 file" if count == 1 else f"{count} files"
        return format_html('<a href="{}?run={}">{}</a>', address, run.pk, words)


def _row(issue: ImportIssue) -> list[object]:
    resolved = issue.resolved_at.isoformat() if issue.resolved_at else None
    return [str(issue), issue.reason, issue.size, issue.sha256, issue.run_id, resolved]


_ROW = CsvRow(("path", "reason", "size", "sha256", "run", "resolved"), _row)


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    """Files that could not be read as posts, with their bytes."""

    list_display = ("path_text", "reason", "size", "run", "created_at", "resolved_at")
    list_select_related = ("run",)
    list_filter = (OpenFilter, RunFilter)
    search_fields = ("reason",)
    search_help_text = "Words of the reason."
    actions = (list_action("quarantined-files", _ROW),)
    fields = (
        "path_text", "reason", "size", "sha256", "run", "created_at", "resolved_at", "download",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportIssue]:
        """Return the files without their bytes."""
        return super().get_queryset(request).defer("data")

    def walks(self, chosen: Mapping[str, str]) -> list[Q]:
        """Return the walk along the index of open files, or of a run's."""
        if run := chosen.get("run"):
            return [Q(run_id=int(run))]
        return [Q(resolved_at__isnull=True)] if chosen.get("open") == "1" else [Q()]

    @admin.display(description="path")
    def path_text(self, issue: ImportIssue) -> str:
        """Return root and path; bytes that are no UTF-8 stand as ``\\xNN``."""
        return str(issue)

    @admin.display(description="bytes")
    def download(self, issue: ImportIssue) -> str:
        """Return a link to the bytes."""
        address = reverse("admin:articles_importissue_bytes", args=[issue.pk])
        return format_html('<a href="{}">Download as text</a>', address)

    def get_urls(self) -> list[URLPattern]:
        """Return Django's pages and the download."""
        page = object_page(self, self._bytes, "view")
        own = path("<int:object_id>/bytes/", page, name="articles_importissue_bytes")
        return [own, *super().get_urls()]

    def _bytes(self, request: HttpRequest, issue: ImportIssue) -> HttpResponse:
        try:
            return attachment(request, issue.content, issue.sha256)
        except zlib.error:
            self.message_user(request, "The stored bytes are damaged.", messages.ERROR)
            return redirect("admin:articles_importissue_change", issue.pk)
