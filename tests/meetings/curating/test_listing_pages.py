"""One listing on the desk: why it is shown, its past, changing and copying it, its place."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from groups.enums import GroupState, ImportAction, ListingState, Role
from groups.history import told
from meetings import decisions, listing_fields, reports
from meetings.curation import past, shown, venues
from meetings.curation.shown import Verdict, Weight
from meetings.enums import ChannelState, ReportKind, ReviewFlag
from meetings.finder import index
from meetings.listing_forms import ListingForm
from meetings.models import Decision, FinderEntry, Meeting, Venue
from tests import factories
from tests.cast import Cast
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

# A Tuesday.
NOW = instant("2026-12-01 12:00")


def answer(meeting: Meeting) -> shown.Answer:
    index.refresh([meeting.pk], now=NOW)
    found = Meeting.objects.select_related("group__fellowship", "venue", "source").get(pk=meeting.pk)
    return shown.why(found, now=NOW)


def heavy(found: shown.Answer, weight: Weight) -> list[str]:
    return [rule.name for rule in found.rules if rule.weight == weight]


# ── Why it is shown ─────────────────────────────────────────────────────────


def test_a_listing_in_order_is_on_the_site(cast):
    found = answer(cast.meeting)

    assert found.verdict is Verdict.IN_LISTS
    assert heavy(found, Weight.STOPS) == []
    assert not found.copy_is_wrong


@pytest.mark.parametrize(
    ("changes", "verdict", "rule"),
    [
        ({"state": ListingState.PAUSED}, Verdict.PAGE_ALONE, "Its state"),
        ({"state": ListingState.UNLISTED, "unlisted_why": "stale"}, Verdict.NOT_SHOWN, "Its state"),
        ({"state": ListingState.GONE}, Verdict.NOT_SHOWN, "Its state"),
        ({"state": ListingState.DRAFT}, Verdict.NOT_SHOWN, "Its state"),
        ({"last_on": "2026-11-01"}, Verdict.PAGE_ALONE, "Its dates"),
    ],
)
def test_what_keeps_a_listing_off_is_named(cast, changes, verdict, rule):
    Meeting.objects.filter(pk=cast.meeting.pk).update(**changes)

    found = answer(cast.meeting)

    assert found.verdict is verdict
    assert heavy(found, Weight.STOPS) == [rule]
    assert not found.copy_is_wrong


def test_a_group_that_is_off_takes_its_meetings_with_it(cast):
    cast.group.state = GroupState.UNLISTED
    cast.group.save()

    found = answer(cast.meeting)

    assert found.verdict is Verdict.NOT_SHOWN
    assert heavy(found, Weight.STOPS) == ["Its group"]


def test_what_hides_a_part_is_named(cast):
    reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW, role=Role.CURATOR)
    Meeting.objects.filter(pk=cast.meeting.pk).update(
        created_at=NOW - timedelta(days=400), in_person=ChannelState.SUSPENDED
    )
    Venue.objects.filter(pk=cast.meeting.venue_id).update(latitude=None, longitude=None)

    found = answer(cast.meeting)

    assert found.verdict is Verdict.IN_LISTS
    assert heavy(found, Weight.PART) == ["Ways to take part", "Reports", "How old it is", "Its place"]


def test_a_listing_without_fixed_days_is_on_the_site():
    meeting = factories.MeetingFactory(is_any_time=True)

    assert answer(meeting).verdict is Verdict.IN_LISTS


def test_a_finder_of_another_idea_is_found_out_and_put_right(cast, client: Client):
    client.force_login(cast.curator)
    index.refresh([cast.meeting.pk], now=timezone.now())
    FinderEntry.objects.filter(pk=cast.meeting.pk).update(is_listed=False)
    page = client.get(reverse("curate:meeting", args=["boston"]))
    assert "its copy is out of date" in words(page)

    client.post(reverse("curate:meeting_do", args=["boston"]), {"what": "refresh"})

    assert FinderEntry.objects.get(pk=cast.meeting.pk).is_listed


def test_flags_are_named(cast):
    Meeting.objects.filter(pk=cast.meeting.pk).update(review_flags=[ReviewFlag.UNKNOWN_LINK])

    assert "The link is not of a known meeting service." in [rule.found for rule in answer(cast.meeting).rules]


def test_the_public_page_leads_its_curator_to_the_desk_and_nobody_else(cast, client: Client):
    desk = reverse("curate:meeting", args=["boston"])
    client.force_login(cast.curator)
    assert desk in client.get(cast.meeting.get_absolute_url()).content.decode()

    for person in (cast.host, cast.curator_elsewhere):
        client.force_login(person)
        assert desk not in client.get(cast.meeting.get_absolute_url()).content.decode()
    client.logout()
    assert desk not in client.get(cast.meeting.get_absolute_url()).content.decode()


# ── The past ────────────────────────────────────────────────────────────────


def test_history_tells_what_changed_from_what_in_what_role(cast):
    changes = {"notes": "Ring twice", "duration": 90}
    with told(role=Role.HOST):
        listing_fields.apply(cast.meeting, changes, by=cast.host, role=Role.HOST, now=NOW)

    entries = past.of_meeting(fresh(cast))

    assert (entries[0].what, entries[0].role) == ("The meeting", Role.HOST)
    assert {(each.label, each.was, each.will_be) for each in entries[0].differences} == {
        ("In the group’s own words", "", "Ring twice"),
        ("Length in minutes", "60 minutes", "90 minutes"),
    }
    assert [entry.what for entry in entries if "as it was first written down" in entry.what] != []


def test_history_has_group_place_pauses_and_dates(cast):
    listing_fields.apply(cast.group, {"group_website": "https://example.org"}, by=None, role=Role.HOST, now=NOW)
    cast.meeting.venue.name = "New Hall"
    cast.meeting.venue.save()
    factories.PauseFactory(meeting=cast.meeting, reason="Holidays")
    factories.OccurrenceFactory(meeting=cast.meeting, note="By the lake")

    told_of = {entry.what for entry in past.of_meeting(fresh(cast))}

    assert {"The group", "The place", "A pause", "One date, Tuesday 1 December 2026"} <= told_of


def test_history_names_columns_in_the_readers_language(cast):
    cast.group.source = factories.SourceFactory()
    cast.group.save()

    def labels() -> set[str]:
        return {each.label for entry in past.of_group(cast.group) for each in entry.differences}

    assert {"Approach", "Source"} <= labels()
    with translation.override("ar"):
        assert {"النهج", "المصدر"} <= labels()
        assert [label for label in labels() if label.isascii()] == []


def test_history_has_what_imports_changed(cast):
    source = factories.SourceFactory(name="The feed")
    Meeting.objects.filter(pk=cast.meeting.pk).update(source=source, source_key="row-1")
    factories.ImportChangeFactory(
        run__source=source,
        key="row-1",
        action=ImportAction.UPDATED,
        before={"meeting": {"duration": "01:00:00", "join_passcode": "old-word"}, "traits": {}},
        after={"meeting": {"duration": "01:30:00", "join_passcode": "new-word"}, "traits": {"access/ramp": "yes"}},
    )

    (entry,) = [entry for entry in past.of_meeting(fresh(cast)) if entry.role == Role.SOURCE]

    assert entry.what == "The feed of The feed changed it"
    told_of = {(each.label, each.was, each.will_be) for each in entry.differences}
    assert ("Length in minutes", "60 minutes", "90 minutes") in told_of
    assert ("Passcode", "(not shown)", "(not shown)") in told_of
    assert "-word" not in str(entry)


def test_a_decision_and_its_rows_are_one_entry_with_its_traits(cast):
    factories.TraitFactory(kind="access", slug="ramp", name="Ramp")
    changes = {"notes": "Ring twice", "trait_access_ramp": "yes", "join_passcode": "secret-word"}
    now = timezone.now()
    with told(role=Role.CURATOR):
        applied = listing_fields.apply(cast.meeting, changes, by=cast.curator, role=Role.CURATOR, now=now)
        decisions.record_change(
            cast.meeting, applied, by=cast.curator, role=Role.CURATOR, now=now, reason="They called"
        )

    entry = past.of_meeting(fresh(cast))[0]

    assert (entry.what, entry.reason) == ("A change of a listing", "They called")
    assert {(each.label, each.will_be) for each in entry.differences} == {
        ("In the group’s own words", "Ring twice"),
        ("Ramp", "Yes"),
        ("Passcode", "(not shown)"),
    }
    assert "secret-word" not in str(past.of_meeting(fresh(cast)))


# ── Changing, copying ───────────────────────────────────────────────────────


def form_of(listing, **changes) -> dict:
    """Return what a browser sends of the curators' form, with some values changed."""
    form = ListingForm(listing=listing, for_whom=listing_fields.Askable.CURATORS)
    sent = {}
    for name, field in form.fields.items():
        value = form.initial.get(name, field.initial)
        if value is not None and value is not False:
            sent[name] = value
    return sent | changes


