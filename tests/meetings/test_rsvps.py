"""Taking a place, confirming, changing, giving back, and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from groups.enums import ListingState
from meetings import contacts, occurrences, rsvps
from meetings.enums import ContactKind, OpenTo, RsvpPolicy, RsvpReason, RsvpState, TraitKind, TraitValue
from meetings.models import Occurrence, Rsvp
from meetings.rsvps.people import address_of, alias_of
from tests.factories import MeetingFactory
from tests.helpers import give_trait, instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
STARTS_AT = instant("2026-12-01 19:00", "America/New_York")

ANA = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org", alias="Ana")
JUST_ME = rsvps.Person()


def welcoming(**said):
    return MeetingFactory(**{"rsvp_policy": RsvpPolicy.WELCOME, **said})


def test_somebody_comes_without_saying_who_they_are():
    meeting = welcoming()

    rsvp = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    assert rsvp.state == RsvpState.GOING
    assert (rsvp.contact, rsvp.contact_key, rsvp.alias) == (None, "", None)
    assert rsvp.occurrence.starts_at == STARTS_AT


def test_every_just_count_me_is_a_person_of_its_own():
    meeting = welcoming(capacity=2)

    taken = [rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW) for _ in range(3)]

    assert [rsvp.state for rsvp in taken] == [RsvpState.GOING, RsvpState.GOING, RsvpState.WAITING]


def test_an_address_is_kept_encrypted_and_the_place_is_held():
    rsvp = rsvps.take_place(welcoming(), TUESDAY, person=ANA, now=NOW)

    kept = Rsvp.objects.get(pk=rsvp.pk)
    assert kept.state == RsvpState.HELD
    assert kept.confirm_by == NOW + timedelta(hours=24)
    assert address_of(kept) == "ana@example.org"
    assert alias_of(kept) == "Ana"
    assert b"ana@" not in bytes(kept.contact)
    assert "ana" not in kept.contact_key


@pytest.mark.parametrize("typed", ["ana@example.org", " Ana@Example.ORG ", "ANA@EXAMPLE.ORG"])
def test_asking_twice_with_one_address_is_one_place(typed):
    meeting = welcoming()
    first = rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW)

    second = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(kind=ContactKind.EMAIL, address=typed), now=NOW)

    assert second == first
    assert Rsvp.objects.count() == 1


def test_an_address_with_a_plus_is_another_address():
    assert contacts.match_key(ContactKind.EMAIL, "ana+1@example.org") != contacts.match_key(
        ContactKind.EMAIL, "ana@example.org"
    )


def test_a_held_place_takes_a_chair_and_confirming_makes_it_the_persons():
    meeting = welcoming(capacity=1)
    held = rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW)
    late = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    confirmed = rsvps.confirm(held, now=NOW)

    assert late.state == RsvpState.WAITING
    assert confirmed.state == RsvpState.GOING
    assert rsvps.confirm(held, now=NOW + timedelta(hours=1)).confirmed_at == NOW


@pytest.mark.parametrize(
    ("asked", "confirm_by"),
    [
        ("2026-11-25 12:00", "2026-11-26 12:00"),
        ("2026-12-01 20:00", "2026-12-01 22:00"),  # two hours before the start at 00:00 UTC
        ("2026-12-01 23:00", "2026-12-01 23:15"),  # a quarter of an hour when it is late
        ("2026-12-01 23:55", "2026-12-02 00:00"),  # never past the start
    ],
)
def test_a_place_is_held_for_a_day_and_until_two_hours_before(asked, confirm_by):
    rsvp = rsvps.take_place(welcoming(), TUESDAY, person=ANA, now=instant(asked))

    assert rsvp.confirm_by == instant(confirm_by)


def test_what_nobody_confirms_is_given_back_and_its_address_erased():
    meeting = welcoming(capacity=1)
    held = rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW)
    waiting = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    before = rsvps.give_back_unconfirmed(now=NOW + timedelta(hours=23, minutes=59))
    ended = rsvps.give_back_unconfirmed(now=NOW + timedelta(hours=24))

    held.refresh_from_db()
    waiting.refresh_from_db()
    assert (before, ended) == (0, 1)
    assert (held.state, held.reason) == (RsvpState.LAPSED, RsvpReason.UNCONFIRMED)
    assert (held.contact, held.contact_key, held.alias) == (None, "", None)
    assert waiting.state == RsvpState.OFFERED


@pytest.mark.parametrize(("hours_ahead", "held_for"), [(5, 180), (2, 15)])
def test_at_a_date_that_is_moved_forward_a_place_is_held_until_two_hours_before_its_new_start(hours_ahead, held_for):
    meeting = welcoming()
    rsvp = rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW)
    later = NOW + timedelta(hours=1)
    occurrences.move(meeting, TUESDAY, to=later + timedelta(hours=hours_ahead), now=later)

    ended = rsvps.give_back_unconfirmed(now=later), rsvps.give_back_unconfirmed(now=later + timedelta(minutes=1))

    rsvp.refresh_from_db()
    assert ended == (0, 0)
    assert rsvp.confirm_by == later + timedelta(minutes=held_for)
    assert rsvps.give_back_unconfirmed(now=rsvp.confirm_by) == 1


def test_others_need_chairs_too():
    meeting = welcoming(capacity=4)
    family = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(others=2), now=NOW)

    pair = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(others=1), now=NOW)
    alone = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    assert [family.state, pair.state, alone.state] == [RsvpState.GOING, RsvpState.WAITING, RsvpState.GOING]


def test_bringing_more_is_refused_when_there_is_no_room_and_says_how_much_there_is():
    meeting = welcoming(capacity=3)
    mine = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)
    rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    changed = rsvps.change(mine, others=1, now=NOW)
    with pytest.raises(rsvps.OccurrenceFull) as full:
        rsvps.change(mine, others=2, now=NOW)

    assert changed.others == 1
    assert full.value.left == 1
    assert Rsvp.objects.get(pk=mine.pk).others == 1


def test_coming_with_fewer_offers_the_chair_on():
    meeting = welcoming(capacity=2)
    pair = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(others=1), now=NOW)
    waiting = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    rsvps.change(pair, others=0, now=NOW)

    waiting.refresh_from_db()
    assert waiting.state == RsvpState.OFFERED


def test_giving_back_can_be_undone_while_there_is_room():
    rsvp = rsvps.take_place(welcoming(capacity=1), TUESDAY, person=JUST_ME, now=NOW)

    gone = rsvps.give_back(rsvp, now=NOW)
    back = rsvps.take_back(rsvp, now=NOW + timedelta(minutes=1))

    assert (gone.state, gone.reason) == (RsvpState.CANCELLED, RsvpReason.BY_PERSON)
    assert (back.state, back.reason, back.cancelled_at) == (RsvpState.GOING, "", None)


def test_undoing_too_late_is_a_turn_in_the_line():
    meeting = welcoming(capacity=1)
    mine = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)
    other = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)
    rsvps.give_back(mine, now=NOW)

    back = rsvps.take_back(mine, now=NOW + timedelta(minutes=1))

    other.refresh_from_db()
    assert other.state == RsvpState.OFFERED
    assert back.state == RsvpState.WAITING


def test_a_place_given_back_and_asked_for_again_is_confirmed_anew():
    meeting = welcoming()
    rsvp = rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW)
    rsvps.confirm(rsvp, now=NOW)
    rsvps.give_back(rsvp, now=NOW)

    again = rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW + timedelta(hours=1))

    assert again.pk == rsvp.pk
    assert again.state == RsvpState.HELD
    assert again.confirmed_at is None


@pytest.mark.parametrize(
    "said",
    [
        {"rsvp_policy": RsvpPolicy.OFF},
        {"open_to": OpenTo.INVITATION},
        {"state": ListingState.PAUSED},
        {"max_age": 19},
    ],
    ids=["off", "by invitation", "paused", "for teens"],
)
def test_some_meetings_take_no_rsvp_and_say_why(said):
    meeting = welcoming()
    closed = welcoming(**said)

    rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)
    with pytest.raises(rsvps.RsvpClosed, match=r"\w+"):
        rsvps.take_place(closed, TUESDAY, person=JUST_ME, now=NOW)

    assert Rsvp.objects.filter(occurrence__meeting=closed).count() == 0


def test_a_meeting_with_the_teen_focus_takes_no_adult_rsvp():
    meeting = welcoming()
    give_trait(meeting, "teens", TraitValue.WELCOME, kind=TraitKind.FOCUS)
    open_one = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    meeting.meeting_traits.update(value=TraitValue.ONLY)
    with pytest.raises(rsvps.RsvpClosed, match="teenagers"):
        rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    assert open_one.state == RsvpState.GOING


def test_a_date_that_has_begun_or_is_cancelled_takes_no_more():
    meeting = welcoming()

    with pytest.raises(rsvps.RsvpClosed, match="begun"):
        rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=STARTS_AT)
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    with pytest.raises(rsvps.RsvpClosed, match="cancelled"):
        rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)


def test_a_day_that_is_no_date_takes_nobody():
    with pytest.raises(occurrences.NoSuchDate):
        rsvps.take_place(welcoming(), TUESDAY + timedelta(days=1), person=JUST_ME, now=NOW)


@pytest.mark.parametrize(
    ("people", "told"), [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (18, 20), (24, 20), (26, 30)]
)
def test_the_public_is_told_about_how_many_and_nothing_of_few(people, told):
    meeting = welcoming()
    occurrence = occurrences.materialize(meeting, TUESDAY)
    Rsvp.objects.bulk_create(
        Rsvp(occurrence=occurrence, state=RsvpState.GOING, created_at=NOW, confirmed_at=NOW) for _ in range(people)
    )

    assert rsvps.head_count(occurrence) == people
    assert rsvps.public_count(occurrence) == told


# ── The database stands behind the states ───────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "maybe"},
        {"others": 4},
        {"state": RsvpState.GOING, "confirmed_at": None},
        {"state": RsvpState.HELD},
        {"state": RsvpState.HELD, "confirmed_at": None},
        {"state": RsvpState.WAITING},
        {"state": RsvpState.OFFERED, "waiting_since": NOW},
        {"state": RsvpState.GOING, "offered_until": NOW},
        {"state": RsvpState.CANCELLED, "reason": RsvpReason.BY_PERSON},
        {"state": RsvpState.CANCELLED, "cancelled_at": NOW},
        {"state": RsvpState.GOING, "cancelled_at": NOW},
        {"state": RsvpState.GOING, "reason": RsvpReason.BY_PERSON},
        {"confirm_by": NOW},
        {"contact": b"x"},
        {"contact_key": "x"},
        {"contact_kind": ContactKind.EMAIL},
        {"host_sees_alias": True},
        {"reason": "because"},
    ],
)
def test_what_does_not_belong_together_is_refused(wrong):
    occurrence = occurrences.materialize(welcoming(), TUESDAY)
    right = {"occurrence": occurrence, "state": RsvpState.GOING, "created_at": NOW, "confirmed_at": NOW}
    Rsvp.objects.create(**right)

    with pytest.raises(IntegrityError), transaction.atomic():
        Rsvp.objects.create(**{**right, **wrong})


def test_one_contact_has_one_place_at_a_date():
    rsvp = rsvps.take_place(welcoming(), TUESDAY, person=ANA, now=NOW)

    with pytest.raises(IntegrityError, match="rsvp_once_per_contact"), transaction.atomic():
        Rsvp.objects.create(
            occurrence=rsvp.occurrence,
            state=RsvpState.GOING,
            created_at=NOW,
            confirmed_at=NOW,
            contact=b"x",
            contact_key=rsvp.contact_key,
            contact_kind=ContactKind.EMAIL,
        )


def test_a_date_has_a_row_only_once_somebody_is_coming():
    meeting = welcoming()
    assert Occurrence.objects.count() == 0

    rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    assert list(Occurrence.objects.values_list("original_on", flat=True)) == [TUESDAY]
