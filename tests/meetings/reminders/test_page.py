"""Reminders on the page of somebody's place, and the addresses messages lead to."""

import secrets
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings import about_me, limits, rsvps, tokens
from meetings.channels import Answer, Outcome
from meetings.enums import ContactKind, LinkPurpose, MessageKind, MessageState, RsvpPolicy
from meetings.models import AfterAnswer, OutgoingMessage, ReminderWishes, StoppedAddress
from meetings.reminders import consent, sending, signing
from recovery.logs import Plain
from tests.factories import MeetingFactory
from tests.helpers import instant, words
from tests.meetings.reminders.conftest import NOW, TUESDAY

pytestmark = pytest.mark.django_db

STARTS_AT = instant("2026-12-01 19:00", "America/New_York")


@pytest.fixture(autouse=True)
def on_that_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def my_page(member):
    return reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=member, now=NOW)])


@pytest.fixture
def number():
    """A number nobody has tried this hour: tries are counted in Redis, which outlives a test."""
    return f"+1 555 {secrets.randbelow(10**7):07}"


def minutes_planned(rsvp):
    rows = rsvp.messages.filter(kind=MessageKind.REMINDER, state=MessageState.PLANNED)
    return sorted(rows.values_list("minutes_before", flat=True))


def test_the_page_says_of_each_reminder_when_it_comes(client, my_page):
    said = words(client.get(my_page))

    assert "1 day before , E-mail: Monday 30 November, 7 pm – Planned" in said
    assert "2 hours before , E-mail: Tuesday 1 December, 5 pm – Planned" in said


def test_the_page_says_what_was_sent_what_failed_and_why(client, my_page, member, desk):
    sending.send_due(now=STARTS_AT - timedelta(days=1))
    desk.answers = [Answer(Outcome.REFUSED, "550")]
    sending.send_due(now=STARTS_AT - timedelta(hours=2))

    said = words(client.get(my_page))

    assert "1 day before , E-mail: Monday 30 November, 7 pm – Sent" in said
    assert "5 pm – Could not be sent. It was refused for good at the other end." in said
    assert "Messages to your address came back" in said


def test_ten_minutes_before_is_chosen_as_an_own_time(client, my_page, member):
    response = client.post(
        my_page, {"action": "reminders", "before": ["30"], "own_number": "10", "own_unit": "1", "asks_after": "on"}
    )

    assert response.status_code == 303
    assert minutes_planned(member) == [10, 30]
    assert "10 minutes before" in words(client.get(my_page))


def test_what_went_wrong_there_is_logged_without_the_secret(client, my_page, caplog):
    client.post(my_page, {"action": "reminders", "own_number": "4", "own_unit": "1"})

    logged = Plain().format(caplog.records[0])
    assert "Unprocessable Entity: /rsvp/" in logged
    assert my_page.split("/")[2] not in logged


def test_no_time_at_all_is_no_reminder(client, my_page, member):
    assert minutes_planned(member) == [120, 1440]

    client.post(my_page, {"action": "reminders"})

    assert minutes_planned(member) == []


@pytest.mark.parametrize(("number", "unit"), [("4", "1"), ("8", "1440")])
def test_a_time_too_near_or_too_far_is_told_and_changes_nothing(client, my_page, member, number, unit):
    response = client.post(my_page, {"action": "reminders", "own_number": number, "own_unit": unit})

    assert response.status_code == 422
    assert "Between five minutes and seven days" in words(response)
    assert minutes_planned(member) == [120, 1440]


def test_a_zone_nobody_knows_is_told(client, my_page):
    response = client.post(my_page, {"action": "reminders", "before": ["120"], "time_zone": "Europe/Nowhere"})

    assert response.status_code == 422
    assert "No such time zone is known" in words(response)


def test_a_number_is_used_once_its_code_was_typed(client, my_page, member, desk, number):
    client.post(my_page, {"action": "phone-code", "number": number})
    sending.send_due(now=NOW)
    code = desk.parcels[0].text.split("code is ")[1][:6]
    before = set(member.messages.filter(kind=MessageKind.REMINDER).values_list("channel", flat=True))

    wrong = client.post(my_page, {"action": "phone-confirm", "code": "000000" if code != "000000" else "111111"})
    right = client.post(my_page, {"action": "phone-confirm", "code": code})

    after = set(member.messages.filter(kind=MessageKind.REMINDER).values_list("channel", flat=True))
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert (before, after) == ({"email"}, {"email", "sms"})
    assert number.encode() not in bytes(ReminderWishes.objects.get().phone)


