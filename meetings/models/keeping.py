"""What hosts keep beside a listing, and listings that turned out to be the same."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models import Group
from meetings import enums
from meetings.models.dates import Occurrence
from meetings.models.listings import Meeting


class Notice(models.Model):
    """A line on a group's notice board: hosts write, members read, and it ends by itself."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="notices")
    text = models.TextField()
    first_on = models.DateField()
    last_on = models.DateField()
    written_at = models.DateTimeField()
    taken_down_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-first_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="notice_ends_after_it_begins")
        ]
        indexes = [models.Index(fields=["group", "last_on"])]

    def __str__(self) -> str:
        return f"{self.group}, {self.first_on}"


class Duty(models.Model):
    """Who opens the door, or does something else, at one date: a name the hosts chose, for hosts alone."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="duties")
    original_on = models.DateField()
    what = models.CharField(max_length=60)
    alias = models.BinaryField(editable=False, help_text=_("Encrypted; erased after the date"))

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["original_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "original_on", "what"], name="duty_once_per_date"),
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.original_on}"


class HeadCount(models.Model):
    """How many people were there, as a host counted."""

    occurrence = models.OneToOneField(Occurrence, models.CASCADE, related_name="head_count")
    people = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("head-count")
        verbose_name_plural = _("head-counts")
        ordering = ["-counted_at", "pk"]

    def __str__(self) -> str:
        return f"{self.occurrence}: {self.people}"


# Groups and meetings may have the same slug; among former addresses, groups' begin with this.
_OF_GROUP = "g--"


class FormerAddress(models.Model):
    """An address that a listing once had, and that still leads to it."""

    slug = models.SlugField(max_length=120, unique=True)
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="former_addresses")
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="former_addresses")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting=None, group__isnull=False) | Q(meeting__isnull=False, group=None),
                name="former_address_leads_to_one",
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @staticmethod
    def key_of(listing: Meeting | Group) -> str:
        """Return the listing's slug as it is kept here."""
        return f"{_OF_GROUP}{listing.slug}"[:120] if isinstance(listing, Group) else listing.slug

    @classmethod
    def of(cls, slug: str, *, of_group: bool) -> Meeting | Group | None:
        """Return where a former slug of a meeting, or of a group, leads. One query."""
        found = cls.objects.select_related("meeting", "group")
        if of_group:
            former = found.filter(slug=f"{_OF_GROUP}{slug}"[:120], group__isnull=False).first()
            return former.group if former else None
        former = found.filter(slug=slug, meeting__isnull=False).first()
        return former.meeting if former else None


class Twins(models.Model):
    """Two meetings that look like one: found by a rule, decided by a curator."""

    one = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    other = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    likeness = models.PositiveSmallIntegerField(help_text=_("0 to 100"))
    why = models.JSONField(default=list, help_text=_("What is the same"))
    found_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=enums.TwinState, default=enums.TwinState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pair that looks the same")
        verbose_name_plural = _("pairs that look the same")
        ordering = ["-likeness", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="twins_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="twins_in_order"),
            models.CheckConstraint(condition=Q(likeness__lte=100), name="twins_likeness_in_percent"),
            models.CheckConstraint(condition=Q(state__in=enums.TwinState.values), name="twins_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"
