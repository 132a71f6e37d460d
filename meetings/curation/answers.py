"""What a curator decides about suggestions, reports, claims and flags, each written down with its way back.

Hosts decide the same of their own group, in their own role.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction

from groups.enums import GroupState, ListingState, Role
from groups.history import told
from groups.models import Claim
from meetings import claims, confirmations, decisions, listing_fields, reports, suggestions
from meetings.curation.queue import title_of
from meetings.enums import ConfirmedHow, DecisionKind, ReportKind, ReportState, Verdict
from meetings.finder import index
from meetings.models import Confirmation, Decision, Meeting, Report, Suggestion

Verdicts = Mapping[str, tuple[Verdict, str]]

_MADE, _REPORTS, _CONFIRMED, _FLAGS = "made", "reports", "confirmed", "flags"


# ── Suggestions ─────────────────────────────────────────────────────────────


def decide_suggestion(
    suggestion: Suggestion,
    verdicts: Verdicts,
    *,
    by: AbstractBaseUser,
    now: datetime,
    answer: str = "",
    for_all_at_venue: bool = False,
    role: Role = Role.CURATOR,
) -> Decision:
    """Accept or refuse a suggestion field by field, change the listing, tell the sender.

    Raises suggestions.AlreadyDecided and listing_fields.InvalidChange; then nothing is decided.
    """
    with transaction.atomic(), told(role=role):
        decided = suggestions.decide(
            suggestion, verdicts, by=by, role=role, now=now, answer=answer, for_all_at_venue=for_all_at_venue
        )
        before: dict[str, Any] = {decisions.LISTINGS: {}}
        after: dict[str, Any] = {decisions.LISTINGS: {}, "state": str(decided.suggestion.state)}
        for listing, applied in decided.changed:
            was, will_be = decisions.of_change(listing, applied)
            before[decisions.LISTINGS] |= was[decisions.LISTINGS]
            after[decisions.LISTINGS] |= will_be[decisions.LISTINGS]
        if for_all_at_venue:
            after[decisions.FOR_ALL] = True
        if decided.made is not None:
            after[_MADE] = decided.made.public_id
        return decisions.record(
            DecisionKind.SUGGESTION,
            subject=suggestion.public_id,
            title=title_of(decided.suggestion),
            by=by,
            role=role,
            now=now,
            before=before,
            after=after,
            group=decided.suggestion.group,
            meeting=decided.suggestion.meeting,
            reason=answer,
        )


def undo_suggestion(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Put the values back, take away a listing that was made, and let the suggestion wait again."""
    with told(role=role):
        kept = decisions.put_back(decision, by=by, role=role, now=now)
        made = Meeting.objects.select_related("group", "venue").filter(public_id=decision.after.get(_MADE, "")).first()
        if made is not None:
            is_alone = not made.group.meetings.exclude(pk=made.pk).exists()
            values = {"state": ListingState.DRAFT.value}
            if is_alone:
                values["group_state"] = GroupState.DRAFT.value
            listing_fields.apply(made, values, by=by, role=role, now=now)
    suggestion = Suggestion.objects.filter(public_id=decision.subject).first()
    if suggestion is not None:
        suggestions.reopen(suggestion)
    return kept


# ── Reports ─────────────────────────────────────────────────────────────────


def answer_reports(
    meeting: Meeting,
    state: ReportState,
    *,
    by: AbstractBaseUser,
    now: datetime,
    reason: str = "",
    role: Role = Role.CURATOR,
) -> Decision | None:
    """Answer everything that was reported of a meeting: it is right, it was put right, or it is not followed.

    The way in is shown again. None when nothing was open any more.
    """
    with transaction.atomic(), told(role=role, why=reason):
        Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if not reports.of_meeting(meeting).exists():
            return None
        was = _as_it_stands(meeting)
        answered = reports.answer(meeting, role=role, how=ConfirmedHow.ON_PAGE, now=now, by=by, state=state)
        index.refresh([meeting.pk], now=now)
        meeting = _fresh(meeting)
        key = decisions.key_of(meeting)
        here = listing_fields.values(meeting, was["values"])
        return decisions.record(
            DecisionKind.REPORT,
            subject=meeting.public_id,
            title=meeting.name,
            by=by,
            role=role,
            now=now,
            before={decisions.LISTINGS: {key: was["values"]}, _CONFIRMED: was[_CONFIRMED]},
            after={
                decisions.LISTINGS: {key: here},
                _REPORTS: [report.public_id for report in answered],
                "state": str(state),
            },
            meeting=meeting,
            reason=reason,
        )


def doubt(meeting: Meeting, *, now: datetime, words: str = "") -> Report:
    """Hide the way in by a curator's own report. Pressed twice it is one."""
    with transaction.atomic():
        Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        said = reports.of_meeting(meeting).filter(role=Role.CURATOR, kind__in=reports.DOUBTING).first()
        said = said or reports.send(meeting, ReportKind.NOBODY_THERE, now=now, role=Role.CURATOR, words=words)
        index.refresh([meeting.pk], now=now)
    return said