def test_every_field_can_be_changed_by_a_curator(cast, client: Client):
    client.force_login(cast.curator)
    sent = form_of(fresh(cast), notes="Ring twice", reason="They called")

    answered = client.post(reverse("curate:meeting_edit", args=["boston"]), sent)

    assert answered.status_code == 303
    assert fresh(cast).notes == "Ring twice"
    assert Decision.objects.get().reason == "They called"
    row = Meeting.history.filter(id=cast.meeting.pk).first()
    assert (row.role, row.history_user) == (Role.CURATOR, cast.curator)


def test_a_wrong_value_is_said_and_everything_typed_is_kept(cast, client: Client):
    client.force_login(cast.curator)
    sent = form_of(fresh(cast), notes="Ring twice", min_age="50", max_age="20")

    answered = client.post(reverse("curate:meeting_edit", args=["boston"]), sent)

    assert answered.status_code == 422
    assert "The upper age is below the lower one." in words(answered)
    assert "Ring twice" in answered.content.decode()
    assert fresh(cast).notes == ""


def test_a_group_is_changed(cast, client: Client):
    client.force_login(cast.curator)
    form = ListingForm(listing=cast.group, for_whom=listing_fields.Askable.CURATORS, of=["group"])
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {"group_website": "https://example.org"}

    client.post(reverse("curate:group_edit", args=["boston-group"]), sent)

    cast.group.refresh_from_db()
    assert cast.group.website == "https://example.org"


