"""Pairs are found by rule, merged with both addresses alive, and put back to the row."""

# ruff: noqa: F811 (fixtures of another folder are named as arguments)

from datetime import timedelta

import pytest
from django.urls import reverse

from groups.enums import GroupState, ListingState
from groups.models import Group, HostRole, ImportRun
from meetings import decisions, occurrences, twins
from meetings.enums import RsvpState, TwinState
from meetings.feeds import importing, loading
from meetings.finder import index
from meetings.models import Decision, FormerAddress, Meeting, OutgoingMessage, Rsvp, Twins
from meetings.twins.finding import names_alike
from tests import factories
from tests.cast import make_curator, make_host
from tests.helpers import instant
from tests.meetings.feeds.conftest import catalogue, feeds, record  # noqa: F401

NOW = instant("2026-11-20 12:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def approach():
    return factories.ApproachFactory(slug="twelve-step")


@pytest.fixture
def make(approach):
    """Return a maker of meetings of one source each, all Tuesdays at 7 pm at one address in Boston."""

    def make(name, source=None, **changes):
        fed = {"source": source, "source_key": f"{name} {Meeting.objects.count()}"} if source else {}
        group = changes.pop("group", None) or factories.GroupFactory(
            name=changes.pop("group_name", name), approach=changes.pop("approach", approach),
            fellowship=changes.pop("fellowship", None),
        )  # fmt: skip
        meeting = factories.MeetingFactory(name=name, group=group, **fed, **changes)
        index.refresh([meeting.pk], now=NOW)
        return meeting

    return make


@pytest.fixture
def sources():
    return factories.SourceFactory(name="Intergroup"), factories.SourceFactory(name="Area")


@pytest.fixture
def pair(make, sources):
    """Tuesday Lanterns as two sources have it; the second has a note."""
    one = make("Tuesday Lanterns", sources[0], slug="lanterns")
    other = make("Tuesday Lanterns Group", sources[1], slug="lanterns-2", notes="Ring twice", group_name="Lanterns")
    twins.find(now=NOW)
    found = Twins.objects.get()
    assert {found.one, found.other} == {one, other}
    return found


# ── Finding ─────────────────────────────────────────────────────────────────
def found() -> set[frozenset[str]]:
    twins.find(now=NOW)
    return {frozenset((pair.one.name, pair.other.name)) for pair in Twins.objects.filter(state=TwinState.OPEN)}


def test_the_same_place_time_and_a_near_name_make_a_pair(make, sources):
    make("Tuesday Lanterns", sources[0])
    make("The Tuesday Lanterns Group", sources[1], venue__latitude=42.3594)

    assert found() == {frozenset(("Tuesday Lanterns", "The Tuesday Lanterns Group"))}
    assert Twins.objects.get().why == ["time", "place", "name"]


@pytest.mark.parametrize(
    "changes",
    [
        {"rrule": "FREQ=WEEKLY;BYDAY=WE"},
        {"start_time": "19:30"},
        {"venue__latitude": 42.40, "venue__street": "9 Elm Street"},
        {"state": ListingState.GONE},
        {"name": "Chapter Nine"},
    ],
    ids=["another day", "another time", "another place", "gone", "another name"],
)
def test_what_differs_makes_no_pair(make, sources, changes):
    make("Tuesday Lanterns", sources[0])
    make(**{"name": "Tuesday Lanterns Group", "source": sources[1], **changes})
    assert found() == set()

    make("Tuesday Lanterns Group", sources[1], slug="the-same")

    assert len(found()) >= 1


def test_two_fellowships_in_one_house_are_two(make, sources, approach):
    first, second = (factories.FellowshipFactory(approach=approach) for _ in range(2))
    make("Tuesday Lanterns", sources[0], fellowship=first)
    make("Tuesday Lanterns", sources[1], fellowship=second)
    assert found() == set()

    make("Tuesday Lanterns", factories.SourceFactory(), fellowship=None)

    twins.find(now=NOW)
    assert Twins.objects.count() == 2


def test_one_source_lists_its_own_apart(make, sources):
    make("Tuesday Lanterns", sources[0])
    factories.MeetingFactory(
        name="Tuesday Lanterns", source=sources[0], source_key="b", group=factories.GroupFactory(), slug="b"
    )

    assert found() == set()


def test_the_same_link_at_the_same_time_makes_a_pair_whatever_the_zone_is_called(make, sources):
    make("Sunrise", sources[0], is_online=True, join_url="https://us02web.zoom.us/j/5550100123?pwd=abc")
    make(
        "Early Birds", sources[1], is_online=True, join_url="https://zoom.us/j/5550100123", time_zone="America/Toronto"
    )
    make("Sunrise", factories.SourceFactory(), is_online=True, join_url="https://zoom.us/j/5550100999")

    assert found() == {frozenset(("Sunrise", "Early Birds"))}
    assert "link" in Twins.objects.get().why


def test_a_pair_that_is_none_any_more_goes_and_a_decided_one_stays(pair, make, sources):
    Meeting.objects.filter(pk=pair.other_id).update(start_time="20:00")
    twins.find(now=NOW)
    assert not Twins.objects.exists()

    Meeting.objects.filter(pk=pair.other_id).update(start_time="19:00")
    twins.find(now=NOW)
    twins.keep_apart(Twins.objects.get(), by=None, now=NOW)
    twins.find(now=NOW)

    assert Twins.objects.get().state == TwinState.APART


def test_after_an_import_only_its_own_source_is_looked_at(pair, make, sources):
    third = factories.SourceFactory()
    make("Tuesday Lanterns", third)

    twins.find(source=third, now=NOW)

    assert Twins.objects.count() == 3


def test_names_are_alike_whatever_the_accents_order_and_common_words():
    assert names_alike("The Café Group", "Cafe meeting") == 100
    assert names_alike("Lanterns Tuesday", "Tuesday Lanterns") == 100
    assert names_alike("Serenity", "Serenity by the Sea at Noon") < 90
    assert names_alike("Lanterns", "Chapter Nine") < 60


# ── Merging ─────────────────────────────────────────────────────────────────
def snapshot():
    left_out = {"updated_at", "next_starts_at", "next_ends_at"}
    return {
        model.__name__: sorted(
            str(sorted((name, str(value)) for name, value in row.items() if name not in left_out))
            for row in model.objects.values()
        )
        for model in (Meeting, Group, FormerAddress, Rsvp)
    }


def test_merging_keeps_one_with_the_chosen_values_and_both_addresses_work(client, pair):
    kept, other = Meeting.objects.get(slug="lanterns"), Meeting.objects.get(slug="lanterns-2")
    on = "2026-12-01"

    twins.merge(pair, keep=kept, take={"notes": "Ring twice"}, by=None, now=NOW)

    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.notes, kept.state) == ("Ring twice", "public")
    assert (other.state, other.unlisted_why) == ("gone", "merged")
    for old, new in (
        ("/meetings/lanterns-2/", "/meetings/lanterns/"),
        (f"/meetings/lanterns-2/{on}/", f"/meetings/lanterns/{on}/"),
        ("/feeds/meetings/lanterns-2.ics", "/feeds/meetings/lanterns.ics"),
        (f"/groups/{other.group.slug}/", f"/groups/{kept.group.slug}/"),
    ):
        answer = client.get(old)
        assert (answer.status_code, answer["Location"]) == (301, new)
        assert answer["Cache-Control"] == "max-age=3600"
    assert client.get("/meetings/lanterns/").status_code == 200
    assert not other.finder_entry.is_listed


