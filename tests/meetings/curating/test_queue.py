"""What waits, in what order, and what was promised."""

from datetime import timedelta

import pytest

from groups.access import EVERYTHING, Scope
from groups.enums import ClaimState, ImportOutcome, Role
from groups.models import Claim, CuratorRole, Source
from meetings import reports, suggestions
from meetings.curation import queue
from meetings.curation.queue import Kind
from meetings.enums import ReportKind, ReviewFlag, SuggestionKind
from meetings.models import Meeting, Twins
from tests import factories
from tests.helpers import instant

pytestmark = pytest.mark.django_db

# A Tuesday.
NOW = instant("2026-12-01 12:00")


def kinds(found: queue.Queue) -> list[Kind]:
    return [item.kind for item in found.page.object_list]


def test_a_hidden_way_in_comes_before_everything_else(cast):
    Meeting.objects.filter(pk=cast.meeting.pk).update(created_at=NOW, review_flags=[ReviewFlag.NO_WAY_IN])
    suggestions.send(SuggestionKind.CHANGE, {"notes": "x"}, now=NOW - timedelta(days=30), meeting=cast.meeting)
    Claim.objects.create(group=cast.group, user=cast.member, made_at=NOW - timedelta(days=20))
    reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW - timedelta(hours=1), role=Role.CURATOR)

    found = queue.waiting(EVERYTHING, now=NOW)

    assert kinds(found) == [Kind.REPORT, Kind.SUGGESTION, Kind.CLAIM, Kind.FLAG]
    assert found.page.object_list[0].badges == ("Join step hidden",)
    assert found.counts[Kind.REPORT] == 1
    assert found.total == 4


def test_of_the_same_harm_the_oldest_comes_first(cast):
    other = factories.MeetingFactory()
    suggestions.send(SuggestionKind.CHANGE, {"notes": "new"}, now=NOW - timedelta(days=1), meeting=cast.meeting)
    suggestions.send(SuggestionKind.CHANGE, {"notes": "old"}, now=NOW - timedelta(days=2), meeting=other)

    found = queue.waiting(EVERYTHING, now=NOW, kind=Kind.SUGGESTION)

    assert [item.title for item in found.page.object_list] == [other.name, cast.meeting.name]


def test_that_somebody_closed_is_more_pressing_than_a_change(cast):
    other = factories.MeetingFactory()
    suggestions.send(SuggestionKind.CHANGE, {"notes": "old"}, now=NOW - timedelta(days=9), meeting=other)
    closing = suggestions.closing(SuggestionKind.CLOSED_FOR_GOOD)
    suggestions.send(SuggestionKind.CLOSED_FOR_GOOD, closing, now=NOW, meeting=cast.meeting)

    found = queue.waiting(EVERYTHING, now=NOW, kind=Kind.SUGGESTION)

    assert [item.title for item in found.page.object_list] == [cast.meeting.name, other.name]


def test_a_report_waits_for_the_group_for_three_working_days(cast):
    thursday = instant("2026-11-26 12:00")
    reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=thursday, device="a" * 32)

    on_monday = queue.waiting(EVERYTHING, now=thursday + timedelta(days=4))
    on_wednesday = queue.waiting(EVERYTHING, now=thursday + timedelta(days=6))

    assert kinds(on_monday) == []
    assert kinds(on_wednesday) == [Kind.REPORT]


def test_an_answer_is_promised_and_may_be_overdue(cast):
    Claim.objects.create(group=cast.group, user=cast.member, made_at=NOW - timedelta(days=20))

    (item,) = queue.waiting(EVERYTHING, now=NOW).page.object_list

    assert item.answer_by == NOW - timedelta(days=20) + timedelta(days=7)
    assert item.is_overdue
    early = queue.waiting(EVERYTHING, now=NOW - timedelta(days=19)).page.object_list[0]
    assert not early.is_overdue


def test_what_was_decided_waits_no_longer(cast):
    claim = Claim.objects.create(group=cast.group, user=cast.member, made_at=NOW)
    assert kinds(queue.waiting(EVERYTHING, now=NOW)) == [Kind.CLAIM]

    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.REFUSED, decided_at=NOW)

    assert kinds(queue.waiting(EVERYTHING, now=NOW)) == []


