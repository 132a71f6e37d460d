"""Reading a private contact leaves a row: who, when, whose and why."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.urls import reverse

from groups.enums import PrivateContact
from groups.models import ContactRead, Group, Source
from meetings import contacts, private_contacts, suggestions
from meetings.enums import ContactKind, SuggestionKind
from meetings.models import Suggestion
from tests import factories
from tests.cast import Cast, make_cast
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-20 12:00")
ADDRESS = "keeper@example.org"
SEALED = contacts.sealed(ContactKind.EMAIL, ADDRESS)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.group.contact = SEALED
    cast.group.save()
    return cast


@pytest.fixture(autouse=True)
def without_a_second_step(settings):
    settings.STAFF_NEED_SECOND_STEP = False


def subject_of(cast: Cast, what: PrivateContact) -> str:
    if what == PrivateContact.GROUP:
        return cast.group.slug
    if what == PrivateContact.SOURCE:
        return factories.SourceFactory(owner_contact=SEALED, country="US", approach=cast.group.approach).slug
    suggestion = Suggestion.objects.create(
        kind=SuggestionKind.CHANGE,
        group=cast.group,
        contact=SEALED,
        contact_key="k",
        sent_at=NOW,
        answer_by=instant("2026-11-24 12:00"),
    )
    return suggestion.public_id


@pytest.mark.parametrize("what", PrivateContact)
def test_a_reading_leaves_a_row(cast, what):
    subject = subject_of(cast, what)

    said = private_contacts.read(cast.admin, what, subject, why="  The door\nis locked ", now=NOW)

    row = ContactRead.objects.get()
    assert said == [ADDRESS]
    assert (row.user, row.read_at, row.what, row.subject, row.why) == (
        cast.admin, NOW, what, subject, "The door is locked",
    )  # fmt: skip
    assert ADDRESS not in str(vars(row))


@contextmanager
def constraints_checked():
    yield
    connection.check_constraints()


def test_a_row_that_cannot_be_written_shows_nothing(cast):
    unsaved = User(pk=0, is_superuser=True)

    with pytest.raises(IntegrityError), transaction.atomic(), constraints_checked():
        private_contacts.read(unsaved, PrivateContact.GROUP, cast.group.slug, why="Why", now=NOW)

    assert ContactRead.objects.count() == 0


def test_several_people_of_an_import_are_several_lines(cast):
    cast.group.contact = contacts.encrypt({"people": [{"name": "Ana", "phone": "555-0100"}, {"email": ADDRESS}]})
    cast.group.save()

    lines = private_contacts.read(cast.curator, PrivateContact.GROUP, cast.group.slug, why="Why", now=NOW)

    assert lines == ["Ana · 555-0100", ADDRESS]


@pytest.mark.parametrize("what", PrivateContact)
@pytest.mark.parametrize("name", ["host", "host_elsewhere", "member", "curator_elsewhere"])
def test_nobody_else_reads_it_and_no_row_says_they_did(cast, what, name):
    subject = subject_of(cast, what)

    with pytest.raises(Http404):
        private_contacts.read(getattr(cast, name), what, subject, why="Please", now=NOW)

    assert ContactRead.objects.count() == 0


def test_a_contact_no_key_opens_is_empty(cast):
    cast.group.contact = b"sealed with another key"
    cast.group.save()

    assert private_contacts.read(cast.curator, PrivateContact.GROUP, cast.group.slug, why="Why", now=NOW) == []


def test_the_page_asks_why_and_shows_it_once(client, cast):
    client.force_login(cast.curator)
    address = reverse("private_contact", args=["group", cast.group.slug])

    asked = client.get(address)
    assert "Why do you need it?" in words(asked)
    assert ADDRESS not in asked.content.decode()
    refused = client.post(address, {"why": " "})
    assert refused.status_code == 422
    assert ADDRESS not in refused.content.decode()
    assert ContactRead.objects.count() == 0

    shown = client.post(address, {"why": "The door is locked"})

    assert ADDRESS in words(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert ContactRead.objects.get().user == cast.curator
    assert ADDRESS not in client.get(address).content.decode()


def test_whoever_would_decide_about_a_new_group_may_ask_its_sender(cast):
    proposed = {"group_name": "New", "venue_town": "Boston", "venue_region": "MA", "venue_country": "US"}
    sent = suggestions.send(SuggestionKind.NEW, proposed, now=NOW, email=ADDRESS)

    said = private_contacts.read(cast.curator, PrivateContact.SUGGESTION, sent.public_id, why="Where?", now=NOW)

    assert said == [ADDRESS]
    with pytest.raises(Http404):
        private_contacts.read(cast.curator_elsewhere, PrivateContact.SUGGESTION, sent.public_id, why="Where?", now=NOW)


@pytest.mark.parametrize("what", PrivateContact)
def test_the_desk_leads_to_a_contact_where_there_is_one(client, cast, what):
    subject = subject_of(cast, what)
    client.force_login(cast.admin)
    pages = {
        PrivateContact.GROUP: reverse("curate:meeting", args=[cast.meeting.slug]),
        PrivateContact.SOURCE: reverse("curate:source", args=[subject]),
        PrivateContact.SUGGESTION: reverse("curate:suggestion", args=[subject]),
    }
    link = f'href="{reverse("private_contact", args=[what, subject])}"'
    assert link in client.get(pages[what]).content.decode()

    Group.objects.update(contact=None)
    Source.objects.update(owner_contact=None)
    Suggestion.objects.update(contact=None, contact_key="")

    assert link not in client.get(pages[what]).content.decode()


def test_a_contact_of_no_kind_we_know_is_not_there(client, cast):
    client.force_login(cast.curator)

    assert client.get("/curate/contact/meeting/boston/").status_code == 404
