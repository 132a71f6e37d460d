"""What a search gives: page, order, counts, words, zones, and what is said about bad values."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from groups.dates import with_common_spaces
from groups.enums import Covers, ListingState
from meetings import finder
from meetings.enums import ChannelState, OpenTo, TraitKind
from meetings.finder import index, memory, reading
from meetings.finder.page import Page
from meetings.models import FinderEntry, Meeting
from tests.factories import (
    ApproachFactory,
    FellowshipFactory,
    GroupFactory,
    MeetingFactory,
    OccurrenceFactory,
    PauseFactory,
    PlaceFactory,
    SourceFactory,
    VenueFactory,
)
from tests.helpers import give_trait, instant

pytestmark = pytest.mark.django_db

# A Monday, midday in New York.
NOW = instant("2026-11-23 12:00", "America/New_York")
BOSTON = "lat=42.36&lon=-71.06"


def search(query: str = "", *, now: datetime = NOW, refresh: bool = True) -> Page:
    if refresh:
        index.refresh(None, now=now)
    return finder.search(QueryDict(query), now=now)


def slugs(page: Page) -> list[str]:
    return [result.meeting.slug for result in page.results]


# ── Order ───────────────────────────────────────────────────────────────────


def test_what_is_in_progress_comes_first_then_the_next_to_start_then_what_has_no_time():
    MeetingFactory(slug="no-time", is_by_appointment=True)
    MeetingFactory(slug="tomorrow", rrule="FREQ=WEEKLY;BYDAY=TU", start_time=time(9))
    MeetingFactory(slug="now", rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(11, 30))
    MeetingFactory(slug="soon", rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(12, 30))

    page = search()

    assert slugs(page) == ["now", "soon", "tomorrow", "no-time"]
    assert [result.in_progress for result in page.results] == [True, False, False, False]
    assert page.results[1].starts_in == timedelta(minutes=30)


def test_of_two_that_start_together_the_nearer_comes_first():
    MeetingFactory(slug="far", venue__latitude=42.5)
    MeetingFactory(slug="near", venue__latitude=42.37)

    assert slugs(search(BOSTON)) == ["near", "far"]


def test_by_distance_the_nearer_comes_first_even_when_it_starts_later():
    MeetingFactory(slug="far", venue__latitude=42.5, rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(13))
    MeetingFactory(slug="near", venue__latitude=42.37, rrule="FREQ=WEEKLY;BYDAY=SU")

    assert slugs(search(f"{BOSTON}&sort=distance")) == ["near", "far"]


def test_by_name_accents_and_case_do_not_matter():
    for name in ("Zebra", "élan", "Apple", "Éclair"):
        MeetingFactory(slug=name.lower().replace("é", "e"), name=name)

    assert slugs(search("sort=name")) == ["apple", "eclair", "elan", "zebra"]


def test_sorting_by_distance_from_nowhere_is_told_and_falls_back_to_time():
    MeetingFactory(slug="only")

    page = search("sort=distance")

    assert slugs(page) == ["only"]
    assert page.sort == "time"
    assert any("sort by distance" in text for text in page.messages)


def test_who_sorted_by_distance_and_takes_the_place_away_is_told_nothing():
    PlaceFactory(name="Boston").names.create(folded="boston", population=653_833)
    MeetingFactory(is_online=True)

    page = search("near=Boston&sort=distance")
    [chip] = page.chips
    ways_on = [*page.empty.without, page.empty.online, chip]

    assert page.sort == "distance"
    for link in ways_on:
        there = search(link.url[1:], refresh=False)
        assert (there.total, there.sort, there.messages) == (1, "time", [])
    # The form sends the field as it is, emptied.
    assert search("near=&sort=distance", refresh=False).messages == []


def test_pages_hold_every_meeting_once_even_when_all_start_together():
    for n in range(45):
        MeetingFactory(slug=f"m-{n}", venue=None, in_person="none", online="open", join_url="https://example.org/")
    index.refresh(None, now=NOW)

    pages = [search(f"page={n}", refresh=False) for n in (1, 2, 3)]

    shown = [slug for page in pages for slug in slugs(page)]
    assert [len(page.results) for page in pages] == [20, 20, 5]
    assert len(set(shown)) == 45
    assert pages[0].pages.num_pages == 3


def test_a_page_beyond_the_last_shows_the_last_and_says_so():
    MeetingFactory(slug="only")

    page = search("page=7")

    assert slugs(page) == ["only"]
    assert page.pages.number == 1
    assert any("7" in text for text in page.messages)


# ── Time ────────────────────────────────────────────────────────────────────


def test_a_meeting_that_crossed_midnight_is_in_progress_and_belongs_to_the_day_it_started():
    MeetingFactory(slug="late", rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(23, 30))
    after_midnight = instant("2026-11-24 00:15", "America/New_York")
    index.refresh(None, now=instant("2026-11-23 23:40", "America/New_York"))

    page = search(now=after_midnight, refresh=False)

    assert page.results[0].in_progress
    assert slugs(search("day=monday", now=after_midnight, refresh=False)) == ["late"]
    assert slugs(search("day=tuesday", now=after_midnight, refresh=False)) == []
    assert slugs(search("day=today", now=after_midnight, refresh=False)) == []
    assert slugs(search("soon=5", now=after_midnight, refresh=False)) == ["late"]


def test_a_stale_start_is_never_shown():
    meeting = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(10))
    index.refresh(None, now=instant("2026-11-23 09:00", "America/New_York"))
    assert FinderEntry.objects.get().starts[0] < NOW

    page = search(refresh=False)

    assert not page.results[0].in_progress
    assert page.results[0].starts_at_local == instant("2026-11-30 10:00", "America/New_York")
    assert page.results[0].meeting == meeting


def test_a_daily_meeting_is_on_today_and_tomorrow():
    MeetingFactory(slug="daily", rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", start_time=time(18))
    MeetingFactory(slug="weekly", rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(18))

    assert sorted(slugs(search("day=today"))) == ["daily", "weekly"]
    assert slugs(search("day=tomorrow", refresh=False)) == ["daily"]


@pytest.mark.parametrize(
    ("asked", "on", "starts_in"),
    [
        ("", "2026-11-23", timedelta(minutes=30)),
        ("day=today", "2026-11-23", timedelta(minutes=30)),
        ("day=tomorrow", "2026-11-24", None),
        ("day=thursday", "2026-11-26", None),
        ("day=today&day=tomorrow", "2026-11-23", timedelta(minutes=30)),
    ],
)
def test_a_card_tells_of_the_day_that_was_asked_for(asked, on, starts_in):
    MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", start_time=time(12, 30))

    result = search(asked).results[0]

    assert result.starts_at_local == instant(f"{on} 12:30", "America/New_York")
    assert result.starts_in == starts_in
    assert not result.in_progress


def test_today_that_is_over_is_not_today_any_more():
    MeetingFactory(slug="over", rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(9))

    assert slugs(search("day=monday")) == ["over"]
    assert slugs(search("day=today", refresh=False)) == []


def test_a_cancelled_and_a_paused_date_are_neither_today_nor_soon():
    cancelled = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(12, 30))
    OccurrenceFactory(meeting=cancelled, original_on=date(2026, 11, 23), cancelled_at=NOW)
    paused = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(12, 30))
    PauseFactory(meeting=paused, first_on=date(2026, 11, 23), last_on=date(2026, 11, 23))
    MeetingFactory(slug="held", rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(12, 30))

    assert slugs(search("soon=60")) == ["held"]
    assert slugs(search("day=today", refresh=False)) == ["held"]


@pytest.mark.parametrize(
    ("zone", "changes_at"),
    [
        # Midnight is left out, comes twice, is put off by an hour.
        ("America/Havana", "2027-03-14 05:00"),
        ("America/Havana", "2027-11-07 05:00"),
        ("Asia/Beirut", "2027-10-30 21:00"),
        ("America/Scoresbysund", "2027-10-31 01:00"),
    ],
)
def test_days_of_a_visitor_begin_with_their_date_also_where_clocks_change_at_midnight(zone, changes_at):
    change, theirs = instant(changes_at, "UTC"), ZoneInfo(zone)
    around = [change + timedelta(minutes=30 * n) for n in range(-60, 61)]
    assert {at.astimezone(theirs).utcoffset() for at in around} == {
        (change + timedelta(hours=hours)).astimezone(theirs).utcoffset() for hours in (-1, 1)
    }
    for at in around:
        MeetingFactory(
            slug=f"{at:%d-%H-%M}", rrule="", first_on=at.date(), last_on=at.date(), start_time=at.time(),
            duration=timedelta(minutes=20), time_zone="UTC", is_online=True,
        )  # fmt: skip
    index.refresh(None, now=around[0])

    for now in (change + timedelta(hours=hours) for hours in (-13, -1, 0, 1, 11)):
        today = now.astimezone(theirs).date()
        for ahead, day in enumerate(("today", "tomorrow")):
            page = finder.search(QueryDict(f"day={day}&tz={zone}&attendance=online"), now=now, per_page=200)

            assert set(slugs(page)) == {
                f"{at:%d-%H-%M}"
                for at in around
                if at.astimezone(theirs).date() == today + timedelta(days=ahead) and at + timedelta(minutes=20) > now
            }, (now, day)


def test_weekdays_are_the_meetings_own_in_a_room_and_the_visitors_online():
    at = {"rrule": "FREQ=WEEKLY;BYDAY=TU", "start_time": time(21), "time_zone": "America/Los_Angeles"}
    MeetingFactory(slug="room", **at)
    MeetingFactory(slug="online", is_online=True, **at)

    assert slugs(search("day=tuesday&tz=Europe/Paris")) == ["room"]
    assert slugs(search("day=wednesday&tz=Europe/Paris", refresh=False)) == ["online"]
    assert slugs(search("time=morning&tz=Europe/Paris", refresh=False)) == ["online"]
    assert sorted(slugs(search("day=tuesday", refresh=False))) == ["online", "room"]


def test_both_zones_are_named_where_they_differ():
    at = {"rrule": "FREQ=WEEKLY;BYDAY=TU", "start_time": time(21), "time_zone": "America/Los_Angeles"}
    MeetingFactory(is_online=True, **at)

    result = search("tz=Europe/Paris").results[0]

    assert result.days_label == "Wednesdays"
    assert result.time_label == "6–7\u202fam"
    assert "Los Angeles time" in result.zone_label
    assert "9\u202fpm" in result.zone_label
    assert result.starts_at_local.hour == 6


def test_hours_may_run_over_midnight():
    MeetingFactory(slug="late", start_time=time(23, 30))
    MeetingFactory(slug="early", start_time=time(1))
    MeetingFactory(slug="noon", start_time=time(12))

    assert sorted(slugs(search("from=23:00&until=01:00"))) == ["early", "late"]
    assert slugs(search("from=12:00&until=12:00", refresh=False)) == ["noon"]
    assert sorted(slugs(search("until=12:00", refresh=False))) == ["early", "noon"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=18:00", "Starts at 6 pm or later"),
        ("until=09:30", "Starts at 9:30 am or before"),
        ("from=23:00&until=00:00", "Starts from 11 pm to midnight"),
    ],
)
def test_hours_that_were_asked_for_are_told_as_the_pages_tell_them(query, words):
    (chip,) = search(query).chips

    assert with_common_spaces(chip.label) == words


@pytest.mark.parametrize(
    ("at", "band"),
    [
        (time(3, 59), "night"), (time(4), "morning"), (time(11, 59), "morning"), (time(12), "afternoon"),
        (time(16, 59), "afternoon"), (time(17), "evening"), (time(20, 59), "evening"), (time(21), "night"),
    ],
)  # fmt: skip
def test_times_of_day_begin_and_end_where_the_design_says(at, band):
    MeetingFactory(slug="one", start_time=at)
    index.refresh(None, now=NOW)

    found = [
        name for name in ("morning", "afternoon", "evening", "night") if slugs(search(f"time={name}", refresh=False))
    ]

    assert found == [band]


# ── Unknown is not no ───────────────────────────────────────────────────────


def test_what_is_not_said_is_counted_and_can_be_included_and_a_no_is_not():
    give_trait(MeetingFactory(slug="yes"), "wheelchair", kind=TraitKind.ACCESS)
    give_trait(MeetingFactory(slug="no"), "wheelchair", "no", kind=TraitKind.ACCESS)
    MeetingFactory(slug="unsaid")

    page = search("access=wheelchair")
    included = search("access=wheelchair&unknown=include", refresh=False)

    assert (slugs(page), page.total, page.unsaid) == (["yes"], 1, 1)
    assert (sorted(slugs(included)), included.total, included.unsaid) == (["unsaid", "yes"], 2, 1)
    assert page.unsaid_link.url == "?access=wheelchair&unknown=include"
    assert included.unsaid_link.url == "?access=wheelchair"


def test_two_needs_of_access_must_both_be_met_and_two_focuses_are_alternatives():
    both, one = MeetingFactory(slug="both"), MeetingFactory(slug="one")
    for slug in ("wheelchair", "captions"):
        give_trait(both, slug, kind=TraitKind.ACCESS)
    give_trait(one, "wheelchair", kind=TraitKind.ACCESS)
    give_trait(both, "women", "only", kind=TraitKind.FOCUS)
    give_trait(one, "men", "welcome", kind=TraitKind.FOCUS)

    assert slugs(search("access=wheelchair&access=captions")) == ["both"]
    assert sorted(slugs(search("focus=women&focus=men", refresh=False))) == ["both", "one"]


# ── Attendance ──────────────────────────────────────────────────────────────


def test_hybrid_is_both_at_once_and_found_as_either():
    MeetingFactory(slug="room")
    MeetingFactory(slug="link", is_online=True)
    MeetingFactory(slug="both", is_hybrid=True)
    MeetingFactory(slug="phone", is_by_phone=True)
    MeetingFactory(slug="closed", in_person=ChannelState.SUSPENDED)
    index.refresh(None, now=NOW)

    found = {
        way: sorted(slugs(search(f"attendance={way}", refresh=False)))
        for way in ("in-person", "online", "hybrid", "phone")
    }

    assert found == {
        "in-person": ["both", "room"],
        "online": ["both", "link"],
        "hybrid": ["both"],
        "phone": ["phone"],
    }
    assert search(refresh=False).total == 5


def test_near_finds_only_rooms_in_use():
    MeetingFactory(slug="room")
    MeetingFactory(slug="closed", in_person=ChannelState.SUSPENDED, online=ChannelState.OPEN)
    MeetingFactory(slug="link", is_online=True)

    assert slugs(search(BOSTON)) == ["room"]


def test_what_is_closed_for_now_is_found_by_name_and_never_as_on_now():
    MeetingFactory(slug="open", name="Lantern")
    MeetingFactory(slug="closed", name="Lantern", in_person=ChannelState.SUSPENDED)

    assert slugs(search("day=tuesday")) == ["open"]
    found = search("q=lantern", refresh=False)
    assert slugs(found) == ["open", "closed"]
    assert [result.starts_at_local is None for result in found.results] == [False, True]
    assert found.results[1].time_label == found.results[0].time_label


def test_the_place_is_taken_away_by_its_short_name():
    MeetingFactory()

    place, day = search(f"{BOSTON}&day=tuesday").chips

    assert place.label == "Near you"
    assert place.url == "?day=tuesday"
    assert day.label == "Tuesday"


def test_a_place_known_only_by_its_town_has_no_invented_distance():
    MeetingFactory(slug="door")
    MeetingFactory(slug="town", venue__is_approximate=True)
    MeetingFactory(slug="next-town", venue__is_approximate=True, venue__latitude=42.56)

    found = {result.meeting.slug: result.distance_label for result in search(BOSTON).results}

    assert found["door"].endswith(("mile", "miles"))
    assert found["town"] == ""
    assert found["next-town"] == "about 14 miles"


def test_what_was_asked_for_is_told_on_the_card_however_much_else_there_is_to_tell():
    meeting = MeetingFactory(open_to="anyone")
    for n in range(6):
        give_trait(meeting, f"another-{n}", kind=TraitKind.FORMAT)
    give_trait(meeting, "newcomer", kind=TraitKind.FORMAT)
    give_trait(meeting, "child-care", kind=TraitKind.FEATURE)
    asked_for = {row.trait.name for row in meeting.meeting_traits.filter(trait__slug__in=["newcomer", "child-care"])}

    plain = search().results[0].badges
    asked = search("format=newcomer&feature=child-care", refresh=False).results[0].badges

    assert len(asked_for) == 2
    assert asked_for.isdisjoint(plain)
    assert asked_for <= set(asked)
    assert len(asked) == len(plain)


# ── Words ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "query",
    [
        "montreal", "MONTRÉAL", "montr", "hope", "new hope", "hope montreal", '"new hope"', "smart", "selfmanagement",
        "aa", "O'Hara", "ohara",
    ],
)  # fmt: skip
def test_words_forgive_accents_case_beginnings_and_order(query):
    approach = ApproachFactory(name="SMART Recovery", also_known_as=["Self-Management", "SelfManagement"])
    fellowship = FellowshipFactory(approach=approach, name="Alcoholics Anonymous", abbreviation="AA")
    group = GroupFactory(approach=approach, fellowship=fellowship, name="O'Hara people")
    MeetingFactory(slug="this", group=group, name="A New Hope", venue__town="Montréal")
    MeetingFactory(slug="other", name="Sunrise", venue__town="Leeds")
    given = QueryDict(mutable=True)
    given["q"] = query

    assert slugs(search(given.urlencode())) == ["this"]


def test_a_short_word_is_a_whole_one():
    MeetingFactory(slug="na", name="NA at noon")
    MeetingFactory(slug="nashville", name="Nashville friends")

    assert slugs(search("q=na")) == ["na"]
    assert slugs(search("q=nas", refresh=False)) == ["nashville"]


def test_a_phrase_stands_side_by_side_and_within_one_name():
    MeetingFactory(slug="apart", name="New big Hope")
    MeetingFactory(slug="across", name="Always New", group__name="Hope people")
    MeetingFactory(slug="beside", name="A New Hope")

    assert sorted(slugs(search("q=new+hope"))) == ["across", "apart", "beside"]
    assert slugs(search("q=%22new+hope%22", refresh=False)) == ["beside"]


@pytest.mark.parametrize(("typed", "meant"), [("montrael", "montreal"), ("montral", "montreal"), ("hpoe", "hope")])
def test_a_typing_mistake_is_corrected_when_nothing_is_found(typed, meant):
    MeetingFactory(name="New Hope", venue__town="Montréal")

    page = search(f"q={typed}")

    assert page.total == 0
    assert page.empty.correction.label == meant
    assert page.empty.correction.url == f"?q={meant}"


def test_of_words_that_are_given_twice_those_searched_for_are_shown():
    MeetingFactory(slug="hope", name="Hope")

    page = search("q=hope&q=zebra&q=")

    assert slugs(page) == ["hope"]
    assert [chip.label for chip in page.chips] == ["“hope”"]


def test_no_correction_is_made_up_for_a_word_like_nothing_we_know():
    MeetingFactory(name="New Hope", venue__town="Montréal")

    assert search("q=xylophones").empty.correction is None


# ── Counts ──────────────────────────────────────────────────────────────────


def test_counts_say_what_each_choice_would_give():
    smart, steps = ApproachFactory(slug="smart"), ApproachFactory(slug="steps")
    give_trait(MeetingFactory(group__approach=smart), "women", kind=TraitKind.FOCUS)
    MeetingFactory(group__approach=smart)
    give_trait(MeetingFactory(group__approach=steps), "women", kind=TraitKind.FOCUS)

    page = search("approach=smart")
    by_value = {choice.value: choice for choice in page.facets["approach"].choices}

    assert {value: choice.count for value, choice in by_value.items()} == {"smart": 2, "steps": 1}
    assert by_value["smart"].selected
    assert [(choice.value, choice.count) for choice in page.facets["focus"].choices] == [("women", 1)]
    for value in by_value:
        assert search(f"approach={value}", refresh=False).total == by_value[value].count


def test_every_count_by_a_checkbox_is_what_pressing_it_gives():
    for n in range(12):
        meeting = MeetingFactory(
            rrule=f"FREQ=WEEKLY;BYDAY={('MO', 'TU', 'WE')[n % 3]}",
            start_time=time(2 * n),
            open_to=OpenTo.values[n % 4],
            is_hybrid=n % 2 == 0,
        )
        if n % 3:
            give_trait(meeting, ("es", "fr")[n % 2], kind=TraitKind.LANGUAGE)
    index.refresh(None, now=NOW)
    page = search("time=evening&time=morning", refresh=False)

    checked = 0
    for facet in page.facets.values():
        for choice in facet.choices:
            parameter = f"&{facet.name}={choice.value}"
            if facet.name == "time":
                expected = search(f"time={choice.value}", refresh=False).total
            else:
                expected = search(f"time=evening&time=morning{parameter}", refresh=False).total
            assert choice.count == expected, facet.name
            checked += 1

    assert checked > 20


@pytest.mark.parametrize("chosen", ["", "&language=es", "&access=captions", "&open=1", "&focus=women&access=captions"])
def test_where_those_that_do_not_say_are_shown_too_every_count_is_still_what_pressing_gives(chosen):
    kinds = {"es": TraitKind.LANGUAGE, "fr": TraitKind.LANGUAGE, "women": TraitKind.FOCUS, "men": TraitKind.FOCUS}
    kinds |= {"captions": TraitKind.ACCESS, "wheelchair": TraitKind.ACCESS}
    for n in range(9):
        meeting = MeetingFactory(open_to=OpenTo.values[n % 4], is_good_first_visit=(None, True, False)[n % 3])
        for step, (slug, kind) in enumerate(kinds.items(), start=2):
            if n % step < 2:
                give_trait(meeting, slug, ("yes", "no")[n % step], kind=kind)
    index.refresh(None, now=NOW)
    page = search(f"unknown=include{chosen}", refresh=False)

    checked = set()
    for name in ("language", "focus", "access", "open", "first_visit"):
        for choice in page.facets[name].choices:
            given = QueryDict(f"unknown=include{chosen}", mutable=True)
            if name == "access":
                given.setlist(name, {*given.getlist(name), choice.value})
            else:
                given[name] = choice.value
            assert choice.count == search(given.urlencode(), refresh=False).total, (name, choice)
            checked.add(name)

    assert checked >= {"language", "focus", "access", "first_visit"}


def test_a_choice_that_finds_nothing_is_left_out_unless_it_is_made():
    give_trait(MeetingFactory(), "women", kind=TraitKind.FOCUS)
    give_trait(MeetingFactory(is_online=True), "men", kind=TraitKind.FOCUS)

    unmade = search("attendance=in-person").facets["focus"]
    made = search("attendance=in-person&focus=men", refresh=False).facets["focus"]

    assert [choice.value for choice in unmade.choices] == ["women"]
    assert [(choice.value, choice.count) for choice in made.choices] == [("men", 0), ("women", 1)]


# ── Nothing found ───────────────────────────────────────────────────────────


def test_an_empty_result_offers_what_taking_one_condition_away_would_give():
    give_trait(MeetingFactory(slug="women", rrule="FREQ=WEEKLY;BYDAY=MO"), "women", kind=TraitKind.FOCUS)
    give_trait(MeetingFactory(slug="men", rrule="FREQ=WEEKLY;BYDAY=TU"), "men", kind=TraitKind.FOCUS)

    page = search("focus=women&day=tuesday")

    assert page.total == 0
    assert [(link.url, link.count) for link in page.empty.without] == [("?day=tuesday", 1), ("?focus=women", 1)]


def test_an_empty_result_looks_farther_and_online():
    MeetingFactory(venue__latitude=43.1)
    MeetingFactory(is_online=True, rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(12, 30))

    page = search(f"{BOSTON}&within=5")

    assert page.empty.wider.url == f"?{BOSTON}&within=100"
    assert page.empty.wider.count == 1
    assert page.empty.online_now.count == 1


@pytest.mark.parametrize("unit", ["km", "mi"])
def test_the_farthest_reach_that_is_offered_finds_what_it_says(unit):
    # About 900 kilometres north of Boston.
    MeetingFactory(venue__latitude=50.45)

    page = search(f"{BOSTON}&within=5&unit={unit}")
    wider = search(page.empty.wider.url[1:], refresh=False)

    assert page.empty.wider.count == wider.total == 1
    assert wider.messages == []


def test_an_empty_result_offers_the_same_online_in_place_of_near():
    give_trait(MeetingFactory(is_online=True), "teens", kind=TraitKind.FOCUS)
    give_trait(MeetingFactory(venue__latitude=10), "teens", kind=TraitKind.FOCUS)
    MeetingFactory(is_online=True)

    page = search(f"focus=teens&{BOSTON}")

    assert page.total == 0
    assert page.empty.online.url == "?focus=teens&attendance=online"
    assert page.empty.online.count == search("focus=teens&attendance=online", refresh=False).total == 1
    assert search(f"focus=teens&attendance=in-person&{BOSTON}", refresh=False).empty.online is None


def test_words_that_nobody_has_may_be_the_name_of_a_town():
    PlaceFactory(name="Boston").names.create(folded="boston", population=653_833)
    MeetingFactory()

    page = search("q=bostn&day=monday")

    assert page.total == 0
    assert [link.label for link in page.empty.places] == ["Near Boston, Massachusetts, USA"]
    assert page.empty.places[0].url == "?day=monday&near=Boston%2C+Massachusetts%2C+USA"


def test_who_is_there_for_any_drug_is_found_for_each_of_them():
    MeetingFactory(slug="any", own_covers=[Covers.ANY_DRUG])
    MeetingFactory(slug="opioids", own_covers=[Covers.OPIOIDS])
    MeetingFactory(slug="alcohol", own_covers=[Covers.ALCOHOL])

    page = search("covers=opioids")

    assert sorted(slugs(page)) == ["any", "opioids"]
    assert slugs(search("covers=cannabis", refresh=False)) == ["any"]
    assert slugs(search("covers=any-drug", refresh=False)) == ["any"]
    counts = {choice.value: choice.count for choice in page.facets["covers"].choices}
    assert counts == {"alcohol": 1, "any-drug": 1, "opioids": 2, "cocaine": 1, "crystal-meth": 1, "cannabis": 1}


def test_an_empty_result_names_approaches_that_people_also_try():
    other = ApproachFactory(slug="other", name="Other way")
    asked = ApproachFactory(slug="asked", try_next=[{"slug": "other", "why": "Both are secular"}])
    GroupFactory(approach=asked)
    MeetingFactory(group__approach=other)

    page = search("approach=asked")

    assert [(link.label, link.url, link.count) for link in page.empty.similar] == [("Other way", "?approach=other", 1)]


# ── What is ignored ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "query",
    [
        "day=someday", "time=noonish", "within=-4&lat=1&lon=1", "unit=furlong", "approach=unknown", "sort=best",
        "tz=Mars/Olympus", "soon=never", "soon=999999999999", "from=25:00", "until=x", "lat=91&lon=0", "page=0",
        "lat=nan&lon=1", "open=perhaps", "unknown=yes", "view=globe", "colour=blue", "lat=4", "page=-1", "page=²",
    ],
)  # fmt: skip
def test_a_bad_value_is_named_and_the_rest_of_the_search_goes_on(query):
    MeetingFactory(slug="only", venue__latitude=1, venue__longitude=1)

    page = search(query)

    assert slugs(page) == ["only"]
    assert len(page.messages) == 1
    name, value = query.split("&")[0].split("=")
    assert value in page.messages[0] or name in page.messages[0]


def test_good_values_beside_a_bad_one_count():
    MeetingFactory(slug="tuesday", rrule="FREQ=WEEKLY;BYDAY=TU")
    MeetingFactory(slug="monday", rrule="FREQ=WEEKLY;BYDAY=MO")

    page = search("day=someday&day=tuesday")

    assert slugs(page) == ["tuesday"]
    assert "someday" in page.messages[0]


# ── Truth ───────────────────────────────────────────────────────────────────


def test_a_meeting_hidden_a_moment_ago_is_not_shown_even_before_the_finder_knows():
    meeting = MeetingFactory()
    assert search().results
    Meeting.objects.filter(pk=meeting.pk).update(state=ListingState.GONE)

    assert search(refresh=False).results == []


def test_a_change_is_found_by_the_next_search():
    meeting = MeetingFactory(name="Before")
    assert search("q=before").total == 1
    Meeting.objects.filter(pk=meeting.pk).update(name="After")

    index.refresh([meeting.pk], now=NOW)

    assert search("q=before", refresh=False).total == 0
    assert search("q=after", refresh=False).total == 1


def test_the_place_of_a_hidden_teen_meeting_is_neither_found_nor_shown():
    teens = GroupFactory(fellowship=FellowshipFactory(is_for_teens=True), name="Teens")
    MeetingFactory(slug="hidden", group=teens, venue__town="Worcester")
    MeetingFactory(slug="adults", venue__town="Worcester")

    assert slugs(search(BOSTON)) == ["adults"]
    assert slugs(search("q=worcester", refresh=False)) == ["adults"]
    shown = {result.meeting.slug: result.place_label for result in search(refresh=False).results}
    assert "Worcester" in shown["adults"]
    assert shown["hidden"] == ""


def test_demo_meetings_are_marked():
    MeetingFactory(source=SourceFactory(is_demo=True))
    real = search("attendance=online")

    assert search(refresh=False).shows_demo
    assert not real.shows_demo


@pytest.mark.parametrize("query", ["", BOSTON + "&q=hall&access=wheelchair&unknown=include&day=today&sort=distance"])
def test_queries_do_not_grow_with_meetings(query):
    def queries() -> int:
        search(query)
        with CaptureQueriesContext(connection) as captured:
            assert search(query, refresh=False).results
        return len(captured)

    MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(18), venue=VenueFactory(name="Hall"))
    with_one = queries()
    for _n in range(3):
        meeting = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO", start_time=time(18), venue=VenueFactory(name="Hall"))
        give_trait(meeting, "wheelchair", kind=TraitKind.ACCESS)
        PauseFactory(meeting=meeting)

    assert queries() == with_one <= 6


# ── A large set, changing ───────────────────────────────────────────────────


def test_memory_that_follows_changes_equals_memory_that_is_read_anew(monkeypatch):
    monkeypatch.setattr(memory, "FEW", 0)
    monkeypatch.setattr(memory, "MOVED_ON_EVERY_SECONDS", -1)
    # Beside, but at once.
    monkeypatch.setattr(memory, "_read_beside", memory._follow)
    meetings = [MeetingFactory(name=f"Name {n}") for n in range(12)]
    search("q=another")
    search("q=name")
    give_trait(meetings[0], "wheelchair", kind=TraitKind.ACCESS)
    Meeting.objects.filter(pk=meetings[1].pk).update(state=ListingState.PAUSED)
    Meeting.objects.filter(pk=meetings[2].pk).update(name="Another", start_time=time(6))
    late = [MeetingFactory(name=f"Name {n} late", group__approach__slug=f"late-{n}") for n in range(3)]
    index.refresh([meeting.pk for meeting in (*meetings[:3], *late)], now=NOW)
    later = NOW + timedelta(days=3)
    index.refresh_due(now=later)
    queries = [
        "",
        "access=wheelchair",
        "q=another",
        "q=name+late",
        "time=morning",
        "approach=late-1",
        "sort=name",
        BOSTON,
        "day=today",
    ]

    followed = [(page.total, slugs(page)) for page in (search(query, now=later, refresh=False) for query in queries)]
    memory.forget()
    anew = [(page.total, slugs(page)) for page in (search(query, now=later, refresh=False) for query in queries)]

    assert [total for total, _slugs in anew] == [14, 1, 1, 3, 1, 1, 14, 14, 0]
    assert followed == anew


def test_what_is_kept_for_all_is_right_after_a_change(monkeypatch):
    monkeypatch.setattr(memory, "FEW", 0)
    at = {"is_online": True, "rrule": "FREQ=WEEKLY;BYDAY=MO", "start_time": time(12, 30)}
    MeetingFactory(**at)
    before = search("approach=twelve-step&q=zzzz").empty.online_now
    new = MeetingFactory(**at)
    index.refresh([new.pk], now=NOW)

    after = search("approach=twelve-step&q=zzzz", refresh=False).empty.online_now

    assert (before.count, after.count) == (1, 2)
    assert search(after.url[1:], refresh=False).total == 2


def test_a_meeting_whose_number_is_larger_than_any_before_is_found(monkeypatch):
    monkeypatch.setattr(memory, "FEW", 0)
    MeetingFactory(slug="small")
    assert slugs(search()) == ["small"]
    large = MeetingFactory(slug="large", pk=2**31 + 5)
    index.refresh([large.pk], now=NOW)

    assert sorted(slugs(search(refresh=False))) == ["large", "small"]
    # And read anew.
    memory.forget()
    assert sorted(slugs(search(refresh=False))) == ["large", "small"]


@pytest.mark.parametrize("room", [1_000_000, 4, 1])
def test_whoever_comes_between_two_names_stands_between_them(monkeypatch, room):
    monkeypatch.setattr(memory, "FEW", 0)
    monkeypatch.setattr(reading, "_room", lambda size: room)
    MeetingFactory(slug="first", name="Ann")
    MeetingFactory(slug="last", name="Zoe")
    assert slugs(search("sort=name")) == ["first", "last"]
    read_anew = []
    monkeypatch.setattr(memory, "read", lambda: read_anew.append(True) or reading.read())

    # Each comes right behind the first, the last of them two at once.
    for numbers in ([9], [8], [7], [6], [4, 5]):
        coming = [MeetingFactory(slug=f"n{number}", name=f"Ann {number}") for number in numbers]
        index.refresh([meeting.pk for meeting in coming], now=NOW)

        assert slugs(search("sort=name", refresh=False))[1] == f"n{numbers[0]}"
    ordered = slugs(search("sort=name", refresh=False))

    assert ordered == ["first", "n4", "n5", "n6", "n7", "n8", "n9", "last"]
    # Where there is room, or room can be made, what changed is enough.
    assert bool(read_anew) == (room == 1)


def test_after_many_changes_searches_go_on_while_these_are_read_beside(monkeypatch):
    monkeypatch.setattr(memory, "FEW", 0)
    monkeypatch.setattr(memory, "SOME_CHANGES", 1)
    asked = []
    monkeypatch.setattr(memory, "_read_beside", lambda: asked.append(True))
    meetings = [MeetingFactory() for _n in range(3)]
    assert search().total == 3
    Meeting.objects.update(state=ListingState.PAUSED)
    index.refresh([meeting.pk for meeting in meetings], now=NOW)

    page = search(refresh=False)

    assert asked
    assert page.total == 3
    assert page.results == []


def test_a_search_waits_for_many_changes_when_the_last_one_was_long_ago(monkeypatch):
    monkeypatch.setattr(memory, "FEW", 0)
    monkeypatch.setattr(memory, "SOME_CHANGES", 1)
    monkeypatch.setattr(memory, "RIGHT_WITHIN_SECONDS", -1)
    meetings = [MeetingFactory() for _n in range(3)]
    assert search().total == 3
    Meeting.objects.update(state=ListingState.PAUSED)
    index.refresh([meeting.pk for meeting in meetings], now=NOW)

    assert search(refresh=False).total == 0


def test_the_words_of_a_large_set_are_ready_before_anybody_asks(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(memory, "FEW", 0)
    approach = ApproachFactory()
    FellowshipFactory(approach=approach, abbreviation="AA")
    meeting = MeetingFactory(slug="aa", name="AA lanterns")
    MeetingFactory(slug="aaron", name="Aaron's people")
    index.refresh([meeting.pk, meeting.pk + 1], now=NOW)

    memory._prepare(memory.current())

    with django_assert_num_queries(0):
        rows = memory._current.of_words(["'lanterns':*", "'aa'"])
    assert [memory.count(row) for row in rows] == [1, 1]


def test_beginnings_are_found_beside_frequent_words_also_after_a_change(monkeypatch):
    monkeypatch.setattr(memory, "FEW", 0)
    names = {"one": "Recovery house", "two": "Recreation", "three": "Recovered recipes", "four": "Other"}
    meetings = {slug: MeetingFactory(slug=slug, name=name) for slug, name in names.items()}
    index.refresh([meeting.pk for meeting in meetings.values()], now=NOW)
    memory.current().keep_frequent("'recovery':*")
    before = set(slugs(search("q=rec", refresh=False))), set(slugs(search("q=recovery", refresh=False)))

    Meeting.objects.filter(slug="four").update(name="Recovery at last")
    Meeting.objects.filter(slug="one").update(name="House")
    index.refresh([meetings["four"].pk, meetings["one"].pk], now=NOW)
    after = set(slugs(search("q=rec", refresh=False))), set(slugs(search("q=recovery", refresh=False)))

    assert before == ({"one", "two", "three"}, {"one"})
    assert memory.current().frequent.keys() == {"'recovery':*"}
    assert after == ({"two", "three", "four"}, {"four"})


def test_instants_far_ahead_do_not_break_the_memory():
    MeetingFactory(slug="far", is_once=True, first_on=date(2100, 1, 1))

    assert slugs(search(now=datetime(2026, 11, 23, tzinfo=UTC))) == ["far"]
