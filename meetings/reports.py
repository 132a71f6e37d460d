"""Somebody found a listing wrong: kept, counted, and answered by the group or a curator.

A report by one person marks the listing and tells its keepers. Two people who report on their
own, or one curator, put the meeting in doubt: the way in is hidden and its place carries a
warning. What nobody answered within three working days is the curators' to look at; a meeting
in doubt for ninety days is taken off the list and kept for its owner. One person alone never
hides or takes off anything, however often they report.

Nobody is asked who they are. A keyed hash of network and browser tells two people apart for
four weeks, then it is emptied.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from groups.enums import ListingState, Role
from meetings import confirmations, contacts, keepers, limits, listing_fields, posting, working_days
from meetings.enums import ConfirmedHow, ReportKind, ReportState, UnlistedWhy
from meetings.models import Meeting, Report

logger = logging.getLogger(__name__)

# What may hide the way in. Something else that is wrong is put right without shutting a door.
DOUBTING = (ReportKind.NOBODY_THERE, ReportKind.WRONG_LINK, ReportKind.CLOSED)
PEOPLE_NEEDED = 2
ANSWERED_WITHIN = 3
UNLISTED_AFTER = timedelta(days=90)
DEVICES_KEPT_FOR = timedelta(weeks=4)
WORDS_KEPT_FOR = timedelta(days=120)
LONGEST_WORDS = 1000
_HALF = 16


class AlreadyDecided(Exception):
    """The report was answered before."""


def device_key(request: HttpRequest) -> str:
    """Return what tells a person's network and browser from others', 32 letters, not to be turned back.

    Two halves: of the network (`limits.network`), and of what the browser says of itself. No
    cookie and nothing of the address is kept.
    """
    headers = request.headers
    browser = "\n".join(headers.get(name, "") for name in ("User-Agent", "Accept-Language", "Sec-CH-UA-Platform"))
    halves = (f"report network:{limits.network(request)}", f"report device:{browser}")
    return "".join(contacts.keyed_hash(half)[:_HALF] for half in halves)


def are_independent(one: str, other: str) -> bool:
    """Tell whether two device keys are of two people: another network and another device.

    An emptied key is nobody's.
    """
    if not one or not other:
        return False
    return one[:_HALF] != other[:_HALF] and one[_HALF:] != other[_HALF:]


def send(
    meeting: Meeting,
    kind: ReportKind | str,
    *,
    now: datetime,
    role: Role = Role.VISITOR,
    device: str = "",
    words: str = "",
    original_on: date | None = None,
) -> Report:
    """Keep a report, tell the group of the first, and put the meeting in doubt where the rule says so.

    The same person reporting the same once more is one report; what they add to it is kept.
    """
    with transaction.atomic():
        # One after the other for each meeting: of two at once the second sees the first.
        meeting = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
        there = list(meeting.reports.filter(state=ReportState.OPEN))
        same = next(
            (report for report in there if device and report.device_key == device and report.kind == kind), None
        )
        if same is not None:
            if words and words != same.words:
                same.words = words
                same.save(update_fields=["words"])
            return same
        report = Report.objects.create(
            meeting=meeting,
            kind=kind,
            role=role,
            device_key=device,
            words=words[:LONGEST_WORDS],
            original_on=original_on,
            made_at=now,
        )
        was_doubted = meeting.doubted_at is not None
        _settle_doubt(meeting, now=now)
        if not there or (meeting.doubted_at is not None and not was_doubted):
            _tell(meeting, now=now)
    return report


def is_doubtful(reports: Iterable[Report]) -> bool:
    """Tell whether these open reports put a meeting in doubt: two independent people, or a curator."""
    doubting = [report for report in reports if report.kind in DOUBTING]
    if any(report.role == Role.CURATOR for report in doubting):
        return True
    keys = [report.device_key for report in doubting]
    return any(are_independent(one, other) for number, one in enumerate(keys) for other in keys[number + 1 :])


def answer(
    meeting: Meeting,
    *,
    role: Role,
    how: ConfirmedHow,
    now: datetime,
    by: AbstractBaseUser | None = None,
    state: ReportState = ReportState.ANSWERED,
) -> list[Report]:
    """Answer all open reports of a meeting as its host or a curator: the way in is shown again.

    `ANSWERED` says that the listing is right as it stands, `PUT_RIGHT` that it is now: both
    confirm it. `REFUSED` follows none of them and confirms nothing. A meeting taken off for
    unanswered reports is back on the list. Returns the reports that were open.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
        answered = list(meeting.reports.filter(state=ReportState.OPEN))
        meeting.reports.filter(state=ReportState.OPEN).update(state=state, decided_at=now, decided_role=role)
        if state != ReportState.REFUSED:
            confirmations.confirm(meeting, role=role, how=how, now=now)
        _settle_doubt(meeting, now=now)
        if meeting.state == ListingState.UNLISTED and meeting.unlisted_why == UnlistedWhy.REPORTS:
            listing_fields.apply(meeting, {"state": ListingState.PUBLIC.value}, by=by, role=role, now=now)
    return answered