def test_one_schedule_on_many_days_is_a_listing_each(cast, client: Client):
    client.force_login(cast.curator)
    address = reverse("curate:meeting_days", args=["boston"])
    token = client.get(address).context["token"]
    sent = {"days": ["1", "2", "4"], "start_time": "", "name": "", "together": "copies", "token": token}

    client.post(address, sent)
    client.post(address, sent)

    made = Meeting.objects.filter(group=cast.group).exclude(pk=cast.meeting.pk).order_by("pk")
    # Its own day, Tuesday, is there already.
    assert [meeting.rrule for meeting in made] == ["FREQ=WEEKLY;BYDAY=WE", "FREQ=WEEKLY;BYDAY=FR"]
    assert {meeting.venue for meeting in made} == {cast.meeting.venue}
    assert {meeting.start_time for meeting in made} == {cast.meeting.start_time}
    assert Decision.objects.count() == 1

    decisions.undo(Decision.objects.get(), by=cast.curator, now=timezone.now())

    assert {meeting.state for meeting in made.all()} == {ListingState.DRAFT}


def test_many_days_can_be_one_listing(cast, client: Client):
    client.force_login(cast.curator)
    sent = {"days": ["3"], "start_time": "18:30", "together": "one"}

    client.post(reverse("curate:meeting_days", args=["boston"]), sent)

    meeting = fresh(cast)
    assert meeting.rrule == "FREQ=WEEKLY;BYDAY=TU,TH"
    assert f"{meeting.start_time:%H:%M}" == "18:30"


@pytest.mark.parametrize(
    ("rrule", "days", "copied", "together"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", ["3"], ("FREQ=MONTHLY;BYDAY=2TH", None), "FREQ=MONTHLY;BYDAY=2TU,2TH"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
            ["0"],
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", date(2026, 11, 23)),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU",
        ),
    ],
)
def test_more_days_are_as_often_as_the_meeting_is(cast, client: Client, rrule, days, copied, together):
    client.force_login(cast.curator)
    Meeting.objects.filter(pk=cast.meeting.pk).update(rrule=rrule, first_on=date(2026, 11, 24))
    address = reverse("curate:meeting_days", args=["boston"])

    client.post(address, {"days": days, "together": "copies"})
    client.post(address, {"days": days, "together": "one"})

    made = Meeting.objects.filter(group=cast.group).exclude(pk=cast.meeting.pk).get()
    assert (made.rrule, made.first_on) == copied
    assert fresh(cast).rrule == together


