"""Who is coming: places at dates, private links, and messages on their way.

Nothing here is readable without the keys: names and addresses are encrypted, links are kept
as digests, and addresses are matched by a keyed hash.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models import Group
from meetings import enums
from meetings.models.dates import Occurrence
from meetings.models.listings import Meeting

MOST_OTHERS = 3

LIVE_STATES = (enums.RsvpState.HELD, enums.RsvpState.GOING, enums.RsvpState.WAITING, enums.RsvpState.OFFERED)
# Each of these holds a chair, one for the person and one for each of the others.
SEATED_STATES = (enums.RsvpState.HELD, enums.RsvpState.GOING, enums.RsvpState.OFFERED)
ENDED_STATES = (enums.RsvpState.CANCELLED, enums.RsvpState.LAPSED)
# Links of these purposes belong to one place, or one standing place.
OPENING_A_PLACE = (enums.LinkPurpose.PLACE, enums.LinkPurpose.CALENDAR, enums.LinkPurpose.CODE)


def _both_or_neither(name: str, one: Q, other: Q) -> models.CheckConstraint:
    return models.CheckConstraint(condition=(one & other) | (~one & ~other), name=name)


class _Person(models.Model):
    """What somebody chose to give. Erased: no contact, no key, no alias, no language, kind "none"."""

    contact = models.BinaryField(null=True, editable=False, help_text=_("Encrypted"))
    contact_key = models.CharField(max_length=32, blank=True, editable=False, help_text=_("Keyed hash"))
    contact_kind = models.CharField(max_length=8, choices=enums.ContactKind, default=enums.ContactKind.NONE)
    alias = models.BinaryField(null=True, editable=False, help_text=_("Encrypted"))
    host_sees_alias = models.BooleanField(default=False)
    others = models.PositiveSmallIntegerField(default=0, help_text=_("How many more come along"))
    language = models.CharField(max_length=10, blank=True, help_text=_("Of messages; empty: the site's own"))

    class Meta:
        abstract = True

    @property
    def places(self) -> int:
        """Chairs needed: the person's own and those of the others."""
        return 1 + self.others


def _person_constraints(owner: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(condition=Q(others__lte=MOST_OTHERS), name=f"{owner}_others_up_to_three"),
        models.CheckConstraint(
            condition=Q(contact_kind__in=enums.ContactKind.values), name=f"{owner}_contact_kind_known"
        ),
        _both_or_neither(
            f"{owner}_contact_has_a_kind", Q(contact__isnull=True), Q(contact_kind=enums.ContactKind.NONE)
        ),
        _both_or_neither(f"{owner}_contact_has_a_key", Q(contact__isnull=True), Q(contact_key="")),
        models.CheckConstraint(
            condition=Q(alias__isnull=False) | Q(host_sees_alias=False), name=f"{owner}_shows_an_alias_it_has"
        ),
    ]


