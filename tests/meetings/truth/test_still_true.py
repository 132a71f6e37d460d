"""Asking keepers whether their listings are still true, over a clock that moves."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction

from groups.enums import FeedFormat, GroupState, ListingState, Role
from meetings import confirmations, contacts, listing_fields, messages, posting, reports, still_true
from meetings.enums import ConfirmedHow, MessageKind, UnlistedWhy
from meetings.freshness import Due
from meetings.models import Meeting, OutgoingMessage
from tests.cast import make_host
from tests.crowd import WAIT_SECONDS, crowd_of
from tests.factories import GroupFactory, MeetingFactory, SourceFactory
from tests.faults.waiting import until_somebody_waits_for_a_row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def kept(days_ago=0, **said):
    """Return a meeting confirmed by its group so many days ago."""
    meeting = MeetingFactory(**said)
    at = NOW - days_ago * DAY
    confirmations.confirm(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=at)
    return meeting


def fresh(meeting):
    return Meeting.objects.get(pk=meeting.pk)


def mails(*kinds):
    messages = OutgoingMessage.objects.filter(kind__in=kinds or MessageKind.values)
    return sorted((message.kind, contacts.address_of(message.recipient)) for message in messages)


def test_a_fresh_listing_is_left_alone():
    meeting = kept(75)
    make_host(meeting.group)

    done = still_true.look_after(now=NOW)

    assert (dict(done), mails()) == ({}, [])


def test_hosts_are_asked_once_before_it_ages():
    meeting = kept(76)
    make_host(meeting.group)
    make_host(meeting.group, "second")

    done = still_true.look_after(now=NOW)
    again = still_true.look_after(now=NOW + DAY)

    assert (dict(done), dict(again)) == ({Due.ASK: 1}, {})
    assert mails() == [("still-true", "host@example.org"), ("still-true", "second@example.org")]


def test_one_mail_for_all_meetings_of_a_group():
    group = GroupFactory()
    make_host(group)
    soon = kept(70, group=group)
    due = kept(80, group=group)

    done = still_true.look_after(now=NOW)

    assert dict(done) == {Due.ASK: 2}
    assert mails() == [("still-true", "host@example.org")]
    assert (fresh(soon).asked_at, fresh(due).asked_at) == (NOW, NOW)


def test_a_listing_of_a_feed_follows_its_feed():
    feed = SourceFactory(format=FeedFormat.MEETING_GUIDE)
    of_feed = kept(1000, source=feed)
    by_hand = kept(1000, source=SourceFactory(format=FeedFormat.NONE))

    still_true.look_after(now=NOW)
    still_true.look_after(now=NOW + 20 * DAY)

    assert fresh(of_feed).state == ListingState.PUBLIC
    assert fresh(by_hand).state == ListingState.UNLISTED


def test_over_a_year_without_an_answer():
    meeting = kept(0)
    make_host(meeting.group)
    seen = []

    for day in range(366):
        for due in still_true.look_after(now=NOW + day * DAY):
            seen.append((day, due))

    assert seen == [(76, Due.ASK), (166, Due.ASK), (196, Due.GIVE_NOTICE), (210, Due.TAKE_OFF)]
    assert (fresh(meeting).state, fresh(meeting).unlisted_why) == (ListingState.UNLISTED, UnlistedWhy.STALE)
    # The second question took the place of the first, which nobody had sent.
    assert [kind for kind, _address in mails()] == ["still-true", "unlisted", "unlisted"]


def test_an_answer_in_time_begins_the_year_anew():
    meeting = kept(0)
    make_host(meeting.group)

    for day in range(366):
        now = NOW + day * DAY
        if OutgoingMessage.objects.filter(kind=MessageKind.STILL_TRUE).delete()[0]:
            still_true.confirm([fresh(meeting)], role=Role.HOST, how=ConfirmedHow.BY_MAIL, now=now)
        still_true.look_after(now=now)

    assert fresh(meeting).state == ListingState.PUBLIC
    assert meeting.confirmations.count() == 5


def test_one_press_brings_back_what_was_taken_off_for_age():
    meeting = kept(0)
    still_true.look_after(now=NOW + 200 * DAY)
    still_true.look_after(now=NOW + 220 * DAY)
    off = fresh(meeting).state

    still_true.confirm([meeting], role=Role.HOST, how=ConfirmedHow.BY_MAIL, now=NOW + 221 * DAY)

    assert (off, fresh(meeting).state) == (ListingState.UNLISTED, ListingState.PUBLIC)
    assert fresh(meeting).confirmed_at == NOW + 221 * DAY


@pytest.mark.django_db(transaction=True)
def test_what_is_confirmed_at_that_moment_is_not_taken_off():
    meeting = kept(211)
    Meeting.objects.filter(pk=meeting.pk).update(asked_at=NOW - 14 * DAY)
    has_said_so = threading.Event()

    def says_slowly():
        with transaction.atomic():
            confirmations.confirm(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=NOW)
            has_said_so.set()
            until_somebody_waits_for_a_row()

    def looks_after():
        has_said_so.wait(timeout=WAIT_SECONDS)
        return dict(still_true.look_after(now=NOW))

    with crowd_of(2) as crowd:
        came_of_it = crowd.at_once(says_slowly, looks_after)

    assert came_of_it == [None, {}]
    assert fresh(meeting).state == ListingState.PUBLIC


def test_a_group_that_cannot_be_looked_after_does_not_keep_the_others(caplog):
    broken, meeting = kept(211), kept(211)
    Meeting.objects.update(asked_at=NOW - 14 * DAY)
    Meeting.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Here")

    done = still_true.look_after(now=NOW)

    assert dict(done) == {Due.TAKE_OFF: 1}
    assert (fresh(broken).state, fresh(meeting).state) == (ListingState.PUBLIC, ListingState.UNLISTED)
    assert f"group {broken.group_id} could not be asked" in caplog.text


def test_what_a_curator_lists_again_is_given_notice_anew():
    meeting = kept(211)
    make_host(meeting.group)
    Meeting.objects.filter(pk=meeting.pk).update(asked_at=NOW - 14 * DAY)
    still_true.look_after(now=NOW)
    assert fresh(meeting).state == ListingState.UNLISTED

    again = {"state": ListingState.PUBLIC.value}
    listing_fields.apply(meeting, again, by=None, role=Role.CURATOR, now=NOW + DAY)
    done = [dict(still_true.look_after(now=NOW + days * DAY)) for days in (1, 2, 14, 15)]

    assert done == [{Due.GIVE_NOTICE: 1}, {}, {}, {Due.TAKE_OFF: 1}]


def test_a_group_that_is_listed_again_is_given_notice_anew():
    meeting = kept(211)
    make_host(meeting.group)
    Meeting.objects.filter(pk=meeting.pk).update(asked_at=NOW - 14 * DAY)
    who = {"by": None, "role": Role.HOST, "now": NOW}
    listing_fields.apply(meeting.group, {"group_state": GroupState.GONE.value}, **who)

    listing_fields.apply(meeting.group, {"group_state": GroupState.PUBLIC.value}, **who)

    assert dict(still_true.look_after(now=NOW)) == {Due.GIVE_NOTICE: 1}


def test_what_a_curator_took_off_stays_off():
    meeting = kept(0, state=ListingState.UNLISTED, unlisted_why=UnlistedWhy.BY_CURATOR)

    still_true.confirm([meeting], role=Role.HOST, how=ConfirmedHow.BY_MAIL, now=NOW)

    assert fresh(meeting).state == ListingState.UNLISTED


def test_one_press_answers_reports_too():
    meeting = kept(10)
    reports.send(meeting, "nobody-there", now=NOW, device="a" * 32)
    reports.send(meeting, "nobody-there", now=NOW, device="b" * 32)
    doubted = fresh(meeting).doubted_at

    still_true.confirm([meeting], role=Role.HOST, how=ConfirmedHow.BY_MAIL, now=NOW + DAY)

    assert (doubted, fresh(meeting).doubted_at) == (NOW, None)
    assert fresh(meeting).confirmed_at == NOW + DAY


def test_a_no_pauses_the_meeting():
    meeting = kept(10)

    still_true.stop([meeting], role=Role.HOST, how=ConfirmedHow.BY_MAIL, now=NOW)

    assert (fresh(meeting).state, fresh(meeting).confirmed_at) == (ListingState.PAUSED, None)


@pytest.mark.parametrize(
    "send",
    [posting.send_still_true, posting.send_report, partial(posting.send_unlisted, is_off=False)],
    ids=["still-true", "report", "unlisted"],
)
def test_the_mail_names_nothing_of_what_it_is_about(send):
    meeting = kept(80, name="Thursday Sober Circle", group__name="Sober Circle")

    send(meeting.group, "host@example.org", now=NOW)

    said = messages.words_of(OutgoingMessage.objects.get(), now=NOW)
    whole = " ".join([said.subject, *said.lines, said.press, said.link])
    assert "/still-true/" in said.link
    assert not {"Sober", "Circle", "Thursday", meeting.slug} & set(whole.replace("/", " ").split())
