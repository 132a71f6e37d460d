"""Asking those who keep listings whether they are still true, and what happens without an answer.

Only of listings kept here: one of a feed follows its feed, and whoever keeps that is told by
other means. One mail for each keeper of a group speaks of all its meetings; its page has one
button, and needs no account, because it came to an address on record.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from groups.enums import FeedFormat, GroupState, ListingState, Role
from groups.models import Group
from meetings import confirmations, freshness, keepers, listing_fields, posting, reports
from meetings.enums import ConfirmedHow, ReportState, UnlistedWhy
from meetings.freshness import Due
from meetings.models import Meeting

logger = logging.getLogger(__name__)

# Whoever is asked today is asked of what comes up within these days too: one mail, not two.
ASKED_TOGETHER = timedelta(days=14)
# Nothing is due sooner after a confirmation.
_EARLIEST = timedelta(days=freshness.FROM_AFAR.aging_after - freshness.FROM_AFAR.lead)
# Off the list for these, a listing comes back with one press.
_COMES_BACK = (UnlistedWhy.STALE, UnlistedWhy.REPORTS)


def kept_here() -> QuerySet[Meeting]:
    """Return the public meetings that no feed keeps. Demo data is asked about by nobody."""
    by_hand = Q(source=None) | Q(source__format=FeedFormat.NONE, source__is_demo=False)
    return Meeting.objects.filter(by_hand, state=ListingState.PUBLIC, group__state=GroupState.PUBLIC)


def look_after(*, now: datetime) -> Counter[Due]:
    """Ask, give notice and take off what is due. May be repeated. Returns how many meetings each."""
    old = kept_here().annotate(reference=Coalesce("confirmed_at", "created_at"))
    groups = old.filter(reference__lte=now - _EARLIEST).order_by("group").values_list("group", flat=True).distinct()
    done: Counter[Due] = Counter()
    for group_id in list(groups):
        try:
            done += _look_after_group(group_id, now=now)
        except Exception:
            # One whose keepers cannot be asked never stops the rest.
            logger.exception("the keepers of group %s could not be asked", group_id)
    return done


def of_group(group: Group) -> list[Meeting]:
    """Return the meetings that its keepers are asked about: what is shown, and what comes back with a press.

    Each has its `open_reports`. Two queries.
    """
    shown = Q(state__in=[ListingState.PUBLIC, ListingState.PAUSED])
    back = Q(state=ListingState.UNLISTED, unlisted_why__in=_COMES_BACK)
    meetings = group.meetings.filter(shown | back).select_related("group", "venue")
    open_reports = Prefetch("reports", queryset=reports.still_open(), to_attr="open_reports")
    return list(meetings.prefetch_related(open_reports).order_by("name", "pk"))


def confirm(
    meetings: Iterable[Meeting], *, role: Role, how: ConfirmedHow, now: datetime, by: AbstractBaseUser | None = None
) -> int:
    """Take the word of a host or curator that these listings are true as they stand. Returns how many.

    Reports about them are answered by it, and what was taken off because nobody had said so is
    shown again. Pressing twice says it once.
    """
    count = 0
    with transaction.atomic():
        for meeting in meetings:
            if reports.of_meeting(meeting).exists():
                reports.answer(meeting, role=role, how=how, by=by, now=now, state=ReportState.ANSWERED)
            else:
                confirmations.confirm(meeting, role=role, how=how, now=now, by=by)
            count += 1
    return count


def stop(
    meetings: Collection[Meeting], *, role: Role, how: ConfirmedHow, now: datetime, by: AbstractBaseUser | None = None
) -> int:
    """Take the word of a host that these do not take place: each is shown as paused. Returns how many.

    Its page stays and says so; whoever keeps a seat is told.
    """
    with transaction.atomic():
        for meeting in meetings:
            confirmations.deny(meeting, role=role, how=how, now=now)
            listing_fields.apply(meeting, {"state": ListingState.PAUSED.value}, by=by, role=role, now=now)
    return len(meetings)


def _look_after_group(group_id: int, *, now: datetime) -> Counter[Due]:
    with transaction.atomic():
        # Two workers at once: the second finds nothing left to do.
        group = Group.objects.select_for_update(no_key=True).get(pk=group_id)
        by_due: dict[Due, list[Meeting]] = {due: [] for due in Due}
        for meeting in kept_here().filter(group=group).order_by("pk"):
            by_due[_due(meeting, now=now)].append(meeting)
        if by_due[Due.ASK]:
            by_due[Due.ASK] += [
                meeting for meeting in by_due[Due.NOTHING] if _due(meeting, now=now + ASKED_TOGETHER) == Due.ASK
            ]
        by_due[Due.TAKE_OFF] = _still_to_take_off(by_due[Due.TAKE_OFF], now=now)
        addresses = keepers.addresses_of(group) if any(by_due[due] for due in Due if due is not Due.NOTHING) else []
        for meeting in by_due[Due.TAKE_OFF]:
            off = {"state": ListingState.UNLISTED.value, "unlisted_why": UnlistedWhy.STALE.value}
            listing_fields.apply(meeting, off, by=None, role=None, now=now)
        asked = by_due[Due.ASK] + by_due[Due.GIVE_NOTICE]
        Meeting.objects.filter(pk__in=[meeting.pk for meeting in asked]).update(asked_at=now)
        for address in addresses:
            if by_due[Due.TAKE_OFF]:
                posting.send_unlisted(group, address, is_off=True, now=now)
            elif by_due[Due.GIVE_NOTICE]:
                posting.send_unlisted(group, address, is_off=False, now=now)
            elif by_due[Due.ASK]:
                posting.send_still_true(group, address, now=now)
    return Counter({due: len(found) for due, found in by_due.items() if found and due is not Due.NOTHING})


def _still_to_take_off(meetings: Collection[Meeting], *, now: datetime) -> list[Meeting]:
    """Hold these meetings and leave out those of which somebody said a moment ago that they are true."""
    held = kept_here().filter(pk__in=[meeting.pk for meeting in meetings]).select_for_update(of=("self",))
    return [meeting for meeting in held.order_by("pk") if _due(meeting, now=now) == Due.TAKE_OFF]


def _due(meeting: Meeting, *, now: datetime) -> Due:
    return freshness.what_is_due(
        meeting.confirmed_at,
        in_person=meeting.in_person,
        now=now,
        listed_at=meeting.created_at,
        asked_at=meeting.asked_at,
    )