class StandingRsvp(_Person):
    """The next four dates, or every date until the person stops.

    Its dates are joined little by little: `taken_through` is the last one looked at.
    `dates_left` None means every date; then the person is asked once, twelve weeks after
    `continued_at`, whether to go on, and without an answer it ends by itself.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="standing_rsvps")
    first_on = models.DateField()
    taken_through = models.DateField(null=True, blank=True)
    dates_left = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Empty: every date"))
    created_at = models.DateTimeField()
    confirm_by = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    continued_at = models.DateTimeField(help_text=_("When the person last said to go on"))
    asked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("standing RSVP")
        verbose_name_plural = _("standing RSVPs")
        ordering = ["created_at", "pk"]
        constraints = [
            *_person_constraints("standing"),
            models.UniqueConstraint(
                fields=["meeting", "contact_key"],
                condition=~Q(contact_key="") & Q(ended_at__isnull=True),
                name="standing_once_per_contact",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(confirm_by__isnull=False) | Q(ended_at__isnull=False),
                name="standing_waits_for_its_confirmation",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True) | Q(dates_left__isnull=True), name="standing_asks_when_endless"
            ),
        ]
        indexes = [models.Index(fields=["meeting"], condition=Q(ended_at__isnull=True), name="standing_live")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_endless(self) -> bool:
        return self.dates_left is None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class Rsvp(_Person):
    """One person's place at one date. States and their changes: `meetings.rsvps`."""

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    occurrence = models.ForeignKey(Occurrence, models.CASCADE, related_name="rsvps")
    standing = models.ForeignKey(StandingRsvp, models.SET_NULL, null=True, blank=True, related_name="rsvps")
    state = models.CharField(max_length=10, choices=enums.RsvpState)
    reason = models.CharField(max_length=16, choices=enums.RsvpReason, blank=True, default=enums.RsvpReason.NONE)
    created_at = models.DateTimeField()
    confirm_by = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True, help_text=_("Place in the line"))
    offered_until = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("RSVP")
        verbose_name_plural = _("RSVPs")
        ordering = ["created_at", "pk"]
        constraints = [
            *_person_constraints("rsvp"),
            models.UniqueConstraint(
                fields=["occurrence", "contact_key"], condition=~Q(contact_key=""), name="rsvp_once_per_contact"
            ),
            models.UniqueConstraint(
                fields=["occurrence", "standing"], condition=Q(standing__isnull=False), name="rsvp_once_per_standing"
            ),
            models.CheckConstraint(condition=Q(state__in=enums.RsvpState.values), name="rsvp_state_known"),
            models.CheckConstraint(condition=Q(reason__in=enums.RsvpReason.values), name="rsvp_reason_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[enums.RsvpState.GOING, enums.RsvpState.OFFERED])
                | Q(confirmed_at__isnull=False),
                name="rsvp_seat_is_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state=enums.RsvpState.HELD) | Q(confirmed_at__isnull=True), name="rsvp_held_is_unconfirmed"
            ),
            # Whoever has not confirmed has a last moment to, and nobody else has one.
            _both_or_neither(
                "rsvp_unconfirmed_has_a_last_moment",
                Q(confirm_by__isnull=False),
                Q(confirmed_at__isnull=True, state__in=[enums.RsvpState.HELD, enums.RsvpState.WAITING]),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[enums.RsvpState.WAITING, enums.RsvpState.OFFERED])
                | Q(waiting_since__isnull=False),
                name="rsvp_waits_since",
            ),
            _both_or_neither("rsvp_offer_has_an_end", Q(state=enums.RsvpState.OFFERED), Q(offered_until__isnull=False)),
            _both_or_neither("rsvp_ended_when", Q(state__in=ENDED_STATES), Q(cancelled_at__isnull=False)),
            _both_or_neither("rsvp_ended_why", Q(state__in=ENDED_STATES), ~Q(reason=enums.RsvpReason.NONE)),
        ]
        indexes = [
            models.Index(
                fields=["occurrence", "waiting_since"], condition=Q(state=enums.RsvpState.WAITING), name="rsvp_line"
            ),
            models.Index(fields=["confirm_by"], condition=Q(confirm_by__isnull=False), name="rsvp_unconfirmed"),
            models.Index(fields=["offered_until"], condition=Q(offered_until__isnull=False), name="rsvp_offers"),
            models.Index(fields=["contact_key"], condition=~Q(contact_key=""), name="rsvp_contact"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def is_going(self) -> bool:
        return self.state == enums.RsvpState.GOING

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


def _opens_one_thing() -> Q:
    """Return the condition that a link names the one subject its purpose is about, and no other."""
    subjects = ("rsvp", "standing", "question", "suggestion", "group")
    allowed = (
        *((purpose, subject) for purpose in OPENING_A_PLACE for subject in ("rsvp", "standing")),
        (enums.LinkPurpose.ANSWER, "question"),
        (enums.LinkPurpose.SUGGESTION, "suggestion"),
        (enums.LinkPurpose.STILL_TRUE, "group"),
    )
    nothing = {f"{subject}__isnull": True for subject in subjects}
    condition = Q(purpose=enums.LinkPurpose.ABOUT_ME, **nothing) & ~Q(contact_key="")
    for purpose, subject in allowed:
        condition |= Q(purpose=purpose, contact_key="", **(nothing | {f"{subject}__isnull": False}))
    return condition


class PrivateLink(models.Model):
    """A link that opens one thing, known here by the digest of its secret alone."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(max_length=10, choices=enums.LinkPurpose)
    rsvp = models.ForeignKey(Rsvp, models.CASCADE, null=True, blank=True, related_name="links")
    standing = models.ForeignKey(StandingRsvp, models.CASCADE, null=True, blank=True, related_name="links")
    question = models.ForeignKey("Question", models.CASCADE, null=True, blank=True, related_name="links")
    suggestion = models.ForeignKey("Suggestion", models.CASCADE, null=True, blank=True, related_name="links")
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="+")
    contact_key = models.CharField(max_length=32, blank=True, editable=False)
    code_digest = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Of the code it needs"))
    code_tries = models.PositiveSmallIntegerField(default=0, help_text=_("Wrong codes so far"))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("private link")
        verbose_name_plural = _("private links")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=enums.LinkPurpose.values), name="link_purpose_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="link_expires_after_it_begins"),
            models.CheckConstraint(condition=_opens_one_thing(), name="link_opens_one_thing"),
            _both_or_neither("link_needs_a_code", Q(purpose=enums.LinkPurpose.CODE), ~Q(code_digest="")),
        ]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.digest[:6]}"


class Question(models.Model):
    """A message to a group from somebody who may have left an address for the answer.

    Both are encrypted, and erased once answered or after a while.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="questions")
    words = models.BinaryField(null=True, editable=False, help_text=_("Encrypted"))
    contact = models.BinaryField(null=True, editable=False, help_text=_("Encrypted"))
    contact_key = models.CharField(max_length=32, blank=True, editable=False, help_text=_("Keyed hash"))
    language = models.CharField(max_length=10, blank=True, help_text=_("Of the answer; empty: the site's own"))
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    erase_at = models.DateTimeField()

    class Meta:
        verbose_name = _("question to a group")
        verbose_name_plural = _("questions to groups")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(erase_at__gt=F("asked_at")), name="question_is_erased_later"),
            _both_or_neither("question_contact_has_a_key", Q(contact__isnull=True), Q(contact_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
