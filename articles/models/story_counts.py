"""Stored counts of public stories: per day, per outlet and month, per outlet and author."""

from __future__ import annotations

from django.db import models


class DayCount(models.Model):
    """The number of public stories of a day, so that calendars need no scan."""

    day = models.DateField(primary_key=True)
    story_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.story_count}"


class MonthCount(models.Model):
    """The number of an outlet's public stories in a month, for its chart and the coverage page."""

    source = models.ForeignKey("Source", on_delete=models.CASCADE, related_name="months")
    month = models.DateField(help_text="The first day of the month.")
    story_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["source", "month"]
        constraints = [
            models.UniqueConstraint(fields=["source", "month"], name="one_count_a_month")
        ]
        indexes = [models.Index(fields=["month", "-story_count"], name="month_by_outlet")]

    def __str__(self) -> str:
        return f"{self.source_id}, {self.month:%Y-%m}: {self.story_count}"


class OutletAuthor(models.Model):
    """The number of an author's public stories at an outlet."""

    source = models.ForeignKey("Source", on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey("Author", on_delete=models.CASCADE, related_name="outlets")
    story_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["source", "-story_count", "author"]
        constraints = [
            models.UniqueConstraint(fields=["source", "author"], name="one_count_an_author")
        ]
        indexes = [models.Index(fields=["source", "-story_count"], name="outlet_by_author")]

    def __str__(self) -> str:
        return f"{self.source_id}, {self.author_id}: {self.story_count}"
