"""The waiting list: order, offers, their end, and people who press at the same moment."""

from datetime import date, timedelta

import pytest

from meetings import occurrences, rsvps
from meetings.enums import ContactKind, MessageKind, RsvpPolicy, RsvpReason, RsvpState
from meetings.models import Occurrence, OutgoingMessage, Rsvp
from tests.crowd import crowd_of
from tests.factories import MeetingFactory
from tests.helpers import instant

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
STARTS_AT = instant("2026-12-01 19:00", "America/New_York")
JUST_ME = rsvps.Person()


def full_meeting(*, capacity: int = 1, waiting: int = 1, now=NOW):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED, capacity=capacity)
    taken = [rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=now) for _ in range(capacity + waiting)]
    return meeting, taken[:capacity], taken[capacity:]


def state(rsvp: Rsvp) -> str:
    return Rsvp.objects.values_list("state", flat=True).get(pk=rsvp.pk)


@pytest.mark.django_db
def test_the_first_in_line_is_offered_the_place_in_the_same_breath():
    _meeting, [going], [first, second] = full_meeting(waiting=2)

    rsvps.give_back(going, now=NOW)

    first.refresh_from_db()
    assert first.state == RsvpState.OFFERED
    assert first.offered_until == NOW + timedelta(hours=12)
    assert state(second) == RsvpState.WAITING
    assert rsvps.people_before(second) == 0


@pytest.mark.django_db
def test_the_line_is_in_the_order_of_asking_even_within_one_instant():
    _meeting, _going, waiting = full_meeting(waiting=4)

    assert [rsvps.people_before(rsvp) for rsvp in waiting] == [0, 1, 2, 3]


@pytest.mark.django_db
def test_an_offer_is_taken_or_runs_out_to_the_next():
    _meeting, [one, two], [first, second, third] = full_meeting(capacity=2, waiting=3)
    rsvps.give_back(one, now=NOW)
    rsvps.give_back(two, now=NOW)

    rsvps.accept(first, now=NOW + timedelta(hours=11))
    ended = rsvps.expire_offers(now=NOW + timedelta(hours=12))

    second.refresh_from_db()
    assert state(first) == RsvpState.GOING
    assert ended == 1
    assert (second.state, second.reason) == (RsvpState.LAPSED, RsvpReason.OFFER_RAN_OUT)
    assert state(third) == RsvpState.OFFERED


@pytest.mark.django_db
def test_an_offer_that_ran_out_is_not_taken_though_no_task_came_by():
    _meeting, [going], [first] = full_meeting()
    rsvps.give_back(going, now=NOW)

    with pytest.raises(rsvps.OfferRanOut):
        rsvps.accept(first, now=NOW + timedelta(hours=12))

    assert state(first) == RsvpState.OFFERED


@pytest.mark.django_db
def test_an_offer_ends_half_an_hour_before_the_start():
    _meeting, [going], [first] = full_meeting()

    rsvps.give_back(going, now=STARTS_AT - timedelta(hours=2))

    first.refresh_from_db()
    assert first.offered_until == STARTS_AT - timedelta(minutes=30)


@pytest.mark.django_db
def test_in_the_last_half_hour_nobody_is_offered_and_whoever_presses_comes():
    _meeting, [going], [first, second] = full_meeting(waiting=2)
    late = STARTS_AT - timedelta(minutes=29)

    rsvps.give_back(going, now=late)
    before = [state(first), state(second)]
    rsvps.accept(second, now=late)
    with pytest.raises(rsvps.OfferRanOut):
        rsvps.accept(first, now=late)

    assert before == [RsvpState.WAITING, RsvpState.WAITING]
    assert state(second) == RsvpState.GOING


@pytest.mark.django_db
def test_who_needs_more_chairs_than_are_free_keeps_the_turn_and_may_come_with_fewer():
    meeting, [going], _none = full_meeting(waiting=0)
    pair = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(others=1), now=NOW)
    alone = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)
    rsvps.give_back(going, now=NOW)
    offered_first = state(alone)

    rsvps.give_back(alone, now=NOW)
    fewer = rsvps.change(pair, others=0, now=NOW)

    assert offered_first == RsvpState.OFFERED
    assert fewer.state == RsvpState.OFFERED


@pytest.mark.django_db
def test_nobody_is_offered_a_place_before_they_confirmed():
    meeting, [going], _none = full_meeting(waiting=0)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    ana = rsvps.take_place(meeting, TUESDAY, person=person, now=NOW)
    next_one = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    rsvps.give_back(going, now=NOW)

    assert state(ana) == RsvpState.WAITING
    assert state(next_one) == RsvpState.OFFERED