def test_undoing_restores_row_for_row(pair, client):
    before = snapshot()
    kept = Meeting.objects.get(slug="lanterns")
    decision = twins.merge(pair, keep=kept, take={"notes": "Ring twice"}, by=None, now=NOW)
    assert snapshot() != before

    decisions.undo(decision, by=None, now=NOW + timedelta(days=29))

    assert snapshot() == before
    assert Twins.objects.get().state == TwinState.OPEN
    assert client.get("/meetings/lanterns-2/").status_code == 200


def test_after_thirty_days_there_is_no_way_back(pair):
    decision = twins.merge(pair, keep=pair.one, take={}, by=None, now=NOW)

    with pytest.raises(decisions.CannotUndo):
        decisions.undo(decision, by=None, now=NOW + timedelta(days=31))

    assert Meeting.objects.filter(unlisted_why="merged").count() == 1


def test_merging_twice_is_once(pair):
    first = twins.merge(pair, keep=pair.one, take={}, by=None, now=NOW)

    second = twins.merge(pair, keep=pair.one, take={}, by=None, now=NOW)

    assert first == second
    assert Decision.objects.count() == 1


def test_people_with_a_place_keep_it_at_the_kept_one_and_are_told(pair, mail):
    kept, other = Meeting.objects.get(slug="lanterns"), Meeting.objects.get(slug="lanterns-2")
    day = instant("2026-12-01 12:00").date()
    row = occurrences.materialize(other, day)
    rsvp = Rsvp.objects.create(occurrence=row, state=RsvpState.GOING, confirmed_at=NOW, created_at=NOW, **mail)

    decision = twins.merge(pair, keep=kept, take={}, by=None, now=NOW)

    rsvp.refresh_from_db()
    assert (rsvp.state, rsvp.occurrence.meeting, rsvp.occurrence.original_on) == ("going", kept, day)
    assert list(OutgoingMessage.objects.filter(rsvp=rsvp, kind="date-changed").values_list("state", flat=True)) == [
        "planned"
    ]
    decisions.undo(decision, by=None, now=NOW)
    rsvp.refresh_from_db()
    assert (rsvp.state, rsvp.occurrence) == ("going", row)


