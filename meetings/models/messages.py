"""Messages on their way, what people wish of them, and who wants none.

PostgreSQL holds what is due: a message is a row before it is anything else, and the row alone
decides whether it goes. Who it goes to is encrypted, and erased once the row has ended.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models import Claim, Group, Source
from meetings import enums
from meetings.models.dates import Occurrence
from meetings.models.listings import Meeting
from meetings.models.rsvps import Question, Rsvp, StandingRsvp

OPEN_STATES = (enums.MessageState.PLANNED, enums.MessageState.CLAIMED)

# A person's own times lie between these, in minutes before the start.
LEAST_MINUTES, MOST_MINUTES = 5, 7 * 24 * 60
MOST_REMINDERS = 4


def _both_or_neither(name: str, one: Q, other: Q) -> models.CheckConstraint:
    return models.CheckConstraint(condition=(one & other) | (~one & ~other), name=name)


def default_offsets() -> list[int]:
    """Return the times of somebody who chose none: a day and two hours before."""
    return [24 * 60, 120]


class ReminderWishes(models.Model):
    """When and how somebody is reminded of one date, or of all dates of a standing place.

    No row: the default times, by the address of the place itself, in discreet words. A phone
    beside an e-mail address is used once its owner has typed the code that was sent there.
    """

    rsvp = models.OneToOneField(Rsvp, models.CASCADE, null=True, blank=True, related_name="wishes")
    standing = models.OneToOneField(StandingRsvp, models.CASCADE, null=True, blank=True, related_name="wishes")
    offsets = ArrayField(
        models.PositiveIntegerField(), default=default_offsets, blank=True, help_text=_("Minutes before the start")
    )
    channels = ArrayField(models.CharField(max_length=8, choices=enums.Channel), default=list, blank=True)
    is_plain = models.BooleanField(default=False, help_text=_("Messages may name the meeting"))
    asks_after = models.BooleanField(default=True, help_text=_("Ask afterwards whether it took place"))
    time_zone = models.CharField(max_length=64, blank=True, help_text=_("Empty: the meeting's"))
    quiet_from = models.TimeField(null=True, blank=True, help_text=_("Empty: no quiet hours"))
    quiet_until = models.TimeField(null=True, blank=True)

    phone = models.BinaryField(null=True, editable=False, help_text=_("Encrypted"))
    phone_key = models.CharField(max_length=32, blank=True, editable=False)
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("wishes about reminders")
        verbose_name_plural = _("wishes about reminders")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rsvp__isnull=False, standing__isnull=True) | Q(rsvp__isnull=True, standing__isnull=False),
                name="wishes_belong_to_one_place",
            ),
            _both_or_neither("wishes_quiet_hours_end", Q(quiet_from__isnull=True), Q(quiet_until__isnull=True)),
            _both_or_neither("wishes_phone_has_a_key", Q(phone__isnull=True), Q(phone_key="")),
            _both_or_neither("wishes_code_runs_out", Q(code_digest=""), Q(code_until__isnull=True)),
            models.CheckConstraint(
                condition=Q(phone__isnull=False) | Q(phone_confirmed_at__isnull=True),
                name="wishes_confirm_a_phone_they_have",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class PushSubscription(models.Model):
    """A browser that shows notifications of one place, or one standing place."""

    rsvp = models.ForeignKey(Rsvp, models.CASCADE, null=True, blank=True, related_name="push_subscriptions")
    standing = models.ForeignKey(StandingRsvp, models.CASCADE, null=True, blank=True, related_name="push_subscriptions")
    details = models.BinaryField(null=True, editable=False, help_text=_("Encrypted; empty once dropped"))
    endpoint_key = models.CharField(max_length=32, editable=False, help_text=_("Keyed hash"))
    created_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("browser to notify")
        verbose_name_plural = _("browsers to notify")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rsvp__isnull=False, standing__isnull=True) | Q(rsvp__isnull=True, standing__isnull=False),
                name="push_belongs_to_one_place",
            ),
            models.UniqueConstraint(
                fields=["rsvp", "standing", "endpoint_key"], nulls_distinct=False, name="push_once_per_place"
            ),
            _both_or_neither("push_dropped_is_erased", Q(details__isnull=True), Q(dropped_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class StoppedAddress(models.Model):
    """An address that gets nothing more from us, known by its keyed hash alone."""

    contact_key = models.CharField(max_length=32, unique=True, editable=False)
    reason = models.CharField(max_length=16, choices=enums.StopReason)
    stopped_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        ordering = ["stopped_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=enums.StopReason.values), name="stop_reason_known")
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class OutgoingMessage(models.Model):
    """One message to one person by one channel, due at one instant.

    The row says what it is about; its words are made when it goes, so that they are true then.
    Who it goes to is there for as long as the row is open, and no longer.

        planned ──claimed──► sent · uncertain · failed
           │ ▲       │
           │ └─later─┘        void · missed

    `due_at` is when it was promised, `retry_at` when it is tried again. A claim is a lease of
    two minutes. `handed_at` is set in the last moment before the words leave us: a row whose
    lease ran out with it may have been delivered, one without it was not.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=16, choices=enums.MessageKind)
    channel = models.CharField(max_length=8, choices=enums.Channel, default=enums.Channel.EMAIL)
    recipient = models.BinaryField(null=True, editable=False, help_text=_("Encrypted; empty once it ended"))
    recipient_key = models.CharField(max_length=32, blank=True, editable=False, help_text=_("Keyed hash"))
    words = models.BinaryField(null=True, editable=False, help_text=_("Encrypted: a group's answer"))
    language = models.CharField(
        max_length=10, blank=True, help_text=_("Empty: that of what it is about, or the site's own")
    )
    rsvp = models.ForeignKey(Rsvp, models.CASCADE, null=True, blank=True, related_name="messages")
    standing = models.ForeignKey(StandingRsvp, models.CASCADE, null=True, blank=True, related_name="messages")
    question = models.ForeignKey(Question, models.CASCADE, null=True, blank=True, related_name="messages")
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="+")
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, blank=True, related_name="+")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="+")
    suggestion = models.ForeignKey("Suggestion", models.CASCADE, null=True, blank=True, related_name="messages")
    occurrence = models.ForeignKey(Occurrence, models.CASCADE, null=True, blank=True, related_name="messages")
    subscription = models.ForeignKey(PushSubscription, models.CASCADE, null=True, blank=True, related_name="messages")
    minutes_before = models.PositiveIntegerField(null=True, blank=True, help_text=_("Of a reminder"))
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text=_("Not before"))
    retry_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Not at or after; empty: always of use"))
    state = models.CharField(max_length=10, choices=enums.MessageState, default=enums.MessageState.PLANNED)
    reason = models.CharField(max_length=16, choices=enums.MessageReason, blank=True, default=enums.MessageReason.NONE)
    answer = models.CharField(max_length=40, blank=True, help_text=_("The last answer's number, such as 451"))
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=enums.MessageKind.values), name="message_kind_known"),
            models.CheckConstraint(condition=Q(channel__in=enums.Channel.values), name="message_channel_known"),
            models.CheckConstraint(condition=Q(state__in=enums.MessageState.values), name="message_state_known"),
            models.CheckConstraint(condition=Q(reason__in=enums.MessageReason.values), name="message_reason_known"),
            models.UniqueConstraint(
                fields=["rsvp", "occurrence", "minutes_before", "channel", "subscription"],
                condition=Q(kind=enums.MessageKind.REMINDER),
                nulls_distinct=False,
                name="message_reminds_once",
            ),
            models.UniqueConstraint(
                fields=["rsvp"], condition=Q(kind=enums.MessageKind.AFTER), name="message_asks_once_afterwards"
            ),
            models.CheckConstraint(
                condition=~Q(kind=enums.MessageKind.REMINDER)
                | Q(
                    rsvp__isnull=False,
                    occurrence__isnull=False,
                    minutes_before__isnull=False,
                    expires_at__isnull=False,
                ),
                name="message_reminder_is_whole",
            ),
            _both_or_neither("message_open_has_a_recipient", Q(state__in=OPEN_STATES), Q(recipient__isnull=False)),
            _both_or_neither("message_ended_when", ~Q(state__in=OPEN_STATES), Q(ended_at__isnull=False)),
            _both_or_neither("message_sent_when", Q(state=enums.MessageState.SENT), Q(sent_at__isnull=False)),
            _both_or_neither("message_claimed_by_a_lease", Q(state=enums.MessageState.CLAIMED), Q(lease__isnull=False)),
            _both_or_neither("message_lease_runs_out", Q(lease__isnull=False), Q(lease_until__isnull=False)),
            models.CheckConstraint(
                condition=Q(state__in=[*OPEN_STATES, enums.MessageState.SENT]) | ~Q(reason=enums.MessageReason.NONE),
                name="message_unsent_says_why",
            ),
            # The promise itself: nothing goes once it is of no use.
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | Q(expires_at__isnull=True) | Q(handed_at__lt=F("expires_at")),
                name="message_handed_over_in_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=enums.MessageState.PLANNED), name="message_due"),
            models.Index(fields=["lease_until"], condition=Q(state=enums.MessageState.CLAIMED), name="message_leases"),
            models.Index(fields=["recipient_key"], condition=~Q(recipient_key=""), name="message_recipient"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="message_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class AfterAnswer(models.Model):
    """What somebody who meant to come said of a date afterwards. Never who it was."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="after_answers")
    original_on = models.DateField()
    answer = models.CharField(max_length=10, choices=enums.TookPlace)
    answered_on = models.DateField(help_text=_("The day alone: an instant would tell more"))

    class Meta:
        verbose_name = _("answer of a visitor")
        verbose_name_plural = _("answers of visitors")
        ordering = ["answered_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=enums.TookPlace.values), name="after_answer_known")
        ]
        indexes = [models.Index(fields=["meeting", "original_on"])]

    def __str__(self) -> str:
        return self.get_answer_display()


class Pulse(models.Model):
    """When a part of the service was last seen at work: one row each."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