def test_what_is_stale_is_told_by_the_rules_of_freshness(cast):
    Meeting.objects.filter(pk=cast.meeting.pk).update(confirmed_at=NOW - timedelta(days=179), confirmed_by=Role.HOST)
    Meeting.objects.exclude(pk=cast.meeting.pk).update(confirmed_at=NOW, confirmed_by=Role.HOST)

    still_aging = queue.waiting(EVERYTHING, now=NOW, kind=Kind.STALE)
    stale = queue.waiting(EVERYTHING, now=NOW + timedelta(days=1), kind=Kind.STALE)

    assert kinds(still_aging) == []
    assert [item.title for item in stale.page.object_list] == [cast.meeting.name]


def test_a_listing_heard_of_in_its_feed_is_never_stale(cast):
    Meeting.objects.update(confirmed_at=NOW - timedelta(days=400), confirmed_by=Role.HOST, last_seen_at=None)
    assert queue.stale(Meeting.objects.all(), now=NOW).count() == 2

    Meeting.objects.filter(pk=cast.meeting.pk).update(last_seen_at=NOW - timedelta(days=1))

    assert cast.meeting not in queue.stale(Meeting.objects.all(), now=NOW)


@pytest.mark.parametrize(("region", "country"), [("MA", "US"), ("massachusetts", "usa"), ("Massachusetts", "")])
def test_a_new_group_waits_for_whoever_would_curate_it(cast, region, country):
    values = {
        "group_name": "New", "name": "New", "venue_town": "Boston", "venue_region": region, "venue_country": country,
    }  # fmt: skip
    suggestions.send(SuggestionKind.NEW, values | {"group_approach": cast.group.approach.slug}, now=NOW)
    of_massachusetts = Scope(roles=tuple(CuratorRole.objects.filter(user=cast.curator)))
    of_ireland = Scope(roles=tuple(CuratorRole.objects.filter(user=cast.curator_elsewhere)))

    here = queue.waiting(of_massachusetts, now=NOW, kind=Kind.SUGGESTION)
    elsewhere = queue.waiting(of_ireland, now=NOW, kind=Kind.SUGGESTION)

    assert [item.title for item in here.page.object_list] == ["New"]
    assert elsewhere.page.object_list == []


def test_feeds_that_fail_or_say_otherwise_wait(cast):
    factories.SourceFactory(name="Fails", failing_since=NOW - timedelta(days=3))
    factories.SourceFactory(name="Fails since today", failing_since=NOW - timedelta(hours=5))
    factories.SourceFactory(name="Says otherwise", open_conflicts=2)
    factories.SourceFactory(name="In order")

    found = queue.waiting(EVERYTHING, now=NOW)

    waiting = [(item.kind, item.title) for item in found.page.object_list]
    assert waiting == [(Kind.FEED, "Fails"), (Kind.CONFLICT, "Says otherwise")]


def test_a_feed_that_the_brake_stopped_waits_until_it_is_read_again(cast):
    source = factories.SourceFactory(name="Stopped", last_ok_at=NOW - timedelta(days=4))
    stopped = {"source": source, "outcome": ImportOutcome.STOPPED, "removed": 9}
    factories.ImportRunFactory(**stopped, started_at=NOW - timedelta(days=9))
    assert kinds(queue.waiting(EVERYTHING, now=NOW)) == []
    factories.ImportRunFactory(**stopped, started_at=NOW - timedelta(days=3))
    factories.ImportRunFactory(**stopped, started_at=NOW - timedelta(days=2))

    (item,) = queue.waiting(EVERYTHING, now=NOW).page.object_list

    assert (item.kind, item.title, item.since) == (Kind.FEED, "Stopped", NOW - timedelta(days=3))
    assert item.what == "Stopped by the removal brake: nothing changed."
    Source.objects.update(last_ok_at=NOW)
    assert kinds(queue.waiting(EVERYTHING, now=NOW)) == []


def test_a_pair_that_looks_the_same_waits(cast):
    other = Meeting.objects.exclude(pk=cast.meeting.pk).get()
    Twins.objects.create(one=cast.meeting, other=other, likeness=90, found_at=NOW)

    (item,) = queue.waiting(EVERYTHING, now=NOW, kind=Kind.TWINS).page.object_list

    assert item.what == f"It looks like the same meeting as “{other.name}”."
