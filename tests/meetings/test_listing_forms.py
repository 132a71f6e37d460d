"""Forms of a listing's fields: what somebody changed, and nothing else."""

from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from meetings import listing_fields, listing_forms
from meetings.listing_fields import Askable
from meetings.models import Meeting
from tests.factories import ApproachFactory, MeetingFactory, TraitFactory
from tests.helpers import give_trait

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def filled_in(form, **typed):
    """Return what a browser would send of a form, with some fields typed anew."""
    data = QueryDict(mutable=True)
    for field in form:
        value = typed.get(field.name, field.value())
        if value is None or value is False:
            continue
        if isinstance(value, list | tuple):
            data.setlist(field.name, [str(each) for each in value])
        else:
            data[field.name] = "on" if value is True else str(value)
    return data


def changes_of(meeting, options=None, **typed):
    options = options or {}
    shown = listing_forms.ListingForm(listing=meeting, **options)
    form = listing_forms.ListingForm(filled_in(shown, **typed), listing=meeting, **options)
    assert form.is_valid(), form.errors
    return form.changes


def fresh(meeting):
    return Meeting.objects.select_related("group", "venue").get(pk=meeting.pk)


@pytest.mark.parametrize("said", [{}, {"is_hybrid": True}, {"is_once": True}, {"is_any_time": True}])
def test_a_form_sent_back_as_it_came_changes_nothing(said):
    meeting = MeetingFactory(**said, own_goals=["moderation"], needs_camera=False, min_age=18)
    give_trait(meeting, "speaker")

    changes = changes_of(fresh(meeting), {"traits": "ticks"})

    assert changes == {}


def test_only_what_was_typed_anew_is_a_change():
    meeting = MeetingFactory()

    changes = changes_of(fresh(meeting), duration="90", venue_how_to_find="Ring twice", needs_camera="no")

    assert changes == {"duration": 90, "venue_how_to_find": "Ring twice", "needs_camera": False}


@pytest.mark.parametrize(
    ("typed", "rrule"),
    [
        ({"rrule_weekdays": ["0", "2"]}, "FREQ=WEEKLY;BYDAY=MO,WE"),
        ({"rrule_repeats": "2", "first_on": "2026-12-01"}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ({"rrule_repeats": "month", "rrule_positions": ["1", "-1"]}, "FREQ=MONTHLY;BYDAY=1TU,-1TU"),
        ({"rrule_repeats": "once", "first_on": "2026-12-01"}, ""),
        ({"rrule_repeats": "never"}, ""),
    ],
)
def test_days_are_told_by_how_often_and_on_which(typed, rrule):
    meeting = MeetingFactory()

    changes = changes_of(fresh(meeting), **typed)

    assert changes["rrule"] == rrule


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"rrule_weekdays": []}, "rrule_weekdays"),
        ({"rrule_repeats": "month"}, "rrule_weekdays"),
        ({"rrule_repeats": "once"}, "first_on"),
        ({"rrule_repeats": "2"}, "first_on"),
        ({"start_time": ""}, "start_time"),
        ({"venue_country": "Atlantis"}, "venue_country"),
        ({"join_url": "nonsense at all"}, "join_url"),
        ({"join_url": "ftp://files.example.org"}, "join_url"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(typed, wrong):
    meeting = fresh(MeetingFactory())
    shown = listing_forms.ListingForm(listing=meeting)

    form = listing_forms.ListingForm(filled_in(shown, **typed), listing=meeting)

    assert not form.is_valid()
    assert {name: len(said) for name, said in form.errors.items()} == {wrong: 1}


def test_ticks_say_the_usual_value_and_leave_the_rest():
    meeting = MeetingFactory()
    give_trait(meeting, "women", "only", kind="focus")
    give_trait(meeting, "men", "no", kind="focus")
    TraitFactory(kind="focus", slug="lgbtq", name="LGBTQ+")

    ticked = changes_of(fresh(meeting), {"traits": "ticks"}, ticks_focus=["women", "lgbtq"])
    unticked = changes_of(fresh(meeting), {"traits": "ticks"}, ticks_focus=[])

    assert ticked == {"trait_focus_lgbtq": listing_forms.usual_value("focus", "lgbtq")}
    assert unticked == {"trait_focus_women": ""}


def test_what_somebody_else_changed_meanwhile_is_not_taken_back():
    meeting = fresh(MeetingFactory(name="Old name"))
    page = filled_in(listing_forms.ListingForm(listing=meeting), duration="90")
    listing_fields.apply(meeting, {"name": "New name"}, by=None, role="host", now=NOW)

    form = listing_forms.ListingForm(page, listing=fresh(meeting))

    assert form.is_valid()
    assert form.changes == {"duration": 90}


def test_hidden_values_are_not_on_the_page_and_empty_leaves_them():
    meeting = fresh(MeetingFactory(is_online=True, join_visibility="coming", join_passcode="rose-17"))
    options = {"hidden": listing_fields.hidden_from_strangers(meeting), "for_whom": Askable.ANYONE}

    shown = str(listing_forms.ListingForm(listing=meeting))
    page = str(listing_forms.ListingForm(listing=meeting, **options))
    untouched = changes_of(meeting, options)
    typed = changes_of(meeting, options, join_passcode="lily-4")

    assert "rose-17" in shown
    assert "rose-17" not in page
    assert (untouched, typed) == ({}, {"join_passcode": "lily-4"})


def test_strangers_are_not_asked_what_only_hosts_know():
    meeting = fresh(MeetingFactory())

    for_hosts = listing_forms.ListingForm(listing=meeting, for_whom=Askable.HOSTS).fields
    for_anyone = listing_forms.ListingForm(listing=meeting, for_whom=Askable.ANYONE).fields

    assert "capacity" in for_hosts
    assert "capacity" not in for_anyone


def test_a_listing_that_is_not_there_yet_has_a_form_too():
    approach = ApproachFactory()
    blank = listing_fields.blank()
    shown = listing_forms.ListingForm(listing=blank)
    typed = {
        "group_name": "Candlelight",
        "name": "Candlelight",
        "group_approach": approach.slug,
        "online": "open",
        "rrule_repeats": "1",
        "rrule_weekdays": ["1"],
        "start_time": "19:00",
        "time_zone": "Europe/Paris",
    }

    form = listing_forms.ListingForm(filled_in(shown, **typed), listing=blank)

    assert form.is_valid(), form.errors
    assert form.changes["rrule"] == "FREQ=WEEKLY;BYDAY=TU"
    assert form.changes["group_approach"] == approach.slug
