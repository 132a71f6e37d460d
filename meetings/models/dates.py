"""The dates of a meeting that differ from its rule: left out for a while, cancelled, moved, or come to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.history import ListingHistory
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from meetings import querysets, schedules
from meetings.models.listings import Meeting
from meetings.models.places import Venue


class Pause(models.Model):
    """Dates on which the meeting does not take place, both ends included, in its own zone."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="pauses")
    first_on = models.DateField()
    last_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    history = ListingHistory()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="pause_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"

    def as_value(self) -> schedules.Pause:
        return schedules.Pause(first=self.first_on, last=self.last_on)


class Occurrence(models.Model):
    """One date of a meeting, known by its original local date.

    A row is there only when something happened to the date; otherwise it is computed.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="occurrences")
    original_on = models.DateField(help_text=_("The date by the rule, in the meeting's zone"))
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.CharField(max_length=200, blank=True)
    moved_to = models.DateTimeField(null=True, blank=True, help_text=_("New start; empty: as by the rule"))
    duration = models.DurationField(null=True, blank=True, help_text=_("Empty: the meeting's"))
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="occurrences")
    is_online_only = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    starts_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("As last told to those who are coming; kept by occurrences")
    )
    # Where those who are coming know it to be (`whereabouts`); "" where nobody comes. Kept by occurrences too.
    place_told = models.CharField(max_length=16, blank=True, editable=False)

    objects = querysets.OccurrenceQuerySet.as_manager()
    history = ListingHistory(apart=("starts_at", "place_told"))

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["original_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "original_on"], name="occurrence_once_per_date"),
            models.CheckConstraint(
                condition=Q(duration__isnull=True) | Q(duration__gt="0") & Q(duration__lte="24:00:00"),
                name="occurrence_duration_up_to_a_day",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_reason="") | Q(cancelled_at__isnull=False),
                name="occurrence_reason_needs_a_cancellation",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"])]

    def __str__(self) -> str:
        return f"{self.meeting}, {self.original_on}"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def differs(self) -> bool:
        """Whether the date is not as by the rule. A row may be there only because people are coming."""
        return self.is_cancelled or self.moved_to is not None or self.duration is not None

    def as_change(self) -> schedules.Change:
        return schedules.Change(
            original_on=self.original_on,
            is_cancelled=self.is_cancelled,
            starts_at=self.moved_to,
            duration=self.duration,
        )
