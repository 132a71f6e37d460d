"""Answers of curators: to suggestions, reports and claims; each with its way back."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groups.access import hosts_of
from groups.enums import ClaimState, ListingState, Role
from groups.models import Claim
from meetings import access, decisions, reports, suggestions, tokens
from meetings.curation import answers
from meetings.enums import (
    DecisionKind,
    LinkPurpose,
    MessageKind,
    ReportKind,
    ReportState,
    ReviewFlag,
    SuggestionKind,
    SuggestionState,
    Verdict,
)
from meetings.models import Confirmation, Decision, Meeting, OutgoingMessage, Report, Suggestion
from tests.cast import Cast, make_curator
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-12-01 12:00")
LATER = NOW + timedelta(hours=1)


def suggested(cast: Cast, email: str = "", **values) -> Suggestion:
    sent_at = timezone.now() - timedelta(hours=1)
    return suggestions.send(SuggestionKind.CHANGE, values, now=sent_at, meeting=cast.meeting, email=email)


def fresh(cast: Cast) -> Meeting:
    return Meeting.objects.select_related("group", "venue").get(pk=cast.meeting.pk)


# ── Suggestions ─────────────────────────────────────────────────────────────


def test_fields_are_accepted_and_refused_and_the_sender_is_told(cast, client: Client):
    client.force_login(cast.curator)
    suggestion = suggested(cast, email="sender@example.org", notes="Ring twice", name="Candlelight")
    notes, name = suggestion.values.order_by("name").reverse()
    form = {
        f"verdict-{notes.pk}": "accepted",
        f"verdict-{name.pk}": "refused",
        f"reason-{name.pk}": "They like the old one",
        "answer": "Thank you.",
    }

    answer = client.post(reverse("curate:suggestion", args=[suggestion.public_id]), form)

    suggestion.refresh_from_db()
    assert (answer.status_code, answer.url) == (303, reverse("curate:queue"))
    assert (fresh(cast).notes, fresh(cast).name) == ("Ring twice", cast.meeting.name)
    assert (suggestion.state, suggestion.answer) == (SuggestionState.IN_PART, "Thank you.")
    assert suggestion.values.get(name="name").reason == "They like the old one"
    assert suggestion.contact is None
    assert OutgoingMessage.objects.filter(kind=MessageKind.SUGGESTION).count() == 1


def test_a_plain_one_is_accepted_in_one_press_on_its_page(cast, client: Client):
    client.force_login(cast.curator)
    suggestion = suggested(cast, notes="Ring twice", name="Candlelight")

    client.post(reverse("curate:suggestion", args=[suggestion.public_id]), {"whole": "accept"})

    assert (fresh(cast).notes, fresh(cast).name) == ("Ring twice", "Candlelight")
    assert Suggestion.objects.get().state == SuggestionState.ACCEPTED


def test_what_is_not_marked_is_asked_for_and_everything_typed_is_kept(cast, client: Client):
    client.force_login(cast.curator)
    suggestion = suggested(cast, notes="Ring twice", name="Candlelight")
    first, _second = suggestion.values.all()
    form = {f"verdict-{first.pk}": "accepted", f"reason-{first.pk}": "Seen it", "answer": "Thank you."}

    answer = client.post(reverse("curate:suggestion", args=[suggestion.public_id]), form)

    assert answer.status_code == 422
    assert "Please accept or refuse it." in words(answer)
    assert "Seen it" in answer.content.decode()
    assert "Thank you." in answer.content.decode()
    assert Suggestion.objects.get().state == SuggestionState.OPEN


def test_a_second_press_decides_nothing_more(cast, client: Client):
    client.force_login(cast.curator)
    address = reverse("curate:suggestion", args=[suggested(cast, notes="Ring twice").public_id])

    client.post(address, {"whole": "accept"})
    again = client.post(address, {"whole": "refuse"})

    assert (again.status_code, again.url) == (303, address)
    assert Decision.objects.count() == 1
    assert fresh(cast).notes == "Ring twice"


def test_what_the_listing_cannot_take_is_said_and_nothing_is_decided(cast, client: Client):
    client.force_login(cast.curator)
    suggestion = suggested(cast, max_age=20)
    Meeting.objects.filter(pk=cast.meeting.pk).update(min_age=30)

    answer = client.post(reverse("curate:suggestion", args=[suggestion.public_id]), {"whole": "accept"})

    assert answer.status_code == 422
    assert "The upper age is below the lower one." in words(answer)
    assert Suggestion.objects.get().state == SuggestionState.OPEN


def test_a_decision_about_a_suggestion_is_taken_back(cast):
    suggestion = suggested(cast, notes="Ring twice")
    verdicts = {"notes": (Verdict.ACCEPTED, "")}
    decision = answers.decide_suggestion(suggestion, verdicts, by=cast.curator, now=timezone.now())
    assert fresh(cast).notes == "Ring twice"

    decisions.undo(decision, by=cast.curator, now=timezone.now())

    assert fresh(cast).notes == ""
    assert Suggestion.objects.get().state == SuggestionState.OPEN
    assert suggestion.values.get().verdict == Verdict.OPEN


def new_group(cast: Cast) -> Suggestion:
    values = {
        "group_name": "New Group", "name": "New Group", "group_approach": cast.group.approach.slug,
        "rrule": "FREQ=WEEKLY;BYDAY=MO", "start_time": "19:00", "time_zone": "America/New_York",
        "online": "open", "join_url": "https://zoom.us/j/5550111",
    }  # fmt: skip
    return suggestions.send(SuggestionKind.NEW, values, now=timezone.now())


def test_a_new_group_is_shown_by_its_name_and_what_is_proposed_alone(cast, client: Client):
    client.force_login(make_curator("curator-of-everything"))
    about_a_change, about_a_new_one = suggested(cast, notes="Ring twice"), new_group(cast)

    change = words(client.get(reverse("curate:suggestion", args=[about_a_change.public_id])))
    new = words(client.get(reverse("curate:suggestion", args=[about_a_new_one.public_id])))

    assert "Now Nothing said Proposed Ring twice" in change
    assert "Proposed America/New York" in new
    assert "New Group" in new
    assert "Nothing said" not in new


def test_a_new_group_that_is_taken_back_is_a_draft(cast):
    suggestion = new_group(cast)
    decision = answers.decide_suggestion(suggestion, {"*": (Verdict.ACCEPTED, "")}, by=cast.curator, now=timezone.now())
    made = Meeting.objects.get(name="New Group")
    assert made in Meeting.objects.public()

    decisions.undo(decision, by=cast.curator, now=timezone.now())

    made.refresh_from_db()
    assert (made.state, made.group.state) == (ListingState.DRAFT, "draft")


# ── Reports ─────────────────────────────────────────────────────────────────


def doubted(cast: Cast) -> Meeting:
    reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW, device="a" * 32)
    reports.send(cast.meeting, ReportKind.CLOSED, now=NOW, device="b" * 32)
    meeting = fresh(cast)
    assert meeting.doubted_at == NOW
    return meeting


@pytest.mark.parametrize(
    ("press", "state", "is_confirmed"),
    [
        ("right", ReportState.ANSWERED, True),
        ("put-right", ReportState.PUT_RIGHT, True),
        ("refuse", ReportState.REFUSED, False),
    ],
)
def test_an_answer_shows_the_way_in_again(cast, client: Client, press, state, is_confirmed):
    client.force_login(cast.curator)
    doubted(cast)

    client.post(reverse("curate:reports", args=["boston"]), {"answer": press, "reason": "I was there"})

    assert fresh(cast).doubted_at is None
    assert set(Report.objects.values_list("state", flat=True)) == {state}
    assert (fresh(cast).confirmed_by == Role.CURATOR) is is_confirmed
    assert Decision.objects.get().reason == "I was there"


def test_an_answer_is_taken_back_with_the_doubt_and_the_confirmation(cast):
    meeting = doubted(cast)
    decision = answers.answer_reports(meeting, ReportState.ANSWERED, by=cast.curator, now=LATER)
    assert fresh(cast).doubted_at is None

    decisions.undo(decision, by=cast.curator, now=LATER)

    assert fresh(cast).doubted_at is not None
    assert set(Report.objects.values_list("state", flat=True)) == {ReportState.OPEN}
    assert (fresh(cast).confirmed_at, fresh(cast).confirmed_by) == (None, "")
    assert not Confirmation.objects.exists()


def test_a_listing_taken_off_for_reports_is_back_and_off_again(cast):
    meeting = doubted(cast)
    Meeting.objects.filter(pk=meeting.pk).update(state=ListingState.UNLISTED, unlisted_why="reports")
    decision = answers.answer_reports(fresh(cast), ReportState.ANSWERED, by=cast.curator, now=LATER)
    assert fresh(cast).state == ListingState.PUBLIC

    decisions.undo(decision, by=cast.curator, now=LATER)

    assert (fresh(cast).state, fresh(cast).unlisted_why) == (ListingState.UNLISTED, "reports")


def test_a_curator_who_doubts_hides_the_way_in(cast, client: Client):
    client.force_login(cast.curator)

    for _press in range(2):
        client.post(reverse("curate:reports", args=["boston"]), {"answer": "hide", "reason": "Locked, I was there"})

    assert fresh(cast).doubted_at is not None
    assert Report.objects.get().role == Role.CURATOR


def test_answering_nothing_is_no_decision(cast):
    assert answers.answer_reports(cast.meeting, ReportState.ANSWERED, by=cast.curator, now=NOW) is None
    assert not Decision.objects.exists()
    assert not Confirmation.objects.exists()


# ── Claims ──────────────────────────────────────────────────────────────────


def claimed(cast: Cast) -> Claim:
    return Claim.objects.create(group=cast.group, user=cast.member, made_at=timezone.now(), words="I open the door")


def test_a_claim_is_accepted_and_taken_back(cast, client: Client):
    client.force_login(cast.curator)
    claim = claimed(cast)

    client.post(reverse("curate:claim", args=[claim.public_id]), {"answer": "accept"})

    assert set(hosts_of(cast.group)) == {cast.host, cast.member}
    decision = Decision.objects.get(kind=DecisionKind.CLAIM)
    client.post(reverse("curate:undo", args=[decision.public_id]))
    claim.refresh_from_db()
    assert claim.state == ClaimState.OPEN
    assert set(hosts_of(cast.group)) == {cast.host}


def test_whoever_was_let_in_by_mistake_answers_no_mail_of_then(cast):
    decision = answers.decide_claim(claimed(cast), is_accepted=True, by=cast.curator, now=timezone.now())
    secret = tokens.issue(LinkPurpose.STILL_TRUE, now=timezone.now(), group=cast.group)
    assert tokens.find(secret, LinkPurpose.STILL_TRUE, now=timezone.now()).group == cast.group

    decisions.undo(decision, by=cast.curator, now=timezone.now())

    with pytest.raises(tokens.LinkUnknown):
        tokens.find(secret, LinkPurpose.STILL_TRUE, now=timezone.now())


def test_a_claim_is_refused_with_a_reason(cast, client: Client):
    client.force_login(cast.curator)
    claim = claimed(cast)

    client.post(reverse("curate:claim", args=[claim.public_id]), {"answer": "refuse", "reason": "The group says no"})

    claim.refresh_from_db()
    assert (claim.state, claim.reason) == (ClaimState.REFUSED, "The group says no")
    assert set(hosts_of(cast.group)) == {cast.host}


def test_pressing_twice_makes_one_host_and_one_decision(cast, client: Client):
    client.force_login(cast.curator)
    address = reverse("curate:claim", args=[claimed(cast).public_id])

    client.post(address, {"answer": "accept"})
    client.post(address, {"answer": "accept"})

    assert Decision.objects.count() == 1
    assert cast.group.host_roles.filter(user=cast.member).count() == 1


def test_nobody_decides_about_their_own_claim(cast, client: Client):
    client.force_login(cast.curator)
    claim = Claim.objects.create(group=cast.group, user=cast.curator, made_at=timezone.now())

    answer = client.post(reverse("curate:claim", args=[claim.public_id]), {"answer": "accept"})

    assert answer.status_code == 422
    assert cast.curator not in hosts_of(cast.group)


def test_the_page_of_a_claim_says_what_they_wrote_and_not_who_they_are(cast, client: Client):
    client.force_login(cast.curator)

    page = client.get(reverse("curate:claim", args=[claimed(cast).public_id]))

    assert "I open the door" in words(page)
    assert "member@example.org" not in page.content.decode()


# ── Flags, confirmations ────────────────────────────────────────────────────


def test_a_flag_is_looked_at_and_raised_again(cast, client: Client):
    client.force_login(cast.curator)
    Meeting.objects.filter(pk=cast.meeting.pk).update(review_flags=[ReviewFlag.NTH_WEEKDAY])

    client.post(reverse("curate:meeting_do", args=["boston"]), {"what": "seen"})

    assert fresh(cast).review_flags == []
    client.post(reverse("curate:undo", args=[Decision.objects.get().public_id]))
    assert fresh(cast).review_flags == [ReviewFlag.NTH_WEEKDAY]


def test_a_curator_confirms_and_takes_it_back(cast, client: Client):
    client.force_login(cast.curator)

    for _press in range(2):
        client.post(reverse("curate:meeting_do", args=["boston"]), {"what": "confirm"})

    assert fresh(cast).confirmed_by == Role.CURATOR
    client.post(reverse("curate:undo", args=[Decision.objects.get().public_id]))
    assert (fresh(cast).confirmed_at, fresh(cast).confirmed_by) == (None, "")


def test_a_curator_who_confirms_has_answered_the_reports_and_takes_both_back(cast, client: Client):
    client.force_login(cast.curator)
    doubted(cast)

    for _press in range(2):
        client.post(reverse("curate:meeting_do", args=["boston"]), {"what": "confirm"})

    assert (fresh(cast).doubted_at, fresh(cast).confirmed_by) == (None, Role.CURATOR)
    assert not reports.of_meeting(cast.meeting).exists()
    client.post(reverse("curate:undo", args=[Decision.objects.get().public_id]))
    assert fresh(cast).doubted_at is not None
    assert fresh(cast).confirmed_by == ""


def test_enter_while_typing_a_reason_decides_nothing(cast, client: Client):
    client.force_login(cast.curator)
    claim = Claim.objects.create(group=cast.group, user=cast.member, made_at=NOW)
    pages = [
        reverse("curate:suggestion", args=[suggested(cast, notes="Ring twice").public_id]),
        reverse("curate:claim", args=[claim.public_id]),
        reverse("curate:reports", args=["boston"]),
        reverse("curate:meeting", args=["boston"]),
        reverse("curate:venue", args=[cast.meeting.venue.public_id]),
    ]

    def default_button(address: str) -> str:
        """Return the button that Enter presses in the form that asks for a reason: its first."""
        forms = re.findall(r"<form.*?</form>", client.get(address).content.decode(), re.DOTALL)
        (asks,) = [form for form in forms if 'name="reason' in form]
        return re.findall(r"<button[^>]*>", asks)[0]

    assert {page: default_button(page) for page in pages} == dict.fromkeys(pages, "<button hidden disabled>")


def test_one_press_takes_a_listing_off_and_back(cast, client: Client):
    client.force_login(cast.curator)

    client.post(reverse("curate:meeting_do", args=["boston"]), {"what": "unlist", "reason": "They asked"})

    assert not Meeting.objects.public().filter(pk=cast.meeting.pk).exists()
    client.post(reverse("curate:undo", args=[Decision.objects.get().public_id]))
    assert access.get_meeting("boston") == cast.meeting
