"""Reports: one marks, two people or a curator put in doubt, and somebody answers."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.test import RequestFactory

from groups.enums import ListingState, Role
from meetings import access, contacts, listing_fields, reports
from meetings.enums import ConfirmedHow, ContactKind, MessageKind, ReportKind, ReportState, UnlistedWhy
from meetings.models import FinderEntry, Meeting, OutgoingMessage, Report
from tests.cast import make_host
from tests.crowd import WAIT_SECONDS, crowd_of
from tests.factories import MeetingFactory
from tests.faults.waiting import until_somebody_waits_for_a_row

pytestmark = pytest.mark.django_db
# A Friday.
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NOBODY, LINK, WRONG = ReportKind.NOBODY_THERE, ReportKind.WRONG_LINK, ReportKind.WRONG

ANA, BEN = "a" * 32, "b" * 32
ANA_ON_ANOTHER_NETWORK = "c" * 16 + "a" * 16
NEIGHBOUR_OF_ANA = "a" * 16 + "c" * 16


def report(meeting, device=ANA, kind=NOBODY, **more):
    return reports.send(meeting, kind, **{"now": NOW, "device": device, **more})


def answer(meeting, *, role=Role.HOST, now=NOW + DAY, **more):
    return reports.answer(meeting, role=role, how=ConfirmedHow.ON_PAGE, now=now, **more)


def fresh(meeting):
    return Meeting.objects.get(pk=meeting.pk)


def is_doubted(meeting):
    return fresh(meeting).doubted_at is not None


def mails(kind=MessageKind.REPORT):
    return [contacts.address_of(message.recipient) for message in OutgoingMessage.objects.filter(kind=kind)]


# ── How many it takes ───────────────────────────────────────────────────────


def test_one_report_marks_and_tells_the_host():
    meeting = MeetingFactory()
    make_host(meeting.group)

    report(meeting)

    assert not is_doubted(meeting)
    assert reports.of_meeting(meeting).count() == 1
    assert mails() == ["host@example.org"]


def test_two_people_hide_the_way_in():
    meeting = MeetingFactory(is_online=True)
    report(meeting)
    before = access.may_show_join(fresh(meeting), None, NOW)

    report(meeting, BEN, LINK)

    assert before
    assert is_doubted(meeting)
    assert not access.may_show_join(fresh(meeting), None, NOW, is_coming=True, has_pressed=True)


@pytest.mark.parametrize("second", [ANA, ANA_ON_ANOTHER_NETWORK, NEIGHBOUR_OF_ANA, ""])
def test_one_person_twice_hides_nothing(second):
    meeting = MeetingFactory()

    report(meeting)
    report(meeting, second, LINK)

    assert Report.objects.count() == 2
    assert not is_doubted(meeting)


def test_one_person_many_times_hides_and_unlists_nothing():
    meeting = MeetingFactory()

    for number in range(30):
        report(meeting, now=NOW + number * DAY, kind=list(ReportKind)[number % 4])
    taken_off = reports.unlist_unanswered(now=NOW + 400 * DAY)

    assert (is_doubted(meeting), taken_off) == (False, 0)
    assert fresh(meeting).state == ListingState.PUBLIC


def test_a_small_thing_that_is_wrong_hides_nothing():
    meeting = MeetingFactory()

    report(meeting, ANA, WRONG)
    report(meeting, BEN, WRONG)

    assert Report.objects.count() == 2
    assert not is_doubted(meeting)


def test_one_curator_is_enough():
    meeting = MeetingFactory()

    report(meeting, "", role=Role.CURATOR)

    assert is_doubted(meeting)


def test_two_people_about_two_meetings_hide_neither():
    one, other = MeetingFactory(), MeetingFactory()

    report(one, ANA)
    report(other, BEN)

    assert not is_doubted(one)
    assert not is_doubted(other)


def test_pressing_twice_is_one_report_and_its_words_are_kept():
    meeting = MeetingFactory()
    make_host(meeting.group)

    first = report(meeting)
    again = report(meeting, words="The door was locked")

    assert first == again
    assert Report.objects.get().words == "The door was locked"
    assert len(mails()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_are_both_counted():
    meeting = MeetingFactory()

    with crowd_of(4) as crowd:
        sent = crowd.at_once(*[partial(report, meeting, device) for device in (ANA, BEN, ANA, BEN)])

    assert all(isinstance(one, Report) for one in sent)
    assert Report.objects.count() == 2
    assert is_doubted(meeting)


def test_hosts_who_want_no_mail_get_none():
    meeting = MeetingFactory()
    make_host(meeting.group, is_asked_by_mail=False)

    report(meeting)

    assert mails() == []


def test_a_group_without_hosts_is_told_by_its_contact():
    sealed = contacts.encrypt({"email": "group@example.org"})
    meeting = MeetingFactory(group__contact=sealed)

    report(meeting)

    assert mails() == ["group@example.org"]
    assert OutgoingMessage.objects.get().recipient_key == contacts.match_key(ContactKind.EMAIL, "group@example.org")


# ── Telling people apart ────────────────────────────────────────────────────


def request(address, browser):
    return RequestFactory().get("/", REMOTE_ADDR=address, HTTP_USER_AGENT=browser)


def test_device_keys_tell_networks_and_browsers_apart_and_nothing_else():
    home = reports.device_key(request("203.0.113.7", "Firefox"))

    keys = {
        "same house": reports.device_key(request("203.0.113.99", "Firefox")),
        "another browser": reports.device_key(request("203.0.113.7", "Safari")),
        "another network": reports.device_key(request("198.51.100.7", "Firefox")),
        "another person": reports.device_key(request("198.51.100.7", "Safari")),
    }

    assert keys["same house"] == home
    assert {name: reports.are_independent(home, key) for name, key in keys.items()} == {
        "same house": False,
        "another browser": False,
        "another network": False,
        "another person": True,
    }
    assert "203.0.113" not in home


def test_device_keys_are_emptied_after_four_weeks_and_the_doubt_stays():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)

    early = reports.forget_devices(now=NOW + timedelta(days=27))
    emptied = reports.forget_devices(now=NOW + timedelta(days=28))
    report(meeting, "d" * 32, WRONG, now=NOW + timedelta(days=29))

    assert (early, emptied) == (0, 2)
    assert set(Report.objects.filter(kind=NOBODY).values_list("device_key", flat=True)) == {""}
    assert is_doubted(meeting)


# ── Answers ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.HOST, Role.CURATOR])
def test_an_answer_brings_the_way_in_back_and_confirms(role):
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)

    answered = answer(meeting, role=role)

    assert len(answered) == 2
    assert not is_doubted(meeting)
    assert set(Report.objects.values_list("state", "decided_role")) == {(ReportState.ANSWERED, role)}
    assert (fresh(meeting).confirmed_at, fresh(meeting).confirmed_by) == (NOW + DAY, role)


def test_refused_reports_confirm_nothing():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)

    answer(meeting, role=Role.CURATOR, state=ReportState.REFUSED)

    assert not is_doubted(meeting)
    assert fresh(meeting).confirmed_at is None


def test_after_an_answer_new_reports_count_from_the_start():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)
    answer(meeting)

    report(meeting, ANA, now=NOW + 2 * DAY)
    after_one = is_doubted(meeting)
    report(meeting, BEN, now=NOW + 2 * DAY)

    assert (after_one, is_doubted(meeting)) == (False, True)


def test_one_report_decided_by_itself_lifts_the_doubt_it_raised_and_can_be_taken_back():
    meeting = MeetingFactory()
    first = report(meeting, ANA)
    report(meeting, BEN)

    decided = reports.decide(first, ReportState.REFUSED, role=Role.CURATOR, now=NOW + DAY)
    between = is_doubted(meeting)
    reports.reopen([decided], now=NOW + DAY)

    assert (between, is_doubted(meeting)) == (False, True)
    assert Report.objects.get(pk=first.pk).decided_at is None


def test_a_report_is_decided_once():
    decided = report(MeetingFactory())
    reports.decide(decided, ReportState.REFUSED, role=Role.CURATOR, now=NOW)

    with pytest.raises(reports.AlreadyDecided):
        reports.decide(decided, ReportState.ANSWERED, role=Role.HOST, now=NOW)

    assert Report.objects.get().state == ReportState.REFUSED


# ── By the clock ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("days", "is_theirs"), [(0, False), (3, False), (4.9, False), (5, True), (30, True)])
def test_after_three_working_days_it_is_the_curators(days, is_theirs):
    meeting = MeetingFactory()
    make_host(meeting.group)
    made = report(meeting)

    found = reports.for_curators(now=NOW + timedelta(days=days))

    assert (made in found) == is_theirs
    assert reports.answer_by(made) == NOW + 5 * DAY


def test_of_a_group_nobody_keeps_it_is_the_curators_at_once():
    made = report(MeetingFactory())

    found = reports.for_curators(now=NOW)

    assert list(found) == [made]


def test_an_answered_report_is_nobodys():
    meeting = MeetingFactory()
    report(meeting)
    answer(meeting)

    found = reports.for_curators(now=NOW + 30 * DAY)

    assert list(found) == []


@pytest.mark.parametrize(("days", "state"), [(89, ListingState.PUBLIC), (90, ListingState.UNLISTED)])
def test_ninety_days_in_doubt_unlist_and_tell_the_owner(days, state):
    meeting = MeetingFactory()
    make_host(meeting.group)
    report(meeting, ANA)
    report(meeting, BEN)

    reports.unlist_unanswered(now=NOW + days * DAY)

    assert fresh(meeting).state == state
    is_off = state == ListingState.UNLISTED
    assert fresh(meeting).unlisted_why == (UnlistedWhy.REPORTS if is_off else "")
    assert mails(MessageKind.UNLISTED) == (["host@example.org"] if is_off else [])
    assert FinderEntry.objects.filter(pk=meeting.pk, is_listed=True).exists() is False


def test_what_was_taken_off_comes_back_with_an_answer():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)
    reports.unlist_unanswered(now=NOW + 90 * DAY)
    off = fresh(meeting).state

    answer(meeting, now=NOW + 91 * DAY)

    assert (off, fresh(meeting).state) == (ListingState.UNLISTED, ListingState.PUBLIC)
    assert FinderEntry.objects.get(pk=meeting.pk).is_listed


def test_an_answered_doubt_is_not_taken_off():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)
    answer(meeting)

    taken_off = reports.unlist_unanswered(now=NOW + 200 * DAY)

    assert taken_off == 0


def test_what_is_listed_again_without_an_answer_has_its_ninety_days_anew():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)
    reports.unlist_unanswered(now=NOW + 90 * DAY)
    assert fresh(meeting).state == ListingState.UNLISTED

    again = {"state": ListingState.PUBLIC.value}
    listing_fields.apply(meeting, again, by=None, role=Role.CURATOR, now=NOW + 91 * DAY)

    assert [reports.unlist_unanswered(now=NOW + days * DAY) for days in (91, 180, 181)] == [0, 0, 1]
    assert is_doubted(meeting)


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_at_that_moment_is_not_taken_off():
    meeting = MeetingFactory()
    report(meeting, ANA)
    report(meeting, BEN)
    has_answered = threading.Event()

    def answers_slowly():
        with transaction.atomic():
            answer(meeting, now=NOW + 90 * DAY)
            has_answered.set()
            until_somebody_waits_for_a_row()

    def takes_off():
        has_answered.wait(timeout=WAIT_SECONDS)
        return reports.unlist_unanswered(now=NOW + 90 * DAY)

    with crowd_of(2) as crowd:
        came_of_it = crowd.at_once(answers_slowly, takes_off)

    assert came_of_it == [None, 0]
    assert fresh(meeting).state == ListingState.PUBLIC


def test_one_that_cannot_be_taken_off_does_not_keep_the_others(caplog):
    broken, meeting = MeetingFactory(), MeetingFactory()
    for each in (broken, meeting):
        report(each, ANA)
        report(each, BEN)
    Meeting.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Here", doubted_at=NOW - DAY)

    taken_off = reports.unlist_unanswered(now=NOW + 90 * DAY)

    assert taken_off == 1
    assert (fresh(broken).state, fresh(meeting).state) == (ListingState.PUBLIC, ListingState.UNLISTED)
    assert f"meeting {broken.pk} could not be taken off" in caplog.text


def test_words_are_forgotten_some_months_after_the_answer():
    meeting = MeetingFactory()
    report(meeting, words="The door was locked")
    answer(meeting)

    reports.forget_devices(now=NOW + 120 * DAY)
    before = Report.objects.get().words
    reports.forget_devices(now=NOW + 121 * DAY)

    assert (before, Report.objects.get().words) == ("The door was locked", "")
