"""Readings of feeds that somebody asked for or a schedule did, and the files they are of."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups import enums
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models.listings import ImportRun, Source

READING_OPEN_STATES = (enums.ReadingState.WAITING, enums.ReadingState.RUNNING)


class FeedReading(models.Model):
    """A feed to be read once: looked at, taken in, or an import taken back.

        waiting ──► running ──► done
           │           └──────► broken off
           └──► dropped

    The row is the order; whoever works finds it here. At most one of a source is open at a time.
    A preview keeps what it read, so that what is accepted is what was seen.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="readings")
    kind = models.CharField(max_length=10, choices=enums.ReadingKind)
    state = models.CharField(max_length=10, choices=enums.ReadingState, default=enums.ReadingState.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        help_text=_("Empty: by its schedule"),
    )  # fmt: skip
    file_name = models.CharField(max_length=160, blank=True, help_text=_("Of a file that was sent; empty: its address"))
    fetched = models.JSONField(default=dict, editable=False, help_text=_("What tells the feed apart next time"))
    accepts_removals = models.BooleanField(default=False)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, blank=True, related_name="readings")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("reading of a feed")
        verbose_name_plural = _("readings of feeds")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=READING_OPEN_STATES), name="reading_open_once_per_source"
            ),
            models.CheckConstraint(condition=Q(kind__in=enums.ReadingKind.values), name="reading_kind_known"),
            models.CheckConstraint(condition=Q(state__in=enums.ReadingState.values), name="reading_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=READING_OPEN_STATES, ended_at=None)
                | ~Q(state__in=READING_OPEN_STATES) & Q(ended_at__isnull=False),
                name="reading_ended_when",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="reading_waiting")]

    def __str__(self) -> str:
        return f"{self.source}, {self.get_kind_display()}, {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state in READING_OPEN_STATES


class FeedPiece(models.Model):
    """A part of the file of a reading, packed and encrypted: feeds name people to call."""

    reading = models.ForeignKey(FeedReading, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("part of a feed's file")
        verbose_name_plural = _("parts of feeds' files")
        ordering = ["reading", "number"]
        constraints = [models.UniqueConstraint(fields=["reading", "number"], name="feed_piece_once")]

    def __str__(self) -> str:
        return f"{self.reading_id}: {self.number}"
