"""What the cards of meetings are made of, kept by the process while it is as the database has it.

A card is right at once: every search asks which version of each row there is, and what was
written since is read anew.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.expressions import RawSQL
from django.utils import translation
from django.utils.translation import gettext as _

from groups.enums import ForWhom
from groups.models import Group, Source
from meetings import access, schedules, wording
from meetings.enums import ChannelState, OpenTo, TraitKind, TraitValue
from meetings.finder.names import Names
from meetings.models import Meeting, Trait, Venue

# About three kilobytes each.
MOST_CARDS = 1000
MOST_BADGES = 5
# Of this focus nobody is left out: "no prayer only" would say less than "no prayer".
_NOT_OF_PEOPLE = "secular"


def _in_order(model: type[Model], *names: str) -> tuple[str, ...]:
    """Return fields in the order in which the model has them, as `Model.from_db` reads them."""
    found = tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)
    if len(found) != len(names):
        raise ValueError(f"{model.__name__} lacks {set(names).difference(found)}")
    return found


# What a card is made of.
_FIELDS = _in_order(
    Meeting, "id", "slug", "name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone", "in_person",
    "online", "by_phone", "any_time", "open_to", "max_age", "is_teen_consented", "state", "doubted_at", "confirmed_at",
    "created_at", "last_seen_at",
)  # fmt: skip
_RELATED = {
    "group": (Group, _in_order(Group, "id", "name", "slug", "approach_id", "fellowship_id")),
    "venue": (Venue, _in_order(Venue, "id", "name", "street", "town", "region", "is_private_home", "is_approximate")),
    "source": (Source, _in_order(Source, "id", "is_demo")),
}
_COLUMNS = (*_FIELDS, *(f"{name}__{field}" for name, (_model, fields) in _RELATED.items() for field in fields))
# Which traits a card tells, and in what order.
_TOLD = {
    TraitKind.FOCUS.value: 0,
    TraitKind.FORMAT.value: 1,
    TraitKind.ACCESS.value: 2,
    TraitKind.LANGUAGE.value: 3,
    TraitKind.FEATURE.value: 4,
}
# Told to those alone who asked.
_TOLD_WHEN_ASKED = TraitKind.FEATURE.value

# What a person may say they like, beside the approach.
_MAY_BE_LIKED = frozenset({TraitKind.FORMAT.value, TraitKind.FOCUS.value})

# Which version of each row it is: the transaction that wrote it, and where it stands. Traits
# have rows of their own; the entry's version tells of them.
# A row each is asked for, because thinking of the best order of five joins takes PostgreSQL
# three times as long as finding the rows.
_STAMPS = (
    "SELECT m.id, ROW(m.xmin, m.ctid,"
    " (SELECT e.version FROM meetings_finderentry AS e WHERE e.meeting_id = m.id),"
    " (SELECT ROW(g.xmin, g.ctid) FROM groups_group AS g WHERE g.id = m.group_id),"
    " (SELECT ROW(v.xmin, v.ctid) FROM meetings_venue AS v WHERE v.id = m.venue_id),"
    " (SELECT ROW(s.xmin, s.ctid) FROM groups_source AS s WHERE s.id = m.source_id))::text"
    " FROM meetings_meeting AS m WHERE m.id = ANY(%s)"
)


_TRAITS = "SELECT meeting_id, trait_id, value FROM meetings_meetingtrait WHERE meeting_id = ANY(%s) AND value <> %s"
# Stands for the ids in the statement that is kept.
_IDS: list[int] = []


class Told(NamedTuple):
    """What a meeting says of a trait, as a row of MeetingTrait does."""

    trait: Trait
    value: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a card says in one language, whoever asks and whenever."""

    days: str
    times: str
    place: str
    approach: str
    attendance: list[wording.Way]
    badges: list[str]


@dataclass(slots=True)
class Card:
    """One public meeting with group, venue and source, as it was at `stamp`; nobody changes it.

    `schedule` knows no pauses and no changed dates. None: by appointment.
    """

    stamp: str
    names: Names
    meeting: Meeting
    traits: list[Told]
    schedule: schedules.Schedule | None
    _words: dict[str, Words] = field(default_factory=dict)

    @property
    def fits(self) -> str:
        """What somebody may like of it, as kind and slug."""
        of_traits = [f"{told.trait.kind}:{told.trait.slug}" for told in self.traits if told.trait.kind in _MAY_BE_LIKED]
        return " ".join((f"approach:{self.meeting.group.approach.slug}", *of_traits))

    @property
    def words(self) -> Words:
        """The card in the active language."""
        language = translation.get_language() or ""
        if language not in self._words:
            self._words[language] = _words_of(self)
        return self._words[language]


_lock = threading.Lock()
_kept: dict[int, Card] = {}


def current(ids: Sequence[int], names: Names) -> dict[int, Card]:
    """Return the cards of those of these meetings that are public, as they are now.

    One query when all are kept, else three.
    """
    # The stamps first: a write while we read is noticed by the next search.
    stamps = _stamps(ids)
    cards, unknown = {}, []
    for pk in ids:
        card = _kept.get(pk)
        # Names are read anew each minute, so no card is older than that.
        if card is not None and card.names is names and card.stamp == stamps.get(pk):
            cards[pk] = card
        else:
            unknown.append(pk)
    if unknown:
        read = _read(unknown, stamps, names)
        cards |= read
        with _lock:
            for pk, card in read.items():
                _kept.pop(pk, None)
                _kept[pk] = card
            while len(_kept) > MOST_CARDS:
                del _kept[next(iter(_kept))]
    return cards


