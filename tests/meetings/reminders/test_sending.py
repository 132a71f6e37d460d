"""Handing over: once, in time, again after a refusal, and never what has become void."""

from datetime import timedelta

import pytest

from meetings import occurrences, rsvps
from meetings.channels import Answer, Outcome
from meetings.enums import ContactKind, MessageKind, MessageReason, MessageState, StopReason
from meetings.models import OutgoingMessage, StoppedAddress
from meetings.reminders import claiming, consent, sending
from tests.helpers import instant
from tests.meetings.reminders.conftest import NOW, TUESDAY

pytestmark = pytest.mark.django_db

STARTS_AT = instant("2026-12-01 19:00", "America/New_York")
DAY_BEFORE = STARTS_AT - timedelta(days=1)


def states(kind=MessageKind.REMINDER):
    rows = OutgoingMessage.objects.filter(kind=kind).order_by("due_at", "pk")
    return [(row.minutes_before, row.state, row.reason) for row in rows]


def step(waited):
    """Return the waiting time this is, in seconds. The try itself, which takes a moment, is part of it."""
    return max(step for step in (0, 10, 30, 60, 300, 600, 900, 1200, 1800) if step <= waited.total_seconds())


def test_what_is_due_goes_once_and_what_is_not_waits(member, desk):
    counts = sending.send_due(now=DAY_BEFORE)

    again = sending.send_due(now=DAY_BEFORE + timedelta(seconds=5))

    assert counts == {"sent": 1}
    assert again == {}
    assert [parcel.to for parcel in desk.parcels] == ["member@example.org"]
    assert states() == [(1440, "sent", ""), (120, "planned", "")]


def test_what_was_sent_forgets_to_whom(member, desk):
    sending.send_due(now=DAY_BEFORE)

    sent = OutgoingMessage.objects.get(state=MessageState.SENT)
    assert sent.recipient is None
    assert sent.recipient_key == member.contact_key


def test_nothing_goes_at_or_after_the_start(member, desk):
    counts = sending.send_due(now=STARTS_AT)

    assert desk.parcels == []
    assert counts == {"missed": 2}
    assert states() == [(1440, "missed", "too-late"), (120, "missed", "too-late")]


def test_a_server_without_time_is_asked_again_after_10_30_60_300_and_900_seconds(member, desk):
    desk.answers = [Answer(Outcome.LATER, "451")] * 6
    waits, at = [], DAY_BEFORE

    for _try in range(6):
        sending.send_due(now=at)
        row = OutgoingMessage.objects.get(minutes_before=1440)
        waits.append(step(row.retry_at - at))
        at = row.retry_at
    sending.send_due(now=at)

    row.refresh_from_db()
    assert waits == [10, 30, 60, 300, 900, 900]
    assert (row.state, row.tries) == ("sent", 7)
    assert len(set(desk.ids)) == 1


def test_a_full_mailbox_is_asked_again_after_60_300_600_1200_and_1800_seconds(member, desk):
    desk.answers = [Answer(Outcome.MAILBOX_LATER, "452")] * 5
    waits, at = [], DAY_BEFORE

    for _try in range(5):
        sending.send_due(now=at)
        row = OutgoingMessage.objects.get(minutes_before=1440)
        waits.append(step(row.retry_at - at))
        at = row.retry_at

    assert waits == [60, 300, 600, 1200, 1800]


def test_no_try_is_planned_past_the_start(member, desk):
    desk.answers = [Answer(Outcome.MAILBOX_LATER, "452")]

    sending.send_due(now=STARTS_AT - timedelta(seconds=50))

    assert OutgoingMessage.objects.get(minutes_before=1440).reason == MessageReason.NOT_TAKEN
    assert OutgoingMessage.objects.get(minutes_before=120).state == MessageState.SENT


def test_an_address_that_refuses_for_good_is_stopped_and_its_other_messages_are_void(member, desk):
    desk.answers = [Answer(Outcome.REFUSED, "550")]

    sending.send_due(now=DAY_BEFORE)

    assert states() == [(1440, "failed", "refused"), (120, "void", "bounced")]
    assert StoppedAddress.objects.get().contact_key == member.contact_key


def test_a_refusal_that_is_about_us_does_not_stop_the_address(member, desk):
    desk.answers = [Answer(Outcome.UNWANTED, "554")]

    sending.send_due(now=DAY_BEFORE)

    assert states() == [(1440, "failed", "refused"), (120, "planned", "")]
    assert not StoppedAddress.objects.exists()


def test_an_address_whose_owner_told_the_provider_to_stop_stays_stopped(member, desk):
    desk.answers = [Answer(Outcome.STOPPED, "21610")]

    sending.send_due(now=DAY_BEFORE)
    consent.forget_old_bounces(now=DAY_BEFORE + timedelta(days=3650))

    assert states() == [(1440, "failed", "stopped"), (120, "void", "stopped")]
    assert StoppedAddress.objects.get().reason == StopReason.BY_PERSON


