"""The stock admin: every model, quick lists, kind checks, and a finder that hears of changes."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group as AuthGroup
from django.contrib.auth.models import User
from django.urls import reverse

from groups.models import (
    Approach,
    EmergencyNumber,
    Fellowship,
    Group,
    HelpLine,
    ImportChange,
    ImportRun,
    Reference,
    Source,
)
from meetings.enums import ChannelState
from meetings.finder import index
from meetings.models import (
    CalendarRevision,
    FinderEntry,
    Meeting,
    MeetingTrait,
    Occurrence,
    Pause,
    Place,
    PlaceName,
    Postcode,
    SourceRow,
    Trait,
    Venue,
)
from tests import factories
from tests.helpers import instant

pytestmark = pytest.mark.django_db


def make_user(number: int) -> User:
    return User.objects.create_user(f"member{number}")


def make_place_name(number: int) -> PlaceName:
    return PlaceName.objects.create(place=factories.PlaceFactory(), folded=f"town {number}", population=number)


def make_source_row(_number: int) -> SourceRow:
    return factories.SourceRowFactory(run=factories.ImportRunFactory())


def make_meeting(number: int) -> Meeting:
    meeting = factories.MeetingFactory(
        source=factories.SourceFactory(), group__fellowship=factories.FellowshipFactory()
    )
    factories.PauseFactory(meeting=meeting)
    factories.OccurrenceFactory(meeting=meeting)
    factories.MeetingTraitFactory(meeting=meeting)
    return meeting


ROWS = {
    Approach: lambda _n: factories.ApproachFactory(),
    AuthGroup: lambda n: AuthGroup.objects.create(name=f"Staff {n}"),
    EmergencyNumber: lambda _n: factories.EmergencyNumberFactory(),
    Fellowship: lambda _n: factories.FellowshipFactory(),
    Group: lambda _n: factories.GroupFactory(
        fellowship=factories.FellowshipFactory(), source=factories.SourceFactory()
    ),
    HelpLine: lambda _n: factories.HelpLineFactory(),
    ImportChange: lambda _n: factories.ImportChangeFactory(),
    ImportRun: lambda _n: factories.ImportRunFactory(),
    Meeting: make_meeting,
    Occurrence: lambda _n: factories.OccurrenceFactory(),
    Place: lambda _n: factories.PlaceFactory(),
    PlaceName: make_place_name,
    Postcode: lambda _n: factories.PostcodeFactory(),
    Reference: lambda _n: factories.ReferenceFactory(),
    Source: lambda _n: factories.SourceFactory(),
    SourceRow: make_source_row,
    Trait: lambda _n: factories.TraitFactory(),
    User: make_user,
    Venue: lambda _n: factories.VenueFactory(source=factories.SourceFactory()),
}

# Rows of a meeting are edited on its page; the revisions of its calendar are counted by the database.
WITHOUT_A_PAGE = {CalendarRevision, MeetingTrait, Pause}

# What is said of people, and to them, is nobody's list to read, staff included.
OF_PEOPLE = ("meetings.models.rsvps", "meetings.models.messages")


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("curator"))
    return client


def changelist(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def change(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def models_of(*modules: str) -> set:
    return {model for model in apps.get_models() if model.__module__.startswith(modules)}


def test_every_kind_of_listing_has_a_page():
    listings = models_of("groups.models", "meetings.models.listings", "meetings.models.places")

    assert len(listings) > 15
    assert listings - WITHOUT_A_PAGE - set(admin.site._registry) == set()


def test_nobody_can_list_who_is_coming():
    people = models_of(*OF_PEOPLE)

    assert people != set()
    assert people & set(admin.site._registry) == set()


def test_every_page_of_the_admin_is_tried_here():
    assert set(admin.site._registry) - set(ROWS) == set(), "give ROWS a way to make one"


@pytest.mark.parametrize("model", sorted(ROWS, key=str), ids=lambda model: model._meta.label)
def test_a_list_costs_the_same_for_one_row_and_three(staff, model, django_assert_max_num_queries):
    staff.get(reverse("admin:index"))  # what is kept in the process is there
    ROWS[model](1)
    with django_assert_max_num_queries(14) as first:
        assert staff.get(changelist(model)).status_code == 200
    ROWS[model](2)
    ROWS[model](3)

    with django_assert_max_num_queries(14) as second:
        response = staff.get(changelist(model))

    assert response.context["cl"].result_count >= 3
    assert len(second.captured_queries) == len(first.captured_queries)


@pytest.mark.parametrize("model", sorted(ROWS, key=str), ids=lambda model: model._meta.label)
def test_every_list_can_be_searched_and_every_row_opened(staff, model):
    row = ROWS[model](1)

    assert staff.get(changelist(model), {"q": "abc"}).status_code == 200
    assert staff.get(change(row)).status_code == 200


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(changelist(Meeting)).status_code == 302


# ── A meeting ───────────────────────────────────────────────────────────────


def form_of(staff, row) -> dict:
    """Return what the browser would send for a row's page, unchanged."""
    context = staff.get(change(row)).context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False:
                continue
            widget = getattr(field.field.widget, "widget", field.field.widget)
            name = field.html_name
            if hasattr(widget, "decompress"):
                for part, piece in zip(widget.widgets_names, widget.decompress(value), strict=True):
                    data[name + part] = piece if piece is not None else ""
            else:
                data[name] = widget.format_value(value) if hasattr(widget, "format_value") else value
                if isinstance(data[name], list) and len(data[name]) == 1:
                    data[name] = data[name][0]
    return {name: "" if value is None else value for name, value in data.items()}


