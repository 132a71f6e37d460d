import random
from datetime import timedelta

import pytest
from django.db import connection

from groups.enums import GroupState, ImportAction, ImportOutcome, ListingState
from groups.models import Group, ImportChange, ImportRun, Source
from meetings import contacts
from meetings.enums import ReviewFlag
from meetings.feeds import importing, loading, meeting_guide
from meetings.feeds.importing import running
from meetings.models import Meeting, MeetingTrait, Occurrence, PlaceName, SourceRow, Venue
from tests.factories import PlaceFactory
from tests.meetings.feeds.conftest import NOW

PREVIEW = loading.Options(is_preview=True)
ACCEPTED = loading.Options(accept_removals=True)
_TABLES = (Group, Venue, Meeting, MeetingTrait, SourceRow)


def counts(report):
    return {name: count for name, count in report.counts().items() if count}


def everything():
    """Return all that an import may write, to compare before and after."""
    left_out = {"updated_at", "last_seen_at", "next_starts_at", "next_ends_at", "run_id"}
    return {
        table.__name__: sorted(
            sorted((name, _readable(value)) for name, value in row.items() if name not in left_out)
            for row in table.objects.values(*(["meeting_id", "trait_id", "value"] if table is MeetingTrait else []))
        )
        for table in _TABLES
    }


def _readable(value):
    return str(bytes(value)) if isinstance(value, memoryview) else str(value)