@pytest.mark.django_db
def test_an_offer_is_told_by_mail_in_the_same_transaction():
    meeting, [going], _none = full_meeting(waiting=0)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    ana = rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person, now=NOW), now=NOW)

    rsvps.give_back(going, now=NOW)

    assert OutgoingMessage.objects.get(kind=MessageKind.OFFER).rsvp == ana


@pytest.mark.django_db
def test_leaving_the_line_and_thinking_again_keeps_the_turn():
    _meeting, _going, [first, second] = full_meeting(waiting=2)

    rsvps.give_back(first, now=NOW)
    rsvps.take_back(first, now=NOW + timedelta(minutes=14))
    rsvps.give_back(second, now=NOW)
    late = rsvps.take_back(second, now=NOW + timedelta(minutes=16))

    first.refresh_from_db()
    assert rsvps.people_before(first) == 0
    assert rsvps.people_before(late) == 1


@pytest.mark.django_db
def test_more_room_is_offered_within_a_minute():
    meeting, _going, [first, second] = full_meeting(waiting=2)
    meeting.capacity = 2
    meeting.save()

    offered = rsvps.fill_free_places(now=NOW)

    assert offered == 1
    assert [state(first), state(second)] == [RsvpState.OFFERED, RsvpState.WAITING]


@pytest.mark.django_db
@pytest.mark.parametrize("does", ["asks", "confirms", "takes back"])
def test_more_room_is_for_those_who_wait_already_whoever_comes_first(does):
    meeting, going, waiting = full_meeting(capacity=1, waiting=1)
    late = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    if does == "confirms":
        newcomer = rsvps.take_place(meeting, TUESDAY, person=late, now=NOW)
    elif does == "takes back":
        newcomer = rsvps.give_back(rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW), now=NOW)
    type(meeting).objects.update(capacity=2)
    meeting.refresh_from_db()

    if does == "confirms":
        rsvps.confirm(newcomer, now=NOW)
    elif does == "takes back":
        rsvps.take_back(newcomer, now=NOW)
    else:
        newcomer = rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    assert [state(rsvp) for rsvp in (*going, *waiting, newcomer)] == [
        RsvpState.GOING,
        RsvpState.OFFERED,
        RsvpState.WAITING,
    ]


@pytest.mark.django_db
def test_an_offer_of_a_date_that_is_moved_forward_ends_half_an_hour_before_its_new_start():
    meeting, going, (first, second) = full_meeting(capacity=1, waiting=2)
    now = STARTS_AT - timedelta(hours=20)
    rsvps.give_back(going[0], now=now)
    occurrences.move(meeting, TUESDAY, to=now + timedelta(hours=3), now=now)

    ended = rsvps.expire_offers(now=now)
    first.refresh_from_db()
    until = first.offered_until
    ended_late = rsvps.expire_offers(now=until)

    assert (ended, ended_late) == (0, 1)
    assert until == now + timedelta(hours=2, minutes=30)
    assert [state(rsvp) for rsvp in (first, second)] == [RsvpState.LAPSED, RsvpState.WAITING]


@pytest.mark.django_db
def test_a_cancelled_date_offers_nothing_until_it_is_restored_and_then_to_the_same_person_anew():
    meeting, [going], [first, second] = full_meeting(waiting=2)
    rsvps.give_back(going, now=NOW)
    occurrences.cancel(meeting, TUESDAY, now=NOW)

    during = rsvps.expire_offers(now=NOW + timedelta(hours=13)), state(first), state(second)
    restored_at = NOW + timedelta(hours=14)
    occurrences.restore(meeting, TUESDAY, now=restored_at)
    ended = rsvps.expire_offers(now=restored_at)
    offered = rsvps.fill_free_places(now=restored_at)

    assert during == (0, RsvpState.OFFERED, RsvpState.WAITING)
    assert (ended, offered) == (0, 1)
    first.refresh_from_db()
    assert (first.state, first.offered_until) == (RsvpState.OFFERED, restored_at + timedelta(hours=12))
    assert state(second) == RsvpState.WAITING


# ── Real threads ────────────────────────────────────────────────────────────


@pytest.fixture
def crowd(transactional_db):
    with crowd_of(50) as crowd:
        yield crowd


