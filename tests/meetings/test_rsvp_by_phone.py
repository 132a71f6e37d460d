"""A seat kept with a mobile number: a code comes there, and typing it is the way to the seat's page."""

import re
from datetime import date, timedelta

import pytest
import redis
import time_machine
from django.conf import settings as site_settings
from django.urls import reverse

from meetings import codes, contacts, rsvp_forms, rsvps
from meetings.enums import ContactKind, LinkPurpose, MessageKind, OpenTo, RsvpPolicy, RsvpState
from meetings.models import OutgoingMessage, PrivateLink, ReminderWishes, Rsvp, StandingRsvp
from meetings.reminders import consent, sending
from tests.factories import MeetingFactory
from tests.helpers import instant, words
from tests.meetings.reminders.conftest import desk as a_desk

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 17:00")
TUESDAY = date(2026, 12, 1)
NUMBER = "+15555550100"
desk = a_desk


@pytest.fixture(autouse=True)
def at_noon(settings):
    settings.SMS_URL = "file:"
    client = redis.Redis.from_url(site_settings.REDIS_URL)
    for name in client.scan_iter("limit*"):
        client.delete(name)
    client.close()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def meeting():
    return MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME, open_to=OpenTo.ANYONE)


def form_url(meeting) -> str:
    return reverse("meetings:rsvp_new", args=[meeting.slug, TUESDAY])


def filled(**said) -> dict:
    shown = rsvp_forms.stamp(now=NOW - timedelta(seconds=20))
    return {"others": "0", "dates": "one", "way": "phone", "phone": "+1 (555) 555-0100", "shown": shown, **said}


def code_in(desk) -> str:
    sending.send_due(now=NOW)
    return re.search(r"\d{6}", desk.parcels[-1].text)[0]


def without_secrets(page) -> str:
    """Return the page but for its own address, which it may name."""
    return re.sub(r"[a-z2-7]{32}", "", page.content.decode())


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_code_confirms_the_seat_and_opens_its_page(client, meeting, desk):
    answer = client.post(form_url(meeting), filled())
    held = Rsvp.objects.get()

    page = client.post(answer["Location"], {"code": code_in(desk)})
    own = client.get(page["Location"])

    assert held.state == RsvpState.HELD
    assert contacts.decrypt(held.contact) == {"kind": "phone", "address": NUMBER}
    assert [(parcel.to, parcel.link) for parcel in desk.parcels] == [(NUMBER, "")]
    assert (answer.status_code, page.status_code) == (303, 303)
    assert re.fullmatch(r"/rsvp/code/[a-z2-7]{32}/", answer["Location"])
    assert Rsvp.objects.get().state == RsvpState.GOING
    assert "Your seat is kept" in words(own)
    assert "the code opens this page again" in words(own)


def test_its_reminders_come_as_text_messages(client, meeting, desk):
    address = client.post(form_url(meeting), filled())["Location"]
    client.post(address, {"code": code_in(desk)})

    sending.send_due(now=instant("2026-12-01 17:00", "America/New_York"))

    kinds = OutgoingMessage.objects.filter(kind=MessageKind.REMINDER).values_list("channel", "state")
    assert set(kinds) == {("sms", "sent")}
    assert desk.parcels[-1].to == NUMBER
    assert desk.parcels[-1].text.startswith("Reminder for 7 pm.")
    assert "/rsvp/" in desk.parcels[-1].text


def test_known_and_unknown_numbers_are_answered_alike(client, meeting, desk):
    address = client.post(form_url(meeting), filled())["Location"]
    client.post(address, {"code": code_in(desk)})

    answers = [client.post(form_url(meeting), filled(phone=number)) for number in (NUMBER, "+15555550101")]
    pages = [client.get(answer["Location"]) for answer in answers]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert {re.sub(r"[a-z2-7]{32}", "", answer["Location"]) for answer in answers} == {"/rsvp/code//"}
    assert without_secrets(pages[0]) == without_secrets(pages[1])
    assert sorted(Rsvp.objects.values_list("state", flat=True)) == ["going", "held"]


def test_of_standing_places_too(client, meeting, desk, at_noon):
    address = client.post(form_url(meeting), filled(dates="every"))["Location"]
    client.post(address, {"code": code_in(desk)})
    at_noon.shift(timedelta(days=1))
    shown = rsvp_forms.stamp(now=NOW + timedelta(hours=23))
    later = reverse("meetings:rsvp_new", args=[meeting.slug, TUESDAY + timedelta(weeks=2)])

    answers = [
        client.post(later, filled(dates="every", phone=number, shown=shown)) for number in (NUMBER, "+15555550101")
    ]
    pages = [client.get(answer["Location"]) for answer in answers]

    assert StandingRsvp.objects.filter(confirmed_at__isnull=False).count() == 1
    assert without_secrets(pages[0]) == without_secrets(pages[1])


def test_a_wrong_code_opens_nothing_and_five_are_enough(client, meeting, desk):
    address = client.post(form_url(meeting), filled())["Location"]
    code = code_in(desk)

    wrong = [client.post(address, {"code": another(code)}) for _ in range(5)]
    right = client.post(address, {"code": code})

    assert [answer.status_code for answer in [*wrong, right]] == [422] * 6
    assert "That is not the code" in words(wrong[0])
    assert Rsvp.objects.get().state == RsvpState.HELD
    # Asked once more there is another code, and still one place.
    again = client.post(form_url(meeting), filled())["Location"]
    assert client.post(again, {"code": code_in(desk)}).status_code == 303
    assert Rsvp.objects.get().state == RsvpState.GOING


