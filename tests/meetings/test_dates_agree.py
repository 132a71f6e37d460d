"""A change of one date is the same everywhere, at once: pages, search, calendars, one's own page."""

from datetime import date, timedelta

import icalendar
import pytest
from django.urls import reverse

from meetings import calendars, occurrences, rsvps, tokens
from meetings.enums import LinkPurpose, OpenTo, RsvpPolicy
from meetings.finder import index
from meetings.models import Rsvp
from tests.factories import MeetingFactory
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-30 12:00")
TUESDAY = date(2026, 12, 1)
STARTS_AT = instant("2026-12-01 19:00", "America/New_York")


@pytest.fixture
def meeting(time_machine):
    time_machine.move_to(NOW, tick=False)
    made = MeetingFactory(name="Lamplight", rsvp_policy=RsvpPolicy.WELCOME, open_to=OpenTo.ANYONE)
    index.refresh([made.pk], now=NOW)
    return made


@pytest.fixture
def rsvp(meeting):
    return rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)


def pages(client, meeting, rsvp) -> dict[str, str]:
    own = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=rsvp, now=NOW)])
    addresses = {
        "meeting": reverse("meetings:meeting_detail", args=[meeting.slug]),
        "date": reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY]),
        "own": own,
    }
    return {name: words(client.get(address)) for name, address in addresses.items()}


def dates_in_calendars(client, meeting, rsvp) -> dict[str, list[tuple]]:
    """Return start and status of the date's own entry, as each calendar has it."""
    files = {
        "date": client.get(f"/meetings/{meeting.slug}/{TUESDAY}.ics"),
        "meeting": client.get(f"/feeds/meetings/{meeting.slug}.ics"),
        "group": client.get(f"/feeds/groups/{meeting.group.slug}.ics"),
        "search": client.get("/feeds/meetings.ics?q=Lamplight"),
    }
    content = {name: response.content for name, response in files.items()}
    content["own"] = calendars.of_places(Rsvp.objects.filter(pk=rsvp.pk), now=NOW)
    found = {}
    for name, text in content.items():
        entries = icalendar.Calendar.from_ical(text).walk("VEVENT")
        changed = [entry for entry in entries if "RRULE" not in entry]
        found[name] = [(entry.start, str(entry.get("STATUS", "CONFIRMED"))) for entry in changed]
    return found


def next_start_found(client) -> str:
    page = client.get("/meetings/?q=Lamplight")
    return words(page)


def test_a_date_that_moves_is_at_its_new_time_everywhere(client, meeting, rsvp):
    before = pages(client, meeting, rsvp)
    to = STARTS_AT + timedelta(hours=1)

    occurrences.move(meeting, TUESDAY, to=to, now=NOW)

    for name, said in pages(client, meeting, rsvp).items():
        assert "7–8 pm" in before[name], name
        assert "8–9 pm" in said, name
    assert {tuple(dates) for dates in dates_in_calendars(client, meeting, rsvp).values()} == {((to, "CONFIRMED"),)}
    meeting.refresh_from_db()
    assert meeting.next_starts_at == to
    assert "8–9 pm" in next_start_found(client)


def test_a_date_that_is_cancelled_is_cancelled_everywhere(client, meeting, rsvp):
    before = dates_in_calendars(client, meeting, rsvp)

    occurrences.cancel(meeting, TUESDAY, now=NOW)

    for name, said in pages(client, meeting, rsvp).items():
        assert "ancelled" in said, name
    after = dates_in_calendars(client, meeting, rsvp)
    assert before["date"] == [(STARTS_AT, "CONFIRMED")]
    assert {tuple(dates) for dates in after.values()} == {((STARTS_AT, "CANCELLED"),)}
    meeting.refresh_from_db()
    assert meeting.next_starts_at == STARTS_AT + timedelta(weeks=1)


def test_a_cancelled_date_is_never_in_progress(client, meeting, rsvp, time_machine):
    time_machine.move_to(STARTS_AT + timedelta(minutes=10), tick=False)
    index.refresh([meeting.pk], now=STARTS_AT + timedelta(minutes=10))
    before = words(client.get(reverse("meetings:meeting_detail", args=[meeting.slug])))

    occurrences.cancel(meeting, TUESDAY, now=STARTS_AT + timedelta(minutes=10))

    after = words(client.get(reverse("meetings:meeting_detail", args=[meeting.slug])))
    assert "Happening now" in before
    assert "Happening now" not in after
