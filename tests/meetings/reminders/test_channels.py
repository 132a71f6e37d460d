"""Mail, text messages and notifications, each against a real server on this machine."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from meetings.channels import Answer, Outcome, Parcel, email, outbox, push, sms
from tests.faults.servers import http_server, mail_server
from tests.helpers import instant

NOW = instant("2026-11-25 17:00")

PARCEL = Parcel(
    id="bcdfghjkmnp",
    to="member@example.org",
    subject="Reminder for 19:00",
    text="This is your reminder.\n.dots at the start stay\n",
    html="<p>This is your reminder.</p>",
    link="https://chair.example/rsvp/x/",
    expires_at=NOW + timedelta(hours=2),
    headers={
        "List-Unsubscribe": "<https://chair.example/stop/x/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)


def yes():
    return True


def no():
    return False


def hand_over(line, parcel=PARCEL, begin=yes):
    return line.hand_over(parcel, begin=begin, now=NOW)


# ── E-mail ──────────────────────────────────────────────────────────────────


@pytest.fixture
def mailbox(settings):
    settings.SHOWS_OUTBOX = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_BOUNCES = "bounces@chair.example"
    with mail_server() as found:
        settings.EMAIL_HOST, settings.EMAIL_PORT = found.host, found.port
        yield found


def test_mail_arrives_with_text_html_and_the_headers_of_one_click(mailbox):
    with email.Email().line() as line:
        answer = hand_over(line)

    mail = mailbox.mails[0]
    assert answer.outcome == Outcome.ACCEPTED
    assert mail["Subject"] == "Reminder for 19:00"
    assert mail["List-Unsubscribe"] == "<https://chair.example/stop/x/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == "<bcdfghjkmnp@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == PARCEL.text
    assert mail.return_path.startswith("bounces+bcdfghjkmnp")


def test_an_address_with_letters_of_its_own_language_is_written_as_every_server_takes_it(mailbox):
    with email.Email().line() as line:
        answer = hand_over(line, replace(PARCEL, to="member@bücher.example"))

    assert answer.outcome == Outcome.ACCEPTED
    assert mailbox.mails[0]["To"] == "member@xn--bcher-kva.example"


def test_two_messages_go_over_one_line(mailbox):
    with email.Email().line() as line:
        first = hand_over(line)
        connection = line._backend.connection
        second = hand_over(line)

        assert line._backend.connection is connection
    assert [first.outcome, second.outcome] == [Outcome.ACCEPTED] * 2
    assert len(mailbox.mails) == 2


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("450 4.2.1 mailbox busy", Outcome.MAILBOX_LATER),
        ("452 4.2.2 mailbox full", Outcome.MAILBOX_LATER),
        ("421 4.3.2 going down", Outcome.LATER),
        ("550 5.1.1 no such user", Outcome.REFUSED),
        ("550 5.7.1 we do not like your server", Outcome.UNWANTED),
    ],
)
def test_what_a_server_says_of_the_recipient_is_told_apart(mailbox, reply, outcome):
    mailbox.answers = [reply]

    with email.Email().line() as line:
        refused = hand_over(line)
        next_one = hand_over(line)

    assert refused == Answer(outcome, reply[:3])
    assert next_one.outcome == Outcome.ACCEPTED
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"), [("451 4.3.0 try again", Outcome.LATER), ("554 5.6.0 not this", Outcome.UNWANTED)]
)
def test_what_a_server_says_of_the_words_is_told_apart(mailbox, reply, outcome):
    mailbox.after_data = [reply]

    with email.Email().line() as line:
        assert hand_over(line) == Answer(outcome, reply[:3])


def test_a_line_that_breaks_after_the_words_is_uncertain(mailbox):
    mailbox.drops = 1

    with email.Email().line() as line:
        broken = hand_over(line)
        next_one = hand_over(line)

    assert broken.outcome == Outcome.UNCERTAIN
    assert next_one.outcome == Outcome.ACCEPTED


def test_a_server_that_is_not_there_is_asked_once_for_all_messages_at_hand(settings, mailbox):
    settings.EMAIL_PORT = 9
    asked = []

    with email.Email().line() as line:
        answers = [hand_over(line, begin=lambda: asked.append(1) or True) for _message in range(3)]

    assert [answer.outcome for answer in answers] == [Outcome.LATER] * 3
    assert asked == []


def test_mail_that_is_withdrawn_at_the_last_moment_does_not_arrive(mailbox):
    with email.Email().line() as line:
        withdrawn = hand_over(line, begin=no)
        next_one = hand_over(line)

    assert withdrawn.outcome == Outcome.WITHDRAWN
    assert next_one.outcome == Outcome.ACCEPTED
    assert len(mailbox.mails) == 1


def test_mail_of_one_machine_is_kept_where_its_outbox_shows_it(settings, tmp_path, client):
    settings.SHOWS_OUTBOX, settings.EMAIL_FILE_PATH = True, tmp_path

    with email.Email().line() as line:
        hand_over(line)
    page = client.get("/outbox/").content.decode()

    assert [kept.subject for kept in outbox.kept()] == ["Reminder for 19:00"]
    assert "Reminder for 19:00" in page
    assert "List-Unsubscribe-Post" in page


def test_a_site_that_sends_has_no_outbox(settings, client):
    settings.SHOWS_OUTBOX = False

    assert client.get("/outbox/").status_code == 404


# ── Text messages ───────────────────────────────────────────────────────────

TEXT = Parcel(id="bcdfghjkmnp", to="+15555550100", subject="", text="Reminder for 19:00.")


@pytest.fixture
def provider():
    with http_server() as found:
        yield found


@pytest.fixture
def gateway(provider, settings):
    settings.SMS_URL = provider.url.replace("http://", "http://secret@") + "/v1?from=%2B15555550199"
    return sms.Sms()


def test_a_text_message_goes_with_its_id_and_our_token(gateway, provider):
    with gateway.line() as line:
        answer = hand_over(line, TEXT)

    path, headers, body = provider.requests[0]
    assert answer.outcome == Outcome.ACCEPTED
    assert path == "/v1/messages"
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Idempotency-Key"] == "bcdfghjkmnp"
    assert json.loads(body) == {
        "id": "bcdfghjkmnp",
        "to": "+15555550100",
        "from": "+15555550199",
        "text": "Reminder for 19:00.",
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, Outcome.LATER),
        (503, Outcome.LATER),
        (401, Outcome.LATER),
        (403, Outcome.LATER),
        (410, Outcome.STOPPED),
        (400, Outcome.UNWANTED),
    ],
)
def test_a_gateways_answers_are_told_apart(gateway, provider, status, outcome):
    provider.statuses = [status]

    with gateway.line() as line:
        assert hand_over(line, TEXT).outcome == outcome


def test_a_gateway_is_asked_whether_it_took_what_the_line_broke_over(gateway, provider):
    provider.drops = 1

    with gateway.line() as line:
        broken = hand_over(line, TEXT)

    assert broken.outcome == Outcome.UNCERTAIN
    assert gateway.knows("bcdfghjkmnp") is True
    assert gateway.knows("zzzzzzzzzzz") is False


def test_a_gateway_that_is_not_there_is_later(settings):
    settings.SMS_URL = "http://secret@127.0.0.1:9/v1"

    with sms.Sms().line() as line:
        assert hand_over(line, TEXT).outcome == Outcome.LATER


def test_twilio_is_asked_as_it_documents(provider, settings):
    settings.TWILIO_API = provider.url
    settings.SMS_URL = "twilio://AC00:token@/%2B15555550199"

    with sms.Sms().line() as line:
        answer = hand_over(line, TEXT)

    path, headers, body = provider.requests[0]
    assert answer.outcome == Outcome.ACCEPTED
    assert path == "/2010-04-01/Accounts/AC00/Messages.json"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"AC00:token").decode()
    assert body == b"To=%2B15555550100&From=%2B15555550199&Body=Reminder+for+19%3A00."
    assert sms.Sms().knows("bcdfghjkmnp") is None


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21610, Outcome.STOPPED),
        (400, 21211, Outcome.REFUSED),
        (400, 21602, Outcome.UNWANTED),
        (401, 20003, Outcome.LATER),
    ],
)
def test_twilios_refusals_are_told_apart(provider, settings, status, code, outcome):
    settings.TWILIO_API = provider.url
    settings.SMS_URL = "twilio://AC00:token@/%2B15555550199"
    provider.statuses, provider.says = [status], {"code": code}

    with sms.Sms().line() as line:
        assert hand_over(line, TEXT).outcome == outcome


def test_twilios_signature_is_checked(settings):
    """The example of its documentation, "Webhooks security"."""
    twilio = sms.Twilio("twilio://AC00:12345@/%2B1")
    said = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert twilio.signed_by("RSOYDt4T1cUTdK1PDd93/VVr8B8=", address, said)
    assert not twilio.signed_by("RSOYDt4T1cUTdK1PDd93/VVr8B8=", address, {**said, "Digits": "1235"})


# ── Notifications ───────────────────────────────────────────────────────────


@pytest.fixture
def visitor(provider, settings):
    """A browser's subscription, and how it reads what it is sent."""
    settings.SHOWS_OUTBOX, settings.PUSH_HOSTS = False, ["127.0.0.1"]
    key = ec.generate_private_key(ec.SECP256R1())
    secret = b"0123456789abcdef"
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    class Browser:
        subscription = {
            "endpoint": f"{provider.url}/push/1",
            "keys": {
                "p256dh": base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
                "auth": base64.urlsafe_b64encode(secret).rstrip(b"=").decode(),
            },
        }

        def read(self, body):
            return json.loads(http_ece.decrypt(body, private_key=key, auth_secret=secret))

    return Browser()


