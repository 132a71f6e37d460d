"""What comes back: STOP, START and HELP by text, mail that could not be delivered, sent by nobody else."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings import contacts, reminders, rsvps, tokens
from meetings.enums import ContactKind, LinkPurpose, MessageReason, MessageState, StopReason
from meetings.models import Rsvp, StoppedAddress
from meetings.reminders import consent, health, sending, signing, wishes
from tests.helpers import instant, words
from tests.meetings.reminders.conftest import NOW, TUESDAY

pytestmark = pytest.mark.django_db

KEY = "a key for reports"
NUMBER = "+15555550100"

REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; somebody-else@example.org
Action: {action}
Status: {status}

--b--
"""


@pytest.fixture(autouse=True)
def set_up(settings):
    settings.WEBHOOK_KEY = KEY
    settings.EMAIL_BOUNCES = "bounces@chair.example"


def signed(body):
    return {"X-Signature": "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()}


def text(client, said, number=NUMBER):
    body = json.dumps({"from": number, "text": said}).encode()
    return client.post(reverse("meetings:text_came_in"), body, content_type="application/json", headers=signed(body))


def report(client, message, *, action="failed", status="5.1.1", to=None):
    body = REPORT.format(to=to or signing.return_path(message.public_id), action=action, status=status).encode()
    return client.post(reverse("meetings:mail_came_back"), body, content_type="message/rfc822", headers=signed(body))


@pytest.mark.parametrize("said", ["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "end", "quit"])
def test_stop_by_text_stops_the_number_at_once_and_is_answered(client, said):
    answer = text(client, said)

    stopped = StoppedAddress.objects.get()
    assert stopped.contact_key == contacts.match_key(ContactKind.PHONE, NUMBER)
    assert "no more messages" in answer.json()["reply"]


def test_start_by_text_allows_messages_again(client):
    text(client, "STOP")
    assert StoppedAddress.objects.count() == 1

    text(client, "START", number="+1 555 555 0100")

    assert StoppedAddress.objects.count() == 0


def test_start_by_text_plans_the_reminders_of_that_number_again(client, meeting, desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    stranger = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)
    wishes.send_code(stranger, NUMBER, now=NOW)
    sending.send_due(now=NOW)
    wishes.confirm_number(stranger, desk.parcels[0].text.split("code is ")[1][:6], now=NOW)
    reminders = stranger.messages.filter(kind="reminder")
    text(client, "STOP")
    stopped = set(reminders.values_list("state", "reason"))

    text(client, "START")

    assert stopped == {("void", "stopped")}
    assert [row.state for row in reminders] == ["planned", "planned"]


@pytest.mark.parametrize("told", ["15555550100", " +1 555 555 0100 "])
def test_a_number_is_the_same_however_its_provider_writes_it(client, told):
    text(client, "STOP", number=told)

    assert StoppedAddress.objects.get().contact_key == contacts.match_key(ContactKind.PHONE, NUMBER)


def test_a_text_is_answered_in_the_language_of_what_went_to_its_number(client, meeting):
    person = rsvps.Person(kind=ContactKind.PHONE, address=NUMBER, language="de")
    rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person, now=NOW), now=NOW)

    theirs, a_strangers = text(client, "START"), text(client, "START", number="+15555550101")

    assert a_strangers.json()["reply"].startswith("Messages are allowed again.")
    assert theirs.json()["reply"].startswith("Nachrichten sind wieder erlaubt.")


def test_an_address_that_came_back_is_tried_again_after_some_weeks_with_its_reminders(
    client, meeting, member, time_machine
):
    time_machine.move_to(NOW, tick=False)
    report(client, member.messages.first())
    far = rsvps.Person(kind=ContactKind.EMAIL, address="member@example.org")
    rsvp = rsvps.take_place(meeting, TUESDAY + timedelta(days=35), person=far, now=NOW)
    Rsvp.objects.filter(pk=rsvp.pk).update(state="going", confirm_by=None, confirmed_at=NOW)
    rsvp.refresh_from_db()
    reminders.plan(rsvp, now=NOW)
    before = set(rsvp.messages.filter(kind="reminder").values_list("state", "reason"))

    consent.forget_old_bounces(now=NOW + timedelta(days=30))

    assert before == {("void", "stopped")}
    assert set(rsvp.messages.filter(kind="reminder").values_list("state", flat=True)) == {"planned"}


def test_help_by_text_says_who_we_are_and_how_to_stop(client):
    answer = text(client, "Help")

    assert "Text STOP" in answer.json()["reply"]
    assert not StoppedAddress.objects.exists()


def test_other_words_are_not_answered(client):
    assert text(client, "I will stop by later").json() == {"reply": ""}
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize("signature", ["", "sha256=00", "sha256=ümlaut"])
def test_a_text_that_nobody_signed_is_refused(client, signature):
    body = json.dumps({"from": NUMBER, "text": "STOP"}).encode()

    answer = client.post(
        reverse("meetings:text_came_in"), body, content_type="application/json", headers={"X-Signature": signature}
    )

    assert answer.status_code == 403
    assert not StoppedAddress.objects.exists()


def test_without_a_key_nothing_is_taken(client, settings):
    assert text(client, "HELP").status_code == 200
    settings.WEBHOOK_KEY = ""

    assert text(client, "STOP").status_code == 403


def test_twilio_is_answered_in_its_own_way(client, settings):
    settings.SMS_URL = "twilio://AC00:token@/%2B15555550199"
    said = {"From": NUMBER, "Body": "STOP", "To": "+15555550199"}
    address = settings.SITE_URL + reverse("meetings:text_came_in")
    text_to_sign = address + "".join(name + said[name] for name in sorted(said))
    signature = b64encode(hmac.new(b"token", text_to_sign.encode(), hashlib.sha1).digest()).decode()

    right = client.post(reverse("meetings:text_came_in"), said, headers={"X-Twilio-Signature": signature})
    wrong = client.post(
        reverse("meetings:text_came_in"), {**said, "From": "+1"}, headers={"X-Twilio-Signature": signature}
    )
    none = client.post(reverse("meetings:text_came_in"), said, headers={"X-Twilio-Signature": "ümlaut"})

    assert (right.status_code, wrong.status_code, none.status_code) == (200, 403, 403)
    assert right.headers["Content-Type"].startswith("text/xml")
    assert b"<Message>You get no more messages" in right.content
    assert StoppedAddress.objects.count() == 1


def test_mail_that_came_back_for_good_stops_the_address_and_is_told_on_the_page(client, member):
    answer = report(client, member.messages.first())

    assert answer.json() == {"stopped": True}
    assert StoppedAddress.objects.get().contact_key == member.contact_key
    assert set(member.messages.values_list("state", "reason")) == {("void", MessageReason.BOUNCED)}
    page = client.get(reverse("meetings:messages_stop", args=[_stop(member)]))
    assert "Messages to this address came back" in words(page)


def test_mail_that_came_back_was_not_sent_whatever_the_first_server_said(client, member, desk, time_machine):
    day_before = instant("2026-11-30 19:00", "America/New_York")
    time_machine.move_to(day_before, tick=False)
    sending.send_due(now=day_before)
    sent = member.messages.get(state=MessageState.SENT)
    assert health.health(now=day_before).bounce_rate == 0
    page = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=member, now=day_before)])

    report(client, sent)

    sent.refresh_from_db()
    assert (sent.state, sent.reason, sent.sent_at) == (MessageState.FAILED, MessageReason.BOUNCED, None)
    assert health.health(now=day_before).bounce_rate == 1
    assert "7 pm – Could not be sent. Mail to this address came back." in words(client.get(page))


