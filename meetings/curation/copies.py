"""A meeting copied: once, or onto many days at one time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from groups.enums import ListingState, Role
from groups.history import told
from meetings import decisions, listing_fields, schedules
from meetings.enums import DecisionKind
from meetings.listing_fields import Part
from meetings.models import Decision, Meeting

# What a copy does not take along: its own dates, and how it stands.
_NOT_COPIED = {"first_on", "last_on", "state", "unlisted_why"}


class NothingToCopy(Exception):
    """No day was left that the meeting does not have already."""


def copy(
    meeting: Meeting,
    changes: list[Mapping[str, Any]],
    *,
    token: str,
    by: AbstractBaseUser,
    now: datetime,
) -> Decision:
    """Make a further meeting of the group for each of `changes`, like this one but for those values.

    `token` is the public id of the decision, so that two presses are one copy. Taking it back
    makes drafts of the copies.

    Raises listing_fields.InvalidChange, NothingToCopy.
    """
    if not changes:
        raise NothingToCopy
    try:
        with transaction.atomic(), told(role=Role.CURATOR):
            decision = _order(meeting, token, by=by, now=now)
            for values in changes:
                made = listing_fields.create(
                    _values(meeting) | dict(values), by=by, role=Role.CURATOR, now=now, group=meeting.group
                )
                key = decisions.key_of(made)
                decision.before[decisions.LISTINGS][key] = {"state": ListingState.DRAFT.value}
                decision.after[decisions.LISTINGS][key] = {"state": made.state}
            decision.save(update_fields=["before", "after"])
    except IntegrityError:
        return Decision.objects.get(public_id=token)
    return decision


def many_days(meeting: Meeting, weekdays: list[int], *, start_time: str | None, name: str) -> list[dict[str, Any]]:
    """Return the values of a copy for each of these days of the week, without the meeting's own.

    A copy is held as often as the meeting is: in the same weeks, or at the same place in the month.
    """
    own = set(meeting.rule.weekdays) if meeting.rrule and start_time in (None, _time_of(meeting)) else set()
    common: dict[str, Any] = {"start_time": start_time} if start_time else {}
    if name:
        common["name"] = name
    return [common | {"rrule": rule_on(meeting, [day])} | _first_on(meeting, day) for day in weekdays if day not in own]


def rule_on(meeting: Meeting, weekdays: list[int]) -> str:
    """Return the rule of a meeting on these days instead; of one that does not repeat, that of every week."""
    if meeting.rrule:
        return schedules.format_rrule(replace(meeting.rule, weekdays=tuple(weekdays)))
    return schedules.format_rrule(schedules.Rule(schedules.Frequency.WEEKLY, tuple(weekdays)))


def _first_on(meeting: Meeting, day: int) -> dict[str, str]:
    """Return the first date of a copy on this day, where every second week and the like needs one."""
    if not meeting.rrule or meeting.first_on is None:
        return {}
    rule = meeting.rule
    if rule.frequency != schedules.Frequency.WEEKLY or rule.interval == 1:
        return {}
    return {"first_on": (meeting.first_on + timedelta(days=day - meeting.first_on.weekday())).isoformat()}


def _order(meeting: Meeting, token: str, *, by: AbstractBaseUser, now: datetime) -> Decision:
    return Decision.objects.create(
        public_id=token,
        kind=DecisionKind.EDIT,
        subject=meeting.public_id,
        title=meeting.name,
        group=meeting.group,
        meeting=meeting,
        made_at=now,
        made_by_id=by.pk,
        role=Role.CURATOR,
        before={decisions.LISTINGS: {}},
        after={decisions.LISTINGS: {}},
    )


def _values(meeting: Meeting) -> dict[str, Any]:
    return {
        name: value
        for name, value in listing_fields.values(meeting).items()
        if name not in _NOT_COPIED and listing_fields.field(name).part is Part.MEETING and value not in ("", None, [])
    }


def _time_of(meeting: Meeting) -> str:
    return listing_fields.value_of(meeting, "start_time")
