"""What those who run the site see of the sending: numbers that are right, and nobody's name."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.enums import MessageKind, MessageReason, MessageState
from meetings.models import OutgoingMessage, Pulse
from meetings.reminders import health, sending
from meetings.tasks import forget_old_messages
from tests.cast import make_cast
from tests.helpers import instant, words
from tests.meetings.reminders.conftest import NOW

pytestmark = pytest.mark.django_db

DAY_BEFORE = instant("2026-11-30 19:00", "America/New_York")


def ended(state, reason, *, number=1, at=NOW, sent_at=None):
    for _one in range(number):
        OutgoingMessage.objects.create(
            kind=MessageKind.ABOUT_ME,
            state=state,
            reason=reason,
            created_at=at,
            due_at=at,
            ended_at=at,
            sent_at=sent_at,
        )


def test_what_is_overdue_is_counted_from_five_minutes_after_its_time(member):
    assert health.health(now=DAY_BEFORE + timedelta(minutes=4)).overdue == 0

    found = health.health(now=DAY_BEFORE + timedelta(minutes=6))

    assert found.overdue == 1
    assert found.oldest_due_seconds == 360
    assert not found.is_well


def test_what_is_tried_again_is_overdue_from_its_next_try(member, desk):
    OutgoingMessage.objects.filter(due_at=DAY_BEFORE).update(retry_at=DAY_BEFORE + timedelta(minutes=15), tries=1)

    before = health.health(now=DAY_BEFORE + timedelta(minutes=16))
    after = health.health(now=DAY_BEFORE + timedelta(minutes=21))

    assert (before.overdue, before.oldest_due_seconds) == (0, 60)
    assert (after.overdue, after.oldest_due_seconds) == (1, 360)


def test_what_was_sent_is_no_longer_due(member, desk):
    sending.send_due(now=DAY_BEFORE)

    found = health.health(now=DAY_BEFORE + timedelta(minutes=6))

    assert (found.overdue, found.oldest_due_seconds, found.sent_last_day) == (0, 0, 1)


def test_the_share_that_came_back_is_of_the_last_day_alone():
    ended(MessageState.SENT, MessageReason.NONE, number=3, sent_at=NOW)
    ended(MessageState.FAILED, MessageReason.REFUSED)
    ended(MessageState.FAILED, MessageReason.REFUSED, number=5, at=NOW - timedelta(days=2))
    ended(MessageState.MISSED, MessageReason.TOO_LATE, number=2)
    ended(MessageState.UNCERTAIN, MessageReason.BROKEN_OFF)

    found = health.health(now=NOW)

    assert found.bounce_rate == 0.25
    assert (found.sent_last_day, found.missed_last_day, found.uncertain_last_day) == (3, 2, 1)


def test_whoever_was_not_seen_for_two_minutes_is_missed():
    health.note_pulse(health.BEAT, health.WORKER, now=NOW)

    soon = health.health(now=NOW + timedelta(seconds=30))
    later = health.health(now=NOW + timedelta(minutes=3))

    assert (soon.beat_seconds, soon.worker_seconds, soon.has_senders) == (30, 30, True)
    assert (later.beat_seconds, later.has_senders) == (180, False)


def test_rows_that_ended_go_after_thirty_days_and_open_ones_stay(member, time_machine):
    ended(MessageState.SENT, MessageReason.NONE, sent_at=NOW)
    open_rows = OutgoingMessage.objects.filter(ended_at=None).count()
    time_machine.move_to(NOW + timedelta(days=30) - timedelta(seconds=1), tick=False)
    forget_old_messages()
    kept = OutgoingMessage.objects.filter(ended_at__isnull=False).count()
    time_machine.move_to(NOW + timedelta(days=30), tick=False)

    gone = forget_old_messages()

    assert kept == 1
    assert gone == 1
    assert OutgoingMessage.objects.count() == open_rows > 0


def test_a_row_that_ended_holds_no_address(member, desk):
    before = OutgoingMessage.objects.get(due_at=DAY_BEFORE)

    sending.send_due(now=DAY_BEFORE)

    row = OutgoingMessage.objects.get(pk=before.pk)
    assert before.recipient is not None
    assert (row.recipient, row.words) == (None, None)
    assert len(row.recipient_key) == 32
    assert row.sent_at == DAY_BEFORE or row.sent_at - DAY_BEFORE < timedelta(minutes=1)


# ── The page ────────────────────────────────────────────────────────────────


@pytest.fixture
def opened(client, settings, time_machine):
    settings.STAFF_NEED_SECOND_STEP = False
    time_machine.move_to(NOW, tick=False)
    client.force_login(make_cast().curator)
    return lambda: words(client.get(reverse("meetings:sending")))


def test_the_page_says_that_nothing_is_sent_when_nobody_sends(opened):
    assert "Nothing is being sent" in opened()
    assert "last seen never" in opened()

    health.note_pulse(health.BEAT, health.WORKER, now=NOW)

    assert "Everything that was due has gone." in opened()
    assert "last seen 1 minute ago" in opened()


def test_the_page_says_that_messages_wait(opened, meeting, member, time_machine):
    time_machine.move_to(DAY_BEFORE + timedelta(minutes=6), tick=False)
    health.note_pulse(health.BEAT, health.WORKER, now=DAY_BEFORE + timedelta(minutes=6))

    said = opened()

    assert "Messages wait longer than they should." in said
    assert "Overdue, five minutes after their time 1" in said
    assert "has waited 6 minutes" in said
    assert "member@example.org" not in said
    assert meeting.name not in said


def test_the_page_asks_the_same_however_many_messages_there_are(opened, client, django_assert_num_queries):
    opened()
    with django_assert_num_queries(6) as one:
        opened()
    ended(MessageState.SENT, MessageReason.NONE, number=3, sent_at=NOW)

    with django_assert_num_queries(len(one)):
        opened()

    assert Pulse.objects.count() == 0