def decide(report: Report, state: ReportState, *, role: Role, now: datetime) -> Report:
    """Decide one report. What is still open decides whether the meeting stays in doubt.

    Raises AlreadyDecided.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().get(pk=report.meeting_id)
        changed = Report.objects.filter(pk=report.pk, state=ReportState.OPEN).update(
            state=state, decided_at=now, decided_role=role
        )
        if not changed:
            raise AlreadyDecided
        _settle_doubt(meeting, now=now)
    report.refresh_from_db()
    return report


def reopen(reports: Iterable[Report], *, now: datetime) -> None:
    """Take decisions about reports back: they are open as before, and so is the doubt they raise."""
    with transaction.atomic():
        for report in reports:
            meeting = Meeting.objects.select_for_update().get(pk=report.meeting_id)
            Report.objects.filter(pk=report.pk).update(state=ReportState.OPEN, decided_at=None, decided_role="")
            _settle_doubt(meeting, now=now)


def of_meeting(meeting: Meeting) -> QuerySet[Report]:
    """Return the open reports of a meeting, oldest first."""
    return still_open().filter(meeting=meeting)


def still_open() -> QuerySet[Report]:
    """Return the open reports of all meetings, oldest first."""
    return Report.objects.filter(state=ReportState.OPEN).order_by("made_at", "pk")


def answer_by(report: Report) -> datetime:
    """Return until when the group may answer before curators are asked."""
    return working_days.after(report.made_at, ANSWERED_WITHIN)


def for_curators(*, now: datetime) -> QuerySet[Report]:
    """Return the open reports that nobody answered in time, oldest first.

    Of a group that nobody keeps there is nobody to wait for, and of a curator's own report neither.
    """
    from groups.models import HostRole

    overdue = Report.objects.filter(state=ReportState.OPEN)
    is_kept = Exists(HostRole.objects.filter(group=OuterRef("meeting__group"), ended_at=None))
    in_time = overdue.filter(is_kept, made_at__gt=working_days.before(now, ANSWERED_WITHIN))
    return overdue.exclude(pk__in=in_time.exclude(role=Role.CURATOR).values("pk")).order_by("made_at", "pk")


# ── By the clock ────────────────────────────────────────────────────────────


def unlist_unanswered(*, now: datetime) -> int:
    """Take off the meetings that have been in doubt for ninety days, and tell their keepers. Returns how many."""
    doubted = Meeting.objects.filter(doubted_at__lte=now - UNLISTED_AFTER, state=ListingState.PUBLIC)
    unlisted = 0
    for pk in list(doubted.order_by("doubted_at", "pk").values_list("pk", flat=True)):
        try:
            unlisted += _unlist(doubted.filter(pk=pk), now=now)
        except Exception:
            # One that cannot be changed never stops the rest.
            logger.exception("meeting %s could not be taken off for its reports", pk)
    return unlisted


def _unlist(this: QuerySet[Meeting], *, now: datetime) -> bool:
    with transaction.atomic():
        meeting = this.select_for_update(of=("self",)).select_related("group").first()
        if meeting is None:
            # Somebody has answered a moment ago.
            return False
        off = {"state": ListingState.UNLISTED.value, "unlisted_why": UnlistedWhy.REPORTS.value}
        listing_fields.apply(meeting, off, by=None, role=None, now=now)
        for address in keepers.addresses_of(meeting.group):
            posting.send_unlisted(meeting.group, address, is_off=True, now=now)
    return True


def forget_devices(*, now: datetime) -> int:
    """Empty the keys that told people apart, four weeks after the report. Returns how many.

    What people wrote goes too, some months after it was answered: it may say who they were.
    """
    Report.objects.filter(decided_at__lte=now - WORDS_KEPT_FOR).exclude(words="").update(words="")
    old = Report.objects.filter(made_at__lte=now - DEVICES_KEPT_FOR).exclude(device_key="")
    return old.update(device_key="")


def _settle_doubt(meeting: Meeting, *, now: datetime) -> None:
    """Make `doubted_at` follow the open reports. The meeting is locked by the caller."""
    reports = list(meeting.reports.filter(state=ReportState.OPEN))
    # Keys are emptied after some weeks: a doubt that was raised stays until its reports are answered.
    is_kept = meeting.doubted_at is not None and any(
        report.kind in DOUBTING and not report.device_key for report in reports
    )
    is_in_doubt = is_kept or is_doubtful(reports)
    if is_in_doubt == (meeting.doubted_at is not None):
        return
    meeting.doubted_at = now if is_in_doubt else None
    Meeting.objects.filter(pk=meeting.pk).update(doubted_at=meeting.doubted_at)


def _tell(meeting: Meeting, *, now: datetime) -> None:
    for address in keepers.addresses_of(meeting.group):
        if limits.allows(limits.MAIL_TO_GROUP, meeting.group.public_id, now=now):
            posting.send_report(meeting.group, address, now=now)
