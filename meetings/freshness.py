"""How far a listing can be trusted today, from what was said of it and when. Pure: no database, no clock.

- A listing is *confirmed* once somebody who knows says that it is true: a host, a curator, its
  source in so many words, or people who went. It *ages* after a while, and is *stale* after
  twice as long: 90 and 180 days with a room to go to, 30 and 60 days for what is only online
  or by phone, where a link can change overnight. A meeting with both keeps the room's times:
  the room is what people travel to, and a dead link is found out by the first who presses it.
- Nothing else is a confirmation. The day a listing was typed in, changed or read from a feed
  says nothing about its truth, and is told as what it is.
- That a listing stands in a feed read within `FEED_IS_HEARD_FOR` is the source's word that it
  still keeps it: such a listing is never stale, and never more than aging by that alone.
- One visitor confirms nothing. Two who each had a place at the same date, and both say that
  it took place while nobody says the opposite of it or a later one, confirm it as of that date.
- A no of a host or curator takes every earlier confirmation away.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from groups.enums import Role
from meetings.enums import ChannelState, ConfirmedHow, TookPlace

FEED_IS_HEARD_FOR = timedelta(days=14)
VISITORS_NEEDED = 2


class Freshness(StrEnum):
    CONFIRMED = "confirmed"
    AGING = "aging"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Limits:
    """Ages in days: until then confirmed, until then aging. Hosts are asked `lead` before each.

    A listing kept here is taken off `off_after` days after its confirmation, not before its
    keepers were told `notice` days earlier.
    """

    aging_after: int
    stale_after: int
    off_after: int
    lead: int = 14
    notice: int = 14


WITH_A_ROOM = Limits(aging_after=90, stale_after=180, off_after=210)
FROM_AFAR = Limits(aging_after=30, stale_after=60, off_after=90, lead=7)


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's word about a listing. `at` is in UTC."""

    at: datetime
    role: Role
    how: ConfirmedHow
    is_true: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """How a listing stands. `since` is the last confirmation, None for none; `by` and `how` belong to it."""

    freshness: Freshness
    since: datetime | None = None
    by: Role | None = None
    how: ConfirmedHow | None = None


def limits_of(*, in_person: str) -> Limits:
    """Return the times of a meeting, by its room's state (`ChannelState`): a room closed for now counts as none."""
    return WITH_A_ROOM if in_person == ChannelState.OPEN else FROM_AFAR


def last_word(said: Iterable[Said]) -> Said | None:
    """Return the confirmation that counts, None when there is none or a no came after it."""
    ordered = sorted(said, key=lambda word: word.at, reverse=True)
    for word in ordered:
        if not word.is_true and word.role in (Role.HOST, Role.CURATOR):
            return None
        if word.is_true:
            return word
    return None


def state_of(
    said: Iterable[Said],
    *,
    in_person: str,
    now: datetime,
    listed_at: datetime,
    seen_in_feed_at: datetime | None = None,
) -> State:
    """Return how the listing stands at an instant.

    `listed_at` is when it came here: a listing about which nobody has said anything ages from
    then on. `seen_in_feed_at` is when it was last read in a feed that keeps it, None for none.
    """
    word = last_word(said)
    since = word.at if word is not None else None
    freshness = freshness_of(since, in_person=in_person, now=now, listed_at=listed_at, seen_in_feed_at=seen_in_feed_at)
    return State(freshness, since, word.role if word else None, word.how if word else None)


def freshness_of(
    confirmed_at: datetime | None,
    *,
    in_person: str,
    now: datetime,
    listed_at: datetime,
    seen_in_feed_at: datetime | None = None,
) -> Freshness:
    """Return the same from the last confirmation alone."""
    limits = limits_of(in_person=in_person)
    if confirmed_at is not None and now - confirmed_at < timedelta(days=limits.aging_after):
        return Freshness.CONFIRMED
    is_heard = seen_in_feed_at is not None and now - seen_in_feed_at < FEED_IS_HEARD_FOR
    if is_heard or now - (confirmed_at or listed_at) < timedelta(days=limits.stale_after):
        return Freshness.AGING
    return Freshness.STALE


# ── Asking, and taking off ──────────────────────────────────────────────────


class Due(StrEnum):
    """What is to be done about a listing kept here."""

    NOTHING = "nothing"
    ASK = "ask"
    GIVE_NOTICE = "give-notice"
    TAKE_OFF = "take-off"


def what_is_due(
    confirmed_at: datetime | None, *, in_person: str, now: datetime, listed_at: datetime, asked_at: datetime | None
) -> Due:
    """Return what is due of a listing that hosts keep here, by when they were last asked or told.

    They are asked before it ages and again before it is stale, then given notice, and the
    notice must have been out for its days before the listing is taken off. Where the service
    stood still, what was missed is not made up for: one question, one notice.
    """
    limits = limits_of(in_person=in_person)
    start = confirmed_at or listed_at

    def day(number: int) -> datetime:
        return start + timedelta(days=number)

    notice_from = day(limits.off_after - limits.notice)
    if now >= notice_from:
        if asked_at is None or asked_at < notice_from:
            return Due.GIVE_NOTICE
        is_off = now >= day(limits.off_after) and now - asked_at >= timedelta(days=limits.notice)
        return Due.TAKE_OFF if is_off else Due.NOTHING
    passed = [day(number - limits.lead) for number in (limits.aging_after, limits.stale_after)]
    latest = max((point for point in passed if point <= now), default=None)
    if latest is not None and (asked_at is None or asked_at < latest):
        return Due.ASK
    return Due.NOTHING


def off_at(
    confirmed_at: datetime | None, *, in_person: str, listed_at: datetime, asked_at: datetime | None
) -> datetime:
    """Return when a listing that was given notice is taken off, in UTC."""
    limits = limits_of(in_person=in_person)
    by_age = (confirmed_at or listed_at) + timedelta(days=limits.off_after)
    return max(by_age, asked_at + timedelta(days=limits.notice)) if asked_at is not None else by_age


# ── People who went ─────────────────────────────────────────────────────────


def confirmed_by_visitors(answers: Iterable[tuple[date, str]]) -> datetime | None:
    """Return as of when people who went confirm a meeting, None when they do not.

    `answers` are dates with what one person with a place said of it (`TookPlace`). The day is
    that of the date they went to, at midnight in UTC.
    """
    yes: dict[date, int] = defaultdict(int)
    denied: list[date] = []
    for on, answer in answers:
        if answer == TookPlace.YES:
            yes[on] += 1
        elif answer == TookPlace.NOBODY_THERE:
            denied.append(on)
    latest = max((on for on, count in yes.items() if count >= VISITORS_NEEDED), default=None)
    if latest is None or any(on >= latest for on in denied):
        return None
    return datetime.combine(latest, time(), UTC)
