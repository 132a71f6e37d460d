"""People with places, and a channel that writes down what it was given."""

from datetime import date

import pytest

from meetings import channels, rsvps
from meetings.enums import ContactKind, RsvpPolicy
from tests.factories import MeetingFactory
from tests.helpers import instant
from tests.meetings.reminders.desk import Desk

NOW = instant("2026-11-25 17:00")
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def meeting(db):
    """Every Tuesday 19:00 in New York: on 1 December that is midnight UTC."""
    return MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)


@pytest.fixture
def member(meeting):
    """Somebody with a confirmed place on 1 December."""
    person = rsvps.Person(kind=ContactKind.EMAIL, address="member@example.org")
    return rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person, now=NOW), now=NOW)


@pytest.fixture
def desk(settings):
    """Every channel ends at this desk, where each parcel is written down."""
    settings.MESSAGE_CHANNELS = dict.fromkeys(("email", "sms", "push"), "tests.meetings.reminders.desk.TheDesk")
    settings.SMS_URL = "file:"
    found = Desk.of_all()
    found.clear()
    channels._sender.cache_clear()
    yield found
    channels._sender.cache_clear()
