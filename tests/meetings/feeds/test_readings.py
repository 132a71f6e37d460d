"""Readings are orders in the database: asked for once, done once, decided once, and never left half."""

import io
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection

from groups.enums import ImportOutcome, ReadingKind, ReadingState
from groups.models import FeedPiece, FeedReading, ImportRun, Source
from meetings import tasks
from meetings.feeds import keeping, readings
from meetings.models import Meeting, Twins
from tests.cast import make_person
from tests.meetings.feeds.conftest import NOW
from tests.meetings.feeds.test_importing import everything

pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture
def source(db) -> Source:
    return Source.objects.create(slug="our-list", name="Our list", programme="aa", time_zone="America/New_York")


@pytest.fixture
def curator(db):
    return make_person("curator")


@pytest.fixture
def rows(record):
    def make(count=20, **changes):
        return [record(f"m{n:02}", name=f"Meeting {n:02}", day=n % 7, **changes) for n in range(count)]

    return make


def file_of(records) -> io.BytesIO:
    return io.BytesIO(json.dumps(records).encode())


def preview(source, records, by, now=NOW) -> FeedReading:
    asked = readings.ask_for_preview(source, by=by, now=now, file=file_of(records), file_name="list.json")
    readings.work(now=now)
    asked.refresh_from_db()
    return asked


def take_in(source, records, by, now=NOW, *, accepts_removals=False) -> FeedReading:
    made = readings.accept(preview(source, records, by, now), by=by, now=now, accepts_removals=accepts_removals)
    readings.work(now=now)
    made.refresh_from_db()
    return made


def test_a_preview_tells_what_would_happen_and_changes_nothing(source, curator, rows):
    seen = preview(source, rows(), curator)

    assert (seen.state, seen.run.outcome, seen.run.created) == (ReadingState.DONE, ImportOutcome.PREVIEW, 20)
    assert seen.run.changes.count() == 20
    assert Meeting.objects.count() == 0
    source.refresh_from_db()
    assert source.last_ok_at is None


def test_what_is_accepted_is_what_was_seen(source, curator, rows):
    seen = preview(source, rows(), curator)

    made = readings.accept(seen, by=curator, now=NOW, accepts_removals=False)
    readings.work(now=NOW)

    made.refresh_from_db()
    assert (made.kind, made.state, made.run.outcome, made.run.created) == ("import", "done", "done", 20)
    assert Meeting.objects.count() == 20
    assert FeedPiece.objects.count() == 0


def test_the_same_again_changes_nothing(source, curator, rows):
    take_in(source, rows(), curator)
    before = everything()

    again = take_in(source, rows(), curator, NOW + timedelta(hours=1))

    assert (again.run.created, again.run.updated, again.run.removed, again.run.unchanged) == (0, 0, 0, 20)
    assert everything() == before


def test_pressing_twice_asks_and_accepts_once(source, curator, rows):
    first = readings.ask_for_preview(source, by=curator, now=NOW, file=file_of(rows()), file_name="list.json")
    second = readings.ask_for_preview(source, by=curator, now=NOW, file=file_of(rows(3)), file_name="list.json")
    readings.work(now=NOW)

    one = readings.accept(first, by=curator, now=NOW, accepts_removals=False)
    other = readings.accept(first, by=curator, now=NOW, accepts_removals=False)

    assert (second, other) == (first, one)
    assert FeedReading.objects.count() == 2


def test_what_was_refused_cannot_be_accepted_and_its_file_is_gone(source, curator, rows):
    seen = preview(source, rows(), curator)
    assert FeedPiece.objects.filter(reading=seen).exists()

    readings.refuse(seen, now=NOW)

    assert not FeedPiece.objects.exists()
    with pytest.raises(readings.NotDecidable):
        readings.accept(seen, by=curator, now=NOW, accepts_removals=False)


def test_an_older_preview_gives_way_to_a_newer_one(source, curator, rows):
    older = preview(source, rows(), curator)
    newer = preview(source, rows(5), curator, NOW + timedelta(minutes=1))

    assert not readings.is_decidable(older)
    assert readings.is_decidable(newer)


