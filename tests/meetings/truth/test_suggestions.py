"""Suggestions: kept, followed, decided field by field, told, and never changing anything before."""

from datetime import UTC, datetime, timedelta

import pytest

from groups.enums import GroupState, ListingState, Role
from meetings import about_me, contacts, listing_fields, suggestions
from meetings.enums import ContactKind, MessageKind, SuggestionKind, SuggestionState, Verdict
from meetings.models import FinderEntry, Meeting, OutgoingMessage, Suggestion
from tests.crowd import crowd_of
from tests.factories import ApproachFactory, MeetingFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YES, NO = Verdict.ACCEPTED, Verdict.REFUSED
CHANGE, NEW = SuggestionKind.CHANGE, SuggestionKind.NEW


def suggest(meeting, values, *, kind=CHANGE, **more):
    return suggestions.send(kind, values, now=NOW, meeting=meeting, **more)


def decide(suggestion, verdicts, **more):
    return suggestions.decide(suggestion, verdicts, by=None, role=Role.CURATOR, now=NOW + DAY, **more)


def fresh(meeting):
    return Meeting.objects.select_related("group", "venue").get(pk=meeting.pk)


# ── Sending ─────────────────────────────────────────────────────────────────


def test_only_what_differs_is_proposed_and_nothing_is_changed_yet():
    meeting = MeetingFactory(name="Candlelight")

    sent = suggest(meeting, {"name": "Candlelight", "duration": 90, "start_time": "18:30"})

    rows = {row.name: (row.current, row.proposed, row.verdict) for row in sent.values.all()}
    assert rows == {"duration": (60, 90, Verdict.OPEN), "start_time": ("19:00", "18:30", Verdict.OPEN)}
    assert fresh(meeting).duration == timedelta(hours=1)
    assert sent.state == SuggestionState.OPEN


def test_an_answer_is_promised_within_five_working_days():
    sent = suggest(MeetingFactory(), {"duration": 90})

    assert sent.answer_by == datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def test_nothing_and_no_words_is_no_suggestion():
    meeting = MeetingFactory()

    with pytest.raises(suggestions.NothingProposed):
        suggest(meeting, {"duration": 60})

    assert suggest(meeting, {"duration": 60}, words="They moved the piano").values.count() == 0


def test_values_that_cannot_be_are_refused():
    with pytest.raises(listing_fields.InvalidChange):
        suggest(MeetingFactory(), {"duration": -5, "name": "Fine"})

    assert Suggestion.objects.count() == 0


def test_an_address_is_kept_encrypted():
    sent = suggest(MeetingFactory(), {"duration": 90}, email="ana@example.org")

    assert b"ana@" not in bytes(sent.contact)
    assert contacts.address_of(sent.contact) == "ana@example.org"


def test_the_same_twice_from_one_device_is_one_suggestion():
    meeting = MeetingFactory()

    first = suggest(meeting, {"duration": 90}, device="a" * 32)
    again = suggest(meeting, {"duration": 90}, device="a" * 32)
    other = suggest(meeting, {"duration": 75}, device="a" * 32)
    somebody = suggest(meeting, {"duration": 90}, device="b" * 32)

    assert first == again
    assert len({first.pk, other.pk, somebody.pk}) == 3


# ── Deciding ────────────────────────────────────────────────────────────────


def test_each_field_is_decided_by_itself_with_a_reason():
    meeting = MeetingFactory()
    sent = suggest(meeting, {"duration": 90, "start_time": "18:30"})

    decided = decide(sent, {"duration": YES, "start_time": (NO, "We called: it is seven.")}, answer="Thank you!")

    changed = fresh(meeting)
    assert (changed.duration, changed.start_time.hour) == (timedelta(minutes=90), 19)
    assert decided.suggestion.state == SuggestionState.IN_PART
    assert decided.changed[0][1].before == {"duration": 60}
    rows = {row.name: (row.verdict, row.reason) for row in sent.values.all()}
    assert rows == {"duration": (YES, ""), "start_time": (NO, "We called: it is seven.")}


@pytest.mark.parametrize(
    ("verdict", "state", "minutes"), [(YES, SuggestionState.ACCEPTED, 90), (NO, SuggestionState.REFUSED, 60)]
)
def test_the_whole_is_decided_in_one_word(verdict, state, minutes):
    meeting = MeetingFactory()
    sent = suggest(meeting, {"duration": 90, "notes": "Bring a cup"})

    decide(sent, {"*": verdict})

    sent.refresh_from_db()
    assert sent.state == state
    assert fresh(meeting).duration == timedelta(minutes=minutes)