def forget() -> None:
    """Drop what is kept; the next search reads its cards anew."""
    with _lock:
        _kept.clear()


def _stamps(ids: Sequence[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_STAMPS, [list(ids)])
        return dict(cursor.fetchall())


def _read(ids: Sequence[int], stamps: dict[int, str], names: Names) -> dict[int, Card]:
    """Read the cards of those that are public. Two queries."""
    traits = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TRAITS, [list(ids), TraitValue.NO.value])
        told = cursor.fetchall()
    for pk, trait_id, value in told:
        trait = names.traits.get(trait_id)
        if trait and trait.kind in _TOLD:
            traits[pk].append(Told(trait, value))
    cards = {}
    for pk, meeting in _meetings(ids).items():
        meeting.group.approach = names.approaches[meeting.group.approach_id]
        meeting.group.fellowship = names.fellowships.get(meeting.group.fellowship_id)
        # What `access` asks of a meeting's traits is fetched already.
        meeting._prefetched_objects_cache = {"meeting_traits": traits[pk]}
        cards[pk] = Card(stamps.get(pk, ""), names, meeting, traits[pk], meeting.schedule(pauses=(), changes=()))
    return cards


def _meetings(ids: Sequence[int]) -> dict[int, Meeting]:
    """Return the public ones of these meetings, with group, venue and source as far as a card needs them.

    The same as `select_related` and `only` give, at a third of the time.
    """
    statement, values = _statement()
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids) if value is _IDS else value for value in values])
        rows = cursor.fetchall()
    meetings = {}
    for row in rows:
        values = iter(row)
        meeting = Meeting.from_db(DEFAULT_DB_ALIAS, _FIELDS, list(islice(values, len(_FIELDS))))
        for name, (model, fields) in _RELATED.items():
            its_values = list(islice(values, len(fields)))
            setattr(
                meeting, name, None if its_values[0] is None else model.from_db(DEFAULT_DB_ALIAS, fields, its_values)
            )
        meetings[meeting.pk] = meeting
    return meetings


@cache
def _statement() -> tuple[str, tuple[object, ...]]:
    """Return the statement for the public ones of some meetings, and its values: put together by Django once."""
    asked = Meeting.objects.public().filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [_IDS]))
    return asked.order_by().values_list(*_COLUMNS).query.sql_with_params()


def _words_of(card: Card) -> Words:
    meeting, schedule = card.meeting, card.schedule
    if schedule is None:
        days, times = (_("At any time") if meeting.any_time == ChannelState.OPEN else _("By appointment")), ""
    else:
        days = schedules.describe_days(schedule.rule, first_on=schedule.first_on)
        times = schedules.describe_time(schedule.start_time, schedule.duration)
    fellowship = meeting.group.fellowship
    return Words(
        days=days,
        times=times,
        place=_place(meeting),
        approach=fellowship.short_name if fellowship else meeting.group.approach.label,
        attendance=[wording.Way(way.value, str(way.label)) for way in meeting.attendance],
        badges=_badges(meeting, card.traits),
    )


def _place(meeting: Meeting) -> str:
    """Return the venue in one line, "" where it may not be shown or nobody goes there."""
    if meeting.in_person == ChannelState.NONE or meeting.venue is None:
        return ""
    return wording.place_label(meeting.venue) if access.may_show_place(meeting) else ""


def badges(card: Card, wanted: Collection[tuple[str, str]]) -> list[str]:
    """Return a card's short facts. What somebody asked for, as (kind, slug), is among them."""
    if wanted and any((told.trait.kind, told.trait.slug) in wanted for told in card.traits):
        return _badges(card.meeting, card.traits, wanted)
    return card.words.badges


def _badges(meeting: Meeting, traits: list[Told], wanted: Collection[tuple[str, str]] = ()) -> list[str]:
    badges = []
    if meeting.for_whom == [ForWhom.FAMILY]:
        badges.append(_("For family and friends"))
    if meeting.open_to == OpenTo.ANYONE:
        badges.append(_("Open to anyone"))
    elif meeting.open_to == OpenTo.MEMBERS:
        badges.append(_("For members"))
    elif meeting.open_to == OpenTo.INVITATION:
        badges.append(_("By invitation"))
    for row in sorted(
        traits,
        key=lambda row: (
            (row.trait.kind, row.trait.slug) not in wanted,
            _TOLD[row.trait.kind],
            row.trait.order,
            row.trait.slug,
        ),
    ):
        if row.trait.kind == _TOLD_WHEN_ASKED and (row.trait.kind, row.trait.slug) not in wanted:
            continue
        if row.value == TraitValue.ONLY and row.trait.kind == TraitKind.FOCUS and row.trait.slug != _NOT_OF_PEOPLE:
            badges.append(_("%(focus)s only") % {"focus": row.trait.label})
        else:
            badges.append(str(row.trait.label))
    return badges[:MOST_BADGES]
