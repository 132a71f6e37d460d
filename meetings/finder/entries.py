"""What the finder's copy holds of one meeting: a row of the listing -> a line for COPY.

Reads what meetings share (`Rules`) and writes nothing but the numbers of new terms.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from groups.models import Approach, Fellowship
from groups.text import fold
from meetings import access, freshness, schedules
from meetings.finder import facts
from meetings.models import FinderTerm, Trait

logger = logging.getLogger(__name__)

# How many dates an entry knows ahead. With four, the date in progress, today's and tomorrow's
# are known even when the entry is one date behind.
STARTS_KNOWN = 4
NAME_KEY_LENGTH = 120
# A private home is never placed exactly: two decimals are about a kilometre.
PRIVATE_DECIMALS = 2
# Words of different parts are not neighbours, so no phrase runs from one into the next.
_GAP = 10

# The cells of `line`, and those of its times at the end.
COLUMNS = (
    "meeting_id", "is_listed", "version", "times_version", "terms", "text", "name_key", "latitude", "longitude",
    "zone_term", "weekdays", "start_minute", "utc_offset", "starts", "length", "ends_at",
)  # fmt: skip
TIME_COLUMNS = COLUMNS[-6:]
# What `Rules.times` asks of a meeting, and what `line` asks besides.
TIME_FIELDS = (
    "pk", "name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone",
    "in_person", "online", "by_phone", "any_time",
)  # fmt: skip
FIELDS = (
    *TIME_FIELDS, "open_to", "is_good_first_visit", "own_belief", "own_covers",
    "group__name", "group__approach_id", "group__fellowship_id",
    "venue__name", "venue__area", "venue__town", "venue__region", "venue__postcode",
    "venue__latitude", "venue__longitude", "venue__is_private_home", "hides_place",
    "confirmed_at", "created_at", "last_seen_at",
)  # fmt: skip
# What a meeting's own row keeps of its times.
DERIVED = ("weekdays", "next_starts_at", "next_ends_at")


@dataclass(frozen=True, slots=True)
class Times:
    """When a meeting is, as an entry keeps it. No starts: by appointment, at any time, closed for now, or over."""

    weekdays: int = 0
    start_minute: int = -1
    utc_offset: int = 0
    starts: tuple[datetime, ...] = ()
    length: int = 0
    ends_at: datetime | None = None
    # The end as the group gives it, None when the length is unknown.
    known_ends_at: datetime | None = None

    @property
    def derived(self) -> tuple[list[int], datetime | None, datetime | None]:
        """What the meeting's own row keeps of it: the fields of `DERIVED`."""
        weekdays = [day for day in range(7) if self.weekdays >> day & 1]
        return weekdays, self.starts[0] if self.starts else None, self.known_ends_at


