"""How often what calendars say of a meeting has changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.listings import Meeting


class CalendarRevision(models.Model):
    """The SEQUENCE and LAST-MODIFIED of a meeting, or of one date of it, in calendar files.

    The database itself counts, by triggers (migration 0005), so that a change by page, admin,
    import or SQL is counted alike: when, where and whether a meeting or date takes place raise
    `sequence`; other words only `changed_at`. No row: unchanged since it was made. Rows of a
    deleted meeting go with it, by a trigger as well.

    Source: RFC 5545, section 3.8.7.4.
    """

    meeting = models.ForeignKey(
        Meeting, models.DO_NOTHING, db_constraint=False, related_name="calendar_revisions", editable=False
    )
    original_on = models.DateField(null=True, editable=False, help_text=_("Empty: the meeting as a whole"))
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("calendar revision")
        verbose_name_plural = _("calendar revisions")
        ordering = ["meeting", "original_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "original_on"], nulls_distinct=False, name="calendarrevision_once_per_date"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=0), name="calendarrevision_counts_up"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}, {self.original_on or '–'}: {self.sequence}"
