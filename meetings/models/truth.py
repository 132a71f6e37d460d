"""What is said about the truth of listings: confirmations, reports, suggestions. Never who said it.

A role, a way and a time are kept. Somebody who wants to hear what became of it may leave an
address: encrypted, and erased once they were told.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.enums import Role
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models import Group
from meetings import enums
from meetings.models.listings import Meeting

_USER = settings.AUTH_USER_MODEL


class Confirmation(models.Model):
    """Somebody said that a listing is true, or that it is not."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="confirmations")
    said_at = models.DateTimeField(help_text=_("Of a visitor the day alone, at midnight in UTC"))
    role = models.CharField(max_length=10, choices=Role)
    how = models.CharField(max_length=8, choices=enums.ConfirmedHow)
    is_true = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        ordering = ["-said_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="confirmation_role_known"),
            models.CheckConstraint(condition=Q(how__in=enums.ConfirmedHow.values), name="confirmation_how_known"),
        ]
        indexes = [models.Index(fields=["meeting", "-said_at"])]

    def __str__(self) -> str:
        return f"{self.meeting}, {self.get_role_display()}, {self.said_at:%Y-%m-%d}"


class Report(models.Model):
    """Somebody found a listing wrong.

    `device_key` is a keyed hash that tells two people apart for a few weeks; then it is emptied.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=14, choices=enums.ReportKind)
    original_on = models.DateField(null=True, blank=True, help_text=_("The date it is about, if one"))
    words = models.TextField(blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.VISITOR)
    device_key = models.CharField(max_length=32, blank=True, editable=False)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=enums.ReportState, default=enums.ReportState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_role = models.CharField(max_length=10, choices=Role, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=enums.ReportKind.values), name="report_kind_known"),
            models.CheckConstraint(condition=Q(state__in=enums.ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=Q(state=enums.ReportState.OPEN, decided_at=None)
                | ~Q(state=enums.ReportState.OPEN) & Q(decided_at__isnull=False),
                name="report_decided_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["meeting", "state"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.meeting}"


class Suggestion(models.Model):
    """A proposed new, changed or closed listing: one row for each field, decided one by one.

    Its sender follows it by a private link, and is told the end if they left an address.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=8, choices=enums.SuggestionKind)
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="suggestions")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="suggestions")
    words = models.TextField(blank=True, help_text=_("How the sender knows, and what no field has room for"))
    role = models.CharField(max_length=10, choices=Role, default=Role.VISITOR)
    contact = models.BinaryField(null=True, editable=False, help_text=_("Encrypted; emptied once told"))
    contact_key = models.CharField(max_length=32, blank=True, editable=False, help_text=_("Keyed hash"))
    device_key = models.CharField(max_length=32, blank=True, editable=False)
    language = models.CharField(max_length=10, blank=True, help_text=_("Of the answer; empty: the site's own"))
    sent_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text=_("The promised answer time"))
    state = models.CharField(max_length=10, choices=enums.SuggestionState, default=enums.SuggestionState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text=_("What its sender is told"))

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=enums.SuggestionKind.values), name="suggestion_kind_known"),
            models.CheckConstraint(condition=Q(state__in=enums.SuggestionState.values), name="suggestion_state_known"),
            models.CheckConstraint(
                condition=Q(state=enums.SuggestionState.OPEN, decided_at=None)
                | ~Q(state=enums.SuggestionState.OPEN) & Q(decided_at__isnull=False),
                name="suggestion_decided_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=enums.SuggestionKind.NEW) | Q(group__isnull=False), name="suggestion_names_its_group"
            ),
            models.CheckConstraint(
                condition=Q(contact=None, contact_key="") | Q(contact__isnull=False) & ~Q(contact_key=""),
                name="suggestion_contact_has_a_key",
            ),
            models.CheckConstraint(condition=Q(answer_by__gt=F("sent_at")), name="suggestion_is_answered_later"),
        ]
        indexes = [models.Index(fields=["state", "sent_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.sent_at:%Y-%m-%d}"


class SuggestedValue(models.Model):
    """One field of a suggestion: how it is, how it should be, and what was decided about it."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="values")
    name = models.CharField(max_length=60, help_text=_("As meetings.listing_fields has it"))
    current = models.JSONField(null=True)
    proposed = models.JSONField(null=True)
    verdict = models.CharField(max_length=10, choices=enums.Verdict, default=enums.Verdict.OPEN)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("suggested value")
        verbose_name_plural = _("suggested values")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "name"], name="suggested_value_once"),
            models.CheckConstraint(condition=Q(verdict__in=enums.Verdict.values), name="suggested_value_verdict_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """Something a curator or host decided, with what is needed to take it back.

    `before` and `after` hold public values alone, by listing and field.
    """

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=14, choices=enums.DecisionKind)
    subject = models.CharField(max_length=120, help_text=_("Public id of what it was about"))
    title = models.CharField(max_length=255)
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="decisions")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="decisions")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(_USER, models.SET_NULL, null=True, related_name="decisions")
    role = models.CharField(max_length=10, choices=Role)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undo_until = models.DateTimeField(null=True, blank=True, help_text=_("Empty: always"))
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=enums.DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undone_at__gte=F("made_at")), name="decision_undone_after_it_was_made"
            ),
        ]
        indexes = [models.Index(fields=["group", "-made_at"]), models.Index(fields=["subject"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"