def test_a_preview_from_before_another_import_brings_nothing_old_back(source, curator, rows):
    take_in(source, rows(5), curator)
    older = preview(source, rows(), curator, NOW + timedelta(hours=1))
    assert readings.is_decidable(older)
    FeedReading.objects.create(source=source, kind=ReadingKind.IMPORT, asked_at=NOW)
    keeping.keep(FeedReading.objects.latest("pk"), file_of(rows(19)))

    readings.work(now=NOW + timedelta(hours=2))

    assert Meeting.objects.count() == 19
    assert not readings.is_decidable(older)
    with pytest.raises(readings.NotDecidable):
        readings.accept(older, by=curator, now=NOW + timedelta(hours=3), accepts_removals=False)


def test_a_preview_from_before_something_was_taken_back_is_looked_at_anew(source, curator, rows):
    taken_in = take_in(source, rows(5), curator)
    older = preview(source, rows(), curator, NOW + timedelta(hours=1))

    readings.ask_to_roll_back(taken_in.run, by=curator, now=NOW + timedelta(hours=2))
    readings.work(now=NOW + timedelta(hours=2))

    assert Meeting.objects.count() == 0
    assert not readings.is_decidable(older)
    again = readings.ask_again(older, by=curator, now=NOW + timedelta(hours=3))
    readings.work(now=NOW + timedelta(hours=3))
    again.refresh_from_db()
    assert readings.is_decidable(again)
    assert again.run.created == 20


def test_a_preview_stays_good_when_another_reading_changes_nothing(source, curator, rows):
    take_in(source, rows(5), curator)
    seen = preview(source, rows(), curator, NOW + timedelta(hours=1))
    FeedReading.objects.create(source=source, kind=ReadingKind.IMPORT, asked_at=NOW)
    keeping.keep(FeedReading.objects.latest("pk"), file_of(rows(5)))

    readings.work(now=NOW + timedelta(hours=2))

    assert ImportRun.objects.filter(outcome=ImportOutcome.DONE).count() == 2
    assert readings.is_decidable(seen)


def test_a_file_is_not_swallowed_while_something_else_is_read(source, curator, rows):
    source.address = "https://example.org/list.json"
    source.save()
    readings.ask_for_preview(source, by=curator, now=NOW)

    with pytest.raises(readings.IsBusy):
        readings.ask_for_preview(source, by=curator, now=NOW, file=file_of(rows()), file_name="list.json")

    assert FeedPiece.objects.count() == 0


def test_the_brake_stops_what_lets_too_much_go_unless_somebody_says_so(source, curator, rows):
    take_in(source, rows(), curator)
    seen = preview(source, rows(17), curator, NOW + timedelta(hours=1))
    assert seen.run.removed == 3

    stopped = readings.accept(seen, by=curator, now=NOW + timedelta(hours=1), accepts_removals=False)
    readings.work(now=NOW + timedelta(hours=1))
    stopped.refresh_from_db()
    let_go = take_in(source, rows(17), curator, NOW + timedelta(hours=2), accepts_removals=True)

    assert (stopped.run.outcome, let_go.run.outcome) == (ImportOutcome.STOPPED, ImportOutcome.DONE)
    assert Meeting.objects.public().count() == 17


def test_an_import_is_taken_back_to_the_row(source, curator, rows):
    take_in(source, rows(), curator)
    before = everything()
    changed = take_in(source, rows(notes="Ring the bell"), curator, NOW + timedelta(hours=1))
    assert changed.run.updated == 20

    asked = readings.ask_to_roll_back(changed.run, by=curator, now=NOW + timedelta(hours=2))
    readings.work(now=NOW + timedelta(hours=2))

    asked.refresh_from_db()
    assert asked.state == ReadingState.DONE
    assert everything() == before


def test_what_cannot_be_taken_back_says_why(source, curator, rows):
    first = take_in(source, rows(), curator)
    take_in(source, rows(notes="Ring the bell"), curator, NOW + timedelta(hours=1))

    asked = readings.ask_to_roll_back(first.run, by=curator, now=NOW)
    readings.work(now=NOW)

    asked.refresh_from_db()
    assert asked.state == ReadingState.BROKEN_OFF
    assert "roll them back first" in asked.error


def test_the_file_is_not_readable_in_the_database(source, curator, record):
    secret = "617-555-0100"
    asked = readings.ask_for_preview(
        source, by=curator, now=NOW, file=file_of([record(contact_1_phone=secret)]), file_name="list.json"
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(data, 'escape'), '') FROM groups_feedpiece")
        kept = cursor.fetchone()[0]

    assert len(kept) > 100
    assert secret not in kept
    assert "tuesday-lanterns" not in kept
    assert asked.pieces.count() == 1