def test_codes_to_ever_new_numbers_are_counted_as_seats_kept_by_phone_are(client, my_page):
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    now = timezone.now()
    for _time in range(limits.RSVP_FROM_NETWORK.burst - 1):
        limits.take(limits.RSVP_FROM_NETWORK, "198.51.100.0", now=now)

    last = client.post(my_page, {"action": "phone-code", "number": "+1 555 777 0100"}, **elsewhere)
    one_more = client.post(my_page, {"action": "phone-code", "number": "+1 555 777 0101"}, **elsewhere)

    assert (last.status_code, one_more.status_code) == (303, 429)
    assert OutgoingMessage.objects.filter(kind=MessageKind.CODE).count() == 1


def test_a_code_can_be_tried_five_times(client, my_page, desk, number):
    client.post(my_page, {"action": "phone-code", "number": number})
    sending.send_due(now=NOW)
    code = desk.parcels[0].text.split("code is ")[1][:6]
    wrong = "000000" if code != "000000" else "111111"

    tried = [client.post(my_page, {"action": "phone-confirm", "code": wrong}).status_code for _try in range(5)]
    right = client.post(my_page, {"action": "phone-confirm", "code": code})

    assert tried == [422] * 5
    assert right.status_code == 422


def test_a_number_is_erased_by_a_press(client, my_page, member, desk, number):
    client.post(my_page, {"action": "phone-code", "number": number})
    sending.send_due(now=NOW)
    client.post(my_page, {"action": "phone-confirm", "code": desk.parcels[0].text.split("code is ")[1][:6]})
    assert member.messages.filter(channel="sms", state="planned", kind="reminder").count() == 2

    client.post(my_page, {"action": "phone-forget"})

    assert ReminderWishes.objects.get().phone is None
    assert member.messages.filter(channel="sms", state="planned", kind="reminder").count() == 0


def test_somebody_without_an_address_learns_what_would_remind_them(client, meeting):
    rsvp = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)

    said = words(client.get(reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=rsvp, now=NOW)])))

    assert "None is planned, because you gave no address." in said


def test_a_seat_kept_too_late_for_a_reminder_promises_none(client, meeting, time_machine):
    soon = STARTS_AT - timedelta(minutes=40)
    time_machine.move_to(soon, tick=False)
    late = rsvps.Person(kind=ContactKind.EMAIL, address="late@people.example")
    rsvp = rsvps.take_place(meeting, TUESDAY, person=late, now=soon)
    page = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=rsvp, now=soon)])
    before = words(client.get(page))

    rsvps.confirm(rsvp, now=soon)

    after = words(client.get(page))
    assert "None is planned. They are planned once your seat is confirmed." in before
    assert "Your reminders None When and how" in after
    assert "They are planned once" not in after


# ── Stop ────────────────────────────────────────────────────────────────────


@pytest.fixture
def stop_address(member):
    return reverse("meetings:messages_stop", args=[signing.signed("stop", member.messages.first().public_id)])


def test_opening_the_stop_link_stops_nothing(client, stop_address, member):
    response = client.get(stop_address)

    assert "Stop all messages" in words(response)
    assert response.headers["Cache-Control"] == "no-store, private"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert minutes_planned(member) == [120, 1440]