def test_a_day_it_has_already_is_nothing_to_copy(cast, client: Client):
    client.force_login(cast.curator)

    answered = client.post(reverse("curate:meeting_days", args=["boston"]), {"days": ["1"], "together": "copies"})

    assert answered.status_code == 422
    assert "It is held on these days at this time already." in words(answered)


# ── Places ──────────────────────────────────────────────────────────────────


def venue_form(meeting: Meeting, **changes) -> dict:
    form = ListingForm(listing=meeting, for_whom=listing_fields.Askable.CURATORS, of=["venue"])
    sent = {name: form.initial.get(name) for name in form.fields if form.initial.get(name) not in (None, False)}
    return sent | changes


def test_a_place_is_put_right_for_everybody_there(cast, client: Client):
    client.force_login(cast.curator)
    other = factories.MeetingFactory(venue=cast.meeting.venue)
    address = reverse("curate:venue", args=[cast.meeting.venue.public_id])

    client.post(address, venue_form(fresh(cast), venue_name="New Hall", venue_how_to_find="Blue door"))

    other.refresh_from_db()
    assert other.venue == cast.meeting.venue
    assert (other.venue.name, other.venue.how_to_find) == ("New Hall", "Blue door")
    client.post(reverse("curate:undo", args=[Decision.objects.get().public_id]))
    assert Venue.objects.get(pk=other.venue_id).how_to_find == ""


def test_a_pin_set_by_hand_stays_and_brings_its_zone(cast, client: Client):
    client.force_login(cast.curator)
    factories.PlaceFactory(name="Chicago", latitude=41.85, longitude=-87.65, time_zone="America/Chicago")
    address = reverse("curate:venue", args=[cast.meeting.venue.public_id])

    client.post(address, venue_form(fresh(cast), venue_latitude="41.880001", venue_longitude="-87.62"))

    venue = Venue.objects.get(pk=cast.meeting.venue_id)
    assert (venue.latitude, venue.longitude) == (41.880001, -87.62)
    assert venue.time_zone == "America/Chicago"
    assert fresh(cast).time_zone == "America/Chicago"


def test_a_corrected_street_does_not_move_a_pin_set_by_hand(cast, client: Client):
    client.force_login(cast.curator)
    address = reverse("curate:venue", args=[cast.meeting.venue.public_id])

    client.post(address, venue_form(fresh(cast), venue_street="12 Maple St"))

    venue = Venue.objects.get(pk=cast.meeting.venue_id)
    assert (venue.street, venue.latitude, venue.is_approximate) == ("12 Maple St", 42.35843, False)


def test_geography_never_keeps_a_place_from_being_saved(cast, client: Client):
    client.force_login(cast.curator)
    address = reverse("curate:venue", args=[cast.meeting.venue.public_id])
    sent = venue_form(
        fresh(cast), venue_town="Nowhere-on-Sea", venue_postcode="", venue_latitude="", venue_longitude=""
    )

    answered = client.post(address, sent)

    venue = Venue.objects.get(pk=cast.meeting.venue_id)
    assert answered.status_code == 303
    assert (venue.town, venue.latitude) == ("Nowhere-on-Sea", None)


def test_the_position_of_the_town_is_filled_in_and_not_saved(cast, client: Client):
    client.force_login(cast.curator)
    place = factories.PlaceFactory()
    place.names.create(folded="boston", population=place.population)
    Venue.objects.filter(pk=cast.meeting.venue_id).update(latitude=None, longitude=None, postcode="")
    address = reverse("curate:venue", args=[cast.meeting.venue.public_id])

    page = client.post(address, venue_form(fresh(cast), press="from-address"))

    assert page.status_code == 200
    assert page.context["form"]["venue_latitude"].value() == "42.35843"
    assert Venue.objects.get(pk=cast.meeting.venue_id).latitude is None


