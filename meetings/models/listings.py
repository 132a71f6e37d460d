"""Meetings, their traits, and what their feed said of them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property, lazy
from django.utils.translation import gettext_lazy as _

from groups import dates
from groups import enums as group_enums
from groups.history import ListingHistory
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models import Group, ImportRun, Source
from meetings import enums, querysets, schedules
from meetings.models.places import Venue

_at_start = lazy(lambda words: dates.at_start(str(words)), str)


def _choice_is_known(field: str, choices, owner: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=f"{owner}_{field}_known")


class Trait(models.Model):
    """Something a person may look for in a meeting: a format, a focus, access, a language.

    `programme_codes` maps a Meeting Guide programme to this trait's code there: the same code
    means other things in other programmes. `na_world_id` is the id NA uses across its servers.
    """

    kind = models.CharField(max_length=12, choices=enums.TraitKind)
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    definition = models.TextField(blank=True, help_text=_("In plain words"))
    order = models.PositiveSmallIntegerField(default=0)
    programme_codes = models.JSONField(default=dict, blank=True)
    na_world_id = models.CharField(max_length=20, blank=True)
    language_code = models.CharField(max_length=12, blank=True, help_text=_("ISO 639, for languages"))
    is_in_person_only = models.BooleanField(default=False)
    loaded = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("trait")
        verbose_name_plural = _("traits")
        ordering = ["kind", "order", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="trait_once_per_kind"),
            _choice_is_known("kind", enums.TraitKind, "trait"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language with a capital in front, worked out when it is shown."""
        return _at_start(_(self.name))

    @property
    def meaning(self) -> str:
        """The definition in the reader's language, "" where there is none."""
        return _(self.definition) if self.definition else ""


# Join details, which may be secret, and what programs derive or count.
APART_FROM_HISTORY = (
    "join_url", "join_passcode", "join_phone", "join_notes", "join_phone_notes",
    "weekdays", "next_starts_at", "next_ends_at", "last_seen_at", "source_updated_at",
    "confirmed_at", "confirmed_by", "asked_at", "doubted_at", "created_at", "updated_at",
)  # fmt: skip


