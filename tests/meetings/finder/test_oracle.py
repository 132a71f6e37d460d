"""The finder against an oracle in plain Python, over a made-up world and at awkward moments."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetings import finder
from meetings.enums import TimeOfDay
from meetings.finder import index
from meetings.models import Meeting
from tests.helpers import instant
from tests.meetings.finder import world

pytestmark = pytest.mark.django_db

MOMENTS = {
    "an ordinary Monday": instant("2026-11-23 18:10", "America/New_York"),
    "just before New York's clocks go back": instant("2026-11-01 00:40", "America/New_York"),
    "just after New York's clocks go back": instant("2026-11-01 01:40", "America/New_York") + timedelta(hours=1),
    "the night London's clocks go forward": instant("2027-03-28 00:55", "Europe/London"),
    "midnight in Kathmandu": instant("2026-12-31 23:59", "Asia/Kathmandu"),
    "Lord Howe's half hour": instant("2027-04-04 01:50", "Australia/Lord_Howe"),
}
ZONES = ["Europe/Paris", "Pacific/Apia", "Pacific/Honolulu", "Asia/Kathmandu", "America/New_York", "UTC"]


def some(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


MINUTES = st.integers(0, 95).map(lambda n: n * 15)
SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "approach": some(["twelve-step", "smart-recovery", "family-program"]),
        "fellowship": some(["aa", "ga"]),
        "belief": some(["none", "any", "higher-power"]),
        "covers": some(["alcohol", "gambling", "food", "any-drug", "opioids"]),
        "for": some(["me", "someone"]),
        "attendance": some(["in-person", "online", "hybrid", "phone"]),
        "open": st.just(["1"]),
        "first_visit": st.just(["yes"]),
        "format": some(world.TRAITS["format"]),
        "focus": some(world.TRAITS["focus"]),
        "access": some(world.TRAITS["access"]),
        "feature": some(world.TRAITS["feature"]),
        "language": some(world.TRAITS["language"]),
        "day": some([*world.DAYS, "today", "tomorrow"]),
        "time": some(TimeOfDay.values),
        "soon": st.sampled_from([["1"], ["30"], ["60"], ["1440"]]),
        "hours": st.tuples(MINUTES, MINUTES),
        "tz": st.sampled_from(ZONES).map(lambda zone: [zone]),
    },
).filter(lambda asked: len(asked) <= 5)


def query(asked: dict, **more: object) -> QueryDict:
    pairs = [(name, value) for name, values in asked.items() if name != "hours" for value in values]
    if "hours" in asked:
        first, last = asked["hours"]
        pairs += [("from", f"{first // 60:02}:{first % 60:02}"), ("until", f"{last // 60:02}:{last % 60:02}")]
    return QueryDict(urlencode([*pairs, *more.items()]))


def whole_world() -> list[Meeting]:
    related = "group__approach", "group__fellowship", "venue"
    fetched = "meeting_traits__trait", "pauses", "occurrences"
    return list(Meeting.objects.select_related(*related).prefetch_related(*fetched))


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_combination_of_filters_finds_what_the_oracle_finds(moment):
    now = MOMENTS[moment]
    world.build(seed=7, size=160, around=now.date())
    index.refresh(None, now=now)
    meetings = whole_world()

    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(SEARCHES, st.integers(0, 50))
    def compare(asked, minutes_later):
        later = now + timedelta(minutes=minutes_later)
        expected = world.find(meetings, asked, now=later)

        found = set(finder.matching_ids(query(asked), now=later, limit=1000))
        with_unsaid = set(finder.matching_ids(query(asked, unknown="include"), now=later, limit=1000))

        assert found == expected.said
        assert with_unsaid == expected.said | expected.unsaid

    compare()


def test_near_agrees_with_an_independent_geodesic_across_the_antimeridian_too():
    now = MOMENTS["an ordinary Monday"]
    world.build(seed=3, size=120, around=now.date())
    index.refresh(None, now=now)
    meetings = whole_world()
    counts = []

    for latitude, longitude, _zone in world.TOWNS.values():
        latitude, longitude = round(latitude, 2), round(longitude, 2)
        for km in (10, 40, 900):
            # The earth is a little flat: what lies within 0.6 % of the rim may fall on either side.
            inner = world.find(meetings, {}, now=now, centre=(latitude, longitude, km * 0.994))
            outer = world.find(meetings, {}, now=now, centre=(latitude, longitude, km * 1.006))
            asked = QueryDict(f"lat={latitude}&lon={longitude}&within={km}&unit=km")
            found = set(finder.matching_ids(asked, now=now, limit=1000))

            assert inner.said <= found <= outer.said
            counts.append(len(found))

    assert min(counts) < max(counts)


def test_the_oracle_would_notice_a_wrong_clock():
    now = MOMENTS["midnight in Kathmandu"]
    world.build(seed=7, size=160, around=now.date())
    index.refresh(None, now=now)

    right = world.find(whole_world(), {"day": ["today"], "tz": ["Pacific/Honolulu"]}, now=now)
    wrong = world.find(whole_world(), {"day": ["today"]}, now=now)

    assert right.said
    assert right.said != wrong.said


@pytest.mark.parametrize("chosen", [[], ["online"], ["in-person"], ["online", "phone"]])
def test_the_number_beside_each_way_to_attend_is_what_that_way_finds(chosen):
    now = MOMENTS["an ordinary Monday"]
    world.build(seed=7, size=160, around=now.date())
    index.refresh(None, now=now)
    meetings = whole_world()
    rests = [
        {"tz": [zone]} | asked
        for zone in ("Pacific/Honolulu", "Asia/Kathmandu")
        for asked in ({"time": ["evening"]}, {"day": ["today"]}, {"day": ["tuesday"]}, {"hours": (17 * 60, 20 * 60)})
    ]
    differing = 0

    for rest in rests:
        asked = rest | ({"attendance": chosen} if chosen else {})
        shown = finder.search(query(asked), now=now).facets["attendance"].choices
        expected = {
            way: len(world.find(meetings, rest | {"attendance": [way]}, now=now).said)
            for way in ("in-person", "online", "hybrid", "phone")
        }

        assert {choice.value: choice.count for choice in shown if choice.count} == {
            way: number for way, number in expected.items() if number
        }
        # By one clock alone, a hybrid meeting would be counted the same on both sides.
        by_own = world.find(meetings, rest | {"attendance": ["in-person", "online"]}, now=now).said
        by_visitor = world.find(meetings, rest | {"attendance": ["online"]}, now=now).said
        differing += bool(by_visitor - by_own)

    assert differing