@pytest.mark.parametrize(
    ("street", "place", "way"),
    [
        ("12 Maple Street, use the back door", "12 Maple Street", "use the back door"),
        ("Use the side entrance", "", "Use the side entrance"),
        ("12 Maple Street (basement)", "12 Maple Street", "basement"),
        ("12 Maple Street", "12 Maple Street", ""),
    ],
)
def test_words_that_tell_the_way_are_told_from_the_street(street, place, way):
    assert venues.directions_in(street) == way
    assert venues.without_directions(street, "") == (place, way)


def test_a_back_door_in_the_street_is_nudged_to_how_to_find_us(cast, client: Client):
    client.force_login(cast.curator)
    Venue.objects.filter(pk=cast.meeting.venue_id).update(street="12 Maple Street, back door", how_to_find="Ring")
    address = reverse("curate:venue", args=[cast.meeting.venue.public_id])
    assert "“back door” tells the way to a door" in words(client.get(address))

    page = client.post(address, venue_form(fresh(cast), press="move-words"))

    form = page.context["form"]
    assert form["venue_street"].value() == "12 Maple Street"
    assert form["venue_how_to_find"].value() == "Ring\nback door"
    assert "tells the way to a door" not in words(page)


def test_a_place_where_nobody_meets_is_said_to_be_so(cast, client: Client):
    client.force_login(cast.curator)
    venue = factories.VenueFactory()

    page = client.get(reverse("curate:venue", args=[venue.public_id]))

    assert "No meeting is held here" in words(page)


# ── The table ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "candle maple"}, {"Candlelight"}),
        ({"state": "paused"}, {"At rest"}),
        ({"day": "6"}, {"Sunday"}),
        ({"way": "online"}, {"From afar"}),
        ({"flag": "nth-weekday"}, {"Flagged"}),
        ({"attention": "no-host"}, {"At rest", "Candlelight", "Flagged", "From afar", "Sunday"}),
        ({"way": "nonsense"}, {"At rest", "Candlelight", "Flagged", "From afar", "Sunday", "Boston"}),
    ],
)
def test_the_table_is_narrowed(cast: Cast, client: Client, asked, found):
    client.force_login(cast.admin)
    Meeting.objects.filter(slug="dublin").delete()
    cast.meeting.name = "Boston"
    cast.meeting.save()
    for name, fields in {
        "Candlelight": {},
        "At rest": {"state": ListingState.PAUSED, "venue__street": "1 Elm Street"},
        "Sunday": {"rrule": "FREQ=WEEKLY;BYDAY=SU"},
        "From afar": {"is_online": True},
        "Flagged": {"review_flags": [ReviewFlag.NTH_WEEKDAY]},
    }.items():
        factories.MeetingFactory(name=name, **fields)
    index.refresh(None, now=NOW)

    page = client.get(reverse("curate:listing_table"), asked)

    assert {row.meeting.name for row in page.context["table"].rows} == found


def test_the_table_is_sorted(cast: Cast, client: Client):
    client.force_login(cast.admin)
    for town in ("Zwolle", "Aachen"):
        factories.MeetingFactory(venue__town=town)

    page = client.get(reverse("curate:listing_table"), {"sort": "town"})

    towns = [row.meeting.venue.town for row in page.context["table"].rows]
    assert towns == sorted(towns)
    assert (towns[0], towns[-1]) == ("Aachen", "Zwolle")


def fresh(cast: Cast) -> Meeting:
    return Meeting.objects.select_related("group__approach", "group__fellowship", "venue", "source").get(
        pk=cast.meeting.pk
    )


def test_the_table_of_one_group_names_it_and_keeps_its_fields_folded(client, cast):
    client.force_login(cast.curator)
    fold = "<details open>"
    address = reverse("curate:listing_table")
    assert fold in client.get(address, {"state": "public"}).content.decode()

    of_group = client.get(address, {"group": cast.group.slug}).content.decode()
    everything = client.get(address).content.decode()

    about = f'<span class="strong">{cast.group.name}</span>'
    assert (about in of_group, about in everything) == (True, False)
    assert (fold in of_group, fold in everything) == (False, False)
