"""Mail scanners and link previews open everything. Nothing changes by being opened."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection

from meetings import contacts, occurrences, posting, questions, rsvps
from meetings.enums import ContactKind, MessageKind, RsvpPolicy, RsvpState
from meetings.models import OutgoingMessage, Rsvp
from meetings.reminders import sending
from tests.factories import MeetingFactory
from tests.helpers import fill_buckets, instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 15:00")
TUESDAY = date(2026, 12, 1)
WEEK = timedelta(weeks=1)
# Links to other sites are not ours to follow, and leaving ends the visit.
NOT_FOLLOWED = ("/exit/", "/static/")
MOST_PAGES = 400


def person(name: str) -> rsvps.Person:
    return rsvps.Person(kind=ContactKind.EMAIL, address=f"{name}@example.org", alias=name)


def everything() -> dict[str, list]:
    """Return every row of every table."""
    tables = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')
            tables[table] = [row[0] for row in cursor.fetchall()]
    return tables


def links_in(text: str) -> set[str]:
    found = re.findall(r'(?:href|src|action)="([^"]+)"', text) + re.findall(r"https?://[^\s\"<>]+", text)
    ours = set()
    for address in found:
        parts = urlsplit(address.replace("&amp;", "&"))
        if parts.netloc in ("", urlsplit(settings.SITE_URL).netloc) and parts.scheme in ("", "http", "https"):
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if path.startswith("/") and not path.startswith(NOT_FOLLOWED):
                ours.add(path)
    return ours


def bodies(message) -> str:
    headers = [str(value) for value in message.extra_headers.values()]
    return "\n".join([message.body, *headers, *[part[0] for part in getattr(message, "alternatives", [])]])


@pytest.mark.slow
def test_opening_every_link_of_every_mail_and_page_changes_nothing(client, settings):
    settings.SHOWS_OUTBOX = False
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.NEEDED, capacity=2, host_sees_aliases=True)
    meeting.group.contact = contacts.encrypt({"email": "group@example.org"})
    meeting.group.save()
    with time_machine.travel(NOW, tick=False):
        going = rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person("going"), now=NOW), now=NOW)
        held = rsvps.take_place(meeting, TUESDAY, person=person("held"), now=NOW)
        waiting = rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person("waiting"), now=NOW), now=NOW)
        standing = rsvps.start_standing(meeting, TUESDAY + WEEK, person=person("often"), dates=None, now=NOW)
        for kept in (going, held, waiting, standing):
            posting.send_place(kept, now=NOW)
        posting.send_about_me(ContactKind.EMAIL, "going@example.org", now=NOW)
        questions.ask(meeting, words="Is there a ramp?", reply_to="asks@example.org", now=NOW)
        other = rsvps.take_place(meeting, TUESDAY + 2 * WEEK, person=person("other"), now=NOW)
        rsvps.confirm(other, now=NOW)
        occurrences.note(meeting, TUESDAY + 2 * WEEK, text="Ring twice", now=NOW)
        rsvps.give_back(rsvps.take_place(meeting, TUESDAY + 2 * WEEK, person=person("gone"), now=NOW), now=NOW)
    later = NOW + timedelta(minutes=6)
    with time_machine.travel(later, tick=False):
        sending.send_due(now=later)
        kinds = set(OutgoingMessage.objects.filter(sent_at__isnull=False).values_list("kind", flat=True))
        waiting_to_be_opened = set().union(*[links_in(bodies(message)) for message in mail.outbox])
        before = everything()

        opened: set[str] = set()
        while waiting_to_be_opened and len(opened) < MOST_PAGES:
            address = waiting_to_be_opened.pop()
            opened.add(address)
            fill_buckets()
            answer = client.get(address)
            client.head(address)
            if answer.get("Content-Type", "").startswith("text/html"):
                waiting_to_be_opened |= links_in(answer.content.decode()) - opened

        after = everything()

    assert {MessageKind.PLACE, MessageKind.ABOUT_ME, MessageKind.QUESTION, MessageKind.DATE_CHANGED} <= kinds
    assert sum(bool(re.match(r"/rsvp/[a-z2-7]{32}/", address)) for address in opened) >= 4
    assert len(opened) > 20
    changed = [table for table in before if before[table] != after[table]]
    assert changed == []
    # What would have been seen: one button pressed.
    rsvps.give_back(going, now=later)
    assert everything()["meetings_rsvp"] != before["meetings_rsvp"]
    assert Rsvp.objects.get(pk=going.pk).state == RsvpState.CANCELLED