def test_a_large_file_comes_back_as_it_was(source, curator, tmp_path):
    data = os.urandom(1_700_000)
    asked = readings.ask_for_preview(source, by=curator, now=NOW, file=io.BytesIO(data), file_name="list.json")

    got = keeping.write_out(asked, tmp_path / "feed")

    assert asked.pieces.count() > 2
    assert got.path.read_bytes() == data


def test_a_file_nobody_decided_about_goes_after_a_week(source, curator, rows):
    seen = preview(source, rows(), curator)
    readings.forget_old(now=NOW + timedelta(days=6))
    assert readings.is_decidable(seen)

    readings.forget_old(now=NOW + timedelta(days=8))

    assert not readings.is_decidable(seen)


def test_a_broken_file_is_told_and_says_nothing_of_the_source(source, curator):
    asked = readings.ask_for_preview(source, by=curator, now=NOW, file=io.BytesIO(b"<html>"), file_name="list.json")

    readings.work(now=NOW)

    asked.refresh_from_db()
    source.refresh_from_db()
    assert asked.run.outcome == ImportOutcome.UNUSABLE
    assert source.failing_since is None


def test_only_the_web_is_read_never_a_file_of_this_machine(source, curator, tmp_path):
    path = tmp_path / "list.json"
    path.write_text("[]")
    source.address = str(path)
    source.save()

    with pytest.raises(readings.NothingToRead):
        readings.ask_for_preview(source, by=curator, now=NOW)


def test_people_come_before_schedules(source, curator, rows):
    other = Source.objects.create(slug="other", name="Other")
    by_schedule = FeedReading.objects.create(source=other, kind=ReadingKind.IMPORT, asked_at=NOW - timedelta(hours=1))
    asked = readings.ask_for_preview(source, by=curator, now=NOW, file=file_of(rows(1)), file_name="list.json")

    first, second = readings.work(now=NOW), readings.work(now=NOW)

    assert (first, second) == (asked, by_schedule)
    assert readings.work(now=NOW) is None


_WORKER = """
import django
django.setup()
from django.utils import timezone
from meetings.feeds import readings
readings.work(now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_nothing_half_and_the_reading_can_be_asked_for_again(
    source, curator, rows, tmp_path
):
    seen = preview(source, rows(), curator)
    made = readings.accept(seen, by=curator, now=NOW, accepts_removals=False)
    (tmp_path / "reading-a-feed").touch()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        "TEST_BROKER": "memory://",
        "TEST_SECRET_KEY": _settings().SECRET_KEY,
        "TEST_CONTACT_KEYS": " ".join(_settings().CONTACT_KEYS),
        "TEST_TAKEN": str(tmp_path / "taken"),
        "FAULT_POINTS": str(tmp_path),
    }

    killed = subprocess.run([sys.executable, "-W", "ignore", "-c", _WORKER], env=environment, timeout=120)

    made.refresh_from_db()
    assert killed.returncode == -9
    assert made.state == ReadingState.RUNNING
    assert readings.is_broken_off(made)
    assert (Meeting.objects.count(), ImportRun.objects.filter(outcome=ImportOutcome.DONE).count()) == (0, 0)
    assert readings.settle(now=NOW) == 1
    again = readings.ask_again(made, by=curator, now=NOW)
    readings.work(now=NOW)
    again.refresh_from_db()
    made.refresh_from_db()
    assert (made.state, again.state, again.run.created) == ("broken-off", "done", 20)
    assert Meeting.objects.count() == 20


def _settings():
    from django.conf import settings

    return settings


def test_the_task_reads_what_waits_and_looks_for_twins_afterwards(source, curator, record):
    other = Source.objects.create(slug="other", name="Other", programme="aa", time_zone="America/New_York")
    take_in(other, [record("x")], curator)
    seen = preview(source, [record("y", name="The Tuesday Lanterns")], curator)
    made = readings.accept(seen, by=curator, now=NOW, accepts_removals=False)

    done = tasks.read_feeds()

    made.refresh_from_db()
    assert (done, made.state) == (1, ReadingState.DONE)
    assert Twins.objects.get().why == ["time", "place", "name"]
