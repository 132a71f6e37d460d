"""The demo shows everything there is to show, is plainly made up, and comes and goes cleanly."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Count, Model

from groups import access
from groups.enums import CameBy, GroupState, ListingState
from groups.models import Approach, Fellowship, Group, HostRole, Source
from meetings import demo
from meetings.demo import towns
from meetings.enums import ChannelState, JoinVisibility, Observers, OpenTo, RsvpPolicy, TraitValue
from meetings.models import FinderEntry, Meeting, MeetingTrait, Occurrence, Pause, Venue
from tests.factories import GroupFactory, MeetingFactory, OccurrenceFactory
from tests.gazetteer import load_towns

NOW = datetime(2026, 12, 2, 17, 30, tzinfo=UTC)  # a Wednesday
DEMO_TOWNS = {name for name, _region, _country in (*towns.AROUND_BOSTON, *towns.ELSEWHERE)}


@pytest.fixture
def ready(db, tmp_path):
    """Catalogue and gazetteer, as they are before a demo is loaded."""
    call_command("load_catalogue", verbosity=0)
    load_towns(tmp_path, lambda row: row["name"] in DEMO_TOWNS)


def demo_meetings():
    return Meeting.objects.filter(source__name=demo.DEMO_NAME)


def snapshot(model: type[Model]) -> list[tuple]:
    """Every row as it is, but for what follows from the clock."""
    moving = {"next_starts_at", "next_ends_at"}
    fields = [field.attname for field in model._meta.concrete_fields if field.attname not in moving]
    return list(model.objects.order_by("pk").values_list(*fields))


def test_the_demo_is_marked_as_made_up(ready):
    written = demo.load_demo(now=NOW)

    source = Source.objects.get(name="Demo data")
    assert source.is_demo
    assert 1_200 < len(written.meeting_ids) < 1_800
    assert demo_meetings().count() == len(written.meeting_ids)
    assert not Group.objects.exclude(source=source).exists()
    assert Venue.objects.filter(source=source).exclude(street="").count() > 300
    streets = Venue.objects.exclude(street="").values_list("street", flat=True)
    assert all(re.search(r"Example|Sample|Placeholder|Demo|Model|Invented|Specimen", street) for street in streets)


def test_no_number_or_link_of_the_demo_is_anybodys(ready):
    demo.load_demo(now=NOW)

    phones = set(demo_meetings().exclude(join_phone="").values_list("join_phone", flat=True))
    links = set(demo_meetings().exclude(join_url="").values_list("join_url", flat=True))
    websites = set(Group.objects.exclude(website="").values_list("website", flat=True))
    assert len(phones) > 5
    assert all(re.fullmatch(r"\+1-\d{3}-555-01\d\d", phone) for phone in phones)
    assert len(links) > 100
    assert all(re.match(r"https://(\w+\.)?example\.org/", link) for link in links | websites)
    assert not Group.objects.exclude(contact=None).exists()
    for field in ("venmo", "cash_app", "paypal", "homegroup_online"):
        assert not Group.objects.exclude(**{field: ""}).exists()


def test_every_approach_and_fellowship_is_there(ready):
    demo.load_demo(now=NOW)

    shown = Approach.objects.annotate(count=Count("groups__meetings")).values_list("slug", "count")
    assert len(shown) == 25
    assert [slug for slug, count in shown if count == 0] == []
    assert not Fellowship.objects.filter(groups=None).exists()


@pytest.mark.parametrize(
    ("field", "choices"),
    [
        ("in_person", ChannelState), ("online", [ChannelState.NONE, ChannelState.OPEN, ChannelState.SUSPENDED]),
        ("by_phone", [ChannelState.NONE, ChannelState.OPEN]), ("any_time", [ChannelState.NONE, ChannelState.OPEN]),
        ("open_to", OpenTo), ("observers", Observers), ("join_visibility", JoinVisibility), ("rsvp_policy", RsvpPolicy),
        ("state", ListingState), ("is_good_first_visit", [None, True, False]), ("needs_camera", [None, True, False]),
        ("needs_account", [None, True, False]), ("host_sees_aliases", [True, False]),
        ("is_teen_consented", [True, False]),
    ],
)  # fmt: skip
def test_every_choice_of_a_meeting_is_shown(ready, field, choices):
    demo.load_demo(now=NOW)

    shown = set(demo_meetings().values_list(field, flat=True))

    assert shown == set(choices)


def test_every_kind_of_schedule_is_shown(ready):
    demo.load_demo(now=NOW)

    rules = set(demo_meetings().values_list("rrule", flat=True))
    for kind in (
        r"FREQ=WEEKLY;BYDAY=TU", r"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", r"FREQ=WEEKLY;INTERVAL=2;BYDAY=..",
        r"FREQ=MONTHLY;BYDAY=1MO", r"FREQ=MONTHLY;BYDAY=-1FR", r"FREQ=MONTHLY;BYDAY=5..", r"FREQ=MONTHLY;INTERVAL=3;.*",
    ):  # fmt: skip
        assert [rule for rule in rules if re.fullmatch(kind, rule)], kind
    once = demo_meetings().filter(rrule="", first_on__isnull=False)
    assert once.count() > 1
    assert not once.filter(first_on__lte=NOW.date()).exists()
    assert demo_meetings().filter(rrule="", first_on=None, any_time="none").exists()
    assert demo_meetings().filter(duration=None).exclude(rrule="").exists()
    assert demo_meetings().filter(start_time="23:30", duration__gt=timedelta(minutes=30)).exists()
    assert demo_meetings().filter(last_on__isnull=False).exists()
    assert Pause.objects.count() == 3


def test_changed_dates_lie_ahead_and_are_dates_of_their_meetings(ready):
    demo.load_demo(now=NOW)

    changed = Occurrence.objects.select_related("meeting")
    assert {(o.is_cancelled, o.moved_to is not None, o.is_online_only, bool(o.note)) for o in changed} == {
        (True, False, False, False), (False, True, False, True), (False, True, False, False),
        (False, False, True, True), (False, False, False, True),
    }  # fmt: skip
    for occurrence in changed:
        assert occurrence.original_on > NOW.date()
        assert occurrence.original_on.weekday() in occurrence.meeting.weekdays


def test_traits_are_said_denied_and_mostly_left_open(ready):
    demo.load_demo(now=NOW)

    values = set(MeetingTrait.objects.values_list("value", flat=True))
    in_rooms = demo_meetings().filter(in_person=ChannelState.OPEN)
    said = in_rooms.filter(meeting_traits__trait__slug="wheelchair").count()
    assert values == set(TraitValue)
    assert 0.2 < said / in_rooms.count() < 0.6


def test_smart_meets_near_boston_every_weekday_evening(ready):
    demo.load_demo(now=NOW)

    evenings = Meeting.objects.public().filter(
        group__approach__slug="smart-recovery", venue__town="Boston", start_time__gte="17:00", in_person="open"
    )
    women = evenings.filter(meeting_traits__trait__slug="women", meeting_traits__value=TraitValue.ONLY)
    assert {day for days in evenings.values_list("weekdays", flat=True) for day in days} >= {0, 1, 2, 3, 4}
    assert women.filter(traits__slug="child-care").exists()


def test_public_demo_meetings_can_be_found_and_hidden_ones_not(ready):
    demo.load_demo(now=NOW)

    public = set(Meeting.objects.public().values_list("pk", flat=True))
    listed = set(FinderEntry.objects.filter(is_listed=True).values_list("pk", flat=True))
    assert len(public) > 1_000
    assert listed == public
    assert Group.objects.exclude(state=GroupState.PUBLIC).count() == 3


def test_a_second_load_changes_nothing(ready):
    demo.load_demo(now=NOW)
    before = {model: snapshot(model) for model in (Group, Venue, Meeting, Occurrence)}

    demo.load_demo(now=NOW + timedelta(days=3))

    assert {model: snapshot(model) for model in before} == before


def test_a_later_load_keeps_ids_and_moves_single_dates_ahead(ready):
    demo.load_demo(now=NOW)
    before = dict(demo_meetings().values_list("slug", "public_id"))
    later = NOW + timedelta(days=400)

    demo.load_demo(now=later)

    assert dict(demo_meetings().values_list("slug", "public_id")) == before
    assert not demo_meetings().filter(rrule="", first_on__lte=later.date()).exists()


def test_a_later_load_sets_listings_back_and_leaves_dates_that_were_changed(ready):
    demo.load_demo(now=NOW)
    meeting = demo_meetings().filter(name="On a link").get()
    Meeting.objects.filter(pk=meeting.pk).update(name="Renamed", state=ListingState.GONE)
    occurrence = OccurrenceFactory(meeting=meeting, original_on=NOW.date() + timedelta(days=6))
    left_over = MeetingFactory(group=meeting.group, source=meeting.source, source_key="of an earlier version")

    demo.load_demo(now=NOW)

    meeting.refresh_from_db()
    assert (meeting.name, meeting.state) == ("On a link", ListingState.PUBLIC)
    assert Occurrence.objects.get(pk=occurrence.pk).meeting == meeting
    assert not Meeting.objects.filter(pk=left_over.pk).exists()


def test_taking_the_demo_away_leaves_everything_else(ready):
    demo.load_demo(now=NOW)
    real = MeetingFactory(group=GroupFactory(approach=Approach.objects.get(slug="sos")))

    call_command("load_demo", remove=True, verbosity=0)

    assert list(Meeting.objects.all()) == [real]
    assert list(Group.objects.all()) == [real.group]
    assert list(Venue.objects.all()) == [real.venue]
    assert not Source.objects.filter(name=demo.DEMO_NAME).exists()
    assert not FinderEntry.objects.filter(is_listed=True).exclude(pk=real.pk).exists()


@pytest.mark.django_db
def test_without_catalogue_or_places_the_command_says_what_to_load():
    with pytest.raises(CommandError, match="load_catalogue"):
        call_command("load_demo")
    call_command("load_catalogue", verbosity=0)
    with pytest.raises(CommandError, match="load_places"):
        call_command("load_demo")

    assert not Meeting.objects.exists()


def test_a_data_set_has_exactly_so_many_meetings_in_realistic_shares(ready):
    told = StringIO()

    call_command("make_dataset", meetings=2_500, seed=7, stdout=told)

    made = Meeting.objects.filter(source__name=demo.DATA_SET_NAME)
    online_only = made.filter(in_person="none").count()
    evening = made.filter(start_time__gte="17:00", start_time__lt="21:00").count()
    assert made.count() == 2_500
    assert "2,500 meetings" in told.getvalue()
    assert made.first().source.is_demo
    assert 0.10 < online_only / 2_500 < 0.20
    assert 0.35 < evening / 2_500 < 0.75
    assert 1.4 < 2_500 / Group.objects.count() < 3
    assert Venue.objects.annotate(count=Count("meetings__group", distinct=True)).filter(count__gt=1).count() > 50
    assert len(set(made.values_list("group__approach", flat=True))) > 15
    assert FinderEntry.objects.filter(is_listed=True).count() == 2_500


def test_the_same_seed_makes_the_same_data_set(ready):
    demo.make_data_set(meetings=400, seed=3, now=NOW)
    first = list(Meeting.objects.order_by("slug").values_list("slug", "public_id", "rrule", "venue__street"))

    demo.make_data_set(meetings=400, seed=3, now=NOW)
    again = list(Meeting.objects.order_by("slug").values_list("slug", "public_id", "rrule", "venue__street"))
    demo.make_data_set(meetings=400, seed=4, now=NOW)
    other = list(Meeting.objects.order_by("slug").values_list("slug", "public_id", "rrule", "venue__street"))

    assert len(first) == 400
    assert again == first
    assert other != first


def test_data_set_and_demo_live_side_by_side(ready):
    demo.load_demo(now=NOW)
    count = demo_meetings().count()

    demo.make_data_set(meetings=300, seed=1, now=NOW)
    demo.remove(demo.DATA_SET_NAME, now=NOW)

    assert demo_meetings().count() == count
    assert Meeting.objects.count() == count


# ── Its people ──────────────────────────────────────────────────────────────


def test_the_demo_has_a_host_a_curator_and_an_admin_where_mail_stays_here(ready):
    demo.load_demo(now=NOW)
    demo.load_demo(now=NOW)

    host, second, curator, admin = (
        User.objects.get(email=f"{name}@demo.example") for name in ("host", "second-host", "curator", "admin")
    )
    assert access.groups_hosted_by(host).count() == 3
    assert access.groups_hosted_by(second).count() == 1
    assert HostRole.objects.filter(came_by=CameBy.DEMO).count() == 4
    assert access.curated_groups(curator).count() == Group.objects.count()
    assert access.is_admin(admin)
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_where_mail_goes_out_the_demo_has_no_people(ready, settings):
    settings.SHOWS_OUTBOX = False

    demo.load_demo(now=NOW)

    assert not User.objects.exists()


def test_people_of_the_demo_go_with_it(ready):
    demo.load_demo(now=NOW)
    assert User.objects.count() == 4

    demo.remove(demo.DEMO_NAME, now=NOW)

    assert not User.objects.exists()
    assert not HostRole.objects.exists()


def test_loading_the_demo_writes_no_history(ready):
    demo.load_demo(now=NOW)
    demo.remove(demo.DEMO_NAME, now=NOW)

    assert not Group.history.exists()
    assert not Meeting.history.exists()