def test_the_right_code_pressed_twice_opens_the_page_twice(client, meeting, desk):
    address = client.post(form_url(meeting), filled())["Location"]
    code = code_in(desk)

    pages = [client.post(address, {"code": f"{code[:3]} {code[3:]}"}) for _ in range(7)]

    assert [page.status_code for page in pages] == [303] * 7
    assert {client.get(page["Location"]).status_code for page in pages} == {200}


def test_a_code_is_good_for_ten_minutes_and_opens_nothing_but_its_own_seat(client, meeting, desk, at_noon):
    address = client.post(form_url(meeting), filled())["Location"]
    code = code_in(desk)
    other = client.post(form_url(meeting), filled(phone="+15555550101"))["Location"]
    crossed = client.post(other, {"code": code})
    asked = client.get(address)
    at_noon.shift(codes.LIVES)

    late = client.post(address, {"code": code})

    assert crossed.status_code == 422
    assert asked.status_code == 200
    assert late.status_code == 404
    assert set(Rsvp.objects.values_list("state", flat=True)) == {"held"}


def test_opening_the_page_of_the_code_changes_nothing_and_is_kept_by_nobody(client, meeting):
    address = client.post(form_url(meeting), filled())["Location"]
    link = PrivateLink.objects.get()

    page = client.get(address)

    assert link.purpose == LinkPurpose.CODE
    assert page["Cache-Control"] == "no-store, private"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "<title>Your code</title>" in page.content.decode()
    assert Rsvp.objects.get().state == RsvpState.HELD
    assert PrivateLink.objects.get().code_tries == 0


def test_a_number_that_sent_stop_gets_no_code_and_nobody_can_tell(client, meeting, desk):
    consent.stop(contacts.match_key(ContactKind.PHONE, NUMBER), now=NOW)

    answers = [client.post(form_url(meeting), filled(phone=number)) for number in (NUMBER, "+15555550101")]
    pages = [client.get(answer["Location"]) for answer in answers]
    sending.send_due(now=NOW)

    assert [parcel.to for parcel in desk.parcels] == ["+15555550101"]
    assert without_secrets(pages[0]) == without_secrets(pages[1])


def test_nobodys_phone_is_filled_from_here(client, meeting):
    answers = [client.post(form_url(meeting), filled()) for _ in range(8)]

    assert {answer.status_code for answer in answers} == {303}
    assert OutgoingMessage.objects.filter(kind=MessageKind.CODE).count() == 5


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ({"phone": ""}, "Please type the number"),
        ({"phone": "555 0100"}, "with + and the country"),
        ({"phone": "+1 555 call me"}, "with + and the country"),
        ({"way": "just-me"}, "Please empty it, or choose it."),
        ({"way": "email", "email": "ana@example.org"}, "Please empty it, or choose it."),
        ({"email": "ana@example.org"}, "Please empty it, or choose it."),
    ],
)
def test_what_is_not_right_comes_back_as_it_was_typed(client, meeting, said, marked):
    sent = filled(**said)

    answer = client.post(form_url(meeting), sent)

    assert answer.status_code == 422
    assert marked in words(answer)
    for name in ("phone", "email"):
        assert not sent.get(name) or f'value="{sent[name]}"' in answer.content.decode()
    assert Rsvp.objects.count() == 0


def test_where_no_texts_are_sent_no_number_is_asked(client, meeting, settings):
    offered = client.get(form_url(meeting)).content.decode()
    settings.SMS_URL = ""

    page = client.get(form_url(meeting)).content.decode()
    answer = client.post(form_url(meeting), filled())

    assert 'name="phone"' in offered
    assert "With a mobile number" in offered
    assert 'name="phone"' not in page
    assert "With a mobile number" not in page
    assert answer.status_code == 422
    assert Rsvp.objects.count() == 0


def test_unconfirmed_it_is_given_back_and_the_number_erased(client, meeting):
    client.post(form_url(meeting), filled())
    before = Rsvp.objects.get().contact

    rsvps.give_back_unconfirmed(now=NOW + timedelta(hours=24))

    rsvp = Rsvp.objects.get()
    assert before is not None
    assert (rsvp.state, rsvp.contact, rsvp.contact_key) == (RsvpState.LAPSED, None, "")
    assert not OutgoingMessage.objects.filter(recipient__isnull=False).exists()
    assert not ReminderWishes.objects.exists()


def test_everything_about_a_number_is_sent_to_it(client, meeting, desk):
    address = client.post(form_url(meeting), filled())["Location"]
    client.post(address, {"code": code_in(desk)})
    shown = rsvp_forms.stamp(now=NOW - timedelta(seconds=20))

    asked = client.post("/rsvp/about-me/", {"phone": "+1 555 555 0100", "shown": shown})
    sending.send_due(now=NOW)
    link = desk.parcels[-1].link
    page = client.get(link.removeprefix(site_settings.SITE_URL))
    client.post(link.removeprefix(site_settings.SITE_URL), {"action": "erase"})

    assert asked["Location"] == "/rsvp/sent/"
    assert desk.parcels[-1].to == NUMBER
    assert NUMBER in words(page)
    assert Rsvp.objects.get().contact is None


@pytest.mark.parametrize("typed", [{}, {"email": "ana@example.org", "phone": NUMBER}, {"phone": "0100"}])
def test_one_address_or_number_is_asked_for_what_is_kept(client, typed):
    shown = rsvp_forms.stamp(now=NOW - timedelta(seconds=20))

    answer = client.post("/rsvp/about-me/", {**typed, "shown": shown})

    assert answer.status_code == 422
    assert OutgoingMessage.objects.count() == 0
