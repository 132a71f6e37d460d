"""Made-up listings as plain values, before they are written."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple


class Town(NamedTuple):
    id: int
    name: str
    region: str
    region_code: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    population: int


@dataclass(slots=True)
class MadeVenue:
    key: str
    values: dict[str, Any]


@dataclass(slots=True)
class MadeMeeting:
    """`values` are fields of the model; `traits` map (kind, slug) to a value.

    `pauses` are first date, last date, reason. `changes` are fields of occurrences; a change
    that names no `original_on` is for the first date after the week of the load.
    """

    key: str
    values: dict[str, Any]
    venue: MadeVenue | None = None
    traits: dict[tuple[str, str], str] = field(default_factory=dict)
    pauses: list[tuple[date, date, str]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class MadeGroup:
    key: str
    approach: str
    fellowship: str
    values: dict[str, Any]
    meetings: list[MadeMeeting] = field(default_factory=list)
