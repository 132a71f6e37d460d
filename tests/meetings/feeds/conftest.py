"""A small catalogue, a few towns, and feeds as files."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meetings import traits
from meetings.feeds import importing, loading
from meetings.models import PlaceName, Trait
from tests.factories import ApproachFactory, FellowshipFactory, PlaceFactory

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def catalogue(db):
    """Every trait, and the approaches and fellowships that these feeds belong to."""
    Trait.objects.bulk_create(
        Trait(kind=one.kind, slug=one.slug, name=one.name, is_in_person_only=one.is_in_person_only)
        for one in traits.entries()
    )
    twelve_step = ApproachFactory(slug="twelve-step")
    family = ApproachFactory(slug="al-anon-nar-anon")
    ApproachFactory(slug="smart-recovery")
    for slug in ("aa", "na"):
        FellowshipFactory(slug=slug, approach=twelve_step)
    for slug in ("al-anon", "alateen"):
        FellowshipFactory(slug=slug, approach=family)


@pytest.fixture
def towns(db):
    """Boston, Edmonton and Berlin, as the gazetteer has them."""
    for number, name, folded, region, code, country, latitude, longitude, zone in (
        (1, "Boston", "boston", "Massachusetts", "MA", "US", 42.35843, -71.05977, "America/New_York"),
        (2, "Edmonton", "edmonton", "Alberta", "AB", "CA", 53.55014, -113.46871, "America/Edmonton"),
        (3, "Berlin", "berlin", "", "", "DE", 52.52437, 13.41053, "Europe/Berlin"),
    ):
        place = PlaceFactory(
            id=number,
            name=name,
            slug=folded,
            region=region,
            region_code=code,
            country=country,
            latitude=latitude,
            longitude=longitude,
            time_zone=zone,
            population=600_000,
        )
        PlaceName.objects.get_or_create(place=place, folded=folded, defaults={"population": 600_000})


class Feeds:
    """Writes records into a file and loads it, as one source, a day later each time."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.day = 0

    def write(self, records, name="feed.json") -> Path:
        path = self.folder / name
        path.write_text(records if isinstance(records, str) else json.dumps(records), encoding="utf-8")
        return path

    def load(self, records, *, name="Our list", options=None, file="feed.json", **wanted) -> importing.Report:
        path = records if isinstance(records, Path) else self.write(records, file)
        self.day += 1
        wanted = {"programme": "aa", "time_zone": "America/New_York"} | wanted
        return loading.load(
            importing.Wanted(address=str(path), name=name, **wanted),
            options or loading.Options(),
            now=NOW + timedelta(days=self.day),
        )


@pytest.fixture
def feeds(tmp_path, catalogue) -> Feeds:
    return Feeds(tmp_path)


@pytest.fixture
def record():
    """Return a maker of plain Meeting Guide records: Tuesdays, 7 to 8 pm, at a church in Boston."""

    def make(slug="tuesday-lanterns", **changes):
        plain = {
            "slug": slug,
            "name": "Tuesday Lanterns",
            "day": 2,
            "time": "19:00",
            "end_time": "20:00",
            "types": ["O", "D"],
            "location": "Harbor Church",
            "formatted_address": "12 Sample St, Boston, MA 02101, USA",
            "latitude": 42.36,
            "longitude": -71.06,
            "approximate": "no",
        }
        return {key: value for key, value in (plain | changes).items() if value is not ...}

    return make


@pytest.fixture
def many(record):
    """Return a maker of twenty meetings, all of the same church."""

    def make(count=20, **changes):
        return [record(f"m{n:02}", name=f"Meeting {n:02}", day=n % 7, **changes) for n in range(count)]

    return make
