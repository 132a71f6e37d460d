"""What a search engine reads of a page, as JSON-LD.

Of a meeting that is schema.org's EventSeries and its next dates; of a group, a town and an
approach what the page is about. The way in is never part of it, nor the place of a teen meeting
or of a home: the page is the only address given. Source of the vocabulary: schema.org, version 29.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from groups.enums import Cost
from groups.models import Approach, Fellowship, Group
from meetings import access, schedules
from meetings.enums import ChannelState
from meetings.models import Meeting, Occurrence, Place, Venue

SCHEMA = "https://schema.org/"
_CONTEXT = "https://schema.org"
_MINUTE = timedelta(minutes=1)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Nothing in the data can end the script element it stands in.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def absolute(path: str) -> str:
    """Return the one address of a page of this site."""
    return settings.SITE_URL + path


def of_meeting(meeting: Meeting, starts: list[schedules.Start], changes: dict[date, Occurrence]) -> SafeString:
    """Return the meeting as JSON-LD, ready to stand in a script element; "" without dates.

    `starts` are its next dates, cancelled ones included; `changes` its rows by original date.
    """
    schedule = meeting.schedule(pauses=(), changes=())
    if schedule is None or not starts:
        return SafeString("")
    url = absolute(meeting.get_absolute_url())
    shared: dict[str, Any] = {
        "name": meeting.name,
        "eventAttendanceMode": SCHEMA + _mode(meeting),
        "location": _location(meeting, url),
        "organizer": {
            "@type": "Organization",
            "name": meeting.group.name,
            "url": absolute(meeting.group.get_absolute_url()),
        },
        "isAccessibleForFree": meeting.group.approach.cost in (Cost.FREE, Cost.FREE_DONATIONS),
    }
    dates = [shared | _date(meeting, start, changes.get(start.original_on), url) for start in starts]
    if schedule.rule.frequency is schedules.Frequency.ONCE:
        data = {"@context": _CONTEXT, **dates[0]}
    else:
        data = {
            "@context": _CONTEXT,
            "@type": "EventSeries",
            "@id": url,
            "url": url,
            **shared,
            "eventSchedule": _schedule(schedule),
            "startDate": dates[0]["startDate"],
            "subEvent": dates,
        }
    return as_script(data)


def of_group(group: Group, *, website: str) -> SafeString:
    """Return a group as an organization. `website` is its own, "" for none; where it meets is told by its meetings."""
    url = absolute(group.get_absolute_url())
    data: dict[str, Any] = {"@context": _CONTEXT, "@type": "Organization", "@id": url, "url": url, "name": group.name}
    if website:
        data["sameAs"] = website
    if group.fellowship is not None:
        data["parentOrganization"] = _fellowship(group.fellowship)
    return as_script(data)


def of_place(place: Place, meetings: Sequence[Meeting], *, total: int) -> SafeString:
    """Return a town with the pages of the next meetings in and near it, `total` in all; "" where there are none."""
    if not meetings:
        return SafeString("")
    address = {"addressLocality": place.name, "addressRegion": place.region, "addressCountry": place.country}
    town = {
        "@type": "City",
        "name": place.name,
        "address": {"@type": "PostalAddress", **{name: value for name, value in address.items() if value}},
        "geo": {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude},
    }
    shown = [
        {"@type": "ListItem", "position": number, "url": absolute(meeting.get_absolute_url())}
        for number, meeting in enumerate(meetings, start=1)
    ]
    listed = {"@type": "ItemList", "numberOfItems": total, "itemListElement": shown}
    url = absolute(place.get_absolute_url())
    return as_script(_page("CollectionPage", url) | {"about": town, "mainEntity": listed})


def of_approach(approach: Approach, *, website: str) -> SafeString:
    """Return the page of an approach: what it is called, and where it speaks for itself.

    `website` is a domain that was checked, "" for none.
    """
    about: dict[str, Any] = {"@type": "Thing", "name": str(approach.label), "description": str(approach.summary)}
    if approach.also_known_as:
        about["alternateName"] = list(map(str, approach.also_known_as))
    if website:
        about["sameAs"] = f"https://{website}"
    return as_script(_page("WebPage", absolute(approach.get_absolute_url())) | {"about": about})


def of_fellowship(fellowship: Fellowship, *, website: str) -> SafeString:
    """Return the page of a fellowship, which is about an organization. `website` as of an approach."""
    about = _fellowship(fellowship)
    if website:
        about["sameAs"] = f"https://{website}"
    return as_script(_page("WebPage", absolute(fellowship.get_absolute_url())) | {"about": about})


def _page(kind: str, url: str) -> dict[str, Any]:
    return {"@context": _CONTEXT, "@type": kind, "@id": url, "url": url}


def _fellowship(fellowship: Fellowship) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "Organization",
        "name": str(fellowship.label),
        "url": absolute(fellowship.get_absolute_url()),
    }
    if fellowship.abbreviation:
        found["alternateName"] = str(fellowship.abbreviation)
    return found


def as_script(data: dict[str, Any]) -> SafeString:
    """Return JSON that cannot leave the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 - every character that could end the element is escaped