def test_a_provider_that_was_taken_away_in_the_middle_never_stops_the_rest(meeting, member, desk, settings):
    number = rsvps.Person(kind=ContactKind.PHONE, address="+15555550100")
    rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=number, now=NOW), now=NOW)
    text = OutgoingMessage.objects.get(channel="sms", minutes_before=1440)
    lease = claiming.claim(now=DAY_BEFORE, limit=10)
    assert claiming.begin(text, lease, now=DAY_BEFORE)
    settings.SMS_URL = ""
    settings.MESSAGE_CHANNELS = {**settings.MESSAGE_CHANNELS, "sms": "meetings.channels.sms.Sms"}

    counts = sending.send_due(now=DAY_BEFORE + timedelta(minutes=3))

    text.refresh_from_db()
    assert (text.state, text.reason) == ("uncertain", "broken-off")
    assert counts == {"uncertain": 1, "released": 1, "sent": 1}
    assert [parcel.to for parcel in desk.parcels] == ["member@example.org"]


def test_one_that_cannot_be_made_never_stops_the_rest(meeting, member, desk):
    other = rsvps.Person(kind=ContactKind.EMAIL, address="other@example.org")
    rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=other, now=NOW), now=NOW)
    OutgoingMessage.objects.filter(rsvp=member, minutes_before=1440).update(recipient=b"no key of ours")

    sending.send_due(now=DAY_BEFORE)

    assert [parcel.to for parcel in desk.parcels] == ["other@example.org"]
    assert OutgoingMessage.objects.get(rsvp=member, minutes_before=1440).reason == MessageReason.UNREADABLE


def test_an_error_of_ours_before_the_words_left_is_tried_again(member, desk):
    def fail(_parcel):
        raise RuntimeError("broken")

    desk.before_begin = fail
    sending.send_due(now=DAY_BEFORE)
    desk.before_begin = lambda parcel: None
    sending.send_due(now=DAY_BEFORE + timedelta(seconds=11))

    assert states()[0] == (1440, "sent", "")


def test_an_error_of_ours_after_the_words_left_is_not_tried_again(member, desk):
    desk.answers = [RuntimeError("broken")]

    sending.send_due(now=DAY_BEFORE)
    sending.send_due(now=DAY_BEFORE + timedelta(minutes=30))

    assert len(desk.parcels) == 1
    assert states()[0] == (1440, "uncertain", "broken-off")


@pytest.mark.parametrize(("known", "state"), [(None, "uncertain"), (True, "sent"), (False, "planned")])
def test_a_broken_line_is_settled_by_what_the_provider_knows(member, desk, known, state):
    desk.answers, desk.known = [Answer(Outcome.UNCERTAIN)], known

    sending.send_due(now=DAY_BEFORE)

    assert states()[0][:2] == (1440, state)


def test_a_cancellation_between_claim_and_hand_over_is_heard(meeting, member, desk):
    desk.before_begin = lambda parcel: occurrences.cancel(meeting, TUESDAY, now=DAY_BEFORE)

    sending.send_due(now=DAY_BEFORE, batch=1)

    assert OutgoingMessage.objects.filter(kind=MessageKind.DATE_CANCELLED).count() == 1
    assert [parcel for parcel in desk.parcels if "Reminder" in parcel.subject] == []
    assert states() == [(1440, "void", "date-cancelled"), (120, "void", "date-cancelled")]


def test_a_meeting_moved_without_a_word_is_not_announced_at_its_old_time(meeting, member, desk):
    type(meeting).objects.filter(pk=meeting.pk).update(start_time="20:00")

    before = sending.send_due(now=DAY_BEFORE)
    occurrences.follow_changes(now=DAY_BEFORE + timedelta(seconds=30))
    sending.send_due(now=DAY_BEFORE + timedelta(minutes=61))

    assert before == {"later": 1}
    assert [parcel.subject for parcel in desk.parcels if parcel.subject.startswith("Reminder")] == ["Reminder for 8 pm"]


def test_a_lease_that_ran_out_before_the_words_left_is_claimed_again(member, desk):
    claiming.claim(now=DAY_BEFORE, limit=10)

    early = sending.send_due(now=DAY_BEFORE + timedelta(seconds=119))
    late = sending.send_due(now=DAY_BEFORE + timedelta(seconds=121))

    assert early == {}
    assert late == {"released": 1, "sent": 1}
    assert len(desk.parcels) == 1


def test_whoever_lost_the_lease_hands_nothing_over(member, desk):
    lease = claiming.claim(now=DAY_BEFORE, limit=10)
    message = claiming.claimed(lease).get()
    claiming.settle(now=DAY_BEFORE + timedelta(seconds=121))

    may = claiming.begin(message, lease, now=DAY_BEFORE + timedelta(seconds=122))

    assert may is False
