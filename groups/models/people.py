"""Who keeps listings: hosts of groups, curators of a part of the catalogue, and the traces both leave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups import enums
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models.listings import Approach, Fellowship, Group, Source

USER = settings.AUTH_USER_MODEL


class HostRole(models.Model):
    """Somebody who keeps a group's listing, from then on and until the role ends.

    At least two hosts are wished for. An ended role stays as a record of who could change what.
    """

    group = models.ForeignKey(Group, models.CASCADE, related_name="host_roles")
    user = models.ForeignKey(USER, models.CASCADE, related_name="host_roles")
    came_by = models.CharField(max_length=12, choices=enums.CameBy)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_asked_by_mail = models.BooleanField(
        default=True, help_text=_("Is asked by mail whether the listing is still true")
    )

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], condition=Q(ended_at=None), name="host_once_per_group"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="host_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(came_by__in=enums.CameBy.values), name="host_came_by_known"),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.since:%Y-%m-%d}"


class CuratorRole(models.Model):
    """A part of the catalogue that somebody curates. Several roles of one person add up.

    What is filled in narrows it: country and region of the venue, approach, fellowship, source.
    With nothing filled in it must say that it is for everything.
    """

    user = models.ForeignKey(USER, models.CASCADE, related_name="curator_roles")
    is_for_everything = models.BooleanField(default=False)
    country = models.CharField(max_length=2, blank=True, help_text=_("Two letters; empty: every country"))
    region = models.CharField(max_length=120, blank=True, help_text=_("As venues have it; needs a country"))
    approach = models.ForeignKey(Approach, models.CASCADE, null=True, blank=True, related_name="curator_roles")
    fellowship = models.ForeignKey(Fellowship, models.CASCADE, null=True, blank=True, related_name="curator_roles")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="curator_roles")
    approach_id: int | None
    fellowship_id: int | None
    source_id: int | None
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("curator")
        verbose_name_plural = _("curators")
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_for_everything=True, country="", approach=None, fellowship=None, source=None)
                | Q(is_for_everything=False)
                & (~Q(country="") | Q(approach__isnull=False) | Q(fellowship__isnull=False) | Q(source__isnull=False)),
                name="curator_role_says_of_what",
            ),
            models.CheckConstraint(condition=Q(region="") | ~Q(country=""), name="curator_region_has_a_country"),
        ]

    def __str__(self) -> str:
        if self.is_for_everything:
            return str(_("Everything"))
        parts = (self.source, self.fellowship, self.approach, self.region, self.country)
        return ", ".join(str(part) for part in parts if part)


class AccountLanguage(models.Model):
    """The language in which somebody with an account last used the pages: messages to them are in it."""

    user = models.OneToOneField(USER, models.CASCADE, primary_key=True, related_name="spoken")
    language = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("language of an account")
        verbose_name_plural = _("languages of accounts")
        ordering = ["user"]

    def __str__(self) -> str:
        return self.language


class Claim(models.Model):
    """Somebody signed in who says they keep a group, until it is shown or refused.

    Shown by a code sent to the group's contact on record, or by the word of a curator or of
    another host. Nothing in it tells anybody who holds the group's contact.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="claims")
    user = models.ForeignKey(USER, models.CASCADE, related_name="claims")
    words = models.TextField(blank=True, help_text=_("What the person says of themselves and the group"))
    made_at = models.DateTimeField()
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=enums.ClaimState, default=enums.ClaimState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"], condition=Q(state=enums.ClaimState.OPEN), name="claim_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state=enums.ClaimState.OPEN, decided_at=None)
                | ~Q(state=enums.ClaimState.OPEN) & Q(decided_at__isnull=False),
                name="claim_decided_has_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=enums.ClaimState.values), name="claim_state_known"),
            models.CheckConstraint(
                condition=Q(code_digest="", code_until=None) | ~Q(code_digest="") & Q(code_until__isnull=False),
                name="claim_code_runs_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.get_state_display()}"


class HostInvitation(models.Model):
    """A link by which a host makes somebody else a host too, or hands over. Known by its digest alone."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="host_invitations")
    made_by = models.ForeignKey(USER, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hands_over = models.BooleanField(default=False, help_text=_("The one who invites stops being a host"))
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to host")
        verbose_name_plural = _("invitations to host")
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_expires_later"),
            models.CheckConstraint(condition=Q(taken_at=None) | Q(revoked_at=None), name="invitation_taken_or_revoked"),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.made_at:%Y-%m-%d}"


class ContactRead(models.Model):
    """Somebody of the staff read a private contact: who, when, and whose it was."""

    user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="contacts_read")
    read_at = models.DateTimeField()
    what = models.CharField(max_length=20, choices=enums.PrivateContact)
    subject = models.CharField(max_length=120, help_text=_("Slug or public id of what it belongs to"))
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("reading of a contact")
        verbose_name_plural = _("readings of contacts")
        ordering = ["-read_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=enums.PrivateContact.values), name="contact_read_what_known")
        ]
        indexes = [models.Index(fields=["what", "subject"])]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.subject}"
