"""A small made-up world of meetings, and an oracle that searches it in plain Python.

The oracle knows the rules as the design states them and nothing of how the finder works.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from geographiclib.geodesic import Geodesic

from groups.enums import Belief, Covers, ForWhom, OpenClosed
from meetings import schedules
from meetings.enums import ChannelState, Observers, OpenTo, TraitKind, TraitValue
from meetings.models import Meeting
from tests.factories import (
    ApproachFactory,
    FellowshipFactory,
    GroupFactory,
    MeetingFactory,
    OccurrenceFactory,
    PauseFactory,
    TraitFactory,
    VenueFactory,
)
from tests.helpers import give_trait

TOWNS = {
    "Boston": (42.35843, -71.05977, "America/New_York"),
    "Cambridge": (42.3751, -71.10561, "America/New_York"),
    "London": (51.50853, -0.12574, "Europe/London"),
    "Kathmandu": (27.70169, 85.3206, "Asia/Kathmandu"),
    "Apia": (-13.83333, -171.76666, "Pacific/Apia"),
    "Taveuni": (-16.8, 179.99, "Pacific/Fiji"),
    "Lord Howe": (-31.55, 159.08, "Australia/Lord_Howe"),
}
TRAITS = {
    TraitKind.FORMAT: ["newcomer", "speaker", "discussion"],
    TraitKind.FOCUS: ["women", "men", "lgbtq"],
    TraitKind.ACCESS: ["wheelchair", "captions"],
    TraitKind.FEATURE: ["child-care", "camera-on"],
    TraitKind.LANGUAGE: ["es", "fr"],
}
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WORDS = ["Hope", "Élan", "New Dawn", "O'Hara", "Step by Step"]


def build(*, seed: int, size: int, around: date) -> list[Meeting]:
    """Create meetings of every sort, half of them far from the usual."""
    chance = random.Random(seed)
    approaches = [
        ApproachFactory(slug="twelve-step", belief=Belief.HIGHER_POWER, covers=[Covers.ALCOHOL, Covers.ANY_DRUG]),
        ApproachFactory(slug="smart-recovery", belief=Belief.NONE, open_closed=OpenClosed.OPEN),
        ApproachFactory(slug="family-program", belief=Belief.ANY, for_whom=[ForWhom.FAMILY]),
    ]
    fellowships = [
        FellowshipFactory(slug="aa", approach=approaches[0], covers=[Covers.ALCOHOL]),
        FellowshipFactory(slug="ga", approach=approaches[0], covers=[Covers.GAMBLING], for_whom=[ForWhom.PERSON]),
        FellowshipFactory(slug="alateen", approach=approaches[0], is_for_teens=True, for_whom=[ForWhom.FAMILY]),
    ]
    groups = [
        GroupFactory(
            approach=fellowship.approach if fellowship else chance.choice(approaches),
            fellowship=fellowship,
            name=f"{chance.choice(WORDS)} group",
        )
        for fellowship in [None, None, *fellowships, None]
    ]
    venues = {}
    for name, (latitude, longitude, zone) in TOWNS.items():
        venues[name] = [
            VenueFactory(
                town=name,
                latitude=latitude + chance.uniform(-0.2, 0.2),
                longitude=max(-180, min(180, longitude + chance.uniform(-0.2, 0.2))),
                time_zone=zone,
                region="",
            )
            for _n in range(2)
        ]
    for kind, slugs in TRAITS.items():
        for slug in slugs:
            TraitFactory(kind=kind, slug=slug, name=slug)
    meetings = []
    for _n in range(size):
        town = chance.choice(list(TOWNS))
        meeting = MeetingFactory(
            group=chance.choice(groups),
            name=chance.choice(WORDS),
            venue=chance.choice(venues[town]),
            **_schedule(chance, around, zone=TOWNS[town][2]),
            **_channels(chance),
            open_to=chance.choice(OpenTo.values),
            observers=chance.choice(Observers.values),
            is_good_first_visit=chance.choice([None, None, None, True, False]),
            own_belief=chance.choice(["", "", "", Belief.NONE]),
            own_covers=chance.choice([[], [], [Covers.FOOD]]),
        )
        for kind, slugs in TRAITS.items():
            for slug in slugs:
                if chance.random() < 0.3:
                    give_trait(meeting, slug, chance.choice(TraitValue.values), kind=kind)
        if chance.random() < 0.15:
            PauseFactory(meeting=meeting, first_on=around, last_on=around + timedelta(days=chance.randint(0, 9)))
        if meeting.rrule and chance.random() < 0.2:
            days = sorted(meeting.rule.weekdays)
            on = next(day for n in range(8) if (day := around + timedelta(days=n)).weekday() in days)
            moved = meeting.rule.positions == () and chance.random() < 0.5
            OccurrenceFactory(
                meeting=meeting,
                original_on=on,
                cancelled_at=None if moved else datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")),
                moved_to=datetime.combine(on, time(12), ZoneInfo(meeting.time_zone)) if moved else None,
            )
        meetings.append(meeting)
    return meetings


def _schedule(chance: random.Random, around: date, *, zone: str) -> dict:
    at = time(chance.choice([0, 1, 2, 4, 6, 9, 12, 16, 17, 19, 20, 21, 23]), chance.choice([0, 30, 45]))
    duration = chance.choice([None, timedelta(hours=1), timedelta(minutes=90), timedelta(hours=3)])
    rule = chance.choice(
        [
            "FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=WEEKLY;BYDAY=SA,SU",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=WEEKLY;BYDAY=SU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "FREQ=MONTHLY;BYDAY=1FR", "FREQ=MONTHLY;BYDAY=-1SU", "once", "none",
        ]
    )  # fmt: skip
    if rule == "none":
        return {"rrule": "", "start_time": None, "time_zone": "", "duration": None}
    common = {"start_time": at, "time_zone": zone, "duration": duration}
    if rule == "once":
        return {"rrule": "", "first_on": around + timedelta(days=chance.randint(-3, 9)), **common}
    if "INTERVAL" in rule:
        return {"rrule": rule, "first_on": around - timedelta(days=chance.choice([7, 14])), **common}
    return {"rrule": rule, **common}


def _channels(chance: random.Random) -> dict:
    opened, suspended, none = ChannelState.OPEN, ChannelState.SUSPENDED, ChannelState.NONE
    in_person, online, by_phone = chance.choice(
        [
            (opened, none, none), (opened, none, none), (opened, opened, none), (none, opened, none),
            (none, opened, opened), (suspended, opened, none), (suspended, none, none), (none, none, opened),
        ]
    )  # fmt: skip
    return {"in_person": in_person, "online": online, "by_phone": by_phone}


# ── The oracle ──────────────────────────────────────────────────────────────


@dataclass
class Found:
    said: set[int] = field(default_factory=set)
    unsaid: set[int] = field(default_factory=set)


def find(
    meetings: list[Meeting], asked: dict, *, now: datetime, centre: tuple[float, float, float] | None = None
) -> Found:
    """Return who meets all that is asked, and who might but does not say."""
    found = Found()
    for meeting in meetings:
        starts = _starts(meeting, now)
        if meeting.schedule() is not None and not starts and not _is_closed(meeting):
            continue
        answers = [_answer(meeting, name, values, asked, starts, now) for name, values in asked.items()]
        if centre:
            answers.append(_is_within(meeting, *centre))
        if False in answers:
            continue
        (found.unsaid if None in answers else found.said).add(meeting.pk)
    return found


def _starts(meeting: Meeting, now: datetime) -> list[datetime]:
    schedule = meeting.schedule()
    if schedule is None or _is_closed(meeting):
        return []
    first = schedules.current_or_next(schedule, now=now)
    if first is None:
        return []
    later = schedules.next_starts(schedule, after=first.starts_at + timedelta(seconds=1), limit=3)
    return [first.starts_at, *(start.starts_at for start in later)]


def _is_closed(meeting: Meeting) -> bool:
    ways = meeting.in_person, meeting.online, meeting.by_phone, meeting.any_time
    return "suspended" in ways and "open" not in ways


def _answer(meeting, name, values, asked, starts, now):
    """Return True, False, or None for "does not say"."""
    group = meeting.group
    match name:
        case "approach":
            return group.approach.slug in values
        case "fellowship":
            return bool(group.fellowship and group.fellowship.slug in values)
        case "belief":
            return (meeting.own_belief or group.approach.belief) in values
        case "covers":
            about = set(meeting.covers)
            if "any-drug" in about:
                about |= {"opioids", "cocaine", "crystal-meth", "cannabis"}
            return bool(about & set(values))
        case "for":
            words = {"person": "me", "family": "someone"}
            return bool({words[one] for one in meeting.for_whom} & set(values))
        case "attendance":
            return any(_attends(meeting, value) for value in values)
        case "open":
            return None if meeting.open_to == "" else meeting.open_to == "anyone"
        case "first_visit":
            return _first_visit(meeting)
        case "format" | "focus" | "language":
            answers = [_trait(meeting, name, value) for value in values]
            return True if True in answers else None if None in answers else False
        case "access" | "feature":
            answers = [_trait(meeting, name, value) for value in values]
            return False if False in answers else None if None in answers else True
        case "day":
            return any(_on_day(meeting, value, asked, starts, now) for value in values)
        case "time":
            return any(_at_time(meeting, value, asked, starts) for value in values)
        case "soon":
            return bool(starts) and starts[0] <= now + timedelta(minutes=int(values[0]))
        case "hours":
            minute = _wall(meeting, asked, starts)[0]
            first, last = values
            if minute is None:
                return False
            return first <= minute <= last if first <= last else minute >= first or minute <= last
        case _:
            return True


def _attends(meeting, way):
    in_person, online = meeting.in_person == "open", meeting.online == "open"
    return {
        "in-person": in_person, "online": online, "hybrid": in_person and online, "phone": meeting.by_phone == "open"
    }[way]  # fmt: skip


def _first_visit(meeting):
    if meeting.is_good_first_visit is not None:
        return meeting.is_good_first_visit
    if meeting.open_to in ("members", "invitation"):
        return False
    if meeting.open_to == "anyone" or _trait(meeting, "format", "newcomer"):
        return True
    if meeting.open_to == "" and meeting.group.approach.open_closed == "open":
        return True
    return None


def _trait(meeting, kind, slug):
    for row in meeting.meeting_traits.all():
        if (row.trait.kind, row.trait.slug) == (kind, slug):
            return row.value != "no"
    return None


def _clock_zone(meeting, asked) -> ZoneInfo:
    visitor = asked.get("tz")
    if not visitor:
        return ZoneInfo(meeting.time_zone)
    ways = asked.get("attendance", [])
    nobody_in_a_room = meeting.in_person != "open"
    only_from_afar = ways and "in-person" not in ways and meeting.online == "open"
    return ZoneInfo(visitor[0]) if nobody_in_a_room or only_from_afar else ZoneInfo(meeting.time_zone)


def _wall(meeting, asked, starts):
    """Return minute of the day and weekdays by the clock that counts."""
    schedule = meeting.schedule()
    if schedule is None or not starts:
        return None, set()
    minute = schedule.start_time.hour * 60 + schedule.start_time.minute
    zone = _clock_zone(meeting, asked)
    there = starts[0].astimezone(zone).utcoffset()
    here = starts[0].astimezone(ZoneInfo(meeting.time_zone)).utcoffset()
    days, minute = divmod(minute + (there - here) // timedelta(minutes=1), 1440)
    return minute, {(weekday + days) % 7 for weekday in schedules.weekday_set(schedule)}


def _on_day(meeting, value, asked, starts, now):
    if not starts:
        return False
    if value in DAYS:
        return DAYS.index(value) in _wall(meeting, asked, starts)[1]
    zone = _clock_zone(meeting, asked)
    wanted = now.astimezone(zone).date() + timedelta(days=value == "tomorrow")
    return any(start.astimezone(zone).date() == wanted for start in starts)


def _at_time(meeting, value, asked, starts):
    minute = _wall(meeting, asked, starts)[0] if starts else None
    if minute is None:
        return False
    hour = minute // 60
    return {"morning": 4 <= hour < 12, "afternoon": 12 <= hour < 17, "evening": 17 <= hour < 21}.get(
        value, hour >= 21 or hour < 4
    )


def _is_within(meeting, latitude, longitude, km):
    fellowship = meeting.group.fellowship
    if meeting.in_person != "open" or (fellowship and fellowship.is_for_teens):
        return False
    metres = Geodesic.WGS84.Inverse(latitude, longitude, meeting.venue.latitude, meeting.venue.longitude)["s12"]
    return metres / 1000 <= km