class Meeting(models.Model):
    """One slot of a group: what people search for.

    `rrule` is the RFC 5545 rule in the words of `meetings.schedules`; with `first_on` alone it
    is one date; with neither it is by appointment. `duration` is None when the length is unknown.
    `weekdays` (0 is Monday), `next_starts_at` and `next_ends_at` are derived and kept fresh by
    `meetings.finder.index`.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, default=new_public_id, editable=False)
    slug = models.SlugField(max_length=120, db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="meetings")
    name = models.CharField(max_length=255)
    notes = models.TextField(blank=True)

    # Schedule
    rrule = models.CharField(_("rule"), max_length=120, blank=True)
    first_on = models.DateField(_("first date"), null=True, blank=True)
    last_on = models.DateField(_("last date"), null=True, blank=True)
    start_time = models.TimeField(null=True, blank=True, help_text=_("Wall time in the meeting's zone"))
    duration = models.DurationField(null=True, blank=True, help_text=_("Empty: unknown"))
    time_zone = models.CharField(max_length=64, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, editable=False)
    next_starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_ends_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Channels
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="meetings")
    in_person = models.CharField(max_length=10, choices=enums.ChannelState, default=enums.ChannelState.NONE)
    online = models.CharField(max_length=10, choices=enums.ChannelState, default=enums.ChannelState.NONE)
    by_phone = models.CharField(max_length=10, choices=enums.ChannelState, default=enums.ChannelState.NONE)
    any_time = models.CharField(
        _("at any time, by forum or chat"), max_length=10, choices=enums.ChannelState, default=enums.ChannelState.NONE
    )

    # Who may come
    open_to = models.CharField(max_length=16, choices=enums.OpenTo, blank=True, default=enums.OpenTo.UNKNOWN)
    observers = models.CharField(max_length=16, choices=enums.Observers, blank=True, default=enums.Observers.UNKNOWN)
    is_good_first_visit = models.BooleanField(null=True, blank=True, help_text=_("Empty: nobody said"))
    min_age = models.PositiveSmallIntegerField(null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(null=True, blank=True)
    gender_rule = models.CharField(max_length=120, blank=True, help_text=_("In the group's own words"))
    sober_hours = models.PositiveSmallIntegerField(_("hours without use before"), null=True, blank=True)
    needs_camera = models.BooleanField(null=True, blank=True)
    needs_account = models.BooleanField(null=True, blank=True)
    agreement = models.TextField(blank=True, help_text=_("What people are asked to agree to"))
    is_teen_consented = models.BooleanField(_("fellowship agrees to show a teen meeting's place"), default=False)

    # Join details
    join_url = models.URLField(_("link"), max_length=1000, blank=True)
    join_passcode = models.CharField(_("passcode"), max_length=120, blank=True)
    join_phone = models.CharField(_("phone"), max_length=160, blank=True)
    join_notes = models.TextField(blank=True)
    join_phone_notes = models.TextField(blank=True)
    join_visibility = models.CharField(
        max_length=12, choices=enums.JoinVisibility, default=enums.JoinVisibility.EVERYONE
    )

    # What it says of itself beyond its group, fellowship and approach; empty: as they do
    own_belief = models.CharField(max_length=20, choices=group_enums.Belief, blank=True)
    own_goals = ArrayField(models.CharField(max_length=60, choices=group_enums.Goal), default=list, blank=True)
    own_covers = ArrayField(models.CharField(max_length=60, choices=group_enums.Covers), default=list, blank=True)
    traits = models.ManyToManyField(Trait, through="MeetingTrait", related_name="meetings")

    # RSVP
    rsvp_policy = models.CharField(max_length=8, choices=enums.RsvpPolicy, default=enums.RsvpPolicy.OFF)
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text=_("Empty: unlimited"))
    host_sees_aliases = models.BooleanField(default=False)

    # The listing
    state = models.CharField(max_length=10, choices=group_enums.ListingState, default=group_enums.ListingState.PUBLIC)
    review_flags = ArrayField(models.CharField(max_length=24, choices=enums.ReviewFlag), default=list, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="meetings")
    source_key = models.CharField(max_length=255, blank=True)
    source_page = models.URLField(_("its page at the source"), max_length=600, blank=True)
    source_updated_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen in its feed"), null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text=_("When its truth was last confirmed"))
    confirmed_by = models.CharField(max_length=10, choices=group_enums.Role, blank=True, help_text=_("In what role"))
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When its hosts were last asked whether it is true")
    )
    doubted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Since when reports hide the join step; empty: they do not")
    )
    unlisted_why = models.CharField(max_length=12, choices=enums.UnlistedWhy, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = querysets.MeetingQuerySet.as_manager()
    history = ListingHistory(apart=APART_FROM_HISTORY)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["name", "pk"]
        constraints = [
            # Not `unique=True`: that makes a second index of each, for searches by pattern, which nobody makes.
            models.UniqueConstraint(fields=["public_id"], name="meeting_public_id_is_its_own"),
            models.UniqueConstraint(fields=["slug"], name="meeting_slug_is_its_own"),
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="meeting_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(source_key="") | Q(source__isnull=False), name="meeting_key_names_its_source"
            ),
            models.CheckConstraint(
                condition=Q(in_person=enums.ChannelState.NONE) | Q(venue__isnull=False),
                name="meeting_in_person_has_a_venue",
            ),
            models.CheckConstraint(
                condition=(Q(rrule="") & Q(first_on__isnull=True)) | (Q(start_time__isnull=False) & ~Q(time_zone="")),
                name="meeting_rule_has_time_and_zone",
            ),
            models.CheckConstraint(
                condition=~Q(rrule__contains="INTERVAL=") | Q(first_on__isnull=False),
                name="meeting_interval_has_a_first_date",
            ),
            models.CheckConstraint(
                condition=Q(rrule="") | Q(rrule__regex=r"^FREQ=(WEEKLY|MONTHLY);"), name="meeting_rule_is_of_the_subset"
            ),
            models.CheckConstraint(
                condition=Q(duration__isnull=True) | Q(duration__gt="0") & Q(duration__lte="24:00:00"),
                name="meeting_duration_up_to_a_day",
            ),
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(first_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="meeting_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="meeting_capacity_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(min_age__isnull=True) | Q(max_age__isnull=True) | Q(max_age__gte=F("min_age")),
                name="meeting_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(next_ends_at__isnull=True)
                | Q(next_starts_at__isnull=False) & Q(next_ends_at__gt=F("next_starts_at")),
                name="meeting_next_ends_after_it_starts",
            ),
            _choice_is_known("state", group_enums.ListingState, "meeting"),
            _choice_is_known("in_person", enums.ChannelState, "meeting"),
            _choice_is_known("online", enums.ChannelState, "meeting"),
            _choice_is_known("by_phone", enums.ChannelState, "meeting"),
            _choice_is_known("any_time", enums.ChannelState, "meeting"),
            _choice_is_known("open_to", enums.OpenTo, "meeting"),
            _choice_is_known("observers", enums.Observers, "meeting"),
            _choice_is_known("join_visibility", enums.JoinVisibility, "meeting"),
            _choice_is_known("rsvp_policy", enums.RsvpPolicy, "meeting"),
        ]
        indexes = [
            models.Index(fields=["next_starts_at"]),
            GinIndex(fields=["review_flags"], name="meeting_review_flags"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting_detail", args=[self.slug])

    @property
    def is_by_appointment(self) -> bool:
        return not self.rrule and self.first_on is None

    @property
    def attendance(self) -> list[enums.Attendance]:
        """The ways to take part that are open now; in person and online at once is hybrid."""
        opened = enums.ChannelState.OPEN
        if self.in_person == opened and self.online == opened:
            ways = [enums.Attendance.HYBRID]
        elif self.in_person == opened:
            ways = [enums.Attendance.IN_PERSON]
        elif self.online == opened:
            ways = [enums.Attendance.ONLINE]
        else:
            ways = []
        if self.by_phone == opened:
            ways.append(enums.Attendance.PHONE)
        return ways

    @property
    def is_place_closed_for_now(self) -> bool:
        return self.in_person == enums.ChannelState.SUSPENDED

    @property
    def belief(self) -> str:
        return self.own_belief or self.group.approach.belief

    @property
    def goals(self) -> list[str]:
        return self.own_goals or self.group.approach.goals

    @property
    def covers(self) -> list[str]:
        """What the meeting is about: its own word, else its fellowship's, else its approach's."""
        fellowship = self.group.fellowship
        return self.own_covers or (fellowship.covers if fellowship else []) or self.group.approach.covers

    @property
    def for_whom(self) -> list[str]:
        fellowship = self.group.fellowship
        return (fellowship.for_whom if fellowship else []) or self.group.approach.for_whom

    @cached_property
    def rule(self) -> schedules.Rule:
        return schedules.parse_rrule(self.rrule)

    def schedule(self, *, pauses=None, changes=None) -> schedules.Schedule | None:
        """Return the schedule as a value, None for a meeting by appointment.

        `pauses` and `changes` are rows of `Pause` and `Occurrence`; left out, they are
        fetched (two queries, none when prefetched).
        """
        if self.is_by_appointment:
            return None
        return schedules.Schedule(
            rule=self.rule,
            start_time=self.start_time,
            time_zone=self.time_zone,
            first_on=self.first_on,
            last_on=self.last_on,
            duration=self.duration,
            pauses=tuple(pause.as_value() for pause in (self.pauses.all() if pauses is None else pauses)),
            changes=tuple(
                occurrence.as_change()
                for occurrence in (self.occurrences.all() if changes is None else changes)
                if occurrence.differs
            ),
        )


class MeetingTrait(models.Model):
    """What a meeting says of one trait. No row: it does not say."""

    # Found by the constraint's index, which begins with it.
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="meeting_traits", db_index=False)
    trait = models.ForeignKey(Trait, models.CASCADE, related_name="meeting_traits")
    value = models.CharField(max_length=8, choices=enums.TraitValue, default=enums.TraitValue.YES)

    class Meta:
        verbose_name = _("trait of a meeting")
        verbose_name_plural = _("traits of meetings")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "trait"], name="trait_once_per_meeting"),
            _choice_is_known("value", enums.TraitValue, "meetingtrait"),
        ]

    def __str__(self) -> str:
        return f"{self.trait}: {self.get_value_display()}"


class SourceRow(models.Model):
    """A row of a feed as last imported.

    The digest tells an unchanged row without reading more. A listing's value that differs from
    `values` was corrected by a person, and the next import leaves it alone.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="rows", db_index=False)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=32)
    values = models.JSONField()
    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="source_row")
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("row of a feed")
        verbose_name_plural = _("rows of feeds")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="row_once_per_source")]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