@pytest.fixture
def mail():
    from meetings import contacts

    sealed = contacts.sealed("email", "jo@example.org")
    return {"contact": sealed, "contact_key": contacts.match_key_of(sealed), "contact_kind": "email"}


def test_a_group_of_which_nothing_is_left_goes_too_and_its_hosts_keep_the_other(pair):
    kept, other = Meeting.objects.get(slug="lanterns"), Meeting.objects.get(slug="lanterns-2")
    host = make_host(other.group)

    decision = twins.merge(pair, keep=kept, take={}, by=None, now=NOW)

    assert Group.objects.get(pk=other.group_id).state == GroupState.GONE
    assert HostRole.objects.filter(group=kept.group, user=host, ended_at=None).exists()
    decisions.undo(decision, by=None, now=NOW)
    assert Group.objects.get(pk=other.group_id).state == GroupState.PUBLIC
    assert not HostRole.objects.filter(group=kept.group, user=host, ended_at=None).exists()


def test_a_group_with_other_meetings_stays(pair):
    kept, other = Meeting.objects.get(slug="lanterns"), Meeting.objects.get(slug="lanterns-2")
    factories.MeetingFactory(group=other.group)

    twins.merge(pair, keep=kept, take={}, by=None, now=NOW)

    assert Group.objects.get(pk=other.group_id).state == GroupState.PUBLIC


def test_an_address_lives_on_through_a_second_merge(pair, make, client):
    first, second = Meeting.objects.get(slug="lanterns-2"), Meeting.objects.get(slug="lanterns")
    third = make("Tuesday Lanterns", factories.SourceFactory(), slug="third")
    twins.merge(pair, keep=second, take={}, by=None, now=NOW)
    twins.find(now=NOW)
    again = Twins.objects.get(state=TwinState.OPEN)

    twins.merge(again, keep=third, take={}, by=None, now=NOW)

    assert client.get(f"/meetings/{first.slug}/")["Location"] == "/meetings/third/"
    assert client.get(f"/meetings/{second.slug}/")["Location"] == "/meetings/third/"


# ── Pages ───────────────────────────────────────────────────────────────────
@pytest.fixture
def desk(client, settings):
    settings.STAFF_NEED_SECOND_STEP = False
    client.force_login(make_curator())
    return client


