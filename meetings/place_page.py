"""What the page of a town says: the meetings in and near it, as the finder finds them."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from meetings import access, finder, geo, regions, structured_data
from meetings.enums import Attendance, ChannelState
from meetings.finder.page import Centre, Link
from meetings.finder.results import Result
from meetings.models import Meeting, Place

# In and near a town: about half an hour by car.
REACH = {"mi": 15, "km": 25}
MEETINGS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PlacePage:
    place: Place
    label: str
    country_name: str
    reach_label: str
    results: list[Result]
    total: int
    approaches: list[Link]
    finder_url: str
    online_url: str
    canonical_url: str
    structured_data: str
    shows_demo: bool


def prepare(place: Place, *, now: datetime) -> PlacePage:
    """Return the next meetings held in person in and near a town, soonest first.

    The queries are those of one search; the links lead to the same search in the finder,
    where the town's name may be read another way.
    """
    unit = geo.unit_of_country(place.country)
    around = {"within": REACH[unit], "unit": unit, "attendance": Attendance.IN_PERSON.value}
    here = Centre(place.latitude, place.longitude, place.name, place.country, place.time_zone)
    found = finder.search(QueryDict(urlencode(around)), now=now, per_page=MEETINGS_SHOWN, around=here)
    typed = ", ".join(part for part in (place.name, place.region_code or place.region, place.country) if part)
    asked = {"near": typed, **around}
    address = reverse("meetings:meeting_list")
    approaches = found.facets["approach"].choices if "approach" in found.facets else []
    return PlacePage(
        place=place,
        label=", ".join(part for part in (place.name, place.region) if part),
        country_name=regions.country_name(place.country),
        reach_label=found.reach_label,
        results=found.results,
        total=found.total,
        approaches=[
            Link(choice.label, f"{address}?{urlencode({**asked, 'approach': choice.value})}", choice.count)
            for choice in approaches
        ],
        finder_url=f"{address}?{urlencode(asked)}",
        online_url=f"{address}?{urlencode({'attendance': Attendance.ONLINE.value})}",
        canonical_url=structured_data.absolute(place.get_absolute_url()),
        structured_data=structured_data.of_place(
            place, [result.meeting for result in found.results], total=found.total
        ),
        shows_demo=found.shows_demo,
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