def errors_of(response) -> dict:
    return dict(response.context["adminform"].form.errors) if response.status_code == 200 else {}


def test_saving_a_meeting_unchanged_is_accepted(staff):
    meeting = factories.MeetingFactory()

    response = staff.post(change(meeting), form_of(staff, meeting))

    assert errors_of(response) == {}
    assert response.status_code == 302


def test_the_finder_hears_of_a_saved_meeting(staff):
    meeting = factories.MeetingFactory()
    assert not FinderEntry.objects.filter(meeting=meeting, is_listed=True).exists()

    staff.post(change(meeting), form_of(staff, meeting))
    meeting.refresh_from_db()
    assert FinderEntry.objects.filter(meeting=meeting, is_listed=True).exists()
    assert meeting.next_starts_at is not None

    staff.post(change(meeting), {**form_of(staff, meeting), "state": "unlisted"})
    assert not FinderEntry.objects.filter(meeting=meeting, is_listed=True).exists()


def test_the_finder_hears_of_a_changed_group_and_a_moved_venue(staff):
    meeting = factories.MeetingFactory()
    index.refresh([meeting.pk], now=instant("2026-11-20 12:00"))

    venue_form = form_of(staff, meeting.venue)
    staff.post(change(meeting.venue), {**venue_form, "latitude": "53.8", "longitude": "-1.55"})
    assert FinderEntry.objects.get(meeting=meeting).latitude == pytest.approx(53.8)

    staff.post(change(meeting.group), {**form_of(staff, meeting.group), "state": "gone"})
    assert not FinderEntry.objects.filter(meeting=meeting, is_listed=True).exists()


def test_the_finder_hears_of_a_deleted_meeting(staff):
    meeting = factories.MeetingFactory()
    index.refresh([meeting.pk], now=instant("2026-11-20 12:00"))
    assert FinderEntry.objects.filter(meeting_id=meeting.pk, is_listed=True).exists()

    staff.post(reverse("admin:meetings_meeting_delete", args=[meeting.pk]), {"post": "yes"})

    assert not Meeting.objects.filter(pk=meeting.pk).exists()
    assert not FinderEntry.objects.filter(meeting_id=meeting.pk, is_listed=True).exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rrule": "FREQ=YEARLY"}, "rrule"),
        ({"rrule": "every Tuesday"}, "rrule"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}, "first_on"),
        ({"time_zone": "Eastern"}, "time_zone"),
        ({"start_time": ""}, "start_time"),
        ({"venue": ""}, "venue"),
        ({"first_on": "2026-12-01", "last_on": "2026-11-01"}, "last_on"),
        ({"join_url": "ftp://example.org/room"}, "join_url"),
        ({"min_age": "30", "max_age": "18"}, "__all__"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_with_a_word_at_the_field(staff, wrong, field):
    meeting = factories.MeetingFactory()

    response = staff.post(change(meeting), {**form_of(staff, meeting), **wrong})

    assert response.status_code == 200
    assert field in errors_of(response)


def test_a_rule_is_kept_in_its_one_spelling(staff):
    meeting = factories.MeetingFactory()

    staff.post(change(meeting), {**form_of(staff, meeting), "rrule": "RRULE:BYDAY=th,tu;FREQ=weekly"})

    meeting.refresh_from_db()
    assert meeting.rrule == "FREQ=WEEKLY;BYDAY=TU,TH"


def test_a_zone_left_empty_is_the_venues(staff):
    meeting = factories.MeetingFactory(venue__time_zone="America/Chicago")

    staff.post(change(meeting), {**form_of(staff, meeting), "time_zone": ""})

    meeting.refresh_from_db()
    assert meeting.time_zone == "America/Chicago"


# ── A venue ─────────────────────────────────────────────────────────────────


def test_a_venue_without_a_position_is_saved(staff):
    venue = factories.VenueFactory()

    response = staff.post(change(venue), {**form_of(staff, venue), "latitude": "", "longitude": "", "time_zone": ""})

    venue.refresh_from_db()
    assert response.status_code == 302
    assert venue.latitude is None


def test_the_zone_of_a_venue_comes_from_its_pin(staff):
    factories.PlaceFactory(time_zone="America/New_York")
    venue = factories.VenueFactory(latitude=None, longitude=None, time_zone="")

    staff.post(change(venue), {**form_of(staff, venue), "latitude": "42.36", "longitude": "-71.06"})

    venue.refresh_from_db()
    assert venue.time_zone == "America/New_York"


def test_half_a_position_is_refused(staff):
    venue = factories.VenueFactory()

    response = staff.post(change(venue), {**form_of(staff, venue), "longitude": ""})

    assert "longitude" in errors_of(response)


def test_secrets_are_not_shown_to_staff(staff):
    group = factories.GroupFactory(contact=b"sealed-words")
    source = factories.SourceFactory(owner_contact=b"sealed-words")

    for row in (group, source):
        text = staff.get(change(row)).content.decode()
        assert row.name in text
        assert "sealed" not in text


def test_join_details_can_be_kept_for_a_hybrid(staff):
    meeting = factories.MeetingFactory(is_hybrid=True)

    staff.post(change(meeting), {**form_of(staff, meeting), "join_url": "meet.example.org/room"})

    meeting.refresh_from_db()
    assert (meeting.join_url, meeting.online) == ("https://meet.example.org/room", ChannelState.OPEN)
