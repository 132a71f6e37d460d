"""Cards are kept by the process, and right at once all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import QueryDict
from django.utils import timezone

from groups.enums import ForWhom, ListingState
from meetings import finder
from meetings.enums import OpenTo, TraitKind, TraitValue
from meetings.finder import cards, index, memory, names
from meetings.finder.results import Result
from meetings.models import Meeting, Venue
from tests.factories import FellowshipFactory, MeetingFactory
from tests.helpers import give_trait

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def shown() -> list[Result]:
    return finder.search(QueryDict(""), now=timezone.now()).results


@pytest.mark.django_db
def test_a_kept_card_changes_at_once_when_the_finder_is_refreshed():
    meeting = MeetingFactory(name="Lantern", open_to=OpenTo.MEMBERS)
    index.refresh(None, now=timezone.now())
    before = shown()

    Meeting.objects.filter(pk=meeting.pk).update(name="Harbour", open_to=OpenTo.ANYONE)
    give_trait(meeting, "women", kind=TraitKind.FOCUS)
    names.forget()
    index.refresh([meeting.pk], now=timezone.now())
    after = shown()

    assert [(result.meeting.name, result.badges) for result in before] == [("Lantern", ["For members"])]
    assert [result.meeting.name for result in after] == ["Harbour"]
    assert after[0].badges[0] == "Open to anyone"
    assert len(after[0].badges) == 2


@pytest.mark.django_db
def test_a_trait_alone_changes_a_kept_card_at_once():
    meeting = MeetingFactory()
    other = MeetingFactory()
    give_trait(other, "women", kind=TraitKind.FOCUS)
    index.refresh(None, now=timezone.now())
    known = names.current(memory.current())
    before = cards.current([meeting.pk], known)[meeting.pk]

    give_trait(meeting, "women", kind=TraitKind.FOCUS)
    index.refresh([meeting.pk], now=timezone.now())
    after = cards.current([meeting.pk], known)[meeting.pk]

    assert before.traits == []
    assert [told.trait.slug for told in after.traits] == ["women"]


@pytest.mark.django_db
def test_a_write_nobody_told_the_finder_of_changes_a_kept_card_too():
    meeting = MeetingFactory(venue__name="Old Hall")
    index.refresh(None, now=timezone.now())
    before = shown()

    Venue.objects.filter(pk=meeting.venue_id).update(name="New Hall")
    after = shown()

    assert "Old Hall" in before[0].place_label
    assert "New Hall" in after[0].place_label


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ListingState.UNLISTED, ListingState.PAUSED, ListingState.GONE])
def test_a_meeting_that_is_withdrawn_has_no_card_from_that_moment_on(state):
    meeting = MeetingFactory()
    index.refresh(None, now=timezone.now())
    before = shown()

    Meeting.objects.filter(pk=meeting.pk).update(state=state)
    after = shown()

    assert [result.meeting.pk for result in before] == [meeting.pk]
    assert after == []


@pytest.mark.django_db
def test_kept_cards_cost_one_query_however_many(django_assert_num_queries):
    ids = [MeetingFactory().pk for _n in range(3)]
    index.refresh(None, now=timezone.now())
    known = names.current(memory.current())
    with django_assert_num_queries(3):
        first = cards.current(ids, known)

    with django_assert_num_queries(1):
        again = cards.current(ids, known)

    assert [again[pk] is first[pk] for pk in ids] == [True, True, True]


@pytest.mark.django_db
def test_of_many_cards_the_ones_read_last_are_kept(monkeypatch):
    monkeypatch.setattr(cards, "MOST_CARDS", 2)
    ids = [MeetingFactory().pk for _n in range(3)]
    index.refresh(None, now=timezone.now())
    known = names.current(memory.current())

    for pk in ids:
        cards.current([pk], known)

    assert list(cards._kept) == ids[1:]


def test_a_worker_starts_without_a_database(tmp_path):
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "VAR_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", "from recovery.wsgi import application; print(type(application).__name__)"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout.strip() == "WSGIHandler"
    assert "not in memory yet" in done.stderr


@pytest.mark.django_db
def test_a_card_says_first_when_a_meeting_is_for_family_and_friends_alone():
    families = FellowshipFactory(for_whom=[ForWhom.FAMILY])
    everybody = FellowshipFactory(for_whom=[ForWhom.PERSON, ForWhom.FAMILY])
    MeetingFactory(name="A", group__fellowship=families, open_to=OpenTo.ANYONE)
    MeetingFactory(name="B", group__fellowship=everybody, open_to=OpenTo.ANYONE)
    index.refresh(None, now=timezone.now())

    found = {result.meeting.name: result.badges for result in shown()}

    assert found == {"A": ["For family and friends", "Open to anyone"], "B": ["Open to anyone"]}


@pytest.mark.django_db
def test_only_is_said_of_people_and_not_of_leaving_prayer_out():
    meeting = MeetingFactory()
    give_trait(meeting, "women", TraitValue.ONLY, kind=TraitKind.FOCUS)
    give_trait(meeting, "secular", TraitValue.ONLY, kind=TraitKind.FOCUS)
    index.refresh(None, now=timezone.now())

    assert sorted(shown()[0].badges) == ["Secular", "Women only"]
