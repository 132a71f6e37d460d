"""Confirmations: kept as a role, a way and a time; and people who went."""

from datetime import UTC, date, datetime, timedelta

import pytest

from groups.enums import Role
from meetings import confirmations, occurrences
from meetings.enums import ConfirmedHow, MessageKind, TookPlace
from meetings.freshness import Freshness
from meetings.models import AfterAnswer, Confirmation, Meeting, OutgoingMessage, Report
from meetings.reminders import after
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TUESDAY = date(2026, 11, 17)


def confirm(meeting, *, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=NOW):
    return confirmations.confirm(meeting, role=role, how=how, now=now)


def fresh(meeting):
    return Meeting.objects.get(pk=meeting.pk)


def answered(meeting, *answers, on=TUESDAY, now=NOW, device=""):
    """Let people with a place at a date each answer the question afterwards."""
    occurrence = occurrences.materialize(meeting, on)
    for answer in answers:
        message = OutgoingMessage.objects.create(
            kind=MessageKind.AFTER, recipient=b"x", occurrence=occurrence, created_at=now, due_at=now
        )
        after.take_answer(message, answer, now=now, device=device)


def test_a_confirmation_says_by_whom_when_and_how():
    meeting = MeetingFactory()

    confirm(meeting)

    state = confirmations.state_of(fresh(meeting), now=NOW + DAY)
    assert (fresh(meeting).confirmed_at, fresh(meeting).confirmed_by) == (NOW, Role.HOST)
    assert (state.freshness, state.since, state.by, state.how) == (
        Freshness.CONFIRMED,
        NOW,
        Role.HOST,
        ConfirmedHow.ON_PAGE,
    )


def test_pressing_twice_is_one_confirmation_and_the_next_day_another():
    meeting = MeetingFactory()

    confirm(meeting)
    confirm(meeting, now=NOW + timedelta(seconds=1))
    once = Confirmation.objects.count()
    confirm(meeting, now=NOW + DAY)

    assert (once, Confirmation.objects.count()) == (1, 2)
    assert fresh(meeting).confirmed_at == NOW + DAY


def test_an_older_word_that_comes_later_does_not_turn_the_clock_back():
    meeting = MeetingFactory()
    confirm(meeting)

    confirmations.confirm(meeting, role=Role.SOURCE, how=ConfirmedHow.BY_FEED, now=NOW, at=NOW - 30 * DAY)

    assert fresh(meeting).confirmed_at == NOW
    assert fresh(meeting).confirmed_by == Role.HOST


def test_a_no_takes_the_confirmation_away_and_a_yes_brings_it_back():
    meeting = MeetingFactory()
    confirm(meeting)

    confirmations.deny(meeting, role=Role.HOST, how=ConfirmedHow.BY_MAIL, now=NOW + DAY)
    denied = fresh(meeting).confirmed_at
    confirm(meeting, now=NOW + 2 * DAY)

    assert denied is None
    assert fresh(meeting).confirmed_at == NOW + 2 * DAY


def test_only_the_last_words_are_kept():
    meeting = MeetingFactory()

    for number in range(confirmations.KEPT_PER_MEETING + 3):
        confirm(meeting, now=NOW + number * DAY)

    assert meeting.confirmations.count() == confirmations.KEPT_PER_MEETING


def test_an_edit_confirms_nothing():
    meeting = MeetingFactory()

    meeting.name = "Another name"
    meeting.save()

    assert confirmations.state_of(fresh(meeting), now=NOW).since is None


# ── People who went ─────────────────────────────────────────────────────────


def test_one_person_who_went_confirms_nothing():
    meeting = MeetingFactory()

    answered(meeting, TookPlace.YES)

    assert AfterAnswer.objects.count() == 1
    assert fresh(meeting).confirmed_at is None


def test_two_people_who_went_confirm_it_as_of_that_day():
    meeting = MeetingFactory()

    answered(meeting, TookPlace.YES, TookPlace.YES, TookPlace.YES)

    confirmed = fresh(meeting)
    assert confirmed.confirmed_at == datetime(2026, 11, 17, tzinfo=UTC)
    assert confirmed.confirmed_by == Role.VISITOR
    assert meeting.confirmations.get().how == ConfirmedHow.BY_VISITS


def test_two_people_who_could_not_go_confirm_nothing():
    meeting = MeetingFactory()

    answered(meeting, TookPlace.NOT_THERE_MYSELF, TookPlace.NOT_THERE_MYSELF)

    assert fresh(meeting).confirmed_at is None


def test_nobody_there_is_a_report_about_that_date():
    meeting = MeetingFactory()

    answered(meeting, TookPlace.NOBODY_THERE, device="a" * 32)

    report = Report.objects.get()
    assert (report.meeting, report.kind, report.original_on) == (meeting, "nobody-there", TUESDAY)
    assert (report.role, report.device_key) == (Role.VISITOR, "a" * 32)


@pytest.mark.parametrize(
    ("why", "role", "state"),
    [
        ("stale", Role.HOST, "public"),
        ("stale", Role.CURATOR, "public"),
        ("stale", Role.VISITOR, "unlisted"),
        ("curator", Role.HOST, "unlisted"),
        ("host", Role.HOST, "unlisted"),
    ],
)
def test_only_what_was_taken_off_for_its_age_comes_back_and_not_by_visitors(why, role, state):
    meeting = MeetingFactory(state="unlisted", unlisted_why=why)

    confirm(meeting, role=role)

    assert fresh(meeting).state == state