def decide_report(
    report: Report, state: ReportState, *, by: AbstractBaseUser, now: datetime, reason: str = ""
) -> Decision:
    """Decide one report of several. Raises reports.AlreadyDecided."""
    with transaction.atomic():
        reports.decide(report, state, role=Role.CURATOR, now=now)
        return decisions.record(
            DecisionKind.REPORT,
            subject=report.meeting.public_id,
            title=report.meeting.name,
            by=by,
            role=Role.CURATOR,
            now=now,
            after={_REPORTS: [report.public_id], "state": str(state)},
            meeting=report.meeting,
            reason=reason,
        )


def undo_report(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Let the reports wait again, with the doubt they raise, and take the curator's confirmation away."""
    with told(role=role):
        kept = decisions.put_back(decision, by=by, role=role, now=now)
    answered = Report.objects.filter(public_id__in=decision.after.get(_REPORTS, [])).exclude(state=ReportState.OPEN)
    reports.reopen(list(answered), now=now)
    if decision.meeting is not None:
        if _CONFIRMED in decision.before:
            _take_confirmation_back(decision.meeting, decision)
        index.refresh([decision.meeting.pk], now=now)
    return kept


# ── Claims ──────────────────────────────────────────────────────────────────


def decide_claim(
    claim: Claim, *, is_accepted: bool, by: User, now: datetime, reason: str = "", role: Role = Role.CURATOR
) -> Decision:
    """Make the person a host, or not. Raises claims.ClaimDecided and claims.OwnClaim."""
    with transaction.atomic():
        # Accepting twice is once for the host, and one decision.
        if not Claim.objects.select_for_update(of=("self",)).filter(pk=claim.pk, decided_at=None).exists():
            raise claims.ClaimDecided
        if is_accepted:
            claims.accept(claim, by=by, role=role, now=now)
        else:
            claims.refuse(claim, by=by, role=role, now=now, reason=reason)
        return decisions.record(
            DecisionKind.CLAIM,
            subject=claim.public_id,
            title=claim.group.name,
            by=by,
            role=role,
            now=now,
            after={"accepted": is_accepted},
            group=claim.group,
            reason=reason,
        )


def undo_claim(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Let the claim wait again; who became a host by it is none any more."""
    claim = Claim.objects.filter(public_id=decision.subject).first()
    if claim is not None:
        claims.reopen(claim, now=now)
    return []


# ── Looked at ───────────────────────────────────────────────────────────────


def leave_as_it_is(meeting: Meeting, *, by: AbstractBaseUser, now: datetime, reason: str = "") -> Decision | None:
    """Say of a flagged listing that somebody looked and that it is right. None when nothing was flagged."""
    with transaction.atomic(), told(role=Role.CURATOR, why=reason, by=by):
        meeting = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
        flags = list(meeting.review_flags)
        if not flags:
            return None
        meeting.review_flags = []
        _save_flags(meeting)
        return decisions.record(
            DecisionKind.SEEN,
            subject=meeting.public_id,
            title=meeting.name,
            by=by,
            role=Role.CURATOR,
            now=now,
            before={_FLAGS: flags},
            after={_FLAGS: []},
            meeting=meeting,
            reason=reason,
        )


def confirm(meeting: Meeting, *, by: AbstractBaseUser, now: datetime, role: Role = Role.CURATOR) -> Decision | None:
    """Say as a curator, or a host, that the listing is true. None when it was said within the hour."""
    with transaction.atomic():
        was = _as_it_stands(meeting)
        kept = confirmations.confirm(meeting, role=role, how=ConfirmedHow.ON_PAGE, now=now)
        if kept.said_at != now:
            return None
        return decisions.record(
            DecisionKind.SEEN,
            subject=meeting.public_id,
            title=meeting.name,
            by=by,
            role=role,
            now=now,
            before={_CONFIRMED: was[_CONFIRMED]},
            after={"is_confirmed": True},
            meeting=meeting,
        )


def undo_seen(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Raise the flags again; take the confirmation away."""
    if decision.meeting is None:
        return []
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=decision.meeting_id)
    if _CONFIRMED in decision.before:
        _take_confirmation_back(meeting, decision)
        index.refresh([meeting.pk], now=now)
    if flags := decision.before.get(_FLAGS):
        meeting.review_flags = [*meeting.review_flags, *(flag for flag in flags if flag not in meeting.review_flags)]
        with told(role=role, by=by):
            _save_flags(meeting)
    return []


def _save_flags(meeting: Meeting) -> None:
    meeting.save(update_fields=["review_flags", "updated_at"])


def _as_it_stands(meeting: Meeting) -> dict[str, Any]:
    here = _fresh(meeting)
    return {
        "values": listing_fields.values(here, ["state", "unlisted_why"]),
        _CONFIRMED: [here.confirmed_at.isoformat() if here.confirmed_at else None, here.confirmed_by],
    }


def _take_confirmation_back(meeting: Meeting, decision: Decision) -> None:
    """Set back what was last confirmed, unless somebody confirmed it since."""
    said = Confirmation.objects.filter(meeting=meeting, role=decision.role, said_at=decision.made_at)
    if not said.exists():
        return
    said.delete()
    at, role = decision.before[_CONFIRMED]
    confirmed_at = datetime.fromisoformat(at) if at else None
    Meeting.objects.filter(pk=meeting.pk, confirmed_at=decision.made_at).update(
        confirmed_at=confirmed_at, confirmed_by=role
    )


def _fresh(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_related("group", "venue").get(pk=meeting.pk)