class Rules:
    """What every meeting of one refresh shares: approaches, fellowships, traits, term numbers, times."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        approaches = Approach.objects.only("slug", "belief", "covers", "for_whom", "open_closed")
        fellowships = Fellowship.objects.only("slug", "covers", "for_whom")
        self.approaches = {approach.pk: approach for approach in approaches}
        self.fellowships = {fellowship.pk: fellowship for fellowship in fellowships}
        self.traits = {pk: (kind, slug) for pk, kind, slug in Trait.objects.values_list("pk", "kind", "slug")}
        self.terms = {(term.facet, term.value): term.pk for term in FinderTerm.objects.all()}
        self.times_of_plain_rule = lru_cache(maxsize=100_000)(self._times_of_plain_rule)
        self.terms_of = lru_cache(maxsize=20_000)(self._terms_of)

    def term(self, facet: str, value: str) -> int:
        number = self.terms.get((facet, value))
        if number is None:
            number = FinderTerm.objects.get_or_create(facet=facet, value=value)[0].pk
            self.terms[facet, value] = number
        return number

    # Thousands of meetings are of one kind.
    def _terms_of(self, said: facts.Spoken) -> tuple[int, ...]:
        return tuple(self.term(*fact) for fact in facts.facts(said))

    def times(self, row: dict, pauses: list[schedules.Pause], changes: list[schedules.Change]) -> Times:
        if (not row["rrule"] and row["first_on"] is None) or _is_closed(row):
            return Times()
        common = row["rrule"], row["start_time"], row["time_zone"], row["duration"]
        if row["first_on"] is None and row["last_on"] is None and not pauses and not changes:
            return self.times_of_plain_rule(*common)
        return self._times(
            *common, first_on=row["first_on"], last_on=row["last_on"], pauses=tuple(pauses), changes=tuple(changes)
        )

    # Thousands of meetings share "Tuesdays, 7 pm, New York, one hour".
    def _times_of_plain_rule(self, rrule, start_time, time_zone, duration) -> Times:
        return self._times(rrule, start_time, time_zone, duration)

    def _times(self, rrule, start_time, time_zone, duration, **bounds) -> Times:
        try:
            schedule = schedules.Schedule(
                rule=_parsed(rrule), start_time=start_time, time_zone=time_zone, duration=duration, **bounds
            )
        except (schedules.InvalidRule, schedules.InvalidSchedule):
            logger.warning("a meeting's rule cannot be read: %s", rrule)
            return Times()
        return times_of(schedule, now=self.now)


def times_of(schedule: schedules.Schedule, *, now: datetime) -> Times:
    """Return what an entry keeps of a schedule at an instant."""
    weekdays = sum(1 << day for day in schedules.weekday_set(schedule))
    start_minute = schedule.start_time.hour * 60 + schedule.start_time.minute
    first = schedules.current_or_next(schedule, now=now)
    if first is None:
        return Times(weekdays=weekdays, start_minute=start_minute)
    later = schedules.next_starts(schedule, after=first.starts_at + timedelta(microseconds=1), limit=STARTS_KNOWN - 1)
    offset = first.starts_at.astimezone(schedules.zone_named(schedule.time_zone)).utcoffset() or timedelta()
    ends_at = first.ends_at or first.starts_at + schedules.ASSUMED_DURATION
    return Times(
        weekdays=weekdays,
        start_minute=start_minute,
        utc_offset=round(offset / timedelta(minutes=1)),
        starts=(first.starts_at, *(start.starts_at for start in later)),
        length=round((ends_at - first.starts_at).total_seconds()),
        ends_at=ends_at,
        known_ends_at=first.ends_at,
    )


@lru_cache(maxsize=4096)
def _parsed(rrule: str) -> schedules.Rule:
    return schedules.parse_rrule(rrule)


def spoken(row: dict, traits: Iterable[tuple[int, str]], rules: Rules) -> facts.Spoken:
    """Return what is known of a meeting, with the words of fellowship and approach filled in."""
    approach = rules.approaches[row["group__approach_id"]]
    fellowship = rules.fellowships.get(row["group__fellowship_id"])
    return facts.Spoken(
        approach=approach.slug,
        fellowship=fellowship.slug if fellowship else "",
        belief=row["own_belief"] or approach.belief,
        covers=tuple(row["own_covers"] or (fellowship.covers if fellowship else ()) or approach.covers),
        for_whom=tuple((fellowship.for_whom if fellowship else ()) or approach.for_whom),
        in_person=row["in_person"],
        online=row["online"],
        by_phone=row["by_phone"],
        any_time=row["any_time"],
        open_to=row["open_to"],
        is_good_first_visit=row["is_good_first_visit"],
        approach_is_open=facts.is_custom_open(approach.open_closed),
        traits=tuple((*rules.traits[trait_id], value) for trait_id, value in traits),
    )


def line(version: int, row: dict, traits: list, times: Times, rules: Rules) -> str:
    """Return the entry as a line for COPY, its cells in the order of `COLUMNS`. Folded words need no escaping."""
    truth = [rules.term(facts.TRUTH, state) for state in _told_of_truth(row, rules.now)]
    latitude, longitude = _position(row)
    has_schedule = row["rrule"] or row["first_on"] is not None
    cells = (
        row["pk"],
        # What has a schedule but no date left is over, and never found.
        "t" if times.starts or not has_schedule or _is_closed(row) else "f",
        version,
        version,
        array(sorted({*rules.terms_of(spoken(row, traits, rules)), *truth})),
        _vector(row),
        fold(row["name"])[:NAME_KEY_LENGTH],
        "\\N" if latitude is None else repr(latitude),
        "\\N" if longitude is None else repr(longitude),
        rules.term("zone", row["time_zone"]) if row["time_zone"] and has_schedule else 0,
        *_time_cells(times),
    )
    return "\t".join(map(str, cells)) + "\n"


def _position(row: dict) -> tuple[float | None, float | None]:
    """Return latitude and longitude as far as they may be known; None twice where there is no room to go to."""
    if row["in_person"] != "open" or row["hides_place"] or row["venue__latitude"] is None:
        return None, None
    latitude, longitude = row["venue__latitude"], row["venue__longitude"]
    if row["venue__is_private_home"]:
        return round(latitude, PRIVATE_DECIMALS), round(longitude, PRIVATE_DECIMALS)
    return latitude, longitude


def _told_of_truth(row: dict, now: datetime) -> Iterator[str]:
    """Yield whether a listing is confirmed, or stale; of one in between nothing is told."""
    state = freshness.freshness_of(
        row["confirmed_at"],
        in_person=row["in_person"],
        now=now,
        listed_at=row["created_at"],
        seen_in_feed_at=row["last_seen_at"],
    )
    if state is not freshness.Freshness.AGING:
        yield state.value


def _is_closed(row: dict) -> bool:
    """Closed for now: found by its name, never as on now or on a day."""
    return access.are_closed(row["in_person"], row["online"], row["by_phone"], row["any_time"])


def line_of_times(version: int, row: dict, times: Times) -> str:
    """Return the entry's times alone as a line for COPY: meeting, whether it is listed, version, `TIME_COLUMNS`."""
    # A meeting whose last date is over is no longer found: that is a change of its own.
    is_listed = "t" if times.starts or _is_closed(row) else "f"
    return "\t".join(map(str, (row["pk"], is_listed, version, *_time_cells(times)))) + "\n"


