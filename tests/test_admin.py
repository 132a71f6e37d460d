"""The stock admin: every model, quick lists, kind checks, and a finder that hears of changes."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from groups.enums import CameBy, PrivateContact, ReadingKind, Role
from groups.history import ToldRow
from groups.models import (
    AccountLanguage,
    Approach,
    Claim,
    ContactRead,
    CuratorRole,
    EmergencyNumber,
    FeedPiece,
    FeedReading,
    Fellowship,
    Group,
    HelpLine,
    HostInvitation,
    HostRole,
    ImportChange,
    ImportRun,
    Reference,
    Source,
)
from meetings.enums import ChannelState, ConfirmedHow, DecisionKind, ReportKind, SuggestionKind
from meetings.finder import index
from meetings.models import (
    CalendarRevision,
    Confirmation,
    Decision,
    Duty,
    FinderEntry,
    FormerAddress,
    HeadCount,
    Meeting,
    MeetingTrait,
    Notice,
    Occurrence,
    Pause,
    Place,
    PlaceName,
    Postcode,
    Report,
    SourceRow,
    SuggestedValue,
    Suggestion,
    Trait,
    Twins,
    Venue,
)
from tests import factories
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-20 12:00")


def make_user(number: int) -> User:
    return User.objects.create_user(f"member{number}", email=f"member{number}@example.org")


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


def make_host_role(number: int) -> HostRole:
    group = factories.GroupFactory()
    return HostRole.objects.create(group=group, user=make_user(number), came_by=CameBy.CODE, since=NOW)


def make_curator_role(number: int) -> CuratorRole:
    return CuratorRole.objects.create(
        user=make_user(number),
        approach=factories.ApproachFactory(),
        fellowship=factories.FellowshipFactory(),
        source=factories.SourceFactory(),
    )


def make_claim(number: int) -> Claim:
    return Claim.objects.create(group=factories.GroupFactory(), user=make_user(number), made_at=NOW)


def make_invitation(number: int) -> HostInvitation:
    return HostInvitation.objects.create(
        group=factories.GroupFactory(),
        made_by=make_user(number),
        digest=f"{number}" * 64,
        made_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )


def make_contact_read(number: int) -> ContactRead:
    return ContactRead.objects.create(user=make_user(number), read_at=NOW, what=PrivateContact.GROUP, subject="a-group")


def make_suggestion(_number: int) -> Suggestion:
    meeting = factories.MeetingFactory()
    suggestion = Suggestion.objects.create(
        kind=SuggestionKind.CHANGE,
        group=meeting.group,
        meeting=meeting,
        sent_at=NOW,
        answer_by=NOW + timedelta(days=3),
        contact=b"sealed-words",
        contact_key="k",
    )
    SuggestedValue.objects.create(suggestion=suggestion, name="name", current="A", proposed="B")
    return suggestion


def make_decision(number: int) -> Decision:
    return Decision.objects.create(
        kind=DecisionKind.values[0],
        subject="abc",
        title="A decision",
        made_at=NOW,
        made_by=make_user(number),
        role=Role.CURATOR,
    )


def make_twins(number: int) -> Twins:
    one, other = factories.MeetingFactory(), factories.MeetingFactory()
    return Twins.objects.create(one=one, other=other, likeness=90, found_at=NOW)


ROWS = {
    Claim: make_claim,
    Confirmation: lambda _n: Confirmation.objects.create(
        meeting=factories.MeetingFactory(), said_at=NOW, role=Role.HOST, how=ConfirmedHow.ON_PAGE
    ),
    ContactRead: make_contact_read,
    CuratorRole: make_curator_role,
    Decision: make_decision,
    FeedReading: lambda _n: FeedReading.objects.create(
        source=factories.SourceFactory(), kind=ReadingKind.values[0], asked_at=NOW
    ),
    FormerAddress: lambda n: FormerAddress.objects.create(
        slug=f"old-{n}", meeting=factories.MeetingFactory(), since=NOW
    ),
    HeadCount: lambda _n: HeadCount.objects.create(occurrence=factories.OccurrenceFactory(), people=7, counted_at=NOW),
    HostInvitation: make_invitation,
    HostRole: make_host_role,
    Notice: lambda n: Notice.objects.create(
        group=factories.GroupFactory(), text=f"Notice {n}", first_on=NOW.date(), last_on=NOW.date(), written_at=NOW
    ),
    Report: lambda _n: Report.objects.create(
        meeting=factories.MeetingFactory(), kind=ReportKind.CLOSED, device_key="device-key", made_at=NOW
    ),
    Suggestion: make_suggestion,
    Twins: make_twins,
    Approach: lambda _n: factories.ApproachFactory(),
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

# Rows of a meeting are edited on its page, those of a suggestion shown on its own; the revisions of its
# calendar are counted by the database; of who keeps the door, and of the language somebody reads, nothing is
# listed; files of feeds are sealed.
WITHOUT_A_PAGE = {AccountLanguage, CalendarRevision, Duty, FeedPiece, MeetingTrait, Pause, SuggestedValue}

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
    listings = models_of(
        "groups.models", "meetings.models.listings", "meetings.models.dates", "meetings.models.places",
        "meetings.models.truth", "meetings.models.keeping",
    )  # fmt: skip
    listings -= {model for model in listings if issubclass(model, ToldRow)}

    assert len(listings) > 25
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


CHOSEN_TWICE = "You typed this and chose another way. Please empty it, or choose it."


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({}, {"is_for_everything": ["Please choose"]}),
        ({"region": "MA"}, {"country": ["Please choose"]}),
        ({"is_for_everything": "on", "country": "US"}, {"country": [CHOSEN_TWICE]}),
        ({"is_for_everything": "on", "region": "MA"}, {"region": [CHOSEN_TWICE]}),
    ],
)
def test_a_curator_without_a_part_is_refused_in_plain_words(staff, part, said):
    user = User.objects.create_user("curates", email="curates@example.org")

    response = staff.post(reverse("admin:groups_curatorrole_add"), {"user": user.pk} | part)

    assert errors_of(response) == said
    assert not CuratorRole.objects.exists()


@pytest.mark.parametrize("part", [{"is_for_everything": "on"}, {"country": "us", "region": "MA"}])
def test_a_curator_of_a_part_is_saved(staff, part):
    user = User.objects.create_user("curates", email="curates@example.org")

    response = staff.post(reverse("admin:groups_curatorrole_add"), {"user": user.pk} | part)

    assert response.status_code == 302
    assert CuratorRole.objects.get(user=user).country == part.get("country", "").upper()


def test_secrets_are_not_shown_to_staff(staff):
    group = factories.GroupFactory(contact=b"sealed-words")
    source = factories.SourceFactory(owner_contact=b"sealed-words")

    for row in (group, source, make_suggestion(1)):
        text = staff.get(change(row)).content.decode()
        assert str(row).split(",")[0] in text
        assert "sealed" not in text


def test_an_account_is_made_from_an_address_alone(staff):
    staff.post(reverse("admin:auth_user_add"), {"email": "New@Example.org"})

    user = User.objects.get(email="new@example.org")
    assert not user.has_usable_password()
    again = staff.post(reverse("admin:auth_user_add"), {"email": "NEW@example.org"})
    assert "There is an account" in again.content.decode()


def test_a_lost_second_factor_is_taken_away(staff):
    user = make_user(1)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    action = {"action": "take_second_factors_away", "_selected_action": [user.pk]}

    staff.post(changelist(User), action)

    assert not Authenticator.objects.exists()


def test_staff_read_of_an_account_by_its_address(staff):
    role = make_host_role(3)

    assert "member3@example.org" in staff.get(changelist(HostRole)).content.decode()
    found = staff.get(
        "/admin/autocomplete/",
        {"app_label": "groups", "model_name": "hostrole", "field_name": "user", "term": "member3"},
    )
    assert [row["text"] for row in found.json()["results"]] == [role.user.email]


@pytest.mark.parametrize("model", [Group, Meeting, Occurrence, Venue], ids=lambda model: model._meta.label)
def test_what_a_listing_said_before_can_be_read(staff, model):
    row = ROWS[model](1)
    row.save()

    page = staff.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_history", args=[row.pk]))

    assert page.status_code == 200
    assert list(page.context["page_obj"]) == list(row.history.all())


def test_join_details_can_be_kept_for_a_hybrid(staff):
    meeting = factories.MeetingFactory(is_hybrid=True)

    staff.post(change(meeting), {**form_of(staff, meeting), "join_url": "meet.example.org/room"})

    meeting.refresh_from_db()
    assert (meeting.join_url, meeting.online) == ("https://meet.example.org/room", ChannelState.OPEN)
