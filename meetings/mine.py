"""What somebody keeps on their own device: here is only what the device asks about it. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from groups import dates, phrasing
from groups.models import Approach
from meetings import access, schedules, wording
from meetings.enums import TraitKind
from meetings.models import FormerAddress, Meeting, MeetingTrait, Occurrence, Trait
from meetings.schedules import Start

MOST = 50
AHEAD = timedelta(days=7)
_MOST_DATES = 14


def coming(slugs: Sequence[str], *, now: datetime) -> list[dict[str, Any]]:
    """Return the week ahead of these meetings, in their order, for the device that keeps them.

    One that was the same as another is told as that one, with its slug as `now_slug`. Of one that
    is no longer listed, that alone is told. Five queries, however many there are; one more where
    some are not listed, and five where some of these live on as others.
    """
    wanted = list(dict.fromkeys(slugs))[:MOST]
    if not wanted:
        return []
    listed = (
        Meeting.objects.public()
        .select_related("group__approach", "group__fellowship", "venue")
        .prefetch_related(
            Prefetch("meeting_traits", MeetingTrait.objects.select_related("trait")),
            "pauses",
            Prefetch("occurrences", Occurrence.objects.still_to_come(now)),
        )
    )
    found = {meeting.slug: meeting for meeting in listed.filter(slug__in=wanted)}
    if missing := [slug for slug in wanted if slug not in found]:
        former = dict(
            FormerAddress.objects.filter(slug__in=missing, meeting__isnull=False).values_list("slug", "meeting_id")
        )
        others = listed.in_bulk(set(former.values())) if former else {}
        found |= {slug: others[pk] for slug, pk in former.items() if pk in others}
    return [
        {**_told(found[slug], now=now), "slug": slug}
        if slug in found
        else {"slug": slug, "is_listed": False, "dates": []}
        for slug in wanted
    ]


def preferences() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what a person may say they like: kind, its name, and pairs of value and name. Two queries."""
    traits = list(
        Trait.objects.filter(kind__in=[TraitKind.FORMAT, TraitKind.FOCUS])
        .order_by("order", "name")
        .values_list("kind", "slug", "name")
    )
    approaches = list(Approach.objects.order_by("name", "pk").values_list("slug", "name"))
    by_kind = {kind: [(slug, _(name)) for of, slug, name in traits if of == kind] for kind in TraitKind.values}
    return [
        ("approach", _("Approach"), [(slug, _(name)) for slug, name in approaches]),
        (TraitKind.FOCUS.value, _("Focus"), by_kind[TraitKind.FOCUS]),
        (TraitKind.FORMAT.value, _("How it runs"), by_kind[TraitKind.FORMAT]),
    ]


def _told(meeting: Meeting, *, now: datetime) -> dict[str, Any]:
    schedule = meeting.schedule()
    is_running = access.is_running(meeting)
    current = schedules.current_or_next(schedule, now=now) if schedule and is_running else None
    starts: list[Start] = []
    if schedule and is_running:
        ahead = schedules.next_starts(schedule, after=now, limit=_MOST_DATES, include_cancelled=True)
        running = [current] if current is not None and current.starts_at <= now else []
        starts = running + [start for start in ahead if start.starts_at <= now + AHEAD and start not in running]
    place = wording.place_label(meeting.venue) if access.may_show_place(meeting) else ""
    return {
        "now_slug": meeting.slug,
        "is_listed": True,
        "is_paused": not is_running,
        "name": meeting.name,
        "url": meeting.get_absolute_url(),
        "when": schedules.describe(schedule) if schedule else "",
        "place": place or wording.ways_label(meeting),
        "dates": [_date(meeting, start) for start in starts],
    }


def _date(meeting: Meeting, start: Start) -> dict[str, Any]:
    """Return one date, by its day alone: "tomorrow" is wrong the day after it was kept."""
    local = start.starts_at.astimezone(ZoneInfo(meeting.time_zone))
    return {
        "iso": local.isoformat(),
        "words": phrasing.listed(
            (dates.at_start(wording.day_label(local)), wording.time_label(start, meeting.time_zone))
        ),
        "zone": wording.zone_label(meeting.time_zone, at=start.starts_at),
        "is_cancelled": start.is_cancelled,
    }