# Writing instants out takes longer than knowing those of a shared rule again.
@lru_cache(maxsize=16_384)
def _time_cells(times: Times) -> tuple:
    return (
        times.weekdays,
        times.start_minute,
        times.utc_offset,
        array(f'"{start.isoformat()}"' for start in times.starts),
        times.length,
        times.ends_at.isoformat() if times.ends_at else "\\N",
    )


def array(items: Iterable) -> str:
    """Return a list as PostgreSQL reads it, of values that need no quotes."""
    return "{" + ",".join(map(str, items)) + "}"


def _vector(row: dict) -> str:
    """Return the words of meeting, group and place with their positions, as PostgreSQL writes them.

    Approach and fellowship are not among them: `finder.words` knows their names by heart, and
    "anonymous" would be in every second row.
    """
    parts = [row["name"]]
    if row["group__name"] != row["name"]:
        parts.append(row["group__name"])
    if not row["hides_place"] and row["venue__town"] is not None:
        if not row["venue__is_private_home"]:
            parts.append(row["venue__name"])
        parts += [row["venue__area"], row["venue__town"], row["venue__region"], row["venue__postcode"]]
    positions: dict[str, list[str]] = {}
    position = 1
    for part in parts:
        for word in _folded_words(part):
            positions.setdefault(word, []).append(str(position))
            position += 1
        position += _GAP
    return " ".join(f"'{word}':{','.join(found[:200])}" for word, found in positions.items())


@lru_cache(maxsize=50_000)
def _folded_words(text: str) -> tuple[str, ...]:
    # A lexeme of PostgreSQL is at most 2,046 bytes long.
    return tuple(word[:200] for word in fold(text).split())