def test_a_field_that_is_not_named_is_not_accepted():
    meeting = MeetingFactory()
    sent = suggest(meeting, {"duration": 90})

    decide(sent, {})

    assert fresh(meeting).duration == timedelta(hours=1)


def test_a_suggestion_is_decided_once():
    meeting = MeetingFactory()
    sent = suggest(meeting, {"duration": 90})
    decide(sent, {"*": NO})

    with pytest.raises(suggestions.AlreadyDecided):
        decide(sent, {"*": YES})

    assert fresh(meeting).duration == timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_two_curators_at_once_decide_once():
    meeting = MeetingFactory()
    sent = suggest(meeting, {"duration": 90}, email="ana@example.org")

    with crowd_of(4) as crowd:
        answers = crowd.at_once(*[lambda: decide(sent, {"*": YES})] * 4)

    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(error) for error in refused] == [suggestions.AlreadyDecided] * 3
    assert OutgoingMessage.objects.filter(kind=MessageKind.SUGGESTION).count() == 1


def test_what_no_longer_fits_decides_nothing():
    meeting = MeetingFactory()
    sent = suggest(meeting, {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"})

    with pytest.raises(listing_fields.InvalidChange):
        decide(sent, {"*": YES})

    sent.refresh_from_db()
    assert sent.state == SuggestionState.OPEN


def test_the_sender_is_told_and_forgotten():
    sent = suggest(MeetingFactory(), {"duration": 90}, email="ana@example.org")

    decide(sent, {"*": YES})

    sent.refresh_from_db()
    message = OutgoingMessage.objects.get(kind=MessageKind.SUGGESTION)
    assert contacts.address_of(message.recipient) == "ana@example.org"
    assert (sent.contact, sent.contact_key) == (None, "")


def test_nobody_is_told_who_left_no_address():
    sent = suggest(MeetingFactory(), {"duration": 90})

    decide(sent, {"*": YES})

    assert not OutgoingMessage.objects.exists()


def test_a_decision_can_be_taken_back():
    meeting = MeetingFactory()
    sent = suggest(meeting, {"duration": 90})
    decided = decide(sent, {"*": YES}, answer="Done")

    for listing, applied in decided.changed:
        listing_fields.apply(listing, applied.before, by=None, role=Role.CURATOR, now=NOW + DAY)
    suggestions.reopen(sent)

    sent.refresh_from_db()
    assert (sent.state, sent.answer, sent.values.get().verdict) == (SuggestionState.OPEN, "", Verdict.OPEN)
    assert fresh(meeting).duration == timedelta(hours=1)


# ── New, closed ─────────────────────────────────────────────────────────────


def test_an_accepted_new_group_is_listed():
    approach = ApproachFactory()
    values = {
        "group_name": "Harbor Lights",
        "group_approach": approach.slug,
        "rrule": "FREQ=WEEKLY;BYDAY=MO",
        "start_time": "20:00",
        "time_zone": "Europe/Dublin",
        "online": "open",
        "join_url": "https://zoom.us/j/555",
    }
    sent = suggest(None, values, kind=NEW)
    before = Meeting.objects.count()

    decided = decide(sent, {"*": YES, "join_url": (NO, "It does not open.")})

    made = fresh(decided.made)
    assert (before, Meeting.objects.count()) == (0, 1)
    assert (made.name, made.state, made.group.state, made.join_url) == ("Harbor Lights", "public", "public", "")
    assert FinderEntry.objects.get(pk=made.pk).is_listed
    sent.refresh_from_db()
    assert (sent.meeting, sent.group, sent.state) == (made, made.group, SuggestionState.IN_PART)


def test_a_refused_new_group_makes_nothing():
    sent = suggest(None, {"group_name": "Nowhere"}, kind=NEW)

    decided = decide(sent, {"*": NO})

    assert decided.made is None
    assert Meeting.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (SuggestionKind.CLOSED_FOR_GOOD, ListingState.GONE),
        (SuggestionKind.CLOSED_FOR_NOW, ListingState.PAUSED),
    ],
)
def test_an_accepted_closing_closes_the_meeting_and_not_its_siblings(kind, state):
    meeting = MeetingFactory()
    sibling = MeetingFactory(group=meeting.group)
    sent = suggest(meeting, suggestions.closing(kind), kind=kind)

    decide(sent, {"*": YES})

    assert (fresh(meeting).state, fresh(sibling).state) == (state, ListingState.PUBLIC)
    assert fresh(meeting).group.state == GroupState.PUBLIC


