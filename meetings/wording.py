"""Moments, zones and ways to take part, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from groups import dates, phrasing
from meetings import access, schedules
from meetings.enums import Attendance, ChannelState
from meetings.models import Meeting, Venue


def zone_label(name: str, *, at: datetime) -> str:
    """Return how people name the zone at an instant: "New York time (EST)", "São Paulo time (UTC−3)".

    The city is the IANA name's own; zones without one are told by their offset.
    """
    local = at.astimezone(ZoneInfo(name))
    short = local.tzname() or ""
    return _zone_label(name, short if short.isalpha() else offset_label(local))


@phrasing.kept_by_language(512)
def _zone_label(name: str, short: str) -> str:
    area, _slash, city = name.rpartition("/")
    if not area or area == "Etc":
        return short
    return _("%(city)s time (%(short)s)") % {"city": phrasing.isolated(city.replace("_", " ")), "short": short}


def offset_label(local: datetime) -> str:
    """Return the offset of an aware datetime: "UTC", "UTC−3", "UTC+5:30"."""
    offset = local.utcoffset() or timedelta(0)
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "−" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def day_label(local: datetime, *, today: datetime | None = None) -> str:
    """Return "Tuesday 1 December" for inside a sentence, with "Today, " or "Tomorrow, " in front when it is.

    Both are aware and in the same zone. Another year than today's is named.
    """
    if today is not None and local.year != today.year:
        day = dates.day_long(local)
    else:
        day = dates.weekday_and_day(local)
    if today is not None:
        away = (local.date() - today.date()).days
        if away == 0:
            return _("Today, %(day)s") % {"day": day}
        if away == 1:
            return _("Tomorrow, %(day)s") % {"day": day}
    return day


def time_label(start: schedules.Start, zone: str) -> str:
    """Return the wall time of one date in a zone: "7–8 pm", "11 pm–12:30 am", "7 pm"."""
    local = start.starts_at.astimezone(ZoneInfo(zone))
    duration = start.ends_at - start.starts_at if start.ends_at else None
    return schedules.describe_time(local.time(), duration)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take part: what it is (a value of Attendance, "any-time" or "closed") and its words."""

    slug: str
    label: str


def ways(meeting: Meeting) -> list[Way]:
    """Return the ways to take part that are open now, or that it is closed for now; [] if none is named."""
    told = [
        Way(way.value, _("In person and online") if way is Attendance.HYBRID else str(way.label))
        for way in meeting.attendance
    ]
    if meeting.any_time == ChannelState.OPEN:
        told.append(Way("any-time", _("At any time")))
    if access.is_closed_for_now(meeting):
        told.append(Way("closed", _("Closed for now")))
    return told


def ways_label(meeting: Meeting) -> str:
    """Return the ways to take part that are open now: "Online · By phone"; "Closed for now"; "" if none is named."""
    return " · ".join(way.label for way in ways(meeting))


def town_label(venue: Venue | None) -> str:
    """Return "Boston, MA", "Leeds", or ""."""
    if venue is None:
        return ""
    return ", ".join(part for part in (venue.town, venue.region) if part)


def place_label(venue: Venue | None) -> str:
    """Return a venue in one line for a list; of somebody's home the town alone."""
    if venue is None:
        return ""
    if venue.is_private_home:
        return town_label(venue)
    return ", ".join(part for part in (venue.name, venue.street, venue.town) if part)
