"""Every page of the desk: whose it is, and how much it asks of the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.enums import ImportAction, Role
from groups.models import Claim, CuratorRole
from meetings import decisions, reports, suggestions
from meetings.enums import DecisionKind, ReportKind, ReviewFlag, SuggestionKind
from meetings.models import Meeting, Twins
from tests import factories
from tests.cast import Cast, make_person
from tests.helpers import words

pytestmark = pytest.mark.django_db


def everything_about(meeting: Meeting) -> dict[str, str]:
    """Make one of everything that waits about a meeting; return the addresses of their pages."""
    now = timezone.now()
    group, venue = meeting.group, meeting.venue
    suggestion = suggestions.send(SuggestionKind.CHANGE, {"notes": "Ring twice"}, now=now, meeting=meeting)
    reports.send(meeting, ReportKind.NOBODY_THERE, now=now, role=Role.CURATOR)
    claim = Claim.objects.create(group=group, user=make_person(f"claims-{meeting.pk}"), made_at=now)
    Meeting.objects.filter(pk=meeting.pk).update(
        review_flags=[ReviewFlag.NO_WAY_IN], confirmed_at=None, created_at=now - timedelta(days=400)
    )
    decision = decisions.record(
        DecisionKind.EDIT, subject=meeting.public_id, title=meeting.name, by=None, role=Role.HOST, now=now,
        meeting=meeting,
    )  # fmt: skip
    return {
        "suggestion": reverse("curate:suggestion", args=[suggestion.public_id]),
        "reports": reverse("curate:reports", args=[meeting.slug]),
        "claim": reverse("curate:claim", args=[claim.public_id]),
        "decision": reverse("curate:decision", args=[decision.public_id]),
        "undo": reverse("curate:undo", args=[decision.public_id]),
        **{name: reverse(f"curate:{name}", args=[meeting.slug]) for name in OF_A_MEETING},
        **{name: reverse(f"curate:{name}", args=[group.slug]) for name in ("group_edit", "group_history")},
        **{name: reverse(f"curate:{name}", args=[venue.public_id]) for name in ("venue", "venue_history")},
    }


OF_A_MEETING = ("meeting", "meeting_do", "meeting_edit", "meeting_days", "meeting_history")
BY_POST = ("meeting_do", "undo")
LISTS = ["queue", "listing_table", "venue_list", "decision_list"]


def test_every_page_of_ones_part_opens(cast, client: Client):
    client.force_login(cast.curator)
    pages = everything_about(cast.meeting)

    for name in LISTS:
        assert client.get(reverse(f"curate:{name}")).status_code == 200, name
    for name, address in pages.items():
        assert client.get(address).status_code == (405 if name in BY_POST else 200), name


@pytest.mark.parametrize("name", ["host", "member", "curator_elsewhere"])
def test_pages_of_a_listing_are_not_there_for_anybody_else(cast, client: Client, name):
    client.force_login(getattr(cast, name))
    pages = everything_about(cast.meeting)

    for page, address in pages.items():
        assert client.get(address).status_code in ((404, 405) if page in BY_POST else (404,)), page
        assert client.post(address).status_code == 404 if page in BY_POST else True, page


def test_a_stranger_is_led_to_signing_in(cast, client: Client):
    pages = everything_about(cast.meeting)

    for address in [*pages.values(), *(reverse(f"curate:{name}") for name in LISTS)]:
        answer = client.get(address)
        assert answer.status_code in (302, 405), address
        if answer.status_code == 302:
            assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["host", "member"])
def test_the_desk_is_not_there_for_those_who_curate_nothing(cast, client: Client, name):
    client.force_login(getattr(cast, name))

    for page in LISTS:
        assert client.get(reverse(f"curate:{page}")).status_code == 404, page


def test_lists_hold_ones_own_part_alone(cast, client: Client):
    for meeting in Meeting.objects.all():
        everything_about(meeting)

    client.force_login(cast.curator)
    mine = {name: words(client.get(reverse(f"curate:{name}"))) for name in LISTS}
    client.force_login(cast.curator_elsewhere)
    theirs = {name: words(client.get(reverse(f"curate:{name}"))) for name in LISTS}

    there = Meeting.objects.get(slug="dublin")
    for name in ("queue", "listing_table", "decision_list"):
        assert cast.meeting.name in mine[name], name
        assert there.name not in mine[name], name
        assert there.name in theirs[name], name
        assert cast.meeting.name not in theirs[name], name
    assert cast.meeting.venue.name in mine["venue_list"]
    assert there.venue.name not in mine["venue_list"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_ask_the_same_of_one_and_of_three(cast, client: Client, name):
    client.force_login(cast.curator)
    everything_about_feeds(cast)
    one_more(cast)
    client.get(reverse(f"curate:{name}"))
    with counted() as of_one:
        client.get(reverse(f"curate:{name}"))
    one_more(cast)
    last = one_more(cast)

    with counted() as of_three:
        answer = client.get(reverse(f"curate:{name}"))

    assert (last.venue.name if name == "venue_list" else last.name) in words(answer)
    assert len(of_three) == len(of_one), of_three.captured_queries


def one_more(cast: Cast) -> Meeting:
    """Make another meeting of the part, with one of everything that waits about it."""
    everything_about_feeds(cast)
    further = factories.MeetingFactory(group__approach=cast.group.approach)
    everything_about(further)
    Twins.objects.create(one=cast.meeting, other=further, likeness=90, found_at=timezone.now())
    return further


def everything_about_feeds(cast: Cast) -> None:
    """Make a feed of the part that cannot be read and says otherwise than people here."""
    CuratorRole.objects.get_or_create(user=cast.curator, country="US", region="")
    source = factories.SourceFactory(country="US", open_conflicts=1, failing_since=timezone.now() - timedelta(days=5))
    factories.ImportChangeFactory(run__source=source, action=ImportAction.CONFLICT)


def counted() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def test_a_listing_of_many_decisions_asks_as_much_as_one_of_few(cast, client: Client):
    client.force_login(cast.curator)
    everything_about(cast.meeting)
    address = reverse("curate:meeting_history", args=[cast.meeting.slug])
    client.get(address)
    with counted() as before:
        client.get(address)
    for _number in range(2):
        everything_about_again(cast.meeting)

    with counted() as after:
        client.get(address)

    assert len(after) == len(before)


def everything_about_again(meeting: Meeting) -> None:
    now = timezone.now()
    meeting.notes += "."
    meeting.save()
    decisions.record(
        DecisionKind.EDIT, subject=meeting.public_id, title=meeting.name, by=None, role=Role.HOST, now=now,
        meeting=meeting, reason="Once more",
    )  # fmt: skip