def test_the_last_meeting_takes_its_group_along():
    meeting = MeetingFactory()
    kind = SuggestionKind.CLOSED_FOR_GOOD
    sent = suggest(meeting, suggestions.closing(kind), kind=kind)

    decided = decide(sent, {"*": YES})

    assert fresh(meeting).group.state == GroupState.GONE
    assert [str(listing) for listing, _applied in decided.changed] == [meeting.name, meeting.group.name]


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        (SuggestionKind.CLOSED_FOR_GOOD, {ListingState.GONE}),
        (SuggestionKind.CLOSED_FOR_NOW, {ListingState.PAUSED}),
    ],
)
def test_a_whole_group_closes(kind, states):
    meeting = MeetingFactory()
    MeetingFactory(group=meeting.group)
    values = suggestions.closing(kind, is_whole_group=True)
    sent = suggestions.send(kind, values, now=NOW, group=meeting.group)

    decided = decide(sent, {"*": YES})

    assert set(meeting.group.meetings.values_list("state", flat=True)) == states
    for listing, applied in reversed(decided.changed):
        listing_fields.apply(listing, applied.before, by=None, role=Role.CURATOR, now=NOW)
    assert set(meeting.group.meetings.values_list("state", flat=True)) == {ListingState.PUBLIC}


# ── Taking back ─────────────────────────────────────────────────────────────


def test_a_sender_takes_it_back_and_is_forgotten():
    sent = suggest(MeetingFactory(), {"duration": 90}, email="ana@example.org")

    suggestions.withdraw(sent, now=NOW)

    sent.refresh_from_db()
    assert (sent.state, sent.contact) == (SuggestionState.WITHDRAWN, None)
    with pytest.raises(suggestions.AlreadyDecided):
        decide(sent, {"*": YES})


# ── Forgetting ──────────────────────────────────────────────────────────────


def test_what_tells_people_apart_is_emptied_and_addresses_do_not_stay_for_ever():
    sent = suggest(MeetingFactory(), {"duration": 90}, email="ana@example.org", device="a" * 32)

    early = suggestions.forget_old(now=NOW + 27 * DAY)
    suggestions.forget_old(now=NOW + 28 * DAY)
    sent.refresh_from_db()
    after_four_weeks = (sent.device_key, sent.contact is not None)
    suggestions.forget_old(now=NOW + 120 * DAY)

    sent.refresh_from_db()
    assert (early, after_four_weeks) == (0, ("", True))
    assert (sent.contact, sent.contact_key) == (None, "")


def test_a_suggestion_is_among_what_is_kept_about_an_address_and_can_be_erased():
    sent = suggest(MeetingFactory(), {"duration": 90}, email="ana@example.org", words="It is longer now")
    key = contacts.match_key(ContactKind.EMAIL, "Ana@example.org")

    kept = about_me.as_data(about_me.kept_under(key))
    erased = about_me.erase(key, now=NOW)

    assert kept["suggestions"][0]["address"] == "ana@example.org"
    assert kept["suggestions"][0]["words"] == "It is longer now"
    sent.refresh_from_db()
    assert (erased, sent.contact, sent.state) == (1, None, SuggestionState.OPEN)
    assert about_me.kept_under(key).is_nothing


@pytest.mark.django_db(transaction=True)
def test_four_presses_at_once_are_one_suggestion():
    with crowd_of(4) as crowd:
        sent = crowd.at_once(*[lambda: suggest(None, {"group_name": "Harbor Lights"}, kind=NEW, device="a" * 32)] * 4)

    assert sent == [Suggestion.objects.get()] * 4


def test_words_are_forgotten_once_nobody_can_follow_them():
    decided, waiting = (suggest(MeetingFactory(), {"duration": 90}, words="I was there") for _number in range(2))
    decide(decided, {"*": YES})

    suggestions.forget_old(now=NOW + 119 * DAY)
    before = Suggestion.objects.get(pk=decided.pk).words
    suggestions.forget_old(now=NOW + 120 * DAY)

    assert before == "I was there"
    assert Suggestion.objects.get(pk=decided.pk).words == ""
    assert Suggestion.objects.get(pk=waiting.pk).words == "I was there"
