"""Somebody says that a listing is true, or that it is not: kept as a role, a way and a time."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from groups.enums import ListingState, Role
from meetings import freshness, listing_fields
from meetings.enums import ConfirmedHow, UnlistedWhy
from meetings.finder import index
from meetings.models import AfterAnswer, Confirmation, Meeting

# Older words change nothing and are let go of.
KEPT_PER_MEETING = 20
_TAKEN_OFF_FOR_AGE = {"state": ListingState.UNLISTED, "unlisted_why": UnlistedWhy.STALE}


def confirm(
    meeting: Meeting,
    *,
    role: Role | str,
    how: ConfirmedHow | str,
    now: datetime,
    at: datetime | None = None,
    by: AbstractBaseUser | None = None,
) -> Confirmation:
    """Keep that somebody in this role says the listing is true, as of `at` (now, unless it was earlier).

    Saying so twice within an hour, in the same role and way, is one confirmation. A listing
    that was taken off because nobody had said so is shown again by the word of a host or
    curator; `by` is who it was, for its history alone.
    """
    with transaction.atomic():
        kept = _say(meeting, role=role, how=how, is_true=True, at=at or now, now=now)
        if role in (Role.HOST, Role.CURATOR) and Meeting.objects.filter(pk=meeting.pk, **_TAKEN_OFF_FOR_AGE).exists():
            listing_fields.apply(meeting, {"state": ListingState.PUBLIC.value}, by=by, role=role, now=now)
    return kept


def deny(meeting: Meeting, *, role: Role | str, how: ConfirmedHow | str, now: datetime) -> Confirmation:
    """Keep that a host or curator says the listing is not true any more: no earlier word counts after it."""
    return _say(meeting, role=role, how=how, is_true=False, at=now, now=now)


def heed_visitors(meeting_id: int, *, now: datetime) -> Confirmation | None:
    """Look at what people who went said of the meeting's dates, and keep it once two of them confirm it.

    The rule is `freshness.confirmed_by_visitors`. Returns what was kept, None when nothing new was.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
        answers = AfterAnswer.objects.filter(meeting=meeting).values_list("original_on", "answer")
        as_of = freshness.confirmed_by_visitors(answers)
        if as_of is None or meeting.confirmations.filter(role=Role.VISITOR, said_at__gte=as_of).exists():
            return None
        return confirm(meeting, role=Role.VISITOR, how=ConfirmedHow.BY_VISITS, now=now, at=as_of)


def said_of(meeting: Meeting) -> list[freshness.Said]:
    """Return what was said of the meeting, latest first. One query, none when `confirmations` is prefetched."""
    return [
        freshness.Said(at=row.said_at, role=Role(row.role), how=ConfirmedHow(row.how), is_true=row.is_true)
        for row in meeting.confirmations.all()
    ]


def state_of(meeting: Meeting, *, now: datetime) -> freshness.State:
    """Return how the listing stands, by `freshness.state_of`. One query.

    A listing whose `confirmed_at` came without a row, as demo data does, is taken at its word.
    """
    said = said_of(meeting)
    if not said and meeting.confirmed_at is not None:
        role = Role(meeting.confirmed_by) if meeting.confirmed_by else Role.HOST
        said = [freshness.Said(meeting.confirmed_at, role, ConfirmedHow.ON_PAGE)]
    return freshness.state_of(
        said,
        in_person=meeting.in_person,
        now=now,
        listed_at=meeting.created_at,
        seen_in_feed_at=meeting.last_seen_at,
    )


def _say(
    meeting: Meeting, *, role: Role | str, how: ConfirmedHow | str, is_true: bool, at: datetime, now: datetime
) -> Confirmation:
    with transaction.atomic():
        locked = Meeting.objects.select_for_update().only("pk", "confirmed_at").get(pk=meeting.pk)
        last = locked.confirmations.first()
        same = (str(role), str(how), is_true)
        if last and (last.role, last.how, last.is_true) == same and abs(at - last.said_at).total_seconds() < 3600:
            kept = last
        else:
            kept = Confirmation.objects.create(meeting=locked, role=role, how=how, is_true=is_true, said_at=at)
        word = freshness.last_word(said_of(locked))
        told = {
            "confirmed_at": word.at if word else None,
            "confirmed_by": word.role.value if word else "",
        }
        Meeting.objects.filter(pk=meeting.pk).update(**told)
        index.refresh([meeting.pk], now=now)
        old = locked.confirmations.values_list("pk", flat=True)[KEPT_PER_MEETING:]
        Confirmation.objects.filter(pk__in=list(old)).delete()
    meeting.confirmed_at, meeting.confirmed_by = told["confirmed_at"], told["confirmed_by"]
    return kept
