"""What the page of a town says: the meetings in and near it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings import access, geo, geo_sql, regions, schedules, wording
from meetings.enums import ChannelState
from meetings.models import Meeting, Occurrence, Place
from meetings.structured_data import absolute

# In and near a town: about half an hour by car.
REACH = {"mi": 15, "km": 25}
MEETINGS_SHOWN = 30
SOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Card:
    """One meeting in the words of components/meeting_card.html."""

    meeting: Meeting
    days_label: str
    time_label: str
    zone_label: str
    starts_at_local: datetime | None
    in_progress: bool
    starts_in: timedelta | None
    distance_label: str
    place_label: str
    approach_label: str
    is_suspended: bool = False
    attendance: list[dict[str, Any]] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlacePage:
    place: Place
    label: str
    country_name: str
    reach_label: str
    cards: list[Card]
    total: int
    approaches: list[tuple[str, str]]
    finder_url: str
    online_url: str
    canonical_url: str
    shows_demo: bool


def prepare(place: Place, *, now: datetime) -> PlacePage:
    """Return the next meetings held in person in and near a town, soonest first. Five queries at most."""
    unit = geo.unit_of_country(place.country)
    km = geo.km_from_miles(REACH["mi"]) if unit == "mi" else float(REACH["km"])
    near = _near(place, km)
    shown = list(
        near.with_card_details()
        .prefetch_related("pauses", Prefetch("occurrences", Occurrence.objects.still_to_come(now)))
        .order_by(F("next_starts_at").asc(nulls_last=True), "km", "pk")[:MEETINGS_SHOWN]
    )
    total = near.count() if len(shown) == MEETINGS_SHOWN else len(shown)
    label = ", ".join(part for part in (place.name, place.region) if part)
    typed = ", ".join(part for part in (place.name, place.region_code or place.region, place.country) if part)
    asked = {"near": typed, "within": REACH[unit], "unit": unit}
    finder = reverse("meetings:meeting_list")
    approaches = {meeting.group.approach.slug: meeting.group.approach.name for meeting in shown}
    return PlacePage(
        place=place,
        label=label,
        country_name=regions.country_name(place.country),
        reach_label=geo.format_distance(km, unit),
        cards=[_card(meeting, unit=unit, now=now) for meeting in shown],
        total=total,
        approaches=[
            (name, f"{finder}?{urlencode({**asked, 'approach': slug})}")
            for slug, name in sorted(approaches.items(), key=lambda pair: pair[1])
        ],
        finder_url=f"{finder}?{urlencode(asked)}",
        online_url=f"{finder}?{urlencode({'attendance': 'online'})}",
        canonical_url=absolute(place.get_absolute_url()),
        shows_demo=any(meeting.source is not None and meeting.source.is_demo for meeting in shown),
    )


def towns_with_meetings() -> QuerySet[Place]:
    """Return the towns whose own venues hold a public meeting in person, by id."""
    venues = (
        Meeting.objects.public()
        .filter(in_person=ChannelState.OPEN, venue__place__isnull=False)
        .exclude(access.place_is_hidden())
        .values("venue__place")
    )
    return Place.objects.filter(pk__in=venues).order_by("pk")


def _near(place: Place, km: float) -> QuerySet[Meeting]:
    boxes = geo.box_around(place.latitude, place.longitude, km)
    return (
        Meeting.objects.public()
        .filter(in_person=ChannelState.OPEN)
        .filter(geo_sql.within_boxes(boxes, "venue__latitude", "venue__longitude"))
        .exclude(access.place_is_hidden())
        .annotate(km=geo_sql.Haversine("venue__latitude", "venue__longitude", place.latitude, place.longitude))
        .filter(km__lte=km)
    )


def _card(meeting: Meeting, *, unit: str, now: datetime) -> Card:
    schedule = meeting.schedule()
    start = schedules.current_or_next(schedule, now=now) if schedule else None
    ahead = start.starts_at - now if start else None
    return Card(
        meeting=meeting,
        days_label=schedules.describe_days(schedule.rule, first_on=schedule.first_on)
        if schedule
        else _("By appointment"),
        time_label=schedules.describe_time(schedule.start_time, schedule.duration) if schedule else "",
        zone_label="",
        starts_at_local=start.starts_at.astimezone(ZoneInfo(meeting.time_zone)) if start else None,
        in_progress=ahead is not None and ahead <= timedelta(0),
        starts_in=ahead if ahead is not None and timedelta(0) < ahead <= SOON else None,
        # How far a home is from the middle of the town would help to find its door.
        distance_label="" if meeting.venue.is_private_home else geo.format_distance(meeting.km, unit),
        place_label=wording.place_label(meeting.venue),
        approach_label=meeting.group.fellowship.short_name if meeting.group.fellowship else meeting.group.approach.name,
        attendance=[{"slug": way.value, "label": way.label} for way in meeting.attendance],
    )