def notification(visitor):
    return Parcel(
        id="bcdfghjkmnp",
        to=json.dumps(visitor.subscription),
        subject="Reminder for 19:00",
        text="This is your reminder.",
        link="https://chair.example/rsvp/x/",
        expires_at=NOW + timedelta(hours=2),
    )


def test_a_notification_is_readable_by_its_browser_alone(visitor, provider):
    with push.Push().line() as line:
        answer = hand_over(line, notification(visitor))

    path, headers, body = provider.requests[0]
    assert answer.outcome == Outcome.ACCEPTED
    assert path == "/push/1"
    assert b"Reminder" not in body
    assert visitor.read(body) == {
        "title": "Reminder for 19:00",
        "body": "This is your reminder.",
        "url": "https://chair.example/rsvp/x/",
        "tag": "bcdfghjkmnp",
    }
    assert headers["TTL"] == "7200"
    assert headers["Topic"] == "mbcdfghjkmnp"
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Outcome.GONE), (410, Outcome.GONE), (429, Outcome.LATER), (500, Outcome.LATER), (413, Outcome.UNWANTED)],
)
def test_what_a_push_service_says_is_told_apart(visitor, provider, status, outcome):
    provider.statuses = [status]

    with push.Push().line() as line:
        assert hand_over(line, notification(visitor)).outcome == outcome


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "https://169.254.169.254/x",
        "https://internal.example/x",
        "http://127.0.0.1:1/x",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_no_push_service(visitor, settings, endpoint):
    assert push.checked(visitor.subscription)
    settings.PUSH_HOSTS = ["fcm.googleapis.com", ".push.services.mozilla.com"]
    known = {**visitor.subscription, "endpoint": "https://updates.push.services.mozilla.com/wpush/1"}
    assert push.checked(known) == known

    with pytest.raises(push.InvalidSubscription):
        push.checked({**visitor.subscription, "endpoint": endpoint})


@pytest.mark.parametrize("keys", [{}, {"p256dh": "x", "auth": "y"}, {"p256dh": None, "auth": None}])
def test_a_subscription_without_whole_keys_is_none(visitor, keys):
    with pytest.raises(push.InvalidSubscription):
        push.checked({**visitor.subscription, "keys": keys})
