"""The narrow copy of every public meeting that the finder searches."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from meetings.models.listings import Meeting

TEXT_INDEX = "finderentry_text"


class FinderTerm(models.Model):
    """One choice a search may make, as a small number: (approach, smart-recovery), (day, monday).

    The same numbers are used by every process; they are made when first needed and stay.
    """

    facet = models.CharField(max_length=20)
    value = models.CharField(max_length=80)

    class Meta:
        verbose_name = "term of the finder"
        verbose_name_plural = "terms of the finder"
        constraints = [models.UniqueConstraint(fields=["facet", "value"], name="term_once_per_facet")]

    def __str__(self) -> str:
        return f"{self.facet}: {self.value}"


class FinderEntry(models.Model):
    """What the finder knows of a public meeting, derived by `meetings.finder.index` alone.

    `version` and `times_version` grow with every write, so that a process that keeps a copy
    in memory reads only what is new to it. A meeting that is no longer public keeps its row,
    not listed, until the next complete refresh.

    The key is the meeting's; there is no constraint, because a deleted meeting must leave its
    row behind for those copies to learn of it.
    """

    meeting = models.OneToOneField(
        Meeting, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="finder_entry"
    )
    is_listed = models.BooleanField()
    version = models.BigIntegerField(db_index=True)
    times_version = models.BigIntegerField(db_index=True)
    terms = ArrayField(models.IntegerField(), help_text="Ids of FinderTerm")
    text = SearchVectorField(help_text="Folded words of meeting, group and place")
    name_key = models.CharField(max_length=120, db_collation="C")
    latitude = models.FloatField(null=True, help_text="Only of a room in use that may be shown")
    longitude = models.FloatField(null=True)
    zone_term = models.IntegerField(help_text="FinderTerm of the meeting's zone; 0 when it has none")
    weekdays = models.SmallIntegerField(help_text="Bit 0 is Monday, in the meeting's zone")
    start_minute = models.SmallIntegerField(help_text="Of the day, in the meeting's zone; -1 without a time")
    utc_offset = models.SmallIntegerField(help_text="Minutes, at the first of `starts`")
    starts = ArrayField(models.DateTimeField(), help_text="In progress or next, and what follows: up to 4")
    length = models.IntegerField(help_text="Seconds; of an unknown length, what is assumed")
    ends_at = models.DateTimeField(null=True, help_text="When the first of `starts` is over")

    class Meta:
        verbose_name = "entry of the finder"
        verbose_name_plural = "entries of the finder"
        indexes = [
            models.Index(fields=["ends_at"], condition=models.Q(is_listed=True), name="finderentry_due"),
            models.Index(fields=["name_key", "meeting"], name="finderentry_name"),
            # Words of many entries at once, a third of the time: whoever writes puts them in order at the end.
            GinIndex(fields=["text"], fastupdate=True, gin_pending_list_limit=1024, name=TEXT_INDEX),
        ]

    def __str__(self) -> str:
        return self.name_key
