"""Import runs and their quarantine: the counts of each run, and the files it could not read."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from articles.admin.base.confirmation_pages import object_view
from articles.admin.base.csv_export import CsvColumns, csv_export_action
from articles.admin.base.downloads import download_response
from articles.admin.base.read_only import ReadOnlyAdmin
from articles.admin.list_filters import IssueStatusFilter, RunFilter, RunStateFilter
from articles.models import ImportIssue, ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Runs of ``import_posts``."""

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
        """Return the commits that were read from git repositories, a line for each root."""
        return "\n".join(f"{each['root']}: {each['commit']}" for each in run.commits) or "–"

    @admin.display(description="duration")
    def duration(self, run: ImportRun) -> str:
        """Return how long the run took, as H:MM:SS."""
        if run.finished_at is None:
            return "–"
        seconds = round((run.finished_at - run.started_at).total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    @admin.display(description="quarantine")
    def quarantine(self, run: ImportRun) -> str:
        """Return a link to the files that this run could not read."""
        count = run.issues.count()
        if not count:
            return "no files"
        url = reverse("admin:articles_importissue_changelist")
        label = "1 file" if count == 1 else f"{count} files"
        return format_html('<a href="{}?run={}">{}</a>', url, run.pk, label)


def _csv_cells(issue: ImportIssue) -> list[object]:
    resolved = issue.resolved_at.isoformat() if issue.resolved_at else None
    return [str(issue), issue.reason, issue.size, issue.sha256, issue.run_id, resolved]


_CSV_COLUMNS = CsvColumns(("path", "reason", "size", "sha256", "run", "resolved"), _csv_cells)


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    """Files that could not be read as posts, with their bytes."""

    list_display = ("path_text", "reason", "size", "run", "created_at", "resolved_at")
    list_select_related = ("run",)
    list_filter = (IssueStatusFilter, RunFilter)
    search_fields = ("reason",)
    search_help_text = "Words of the reason."
    actions = (csv_export_action("quarantined-files", _CSV_COLUMNS),)
    fields = (
        "path_text", "reason", "size", "sha256", "run", "created_at", "resolved_at", "download",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportIssue]:
        """Return the files without their bytes."""
        return super().get_queryset(request).defer("data")

    def index_scans(self, filters: Mapping[str, str]) -> list[Q]:
        """Return the range scan of a run's files, or of open files."""
        if run := filters.get("run"):
            return [Q(run_id=int(run))]
        return [Q(resolved_at__isnull=True)] if filters.get("open") == "1" else [Q()]

    @admin.display(description="path")
    def path_text(self, issue: ImportIssue) -> str:
        """Return root and path; bytes that are not UTF-8 appear as ``\\xNN``."""
        return str(issue)

    @admin.display(description="bytes")
    def download(self, issue: ImportIssue) -> str:
        """Return a link to the bytes."""
        url = reverse("admin:articles_importissue_bytes", args=[issue.pk])
        return format_html('<a href="{}">Download as text</a>', url)

    def get_urls(self) -> list[URLPattern]:
        """Return Django's URLs and that of the download."""
        page = object_view(self, self._bytes, "view")
        own = path("<int:object_id>/bytes/", page, name="articles_importissue_bytes")
        return [own, *super().get_urls()]

    def _bytes(self, request: HttpRequest, issue: ImportIssue) -> HttpResponse:
        try:
            return download_response(request, issue.content, issue.sha256)
        except zlib.error:
            self.message_user(
                request, "The stored bytes are damaged; restore a backup.", messages.ERROR
            )
            return redirect("admin:articles_importissue_change", issue.pk)
