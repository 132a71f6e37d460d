"""Fresh listings before stale ones: the order of a search, and entries that age by themselves."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from groups.enums import Role
from meetings import confirmations, finder, freshness, reports
from meetings.enums import ConfirmedHow
from meetings.finder import index
from meetings.finder.facts import TRUTH
from meetings.models import FinderEntry, FinderTerm, Meeting
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db
# A Tuesday noon in New York.
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def listed(name, *, at, days_ago=None, **said):
    """Return a meeting at a wall time, confirmed so many days ago; None: never."""
    meeting = MeetingFactory(name=name, start_time=time.fromisoformat(at), **said)
    Meeting.objects.filter(pk=meeting.pk).update(created_at=NOW - 1000 * DAY)
    if days_ago is not None:
        at = NOW - days_ago * DAY
        confirmations.confirm(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=at)
    return meeting


def order(query="", now=NOW):
    page = finder.search(QueryDict(query), now=now)
    return [result.meeting.name for result in page.results]


def truths():
    """Return what each entry says of its truth, by name."""
    names = dict(FinderTerm.objects.filter(facet=TRUTH).values_list("pk", "value"))
    found = {}
    for entry in FinderEntry.objects.filter(is_listed=True).select_related("meeting"):
        found[entry.meeting.name] = next((names[term] for term in entry.terms if term in names), "")
    return found


def test_a_stale_listing_stands_an_hour_further_down():
    listed("stale at seven", at="19:00", days_ago=200)
    listed("fresh at half past seven", at="19:30", days_ago=1)
    listed("aging at half past seven", at="19:30", days_ago=100)
    listed("fresh at half past eight", at="20:30", days_ago=1)
    index.refresh(None, now=NOW)

    found = order()

    assert found == [
        "fresh at half past seven",
        "aging at half past seven",
        "stale at seven",
        "fresh at half past eight",
    ]


def test_what_is_on_now_comes_before_all_also_when_it_is_stale():
    listed("stale now", at="11:55", days_ago=200)
    listed("fresh now", at="11:30", days_ago=1)
    listed("fresh later", at="12:30", days_ago=1)
    index.refresh(None, now=NOW)

    found = order()

    assert found == ["fresh now", "stale now", "fresh later"]


def test_every_page_has_its_own_meetings_though_some_sink(monkeypatch):
    monkeypatch.setattr("meetings.finder.selection._MANY", 5)
    for number in range(30):
        minute = number * 7
        listed(f"{number}", at=f"{14 + minute // 60}:{minute % 60:02}", days_ago=200 if number % 3 else 1)
    index.refresh(None, now=NOW)

    whole = [result.meeting.name for result in finder.search(QueryDict(), now=NOW, per_page=30).results]
    paged = [
        result.meeting.name
        for number in range(1, 7)
        for result in finder.search(QueryDict(f"page={number}"), now=NOW, per_page=5).results
    ]

    assert len(whole) == 30
    assert paged == whole


def test_by_distance_and_by_name_the_asked_order_stays():
    listed("a stale", at="19:00", days_ago=200)
    listed("b fresh", at="19:00", days_ago=1)
    index.refresh(None, now=NOW)

    found = order("sort=name")

    assert found == ["a stale", "b fresh"]


def test_a_confirmation_is_heard_at_once():
    meeting = listed("stale", at="19:00", days_ago=200)
    index.refresh(None, now=NOW)
    before = truths()

    confirmations.confirm(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=NOW)

    assert (before, truths()) == ({"stale": "stale"}, {"stale": "confirmed"})


@pytest.mark.parametrize("in_person", ["open", "none"])
def test_entries_age_by_themselves_as_the_rule_says(in_person):
    said = {} if in_person == "open" else {"is_online": True}
    meeting = listed("one", at="19:00", days_ago=0, **said)
    index.refresh(None, now=NOW)
    wrong = []

    for day in range(0, 240, 15):
        now = NOW + day * DAY
        index.refresh_aged(now=now)
        row = Meeting.objects.get(pk=meeting.pk)
        state = freshness.freshness_of(row.confirmed_at, in_person=in_person, now=now, listed_at=row.created_at)
        expected = "" if state == freshness.Freshness.AGING else state.value
        if truths() != {"one": expected}:
            wrong.append((day, expected, truths()))

    assert wrong == []
    assert index.refresh_aged(now=NOW + 225 * DAY) == 0


def test_a_feed_that_is_heard_keeps_a_listing_from_sinking_and_one_that_is_not_does_not():
    heard = listed("heard", at="19:00")
    silent = listed("silent", at="19:00")
    Meeting.objects.filter(pk__in=[heard.pk, silent.pk]).update(last_seen_at=NOW - DAY)
    index.refresh(None, now=NOW)
    before = truths()

    Meeting.objects.filter(pk=heard.pk).update(last_seen_at=NOW + 14 * DAY)
    aged = index.refresh_aged(now=NOW + 15 * DAY)

    assert before == {"heard": "", "silent": ""}
    assert aged == 1
    assert truths() == {"heard": "", "silent": "stale"}


# ── What cards say ──────────────────────────────────────────────────────────


def cards_of(query="", now=NOW):
    return {result.meeting.name: result for result in finder.search(QueryDict(query), now=now).results}


def test_cards_tell_the_age_of_what_is_not_confirmed():
    listed("confirmed", at="19:00", days_ago=1)
    listed("aging", at="19:00", days_ago=100)
    listed("stale", at="19:00", days_ago=200)
    listed("never", at="19:00")
    fed = listed("fed", at="19:00")
    Meeting.objects.filter(pk=fed.pk).update(last_seen_at=NOW - DAY)
    index.refresh(None, now=NOW)

    labels = {name: card.age_label for name, card in cards_of().items()}

    assert labels == {
        "confirmed": "",
        "aging": "Last confirmed 3 months ago",
        "stale": "Last confirmed 6 months ago",
        "never": "Never confirmed",
        "fed": "Not confirmed, in its source yesterday",
    }


def test_a_kept_card_learns_of_confirmation_and_doubt_at_once():
    meeting = listed("one", at="19:00", days_ago=200)
    index.refresh(None, now=NOW)
    before = cards_of()["one"]

    reports.send(meeting, "nobody-there", now=NOW, device="a" * 32)
    reports.send(meeting, "nobody-there", now=NOW, device="b" * 32)
    doubted = cards_of()["one"]
    reports.answer(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=NOW)
    answered = cards_of()["one"]

    assert [card.is_doubted for card in (before, doubted, answered)] == [False, True, False]
    assert [card.age_label for card in (before, answered)] == ["Last confirmed 6 months ago", ""]


def test_the_card_warns_of_a_doubted_meeting(client):
    meeting = MeetingFactory(name="one")
    index.refresh(None, now=timezone.now())
    before = client.get("/meetings/").content.decode()

    Meeting.objects.filter(pk=meeting.pk).update(doubted_at=timezone.now())

    assert "Reported: nobody was there" not in before
    assert "Reported: nobody was there" in client.get("/meetings/").content.decode()