def test_the_list_costs_the_same_for_one_pair_and_three(desk, pair, make, django_assert_max_num_queries):
    desk.get(reverse("curate:twins"))
    with django_assert_max_num_queries(12) as one:
        assert b"Tuesday Lanterns" in desk.get(reverse("curate:twins")).content
    make("Tuesday Lanterns", factories.SourceFactory())
    twins.find(now=NOW)
    assert Twins.objects.count() == 3

    with django_assert_max_num_queries(12) as three:
        desk.get(reverse("curate:twins"))

    assert len(one) == len(three)


def test_a_curator_chooses_by_field_and_merges(desk, pair):
    url = reverse("curate:twins_detail", args=[pair.pk])
    keep = "one" if pair.one.slug == "lanterns" else "other"
    assert b"Ring twice" in desk.get(f"{url}?keep={keep}").content

    answer = desk.post(f"{url}?keep={keep}", {"decision": "merge", "take": ["notes"]})
    again = desk.post(f"{url}?keep={keep}", {"decision": "merge", "take": ["notes"]})

    kept = Meeting.objects.get(slug="lanterns")
    assert (answer.status_code, again.status_code, kept.notes, kept.name) == (
        303,
        303,
        "Ring twice",
        "Tuesday Lanterns",
    )
    assert Decision.objects.count() == 1


def test_two_that_are_two_are_not_shown_again(desk, pair):
    assert desk.post(reverse("curate:twins_detail", args=[pair.pk]), {"decision": "apart"}).status_code == 303

    assert b"No pairs wait" in desk.get(reverse("curate:twins")).content


def test_a_curator_elsewhere_sees_no_pair_and_one_of_half_a_pair_merges_nothing(client, settings, pair, sources):
    settings.STAFF_NEED_SECOND_STEP = False
    url = reverse("curate:twins_detail", args=[pair.pk])
    client.force_login(make_curator("elsewhere", country="IE"))
    assert client.get(url).status_code == 404

    client.force_login(make_curator("half", source=sources[0]))

    assert client.get(url).status_code == 200
    assert client.post(url, {"decision": "merge"}).status_code == 404
    assert Meeting.objects.filter(unlisted_why="merged").count() == 0


# ── Merged, and imported again ──────────────────────────────────────────────
@pytest.fixture
def fed(feeds, record):
    """The same meeting in two feeds, merged; the second feed's own is the one that went."""
    feeds.load([record("a")], name="First")
    feeds.load([record("b", notes="Ring twice")], name="Second")
    twins.find(now=NOW)
    kept = Meeting.objects.get(source__name="First")
    twins.merge(Twins.objects.get(), keep=kept, take={"notes": "Ring twice"}, by=None, now=NOW)
    return kept


def states():
    return {meeting.source.name: meeting.state for meeting in Meeting.objects.select_related("source")}


@pytest.mark.parametrize(
    "later",
    [
        [{"notes": "Ring twice"}],
        [{"notes": "Ring thrice", "time": "18:00"}],
        [None, {"notes": "Ring twice"}],
    ],
    ids=["unchanged", "changed", "gone and back"],
)
def test_the_next_imports_neither_bring_it_back_nor_touch_what_was_taken(feeds, record, fed, later):
    for changes in later:
        rows = [record("z", name="Another", day=5)] + ([record("b", **changes)] if changes else [])
        feeds.load(rows, name="Second", options=loading.Options(accept_removals=True))
    feeds.load([record("a")], name="First")

    fed.refresh_from_db()
    old = Meeting.objects.get(source__name="Second", source_key="b")
    assert (old.state, old.unlisted_why, fed.state, fed.notes) == ("gone", "merged", "public", "Ring twice")
    assert old.group.state == GroupState.GONE
    assert twins.find(now=NOW) == 0


def test_taking_the_import_back_that_brought_it_leaves_both_addresses_working(feeds, record, fed, client):
    old = Meeting.objects.get(source__name="Second")

    importing.roll_back(ImportRun.objects.get(source__name="Second"), now=NOW)

    assert client.get(f"/meetings/{old.slug}/")["Location"] == f"/meetings/{fed.slug}/"
    feeds.load([record("b", notes="Ring twice")], name="Second")
    assert Meeting.objects.public().filter(source__name="Second").count() <= 1