def test_mail_that_comes_back_after_a_stop_does_not_make_the_stop_run_out(client, member):
    consent.stop(member.contact_key, now=NOW)

    assert report(client, member.messages.first()).json() == {"stopped": True}
    consent.forget_old_bounces(now=NOW + timedelta(days=3650))

    assert [stopped.reason for stopped in StoppedAddress.objects.all()] == [StopReason.BY_PERSON]


def test_a_stop_after_mail_came_back_is_the_persons_own(client, member):
    report(client, member.messages.first())
    assert StoppedAddress.objects.get().reason == StopReason.BOUNCED

    consent.stop(member.contact_key, now=NOW)
    consent.forget_old_bounces(now=NOW + timedelta(days=3650))

    assert StoppedAddress.objects.get().reason == StopReason.BY_PERSON


def _stop(member):
    return signing.signed("stop", member.messages.first().public_id)


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.2.2"), ("failed", "4.4.7"), ("delivered", "2.0.0"), ("failed", "5.7.1")]
)
def test_mail_that_may_still_arrive_or_was_refused_for_our_sake_stops_nothing(client, member, action, status):
    answer = report(client, member.messages.first(), action=action, status=status)

    assert answer.json() == {"stopped": False}
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize("to", ["bounces@chair.example", "bounces+bcdfghjkmnp0000000000000000@chair.example", "x"])
def test_a_report_about_no_message_of_ours_stops_nothing(client, member, to):
    assert report(client, member.messages.first(), to=to).json() == {"stopped": False}
    assert not StoppedAddress.objects.exists()


def test_a_stop_by_a_person_is_not_taken_back_by_waiting(client, member):
    text(client, "STOP")
    report(client, member.messages.first())
    assert StoppedAddress.objects.count() == 2

    consent.forget_old_bounces(now=instant("2031-01-01 00:00"))

    assert [stopped.reason for stopped in StoppedAddress.objects.all()] == [StopReason.BY_PERSON]
