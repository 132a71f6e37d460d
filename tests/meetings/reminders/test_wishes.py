"""What people wish of their reminders holds: however they are reached, and however often they press."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from meetings import about_me, contacts, occurrences, rsvps, tokens
from meetings.enums import Channel, ContactKind, LinkPurpose, MessageKind, MessageState, RsvpPolicy
from meetings.models import OutgoingMessage, PushSubscription, ReminderWishes, Rsvp
from meetings.reminders import sending, wishes
from tests.factories import MeetingFactory
from tests.faults.waiting import until_somebody_waits_for_a_row
from tests.helpers import instant, words
from tests.meetings.reminders.conftest import NOW, TUESDAY

NUMBER = "+15555550100"
SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/1",
    "keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22},
}


@pytest.fixture
def stranger(meeting):
    """Somebody who is just counted, on 1 December."""
    return rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)


@pytest.fixture
def weekly(meeting):
    """Somebody who comes every time."""
    person = rsvps.Person(kind=ContactKind.EMAIL, address="weekly@example.org")
    standing = rsvps.start_standing(meeting, TUESDAY, person=person, dates=None, now=NOW)
    return rsvps.confirm_standing(standing, now=NOW)


def type_code(kept, desk):
    wishes.send_code(kept, NUMBER, now=NOW)
    sending.send_due(now=NOW)
    wishes.confirm_number(kept, desk.parcels[-1].text.split("code is ")[1][:6], now=NOW)


def planned(kept, channel):
    rows = OutgoingMessage.objects.filter(kind=MessageKind.REMINDER, state=MessageState.PLANNED, channel=channel)
    rows = rows.filter(rsvp=kept) if isinstance(kept, Rsvp) else rows.filter(rsvp__standing=kept)
    return list(rows.order_by("due_at").values_list("due_at", flat=True))


@pytest.mark.django_db
def test_somebody_without_an_address_is_reminded_by_the_number_they_added(stranger, desk):
    type_code(stranger, desk)

    sending.send_due(now=instant("2026-11-30 19:00", "America/New_York"))

    assert [(parcel.to, parcel.subject) for parcel in desk.parcels[1:]] == [(NUMBER, "")]


@pytest.mark.django_db
def test_their_reminders_move_with_the_date_too(meeting, stranger, desk):
    type_code(stranger, desk)
    before = planned(stranger, "sms")

    occurrences.move(meeting, TUESDAY, to=instant("2026-12-03 20:00", "America/New_York"), now=NOW)

    assert before == [
        instant("2026-11-30 19:00", "America/New_York"),
        instant("2026-12-01 17:00", "America/New_York"),
    ]
    assert planned(stranger, "sms") == [
        instant("2026-12-02 20:00", "America/New_York"),
        instant("2026-12-03 18:00", "America/New_York"),
    ]


@pytest.mark.django_db
def test_their_reminders_are_there_again_when_the_date_takes_place_after_all(meeting, stranger, desk):
    type_code(stranger, desk)
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    assert planned(stranger, "sms") == []

    occurrences.restore(meeting, TUESDAY, now=NOW)

    assert len(planned(stranger, "sms")) == 2


@pytest.mark.django_db
def test_who_asks_about_a_number_finds_it_and_erases_it_and_the_seat_beside_it_stays(member, desk):
    type_code(member, desk)
    key = contacts.match_key(ContactKind.PHONE, NUMBER)
    assert len(planned(member, "sms")) == 2
    kept = about_me.kept_under(key)

    erased = about_me.erase(key, now=NOW)

    assert about_me.as_data(kept)["reminded_by"] == [NUMBER]
    assert about_me.as_data(kept)["places"] == []
    assert erased == 1
    assert about_me.kept_under(key).is_nothing
    assert not ReminderWishes.objects.exclude(phone=None).exists()
    assert (len(planned(member, "sms")), len(planned(member, "email"))) == (0, 2)
    member.refresh_from_db()
    assert member.is_going


@pytest.mark.django_db
def test_a_number_that_was_typed_and_never_confirmed_is_erased_with_its_code(member):
    wishes.send_code(member, NUMBER, now=NOW)
    assert OutgoingMessage.objects.filter(kind=MessageKind.CODE).exists()

    about_me.erase(contacts.match_key(ContactKind.PHONE, NUMBER), now=NOW)

    assert not OutgoingMessage.objects.filter(kind=MessageKind.CODE).exists()
    assert not ReminderWishes.objects.exclude(phone=None).exists()


@pytest.mark.django_db
def test_the_page_about_a_number_shows_it_and_nothing_of_the_seat(member, desk, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    type_code(member, desk)
    key = contacts.match_key(ContactKind.PHONE, NUMBER)
    link = tokens.issue(LinkPurpose.ABOUT_ME, contact_key=key, now=NOW)

    said = words(client.get(reverse("meetings:about_me_kept", args=[link])))

    assert f"Your reminders Mobile number {NUMBER}" in said
    assert "Erase all of it now" in said
    assert "member@example.org" not in said


@pytest.mark.django_db
def test_somebody_who_comes_every_day_sees_what_is_planned_and_not_only_what_is_over(client, desk, time_machine):
    daily = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME, rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU")
    person = rsvps.Person(kind=ContactKind.EMAIL, address="daily@example.org")
    standing = rsvps.start_standing(daily, TUESDAY, person=person, dates=None, now=NOW)
    rsvps.confirm_standing(standing, now=NOW)
    later = NOW + timedelta(days=40)
    for day in range(0, 41, 10):
        rsvps.expand_all(now=NOW + timedelta(days=day))
    OutgoingMessage.objects.filter(due_at__lte=later).update(
        state=MessageState.SENT, sent_at=later, ended_at=later, recipient=None
    )
    time_machine.move_to(later, tick=False)
    assert OutgoingMessage.objects.filter(kind=MessageKind.REMINDER, state=MessageState.SENT).count() > 60
    page = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, standing=standing, now=later)])

    said = client.get(page).content.decode()

    assert said.count('data-reminder="planned"') >= 10


@pytest.mark.django_db
def test_a_number_added_later_is_used_where_ways_were_chosen_before(member, desk):
    wishes.choose(member, now=NOW, offsets=[120], channels=["email"])

    type_code(member, desk)

    assert (len(planned(member, "email")), len(planned(member, "sms"))) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [[], ["email"]])
def test_a_browser_added_later_is_used_where_ways_were_chosen_before(member, desk, settings, chosen):
    wishes.choose(member, now=NOW, offsets=[120], channels=chosen)

    wishes.add_browser(member, SUBSCRIPTION, now=NOW)

    assert (len(planned(member, "email")), len(planned(member, "push"))) == (1, 1)


@pytest.mark.django_db
def test_notifications_of_a_standing_place_end_on_the_page_of_one_of_its_dates(weekly, client, desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    wishes.add_browser(weekly, SUBSCRIPTION, now=NOW)
    rsvp = weekly.rsvps.order_by("pk").first()
    assert planned(rsvp, Channel.PUSH)
    page = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=rsvp, now=NOW)])

    client.post(page, {"action": "browser-off"})

    assert PushSubscription.objects.get().details is None
    assert planned(weekly, Channel.PUSH) == []
    assert "Notifications are shown in a browser of yours" not in client.get(page).content.decode()


@pytest.mark.django_db
def test_a_reminder_that_was_planned_while_somebody_moved_the_date_follows_it(meeting, member, desk):
    """Both at once: the plan read the date before the move, and wrote its rows after it."""
    old = instant("2026-12-01 19:00", "America/New_York")
    to = old + timedelta(hours=3)
    occurrences.move(meeting, TUESDAY, to=to, now=NOW)
    sending.send_due(now=NOW + timedelta(minutes=5))
    rows = OutgoingMessage.objects.filter(rsvp=member, kind=MessageKind.REMINDER, minutes_before=120)
    rows.update(due_at=old - timedelta(hours=2), expires_at=old)
    OutgoingMessage.objects.filter(rsvp=member, kind=MessageKind.REMINDER, minutes_before=1440).delete()

    early = sending.send_due(now=old - timedelta(hours=2))
    sending.send_due(now=to - timedelta(hours=2))

    assert early == {"later": 1}
    assert rows.get().expires_at == to
    assert [parcel.subject for parcel in desk.parcels] == ["It is now Tuesday 1 December, 10 pm", "Reminder for 10 pm"]


def _choose(rsvp):
    wishes.choose(rsvp, now=NOW, offsets=[10])


def _add_browser(rsvp):
    wishes.add_browser(rsvp, SUBSCRIPTION, now=NOW)


def _send_code(rsvp):
    wishes.send_code(rsvp, NUMBER, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("press", [_choose, _add_browser, _send_code])
def test_two_presses_at_the_same_moment_are_both_answered_and_plan_nothing_twice(member, desk, press):
    failures = []

    def press_again():
        try:
            press(Rsvp.objects.get(pk=member.pk))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    second = threading.Thread(target=press_again)
    with transaction.atomic():
        press(Rsvp.objects.get(pk=member.pk))
        second.start()
        until_somebody_waits_for_a_row()
    second.join(timeout=20)

    assert failures == []
    rows = member.messages.filter(kind=MessageKind.REMINDER, state=MessageState.PLANNED)
    planned_rows = list(rows.values_list("minutes_before", "channel", "subscription"))
    assert planned_rows
    assert len(planned_rows) == len(set(planned_rows))
    assert ReminderWishes.objects.count() == (0 if press is _add_browser else 1)