@pytest.mark.slow
def test_fifty_at_once_for_ten_places_a_hundred_times(crowd):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED, capacity=10)

    for week in range(100):
        on = TUESDAY + timedelta(weeks=week % 50)
        Occurrence.objects.all().delete()
        results = crowd.at_once(
            *[lambda on=on: rsvps.take_place(meeting, on, person=JUST_ME, now=NOW) for _ in range(50)]
        )

        assert [error for error in results if isinstance(error, Exception)] == []
        states = [rsvp.state for rsvp in results]
        assert (states.count(RsvpState.GOING), states.count(RsvpState.WAITING)) == (10, 40)
        waiting = Rsvp.objects.filter(state=RsvpState.WAITING)
        in_order = list(waiting.order_by("waiting_since").values_list("pk", flat=True))
        # Rows are numbered under the lock, so their order is the order in which it was had.
        assert in_order == sorted(in_order)
        assert len(set(waiting.values_list("waiting_since", flat=True))) == 40


def test_one_address_pressed_many_times_at_once_is_one_place(crowd):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")

    results = crowd.at_once(*[lambda: rsvps.take_place(meeting, TUESDAY, person=person, now=NOW)] * 20)

    assert len({rsvp.pk for rsvp in results}) == 1
    assert Rsvp.objects.count() == 1


def test_one_button_pressed_many_times_at_once_is_one_place_without_an_address(crowd):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED, capacity=3)
    person, other = rsvps.Person(press="one"), rsvps.Person(press="another")

    results = crowd.at_once(
        *[lambda: rsvps.take_place(meeting, TUESDAY, person=person, now=NOW)] * 10,
        *[lambda: rsvps.start_standing(meeting, TUESDAY, person=other, dates=4, now=NOW)] * 10,
    )

    assert [error for error in results if isinstance(error, Exception)] == []
    assert len({rsvp.pk for rsvp in results[:10]}) == 1
    assert len({standing.pk for standing in results[10:]}) == 1
    assert Rsvp.objects.count() == 5


@pytest.mark.parametrize(("dates", "places"), [(None, 2), (4, 4)])
def test_a_standing_place_asked_for_many_times_at_once_is_one(crowd, dates, places):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")

    results = crowd.at_once(*[lambda: rsvps.start_standing(meeting, TUESDAY, person=person, dates=dates, now=NOW)] * 10)

    assert len({standing.pk for standing in results}) == 1
    assert Rsvp.objects.count() == places


@pytest.mark.slow
def test_giving_back_and_taking_offers_at_once_never_seats_too_many(crowd):
    for _round in range(15):
        meeting, going, waiting = full_meeting(capacity=5, waiting=6)
        for rsvp in going[:3]:
            rsvps.give_back(rsvp, now=NOW)
        offered = list(Rsvp.objects.filter(state=RsvpState.OFFERED, occurrence__meeting=meeting))

        results = crowd.at_once(
            *[lambda rsvp=rsvp: rsvps.give_back(rsvp, now=NOW) for rsvp in going[3:]],
            *[lambda rsvp=rsvp: rsvps.accept(rsvp, now=NOW) for rsvp in offered],
            *[lambda rsvp=rsvp: rsvps.take_back(rsvp, now=NOW) for rsvp in going[:3]],
            *[lambda meeting=meeting: rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)] * 3,
            lambda: rsvps.fill_free_places(now=NOW),
        )

        assert [error for error in results if isinstance(error, Exception)] == []
        occurrence = Occurrence.objects.get(meeting=meeting)
        seated = occurrence.rsvps.filter(state__in=[RsvpState.GOING, RsvpState.OFFERED])
        assert seated.count() == 5
        assert [state(rsvp) for rsvp in offered] == [RsvpState.GOING] * 3
        # Those who waited first were served first; the newcomers and the returned stand behind.
        assert [state(rsvp) for rsvp in waiting].count(RsvpState.WAITING) == 1


def test_without_the_lock_too_many_would_be_seated(crowd, monkeypatch):
    """The negative control: it shows that the tests above can fail."""

    def not_locked(pk: int, **_said) -> Occurrence:
        return Occurrence.objects.select_related("meeting").get(pk=pk)

    monkeypatch.setattr(occurrences, "locked", not_locked)
    most = 0
    for _round in range(20):
        meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED, capacity=3)
        crowd.at_once(*[lambda meeting=meeting: rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)] * 20)
        most = max(most, Rsvp.objects.filter(occurrence__meeting=meeting, state=RsvpState.GOING).count())
        if most > 3:
            break

    assert most > 3
