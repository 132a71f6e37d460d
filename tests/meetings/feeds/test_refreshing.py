"""Sources are read by themselves, spread over the day, and say so when they cannot be read."""

import http.server
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.enums import ImportOutcome, ReadingKind
from groups.models import FeedReading, Source
from meetings import confirmations, contacts, messages, provenance
from meetings.enums import ContactKind, MessageKind
from meetings.feeds import readings, refreshing
from meetings.feeds.refreshing import Condition
from meetings.models import Meeting, OutgoingMessage
from tests.meetings.feeds.conftest import NOW

DAY = timedelta(days=1)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += 1
        status, body = self.server.answer
        if status == 200 and self.headers.get("If-None-Match") == self.server.etag:
            status, body = 304, b""
        self.send_response(status)
        self.send_header("ETag", self.server.etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server(settings):
    settings.FEEDS_ALLOW_PRIVATE_ADDRESSES = True
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        running.daemon_threads = True
        running.asked, running.etag = 0, '"1"'
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def source(server, catalogue, record) -> Source:
    """A source that is read daily and was taken in once."""
    server.answer = 200, json.dumps([record("a"), record("b", name="Other", day=3)]).encode()
    made = Source.objects.create(
        slug="our-list",
        name="Our list",
        programme="aa",
        time_zone="America/New_York",
        address=f"http://127.0.0.1:{server.server_address[1]}/list.json",
        refresh_every=DAY,
        owner_contact=contacts.sealed(ContactKind.EMAIL, "office@example.org"),
    )
    seen = readings.ask_for_preview(made, by=None, now=NOW)
    readings.work(now=NOW)
    seen.refresh_from_db()
    readings.accept(seen, by=None, now=NOW, accepts_removals=False)
    readings.work(now=NOW)
    made.refresh_from_db()
    return made


def pass_time(until: datetime, *, now: datetime = NOW, step: timedelta = timedelta(hours=1)) -> None:
    """Let a beat ask every so often, as it does."""
    while now < until:
        now += step
        refreshing.order_due(now=now)
        while readings.work(now=now):
            pass
        refreshing.tell_owners(now=now)


# ── When ────────────────────────────────────────────────────────────────────
@given(
    slug=st.from_regex(r"[a-z]{1,12}", fullmatch=True),
    every=st.sampled_from([every for every, _words in refreshing.SCHEDULES]),
    last=st.datetimes(datetime(2021, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_reading_comes_after_half_a_period_and_within_one_and_a_half(slug, every, last):
    following = refreshing.next_refresh_at(slug, every, last_tried_at=last)

    assert every / 2 <= following - last <= every * 1.5 + timedelta(seconds=1)
    assert refreshing.next_refresh_at(slug, every, last_tried_at=following) == following + every


def test_a_hundred_daily_sources_come_over_the_whole_day():
    moments = [refreshing.next_refresh_at(f"source-{n}", DAY, last_tried_at=NOW) for n in range(100)]

    assert len({moment.hour for moment in moments}) > 18
    assert max(moments.count(moment) for moment in moments) == 1


def test_one_that_fails_is_tried_more_often():
    following = refreshing.next_refresh_at("a", timedelta(days=7), last_tried_at=NOW, is_failing=True)

    assert following - NOW <= timedelta(hours=9)


def test_a_source_is_read_daily_and_an_unchanged_one_is_not_sent_again(source, server):
    asked = server.asked

    pass_time(NOW + 5 * DAY)

    source.refresh_from_db()
    assert 4 <= server.asked - asked <= 6
    assert source.runs.filter(outcome=ImportOutcome.DONE, unchanged=2).count() == server.asked - asked
    assert source.failing_since is None


@pytest.mark.parametrize(
    "changes",
    [{"refresh_every": None}, {"is_active": False}, {"is_demo": True}, {"last_ok_at": None}, {"address": "list.json"}],
    ids=["by hand", "not in use", "made up", "never accepted", "a file"],
)
def test_what_is_not_to_be_read_is_not(source, changes):
    assert refreshing.next_refresh_of(source) is not None

    Source.objects.filter(pk=source.pk).update(**changes)

    source.refresh_from_db()
    assert refreshing.next_refresh_of(source) is None
    assert refreshing.order_due(now=NOW + 30 * DAY) == 0


def test_one_reading_waits_however_often_the_beat_asks(source):
    refreshing.order_due(now=NOW + 3 * DAY)
    refreshing.order_due(now=NOW + 3 * DAY)

    assert FeedReading.objects.filter(kind=ReadingKind.IMPORT, state="waiting").count() == 1


def test_too_many_removals_stop_a_reading_by_schedule(source, server, record):
    server.answer = 200, json.dumps([record("a")]).encode()
    server.etag = '"2"'

    pass_time(NOW + 2 * DAY)

    source.refresh_from_db()
    assert Meeting.objects.public().count() == 2
    last = source.runs.first().outcome
    assert (last, refreshing.health_of(source, last_outcome=last, now=NOW + 2 * DAY).condition) == (
        "stopped",
        Condition.STOPPED,
    )
    assert source.runs.filter(outcome=ImportOutcome.STOPPED).count() <= 3


# ── Failing ─────────────────────────────────────────────────────────────────
def test_the_owner_is_told_once_after_three_days(source, server):
    server.answer = 500, b""
    pass_time(NOW + 3 * DAY)
    assert OutgoingMessage.objects.filter(kind=MessageKind.FEED_FAILING).count() == 0
    assert not refreshing.need_a_person(now=NOW + 3 * DAY).exists()

    pass_time(NOW + 8 * DAY, now=NOW + 3 * DAY)

    message = OutgoingMessage.objects.get(kind=MessageKind.FEED_FAILING)
    words = messages.words_of(message, now=NOW)
    source.refresh_from_db()
    assert contacts.address_of(message.recipient) == "office@example.org"
    assert "meeting" not in words.subject.lower()
    assert "127.0.0.1" in words.lines[0]
    assert "the server answered 500" in " ".join(words.lines)
    assert message.created_at - source.failing_since >= timedelta(hours=72)
    assert list(refreshing.need_a_person(now=NOW + 8 * DAY)) == [source]


def test_one_that_can_be_read_again_is_well_and_would_be_told_of_anew(source, server):
    server.answer = 500, b""
    pass_time(NOW + 5 * DAY)
    assert OutgoingMessage.objects.filter(kind=MessageKind.FEED_FAILING).count() == 1
    server.answer = 200, b""

    pass_time(NOW + 6 * DAY, now=NOW + 5 * DAY)
    source.refresh_from_db()
    assert (source.failing_since, source.owner_told_at) == (None, None)

    server.answer = 500, b""
    pass_time(NOW + 12 * DAY, now=NOW + 6 * DAY)
    assert OutgoingMessage.objects.filter(kind=MessageKind.FEED_FAILING).count() == 2


def lines_of(meeting, now):
    return provenance.of_meeting(meeting, confirmations.state_of(meeting, now=now), now=now).lines


def test_after_two_weeks_its_listings_say_so(source, server):
    server.answer = 500, b""
    pass_time(NOW + 14 * DAY, step=timedelta(hours=6))
    meeting = Meeting.objects.select_related("source").first()
    assert not any("cannot be read" in line for line in lines_of(meeting, NOW + 14 * DAY))

    lines = lines_of(meeting, NOW + 17 * DAY)

    source.refresh_from_db()
    assert any("cannot be read" in line for line in lines)
    assert refreshing.health_of(source, now=NOW + 17 * DAY).condition == Condition.LOST