def database_text():
    """Return every row of every table as text: what somebody who steals the database reads."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        text = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text += [row for (row,) in cursor.fetchall()]
    return "\n".join(text)


# ── First time ──────────────────────────────────────────────────────────────
def test_a_feed_becomes_groups_venues_and_meetings(feeds, record):
    report = feeds.load([record(group="Harbor Group", website="example.org", venmo="@harbor", types=["C", "W", "D"])])

    meeting = Meeting.objects.get()
    assert counts(report) == {"seen": 1, "created": 1}
    assert (meeting.slug, meeting.source_key) == ("tuesday-lanterns-boston", "tuesday-lanterns")
    assert (meeting.open_to, meeting.in_person, meeting.state) == ("with-the-issue", "open", "public")
    assert (str(meeting.start_time), meeting.duration) == ("19:00:00", timedelta(hours=1))
    assert sorted(meeting.traits.values_list("slug", "meeting_traits__value")) == [
        ("discussion", "yes"),
        ("women", "only"),
    ]
    assert (meeting.group.name, meeting.group.website, meeting.group.venmo) == (
        "Harbor Group",
        "https://example.org",
        "@harbor",
    )
    assert (meeting.group.approach.slug, meeting.group.fellowship.slug) == ("twelve-step", "aa")
    assert (meeting.venue.street, meeting.venue.country) == ("12 Sample St", "US")
    assert meeting.last_seen_at == NOW + timedelta(days=1)


def test_the_finder_knows_the_meetings_at_once(feeds, record):
    feeds.load([record()])

    meeting = Meeting.objects.get()
    assert meeting.weekdays == [1]
    assert meeting.next_starts_at is not None
    assert meeting.finder_entry.is_listed


def test_meetings_of_one_group_share_it_and_of_one_address_the_venue(feeds, record):
    feeds.load([record("a", group="G"), record("b", group="G", day=3), record("c", name="Alone")])

    assert Group.objects.count() == 2
    assert Venue.objects.count() == 1
    assert Group.objects.get(name="G").meetings.count() == 2


def test_groups_of_one_name_in_two_districts_are_two(feeds, record):
    feeds.load([record("a", group="G", district="1"), record("b", group="G", district="2")])

    assert sorted(Group.objects.values_list("service_body", flat=True)) == ["1", "2"]


def test_slugs_are_readable_and_each_its_own(feeds, record):
    feeds.load(
        [record("a"), record("b", day=3), record("c", day=3, time="09:00", end_time="10:00"), record("d", day=3)]
    )

    slugs = list(Meeting.objects.order_by("source_key").values_list("slug", flat=True))
    assert slugs[:3] == [
        "tuesday-lanterns-boston",
        "tuesday-lanterns-boston-wednesday",
        "tuesday-lanterns-boston-wednesday-0900",
    ]
    assert slugs[3] == "tuesday-lanterns-boston-wednesday-1900"


def test_a_slug_stays_when_the_name_changes(feeds, record):
    feeds.load([record()])

    feeds.load([record(name="Wednesday Lanterns")])

    meeting = Meeting.objects.get()
    assert (meeting.name, meeting.slug) == ("Wednesday Lanterns", "tuesday-lanterns-boston")


def test_several_days_of_one_record_are_one_meeting(feeds, record):
    feeds.load([record(day=[1, 3, 5])])

    assert Meeting.objects.get().rrule == "FREQ=WEEKLY;BYDAY=MO,WE,FR"


def test_a_bad_row_never_blocks_the_rest(feeds, record):
    rows = [record("a"), record("b", time="late"), None, {"day": 1}, record("c", name="Other")]

    report = feeds.load([*rows, record("d", day="1" * 50_000)])

    assert counts(report) == {"seen": 6, "created": 2, "skipped": 4}
    assert [tuple(row) for row in report.skipped_rows] == [
        (2, "b", "the time could not be read"),
        (3, "", "it is not a meeting"),
        (4, "", "it has no key: neither slug nor name"),
        (6, "d", "the day could not be read"),
    ]


def test_a_row_that_nobody_thought_of_is_left_out_and_told(feeds, record, monkeypatch):
    def surprised(record, *arguments, **options):
        return {}[record["slug"]] if record["slug"] == "b" else reading(record, *arguments, **options)

    reading = meeting_guide.read
    monkeypatch.setattr(meeting_guide, "read", surprised)

    report = feeds.load([record("a"), record("b", name="Other"), record("c", name="Third")])

    assert counts(report) == {"seen": 3, "created": 2, "skipped": 1}
    assert [tuple(row) for row in report.skipped_rows] == [(2, "b", "it could not be read (KeyError)")]


def test_exact_duplicates_are_one_and_one_slug_twice_is_two(feeds, record):
    report = feeds.load([record("a"), record("a"), record("a", day=3), record("b", name="B")])

    assert counts(report) == {"seen": 4, "created": 3, "skipped": 1}
    assert report.skipped_rows[0].reason == "it is the same as row 1"
    keys = sorted(Meeting.objects.values_list("source_key", flat=True))
    assert keys[0] == "a"
    assert keys[1].startswith("a~")


def test_letters_that_are_none_in_rows_of_one_slug_stop_nothing(feeds, record):
    records = [record("a", day=["\ud800"]), record("a", day=["\udc00"]), record("b", name="B")]

    report = feeds.load(records)

    assert counts(report) == {"seen": 3, "created": 3}


def test_unknown_codes_are_counted_in_every_run_and_kept(feeds, record):
    first = feeds.load([record("a", types=["O", "BS"]), record("b", name="B", types=["BS"])])
    second = feeds.load([record("a", types=["O", "BS"]), record("b", name="B", types=["BS"])])

    assert first.unknown_codes == second.unknown_codes == {"BS": 2}
    assert SourceRow.objects.get(key="a").values["unknown"] == ["BS"]


def test_alateen_meetings_are_apart_from_the_group_they_are_listed_under(feeds, record):
    feeds.load([record("a", group="District 7"), record("b", group="District 7", types=["Y"])], programme="al-anon")

    assert Meeting.objects.get(source_key="a").group.fellowship.slug == "al-anon"
    assert Meeting.objects.get(source_key="b").group.fellowship.slug == "alateen"


def test_the_address_of_a_teen_meetings_page_does_not_tell_its_town(feeds, record):
    feeds.load(
        [record("a", name="Hope", group="District 7"), record("b", name="Dawn", group="District 7", types=["Y"])],
        programme="al-anon",
    )

    adult, teen = Meeting.objects.get(source_key="a"), Meeting.objects.get(source_key="b")
    assert (adult.slug, teen.slug) == ("hope-boston", "dawn")
    assert "boston" not in teen.group.slug


def test_two_programmes_live_side_by_side(feeds, record):
    feeds.load([record(types=["POA"])], name="One", programme="aa")

    report = feeds.load([record(types=["POA"])], name="Two", programme="al-anon", file="two.json")

    assert counts(report) == {"seen": 1, "created": 1}
    said = {meeting.source.name: [t.slug for t in meeting.traits.all()] for meeting in Meeting.objects.all()}
    assert said["One"] == ["proof-of-attendance"]
    assert said["Two"] != said["One"]


# ── Where ───────────────────────────────────────────────────────────────────
def test_a_zone_is_taken_from_the_row_then_the_source_then_the_place(feeds, record, towns):
    feeds.load(
        [record("row", timezone="America/Denver"), record("source", name="B")], name="One", time_zone="America/Chicago"
    )
    feeds.load(
        [record("place", latitude=52.5, longitude=13.4, formatted_address="Weg 1, 10999 Berlin, Germany")],
        name="Two",
        time_zone="",
    )

    zones = dict(Meeting.objects.values_list("source_key", "time_zone"))
    assert zones == {"row": "America/Denver", "source": "America/Chicago", "place": "Europe/Berlin"}


def test_a_row_whose_clock_nobody_knows_is_left_out_unless_by_appointment(feeds, record, towns):
    lost = {"formatted_address": "1 Lost Way, Nowhereville", "latitude": ..., "longitude": ...}

    report = feeds.load([record("a", **lost), record("b", day=None, **lost), record("c", name="C")], time_zone="")

    assert [tuple(row) for row in report.skipped_rows] == [(1, "a", "no time zone could be found for it")]
    assert sorted(Meeting.objects.values_list("source_key", flat=True)) == ["b", "c"]


def test_without_coordinates_the_town_gives_an_approximate_position(feeds, record, towns):
    address = "8318 104 St, Edmonton, Alberta, T6E 4E8, Canada"

    feeds.load([record(formatted_address=address, latitude=..., longitude=..., approximate=...)], time_zone="")

    meeting = Meeting.objects.get()
    assert meeting.time_zone == "America/Edmonton"
    assert (meeting.venue.latitude, meeting.venue.is_approximate) == (53.55014, True)
    assert meeting.venue.place.name == "Edmonton"
    assert meeting.review_flags == []


def test_a_town_nobody_knows_is_flagged_and_never_blocks(feeds, record, towns):
    feeds.load([record(formatted_address="1 Lost Way, Nowhereville, USA", latitude=..., longitude=...)])

    meeting = Meeting.objects.get()
    assert meeting.review_flags == [ReviewFlag.POSITION_MISSING]
    assert meeting.venue.latitude is None


def test_coordinates_far_from_the_named_country_are_not_believed(feeds, record, towns):
    address = "Weg 1, 10999 Berlin, Germany"

    feeds.load([record(formatted_address=address, latitude=42.3, longitude=-71.0)], time_zone="")

    meeting = Meeting.objects.get()
    assert meeting.time_zone == "Europe/Berlin"
    assert (meeting.venue.latitude, meeting.venue.is_approximate) == (52.52437, True)


def test_a_town_that_may_be_another_has_no_clock(feeds, record, towns):
    small = PlaceFactory(id=9, name="Berlin", slug="berlin", country="US", time_zone="America/New_York", population=900)
    PlaceName.objects.get_or_create(place=small, folded="berlin", defaults={"population": 900})
    only_a_town = {
        "formatted_address": "Berlin",
        "latitude": ...,
        "longitude": ...,
        "conference_url": "https://zoom.us/j/1",
    }

    report = feeds.load([record("a", **only_a_town), record("b", timezone="Europe/Berlin")], time_zone="")

    assert [tuple(row) for row in report.skipped_rows] == [(1, "a", "no time zone could be found for it")]


# ── Again ───────────────────────────────────────────────────────────────────
def test_an_unchanged_feed_changes_nothing_in_whatever_order(feeds, many):
    rows = many(group="G", group_notes="We meet daily", contact_1_name="Pat")
    feeds.load(rows)
    before = everything()
    random.Random(7).shuffle(rows)

    report = feeds.load(rows)

    assert counts(report) == {"seen": 20, "unchanged": 20}
    assert everything() == before
    assert not ImportChange.objects.filter(run=report.run_id).exists()


def test_other_words_for_the_same_change_nothing(feeds, record):
    feeds.load([record(updated="2024-01-01 10:00:00")])

    report = feeds.load([record(time="7:00 PM", day="Tuesday", types="D,O", updated="2024-02-02 10:00:00")])

    assert counts(report) == {"seen": 1, "unchanged": 1}
    assert Meeting.objects.get().source_updated_at.month == 2


def test_only_what_changed_is_touched_and_recorded(feeds, many):
    rows = many()
    feeds.load(rows)
    rows[3] |= {"time": "18:30", "types": ["O", "W"]}

    report = feeds.load(rows)

    change = ImportChange.objects.get(run=report.run_id)
    assert counts(report) == {"seen": 20, "updated": 1, "unchanged": 19}
    assert (change.key, change.action) == ("m03", ImportAction.UPDATED)
    assert change.before["meeting"] == {"start_time": "19:00:00", "duration": "01:00:00"}
    assert change.after["meeting"] == {"start_time": "18:30:00", "duration": "01:30:00"}
    assert change.after["traits"] == {"format/discussion": None, "focus/women": "only"}
    assert sorted(Meeting.objects.get(source_key="m03").traits.values_list("slug", flat=True)) == ["women"]


def test_groups_and_venues_follow_their_rows(feeds, record):
    feeds.load([record("a", group="G", group_notes="Old"), record("b", group="G", group_notes="Other", day=3)])

    feeds.load(
        [
            record("a", group="G", group_notes="New", location_notes="Ring the bell"),
            record("b", group="G", group_notes="Other", day=3),
        ]
    )

    assert Group.objects.get().description == "New"
    assert Venue.objects.get().how_to_find == "Ring the bell"


def test_a_group_or_venue_under_another_name_stays_itself(feeds, record):
    feeds.load([record("a", group="Old Name"), record("b", group="Old Name", day=3)])
    group, venue = Group.objects.get(), Venue.objects.get()
    moved = {"group": "New Name", "location": "Harbor Chapel"}

    feeds.load([record("a", **moved), record("b", day=3, **moved)])

    assert (Group.objects.get().pk, Group.objects.get().name) == (group.pk, "New Name")
    assert (Venue.objects.get().pk, Venue.objects.get().name) == (venue.pk, "Harbor Chapel")


def test_a_meeting_that_moves_gets_another_venue_and_the_others_stay(feeds, record):
    feeds.load([record("a"), record("b", name="B", day=3)])

    feeds.load([record("a", formatted_address="9 New St, Boston, MA 02101, USA"), record("b", name="B", day=3)])

    assert Meeting.objects.get(source_key="a").venue.street == "9 New St"
    assert Meeting.objects.get(source_key="b").venue.street == "12 Sample St"


def test_an_online_meeting_that_gets_a_place_becomes_hybrid(feeds, record):
    link = {"conference_url": "https://zoom.us/j/1"}
    feeds.load([record(formatted_address="Boston, MA, USA", approximate="yes", **link)])
    assert Meeting.objects.get().venue is None

    feeds.load([record(**link)])

    meeting = Meeting.objects.get()
    assert (meeting.in_person, meeting.online, meeting.venue.street) == ("open", "open", "12 Sample St")


# ── Gone and back ───────────────────────────────────────────────────────────
def test_a_vanished_meeting_is_gone_and_comes_back(feeds, many):
    rows = many(group=...)
    feeds.load(rows)

    gone = feeds.load(rows[1:])
    assert counts(gone) == {"seen": 19, "unchanged": 19, "removed": 1}
    meeting = Meeting.objects.get(source_key="m00")
    assert (meeting.state, meeting.group.state) == (ListingState.GONE, GroupState.GONE)
    assert not meeting.finder_entry.is_listed
    still_gone = feeds.load(rows[1:])
    assert counts(still_gone) == {"seen": 19, "unchanged": 19}
    back = feeds.load(rows)

    assert counts(back) == {"seen": 20, "updated": 1, "unchanged": 19}
    again = Meeting.objects.get(source_key="m00")
    assert (again.pk, again.state, again.group.state) == (meeting.pk, ListingState.PUBLIC, GroupState.PUBLIC)
    assert again.finder_entry.is_listed


def test_a_group_stays_while_one_of_its_meetings_does(feeds, many):
    rows = many(group="G")
    feeds.load(rows)

    feeds.load(rows[1:])

    assert Group.objects.get().state == GroupState.PUBLIC


def test_more_than_a_tenth_vanishing_stops_everything(feeds, many):
    rows = many()
    feeds.load(rows)
    before = everything()
    rows[5]["notes"] = "New"

    report = feeds.load(rows[3:])

    assert report.outcome == ImportOutcome.STOPPED
    assert counts(report) == {"seen": 17, "updated": 1, "unchanged": 16, "removed": 3}
    assert everything() == before
    assert ImportRun.objects.get(pk=report.run_id).outcome == ImportOutcome.STOPPED


def test_a_tenth_may_vanish_and_more_when_accepted(feeds, many):
    rows = many()
    feeds.load(rows)

    assert feeds.load(rows[2:]).outcome == ImportOutcome.DONE
    report = feeds.load(rows[12:], options=ACCEPTED)

    assert (report.outcome, report.removed) == (ImportOutcome.DONE, 10)
    assert Meeting.objects.filter(state=ListingState.GONE).count() == 12


def test_a_row_that_can_no_longer_be_read_is_left_out_and_not_gone(feeds, many):
    rows = many()
    feeds.load(rows)
    for row in rows[:5]:
        row["time"] = "late"

    report = feeds.load(rows)

    assert counts(report) == {"seen": 20, "unchanged": 15, "skipped": 5}
    assert not Meeting.objects.exclude(state=ListingState.PUBLIC).exists()


def test_a_bmlt_meeting_that_is_unpublished_is_gone(feeds):
    def listed(published):
        return [
            {
                "id_bigint": str(n),
                "meeting_name": f"M{n}",
                "weekday_tinyint": "3",
                "start_time": "19:00:00",
                "venue_type": "2",
                "virtual_meeting_link": "https://zoom.us/j/1",
                "published": published if n == 0 else "1",
            }
            for n in range(10)
        ]

    feeds.load(listed("1"), programme="na")

    report = feeds.load(listed("0"), programme="na")

    assert counts(report) == {"seen": 10, "unchanged": 9, "removed": 1, "skipped": 1}
    assert Meeting.objects.get(source_key="0").state == ListingState.GONE


@pytest.mark.parametrize("content", ["[]", "", "<html>", '[{"slug": "a", "name": "A"}, {"slug": ', '{"error": 1}'])
def test_an_empty_or_broken_feed_changes_nothing(feeds, many, content):
    feeds.load(many())
    before = everything()

    report = feeds.load(content)

    assert report.outcome == ImportOutcome.UNUSABLE
    assert report.error
    assert everything() == before
    source = Source.objects.get()
    assert (source.failing_since, source.last_error) == (NOW + timedelta(days=2), report.error)


def test_an_unusable_feed_makes_no_source(feeds):
    report = feeds.load("[]")

    assert report.outcome == ImportOutcome.UNUSABLE
    assert not Source.objects.exists()


def test_a_feed_whose_every_row_is_bad_is_unusable(feeds, many):
    feeds.load(many())
    before = everything()

    report = feeds.load([row | {"day": "Someday"} for row in many()])

    assert (report.outcome, report.error) == (ImportOutcome.UNUSABLE, "none of the feed's rows can be used")
    assert everything() == before


# ── Preview, interruption, one at a time ────────────────────────────────────
def test_a_preview_tells_all_and_changes_nothing(feeds, many):
    rows = many()
    feeds.load(rows)
    before = everything()
    rows[0]["notes"] = "New"
    rows[1]["time"] = "late"

    preview = feeds.load([*rows[:19], rows[19] | {"slug": "m99"}], options=PREVIEW)

    assert preview.outcome == ImportOutcome.PREVIEW
    assert counts(preview) == {"seen": 20, "created": 1, "updated": 1, "unchanged": 17, "removed": 1, "skipped": 1}
    assert everything() == before
    actions = ImportChange.objects.filter(run=preview.run_id).values_list("key", "action")
    assert sorted(actions) == [("m00", "updated"), ("m19", "removed"), ("m99", "created")]


def test_a_preview_of_a_new_source_leaves_nothing_behind(feeds, many):
    report = feeds.load(many(), options=PREVIEW)

    assert counts(report) == {"seen": 20, "created": 20}
    assert not Source.objects.exists()
    assert not Meeting.objects.exists()


def test_an_import_that_is_interrupted_did_not_happen(feeds, many):
    rows = many()
    feeds.load(rows)
    before = everything()
    with connection.cursor() as cursor:
        # The last thing that an import writes fails: as good as the power going.
        cursor.execute("ALTER TABLE meetings_finderentry ADD CONSTRAINT full_disk CHECK (is_listed IS NULL) NOT VALID")

    with pytest.raises(Exception, match="full_disk"):
        feeds.load([row | {"notes": "New"} for row in rows])

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE meetings_finderentry DROP CONSTRAINT full_disk")
    assert everything() == before


def test_one_import_of_a_source_runs_at_a_time(feeds, record):
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [running.lock_number(Source(slug="our-list"))])
            assert cursor.fetchone() == (True,)

        with pytest.raises(importing.ImportIsRunning):
            feeds.load([record()], name="Our list")
        another = feeds.load([record()], name="Another", file="another.json")

        assert another.outcome == ImportOutcome.DONE
        assert list(Meeting.objects.values_list("source__name", flat=True)) == ["Another"]
    finally:
        elsewhere.close()


# ── Back ────────────────────────────────────────────────────────────────────
def test_a_rollback_restores_exactly(feeds, many):
    rows = many(group="G", group_notes="Old")
    feeds.load(rows)
    before = everything()
    changed = [dict(row, group_notes="New") for row in rows[1:]]
    changed[0] |= {"time": "18:00", "types": ["C"], "location": "Elsewhere", "location_notes": "Left"}
    report = feeds.load([*changed, rows[0] | {"slug": "new", "name": "New", "location": "New Hall", "group": "New"}])
    assert counts(report) == {"seen": 20, "created": 1, "updated": 19, "removed": 1}
    assert everything() != before

    importing.roll_back(ImportRun.objects.get(pk=report.run_id), now=NOW)

    assert everything() == before
    again = feeds.load(rows)
    assert counts(again) == {"seen": 20, "unchanged": 20}


def test_a_rollback_keeps_what_people_did_since(feeds, many):
    rows = many()
    feeds.load(rows)
    rows[0] |= {"notes": "New", "name": "New name"}
    report = feeds.load([*rows, rows[1] | {"slug": "used", "name": "Used"}])
    Meeting.objects.filter(source_key="m00").update(name="A person's name")
    used = Meeting.objects.get(source_key="used")
    Occurrence.objects.create(meeting=used, original_on=NOW.date(), note="Cake")

    importing.roll_back(ImportRun.objects.get(pk=report.run_id), now=NOW)

    meeting = Meeting.objects.get(source_key="m00")
    assert (meeting.name, meeting.notes) == ("A person's name", "")
    used.refresh_from_db()
    assert used.state == ListingState.GONE


def test_only_the_latest_change_of_a_source_can_be_rolled_back(feeds, record):
    first = feeds.load([record()])
    second = feeds.load([record(notes="New")])

    with pytest.raises(importing.CannotRollBack):
        importing.roll_back(ImportRun.objects.get(pk=first.run_id), now=NOW)
    importing.roll_back(ImportRun.objects.get(pk=second.run_id), now=NOW)
    with pytest.raises(importing.CannotRollBack):
        importing.roll_back(ImportRun.objects.get(pk=second.run_id), now=NOW)
    importing.roll_back(ImportRun.objects.get(pk=first.run_id), now=NOW)

    assert not Meeting.objects.exists()
    assert not Group.objects.exists()
    assert not Venue.objects.exists()


def test_imports_taken_back_one_by_one_find_the_place_that_a_meeting_had_left(feeds, record):
    beside = record("b", name="B", location="Old Hall", formatted_address="3 Oak St, Boston, MA 02101, USA")
    hall = {name: beside[name] for name in ("location", "formatted_address")}
    first = feeds.load([record("a"), beside])
    before = everything()
    second = feeds.load([record("a", **hall), beside])
    third = feeds.load([record("a", notes="New", **hall), beside])
    assert Meeting.objects.get(source_key="a").venue.name == "Old Hall"

    for report in (third, second):
        importing.roll_back(ImportRun.objects.get(pk=report.run_id), now=NOW)

    assert Meeting.objects.get(source_key="a").venue.name == "Harbor Church"
    assert everything() == before
    importing.roll_back(ImportRun.objects.get(pk=first.run_id), now=NOW)
    assert not Venue.objects.exists()


# ── Contacts ────────────────────────────────────────────────────────────────
SECRET = {"contact_1_name": "Petronella", "contact_1_phone": "+15550177", "email": "petronella@example.org"}


def test_contacts_are_encrypted_and_nowhere_else(feeds, record, caplog):
    feeds.load([record(group="G", paypal="hunter2!", **SECRET)])
    feeds.load([record(group="G", notes="New", **SECRET | {"contact_1_phone": "+15550188"})])

    assert contacts.decrypt(Group.objects.get().contact) == {
        "people": [{"name": "Petronella", "phone": "+15550188"}],
        "email": "petronella@example.org",
    }
    kept = database_text()
    assert "Tuesday Lanterns" in kept
    for secret in ("Petronella", "+15550177", "+15550188", "petronella@", "hunter2"):
        assert secret not in kept
        assert secret not in caplog.text


def test_a_new_contact_is_a_change_and_a_persons_contact_stays(feeds, record):
    feeds.load([record(group="G", **SECRET)])
    newer = SECRET | {"email": "newer@example.org"}

    report = feeds.load([record(group="G", **newer)])
    assert counts(report) == {"seen": 1, "updated": 1}
    assert contacts.decrypt(Group.objects.get().contact)["email"] == "newer@example.org"
    Group.objects.update(contact=contacts.encrypt({"email": "host@example.org"}))
    kept = feeds.load([record(group="G", **SECRET)])

    assert contacts.decrypt(Group.objects.get().contact) == {"email": "host@example.org"}
    assert kept.conflicts == 1


def test_the_first_row_with_a_contact_gives_it_whatever_the_order(feeds, record):
    rows = [record("a", group="G", email="a@example.org"), record("b", day=3, group="G", email="b@example.org")]
    feeds.load(rows)

    report = feeds.load(rows[::-1])

    assert counts(report) == {"seen": 2, "unchanged": 2}
    assert contacts.decrypt(Group.objects.get().contact) == {"email": "a@example.org"}
