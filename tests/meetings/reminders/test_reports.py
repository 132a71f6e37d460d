"""What comes back: STOP, START and HELP by text, mail that could not be delivered, sent by nobody else."""

import hashlib
import hmac
import json
from base64 import b64encode

import pytest
from django.urls import reverse

from meetings import contacts
from meetings.enums import ContactKind, MessageReason, StopReason
from meetings.models import StoppedAddress
from meetings.reminders import signing
from tests.helpers import words

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

    assert (right.status_code, wrong.status_code) == (200, 403)
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
    from meetings.reminders import consent
    from tests.helpers import instant

    text(client, "STOP")
    report(client, member.messages.first())
    assert StoppedAddress.objects.count() == 2

    consent.forget_old_bounces(now=instant("2031-01-01 00:00"))

    assert [stopped.reason for stopped in StoppedAddress.objects.all()] == [StopReason.BY_PERSON]