def test_one_click_of_a_mail_program_stops_at_once(client, stop_address, member):
    response = client.post(stop_address, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert minutes_planned(member) == []
    assert set(member.messages.values_list("state", "reason")) == {("void", "stopped")}


def test_stopping_can_be_taken_back_which_is_said_and_plans_the_reminders_again(client, stop_address, member):
    client.post(stop_address, {"action": "stop"})
    assert StoppedAddress.objects.count() == 1
    assert minutes_planned(member) == []

    response = client.post(stop_address, {"action": "allow"})

    assert StoppedAddress.objects.count() == 0
    assert minutes_planned(member) == [120, 1440]
    assert "Messages to this address are allowed again." in words(response)
    assert "allowed again" not in words(client.get(stop_address))


def test_mail_that_came_back_is_not_allowed_again_by_pressing(client, stop_address, member):
    consent.stop_bounced(member.contact_key, now=NOW)

    response = client.post(stop_address, {"action": "allow"})

    assert StoppedAddress.objects.count() == 1
    assert "Messages to this address came back" in words(response)
    assert "allowed again" not in words(response)


def test_a_stopped_address_gets_no_new_reminders_until_it_confirms_anew(client, stop_address, meeting, member, desk):
    client.post(stop_address, {"action": "stop"})
    next_week = TUESDAY + timedelta(days=7)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="member@example.org")
    held = rsvps.take_place(meeting, next_week, person=person, now=NOW)

    rsvps.confirm(held, now=NOW)

    assert minutes_planned(held) == [120, 1440]
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize("token", ["x", "bbbbbbbbbbb0000000000000000"])
def test_a_stop_link_that_is_none_opens_nothing(client, token, db):
    assert client.get(reverse("meetings:messages_stop", args=[token])).status_code == 404


# ── Afterwards ──────────────────────────────────────────────────────────────


def test_the_question_afterwards_is_asked_once_and_answered_without_who(client, member, desk):
    sending.send_due(now=STARTS_AT + timedelta(hours=14))
    asked = [parcel for parcel in desk.parcels if parcel.subject.startswith("One question")]
    address = asked[0].link.removeprefix("http://127.0.0.1:8000")

    opened = client.get(address)
    first = client.post(address, {"answer": "nobody"})
    second = client.post(address, {"answer": "yes"})

    assert len(asked) == 1
    assert "Did it take place?" in words(opened)
    assert "Thank you" in words(first)
    assert "Thank you" in words(second)
    kept = AfterAnswer.objects.get()
    assert (kept.answer, kept.original_on) == ("nobody", TUESDAY)
    assert {field.name for field in AfterAnswer._meta.get_fields()} == {
        "id",
        "meeting",
        "original_on",
        "answer",
        "answered_on",
    }


def test_opening_the_question_answers_nothing(client, member, desk):
    sending.send_due(now=STARTS_AT + timedelta(hours=14))
    message = OutgoingMessage.objects.get(kind=MessageKind.AFTER)
    address = reverse("meetings:after", args=[signing.signed("after", message.public_id)])

    client.get(address)
    client.post(address, {"answer": "perhaps"})

    assert message.state == MessageState.SENT
    assert not AfterAnswer.objects.exists()


@pytest.mark.parametrize(
    ("start", "asked"),
    [("19:00", "2026-12-01 20:30"), ("19:29", "2026-12-01 20:59"), ("19:30", "2026-12-02 08:00")],
)
def test_the_question_comes_half_an_hour_after_the_end_and_not_in_the_quiet_hours(db, start, asked):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME, start_time=time.fromisoformat(start))
    person = rsvps.Person(kind=ContactKind.EMAIL, address="member@example.org")

    rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person, now=NOW), now=NOW)

    message = OutgoingMessage.objects.get(kind=MessageKind.AFTER)
    assert message.due_at == instant(asked, "America/New_York")


def test_everything_kept_about_me_includes_my_reminders_and_erasing_takes_them(client, my_page, member, desk, number):
    client.post(my_page, {"action": "phone-code", "number": number})
    sending.send_due(now=NOW)
    client.post(my_page, {"action": "phone-confirm", "code": desk.parcels[0].text.split("code is ")[1][:6]})

    (mine,) = about_me.as_data(about_me.kept_under(member.contact_key))["places"]
    about_me.erase(member.contact_key, now=NOW)

    assert mine["reminded"]["minutes_before"] == [1440, 120]
    assert mine["reminded"]["phone"] == number.replace(" ", "")
    assert {message["state"] for message in mine["messages"] if message["kind"] == "reminder"} == {"planned"}
    assert not ReminderWishes.objects.exists()
    assert not OutgoingMessage.objects.exists()