def _mode(meeting: Meeting) -> str:
    in_person = meeting.in_person == ChannelState.OPEN
    from_afar = access.has_join_step(meeting)
    if in_person and from_afar:
        return "MixedEventAttendanceMode"
    return "OfflineEventAttendanceMode" if in_person else "OnlineEventAttendanceMode"


def _location(meeting: Meeting, url: str, change: Occurrence | None = None) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    venue = (change.venue if change else None) or meeting.venue
    if change is not None and change.is_online_only:
        venue = None
    if meeting.in_person == ChannelState.OPEN and venue is not None and access.may_show_place(meeting):
        places.append(_place(venue))
    if access.has_join_step(meeting):
        places.append({"@type": "VirtualLocation", "url": url})
    return places


def _place(venue: Venue) -> dict[str, Any]:
    address = {
        "@type": "PostalAddress",
        "addressLocality": venue.town,
        "addressRegion": venue.region,
        "addressCountry": venue.country,
    }
    if not venue.is_private_home:
        address |= {"streetAddress": venue.street, "postalCode": venue.postcode}
    place: dict[str, Any] = {
        "@type": "Place",
        "name": (venue.name if not venue.is_private_home else "") or venue.town,
        "address": {key: value for key, value in address.items() if value},
    }
    if venue.has_position and not venue.is_approximate and not venue.is_private_home:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}
    return place


def _date(meeting: Meeting, start: schedules.Start, change: Occurrence | None, url: str) -> dict[str, Any]:
    zone = ZoneInfo(meeting.time_zone)
    status = "EventScheduled"
    if start.is_moved:
        status = "EventRescheduled"
    if start.is_cancelled:
        status = "EventCancelled"
    data: dict[str, Any] = {
        "@type": "Event",
        "url": url,
        "startDate": start.starts_at.astimezone(zone).isoformat(),
        "eventStatus": SCHEMA + status,
    }
    if change is not None:
        data["location"] = _location(meeting, url, change)
        if change.is_online_only:
            data["eventAttendanceMode"] = SCHEMA + "OnlineEventAttendanceMode"
    if start.ends_at is not None:
        data["endDate"] = start.ends_at.astimezone(zone).isoformat()
    if start.is_moved:
        by_rule = schedules.to_instant(start.original_on, meeting.start_time, meeting.time_zone)
        data["previousStartDate"] = by_rule.astimezone(zone).isoformat()
    return data


def _schedule(schedule: schedules.Schedule) -> dict[str, Any]:
    rule = schedule.rule
    unit = "W" if rule.frequency is schedules.Frequency.WEEKLY else "M"
    data: dict[str, Any] = {
        "@type": "Schedule",
        "repeatFrequency": f"P{rule.interval}{unit}",
        "byDay": [SCHEMA + _DAYS[weekday] for weekday in rule.weekdays],
        "startTime": f"{schedule.start_time:%H:%M:%S}",
        "scheduleTimezone": schedule.time_zone,
    }
    if rule.positions:
        # A weekday of the month is said the way calendars say it: "1TU", "-1FR".
        data["byDay"] = [
            f"{position}{_DAYS[weekday][:2].upper()}" for position in rule.positions for weekday in rule.weekdays
        ]
    if schedule.first_on:
        data["startDate"] = schedule.first_on.isoformat()
    if schedule.last_on:
        data["endDate"] = schedule.last_on.isoformat()
    if schedule.duration is not None:
        data["duration"] = f"PT{schedule.duration // _MINUTE}M"
    return data
