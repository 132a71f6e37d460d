"""What a listing said before: public fields alone, in what role, by whose hand, never from where."""

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory
from simple_history.models import HistoricalRecords

from groups import history
from groups.enums import Role
from groups.models import Group
from meetings.models import Meeting, Occurrence, Pause, Venue
from tests import factories

pytestmark = pytest.mark.django_db

KEPT = (Group, Meeting, Venue, Occurrence, Pause)
PRIVATE = {
    Group: {"contact", "greeter_note"},
    Meeting: {"join_url", "join_passcode", "join_phone", "join_notes", "join_phone_notes"},
}


@pytest.fixture(autouse=True)
def keys_apart():
    """Let the keys of history and of listings differ, as they do on any real site."""
    factories.GroupFactory(name="Some other group").save()
    for _more in range(3):
        factories.PauseFactory()


@pytest.fixture
def host() -> User:
    return User.objects.create_user("host")


def fields(model) -> set[str]:
    return {field.name for field in model._meta.get_fields() if field.concrete}


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_every_field_is_kept_but_private_and_derived_ones(model):
    kept = fields(model.history.model)

    derived = {
        "weekdays",
        "next_starts_at",
        "next_ends_at",
        "starts_at",
        "place_told",
        "last_seen_at",
        "source_updated_at",
    }
    facts = {"confirmed_at", "confirmed_by", "asked_at", "doubted_at", "created_at", "updated_at", "traits"}
    assert fields(model) - kept - derived - facts == PRIVATE.get(model, set())


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_history_knows_no_device(model):
    own = fields(model.history.model) - fields(model)

    assert own == {"history_id", "history_date", "history_change_reason", "history_type", "history_user", "role"}


def test_a_change_keeps_what_was_and_in_what_role(host):
    group = factories.GroupFactory(name="Old Hall Group")
    group.name = "New Hall Group"

    with history.told(role=Role.HOST, why="We moved", by=host):
        group.save()

    newest, oldest = group.history.all()
    assert (oldest.name, newest.name) == ("Old Hall Group", "New Hall Group")
    assert (newest.role, newest.history_user, newest.history_change_reason) == (Role.HOST, host, "We moved")


def test_what_is_not_told_anew_stays_as_it_was_told_around_it(host):
    with history.told(role=Role.HOST, why="We moved"), history.told(by=host):
        group = factories.GroupFactory()

    row = group.history.get()
    assert (row.role, row.history_change_reason, row.history_user) == (Role.HOST, "We moved", host)


def test_told_to_be_by_nobody_it_is_not_by_who_is_signed_in(host):
    request = RequestFactory().post("/host/x/")
    request.user = host
    HistoricalRecords.context.request = request

    try:
        signed = factories.GroupFactory()
        with history.told(by=None):
            unsigned = factories.GroupFactory()
    finally:
        del HistoricalRecords.context.request

    assert [row.history.get().history_user for row in (signed, unsigned)] == [host, None]


def test_the_first_change_of_an_imported_listing_keeps_how_it_was():
    group = factories.GroupFactory.build(name="As imported", approach=factories.ApproachFactory())
    Group.objects.bulk_create([group])
    group = Group.objects.get(slug=group.slug)
    assert group.history.count() == 0

    group.name = "As corrected"
    group.save()

    assert list(group.history.values_list("name", flat=True)) == ["As corrected", "As imported"]


def test_saving_what_is_the_same_writes_nothing():
    meeting = factories.MeetingFactory()
    count = meeting.history.count()

    meeting.join_passcode = "secret"
    meeting.save()

    assert (count, meeting.history.count()) == (1, 1)


def test_what_is_told_to_nobody_leaves_no_row():
    with history.untold():
        group = factories.GroupFactory()
        key = group.pk
        group.delete()

    assert not Group.history.filter(id=key).exists()


def test_taking_away_leaves_its_last_state():
    pause = factories.PauseFactory(reason="Holidays")

    key = pause.pk

    pause.delete()

    rows = Pause.history.filter(id=key).values_list("history_type", "reason")
    assert list(rows) == [("-", "Holidays"), ("+", "Holidays")]


@pytest.mark.parametrize(
    ("path", "role"), [("/host/x/", Role.HOST), ("/curate/x/", Role.CURATOR), ("/admin/x/", Role.CURATOR), ("/x/", "")]
)
def test_the_role_is_that_of_the_page(host, path, role):
    request = RequestFactory().post(path)
    request.user = host
    HistoricalRecords.context.request = request

    try:
        group = factories.GroupFactory()
    finally:
        del HistoricalRecords.context.request

    assert group.history.get().role == role
    assert group.history.get().history_user == host
