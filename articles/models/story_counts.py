"""Stored counts of public stories: of a day, of an outlet in a month and under a byline."""

from __future__ import annotations

from django.db import models


class DayCount(models.Model):
    """How many public stories a day of the calendar holds, so that calendars need no scan."""

    day = models.DateField(primary_key=True)
    story_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.story_count}"


class MonthCount(models.Model):
    """How many public stories of an outlet a month holds, for its curve and for the coverage."""

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
    """How many public stories of an outlet an author has."""

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
