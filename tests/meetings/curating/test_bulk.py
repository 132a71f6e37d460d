"""One change for many listings: seen, made bit by bit, taken back whole."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groups.access import hosts_of
from groups.enums import ListingState
from groups.identifiers import new_public_id
from meetings import decisions, tasks, tokens
from meetings.curation import bulk
from meetings.curation.bulk import Action, Change
from meetings.enums import ChannelState, LinkPurpose, TraitValue, UnlistedWhy
from meetings.models import Decision, FinderEntry, Meeting, MeetingTrait
from tests import factories
from tests.cast import make_person
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-12-01 12:00")


def listed(meeting: Meeting) -> list[Meeting]:
    return list(Meeting.objects.select_related("group", "venue").filter(group=meeting.group).order_by("pk"))


def three(cast) -> list[Meeting]:
    factories.MeetingFactory.create_batch(2, group=cast.group)
    return listed(cast.meeting)


def begin(meetings, change, cast, token=None) -> Decision:
    return bulk.begin(token or new_public_id(), meetings, change, by=cast.curator, now=NOW)


def states(cast) -> set[str]:
    return set(Meeting.objects.filter(group=cast.group).values_list("state", flat=True))


def test_what_would_change_is_shown_and_nothing_changes(cast):
    paused = factories.MeetingFactory(group=cast.group, state=ListingState.PAUSED)

    preview = bulk.preview([cast.meeting, paused], Change.of(Action.PAUSE))

    assert [(line.differences, line.problem) for line in preview.lines] == [
        ([bulk.Difference("State", "Public", "Paused")], ""),
        ([], ""),
    ]
    assert preview.changed == 1
    assert states(cast) == {ListingState.PUBLIC, ListingState.PAUSED}


@pytest.mark.parametrize(
    ("action", "state", "why"),
    [
        (Action.PAUSE, ListingState.PAUSED, UnlistedWhy.UNKNOWN),
        (Action.UNLIST, ListingState.UNLISTED, UnlistedWhy.BY_CURATOR),
    ],
)
def test_states_change_and_come_back(cast, action, state, why):
    meetings = three(cast)

    decision = begin(meetings, Change.of(action), cast)

    assert states(cast) == {state}
    assert Meeting.objects.get(pk=meetings[0].pk).unlisted_why == why
    assert not FinderEntry.objects.filter(meeting__in=meetings, is_listed=True).exists()
    assert bulk.progress(decision) == bulk.Progress(total=3, done=3, changed=3, refused={})

    decisions.undo(decision, by=cast.curator, now=NOW)

    assert states(cast) == {ListingState.PUBLIC}
    assert FinderEntry.objects.filter(meeting__in=meetings, is_listed=True).count() == 3


def test_resuming_lists_what_was_paused_again(cast):
    Meeting.objects.filter(group=cast.group).update(state=ListingState.PAUSED)

    begin(listed(cast.meeting), Change.of(Action.RESUME), cast)

    assert states(cast) == {ListingState.PUBLIC}


def test_meetings_move_to_another_place_and_back(cast):
    meetings = three(cast)
    before = [meeting.venue for meeting in meetings]
    hall = factories.VenueFactory(name="New Hall")

    decision = begin(meetings, Change.of(Action.MOVE, {"venue": hall.public_id}), cast)

    assert {meeting.venue for meeting in listed(cast.meeting)} == {hall}
    decisions.undo(decision, by=cast.curator, now=NOW)
    assert [meeting.venue for meeting in listed(cast.meeting)] == before


def test_an_online_meeting_that_moves_to_a_place_is_held_there(cast):
    online = factories.MeetingFactory(is_online=True, group=cast.group)
    hall = factories.VenueFactory()

    begin([online], Change.of(Action.MOVE, {"venue": hall.public_id}), cast)

    online.refresh_from_db()
    assert (online.venue, online.in_person, online.online) == (hall, ChannelState.OPEN, ChannelState.OPEN)


def test_a_trait_is_said_of_all_and_taken_back(cast):
    trait = factories.TraitFactory(kind="access", slug="ramp")
    meetings = three(cast)
    MeetingTrait.objects.create(meeting=meetings[0], trait=trait, value=TraitValue.NO)

    decision = begin(meetings, Change.of(Action.TRAIT, {"trait_access_ramp": TraitValue.YES.value}), cast)

    assert list(MeetingTrait.objects.values_list("value", flat=True)) == ["yes"] * 3
    decisions.undo(decision, by=cast.curator, now=NOW)
    assert list(MeetingTrait.objects.values_list("meeting", "value")) == [(meetings[0].pk, "no")]


def test_the_host_changes_and_comes_back(cast):
    successor = make_person("successor")
    change = Change(Action.HOST, host="Successor@example.org", is_only_host=True)

    decision = begin([cast.meeting], change, cast)

    assert list(hosts_of(cast.group)) == [successor]
    assert "successor@" not in str(Decision.objects.values_list("before", "after").get()).lower()
    decisions.undo(decision, by=cast.curator, now=NOW)
    assert list(hosts_of(cast.group)) == [cast.host]


def test_whoever_is_a_host_no_more_answers_no_mail_of_before(cast):
    secret = tokens.issue(LinkPurpose.STILL_TRUE, now=NOW, group=cast.group)
    assert tokens.find(secret, LinkPurpose.STILL_TRUE, now=NOW).group == cast.group

    begin([cast.meeting], Change(Action.HOST, host=cast.member.email, is_only_host=True), cast)

    with pytest.raises(tokens.LinkUnknown):
        tokens.find(secret, LinkPurpose.STILL_TRUE, now=NOW)


def test_an_address_without_an_account_changes_nobody(cast):
    decision = begin([cast.meeting], Change(Action.HOST, host="nobody@example.org"), cast)

    assert list(bulk.progress(decision).refused.values()) == ["There is no account with this address yet."]
    assert list(hosts_of(cast.group)) == [cast.host]


def test_a_listing_that_cannot_take_it_stays_and_says_why(cast):
    group_less = factories.MeetingFactory(group=cast.group, min_age=30)
    change = Change.of(Action.TRAIT, {"max_age": 18})

    decision = begin([cast.meeting, group_less], change, cast)

    assert bulk.progress(decision).changed == 1
    assert list(bulk.progress(decision).refused) == [group_less.public_id]
    group_less.refresh_from_db()
    assert group_less.max_age is None


def test_pressing_twice_is_one_change(cast):
    token = new_public_id()
    meetings = three(cast)

    first = begin(meetings, Change.of(Action.PAUSE), cast, token)
    second = begin(meetings, Change.of(Action.PAUSE), cast, token)

    assert first == second
    assert Decision.objects.count() == 1


def test_many_go_on_in_the_worker(cast, monkeypatch):
    monkeypatch.setattr(bulk.resume, "__kwdefaults__", {"most": 1})
    decision = begin(three(cast), Change.of(Action.PAUSE), cast)
    assert bulk.progress(decision).done == 1

    finished = tasks.change_listings()

    decision.refresh_from_db()
    assert finished == 1
    assert bulk.progress(decision).is_over
    assert states(cast) == {ListingState.PAUSED}
    assert tasks.change_listings() == 0


def test_what_was_taken_back_does_not_go_on(cast, monkeypatch):
    monkeypatch.setattr(bulk.resume, "__kwdefaults__", {"most": 1})
    decision = begin(three(cast), Change.of(Action.PAUSE), cast)

    decisions.undo(decision, by=cast.curator, now=NOW)

    assert tasks.change_listings() == 0
    assert states(cast) == {ListingState.PUBLIC}


def test_many_are_taken_back_by_the_worker(cast, client: Client, monkeypatch):
    client.force_login(cast.curator)
    decision = begin(three(cast), Change.of(Action.PAUSE), cast)
    Decision.objects.update(made_at=timezone.now())
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk.resume_undo, "__kwdefaults__", {"most": 2})
    address = reverse("curate:undo", args=[decision.public_id])

    client.post(address)
    client.post(address)

    decision.refresh_from_db()
    assert bulk.taking_back(decision).done == 2
    assert "2 of 3." in words(client.get(reverse("curate:decision", args=[decision.public_id])))
    assert states(cast) == {ListingState.PUBLIC, ListingState.PAUSED}

    tasks.change_listings()

    decision.refresh_from_db()
    assert decision.undone_at is not None
    assert bulk.taking_back(decision).is_over
    assert states(cast) == {ListingState.PUBLIC}


def test_more_than_the_most_is_refused(cast, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)

    with pytest.raises(bulk.TooMany):
        begin(three(cast), Change.of(Action.PAUSE), cast)


# ── Pages ───────────────────────────────────────────────────────────────────


def test_the_page_shows_then_changes_then_takes_back(cast, client: Client):
    client.force_login(cast.curator)
    meetings = three(cast)
    asked = {"what": "unlist", "m": [meeting.public_id for meeting in meetings], "reason": "They told us"}
    address = reverse("curate:bulk_change")

    preview = client.post(address, asked | {"step": "preview"})

    assert "Change 3 listings" in words(preview)
    assert states(cast) == {ListingState.PUBLIC}

    token = preview.context["token"]
    press = {"step": "apply", "token": token, "seen": preview.context["seen"]}
    changed = client.post(address, asked | press)

    assert (changed.status_code, changed.url) == (303, reverse("curate:decision", args=[token]))
    assert states(cast) == {ListingState.UNLISTED}
    assert "3 of 3 looked at; 3 changed." in words(client.get(changed.url))

    client.post(reverse("curate:undo", args=[token]))

    assert states(cast) == {ListingState.PUBLIC}


def test_what_was_not_seen_is_not_done(cast, client: Client):
    client.force_login(cast.curator)
    address = reverse("curate:bulk_change")
    asked = {"what": "host", "m": [cast.meeting.public_id], "host": cast.member.email, "reason": ""}
    preview = client.post(address, asked | {"step": "preview"})
    press = {"step": "apply", "token": preview.context["token"], "seen": preview.context["seen"]}

    otherwise = client.post(address, asked | press | {"host": cast.curator.email})

    assert otherwise.status_code == 200
    assert cast.curator.email in words(otherwise)
    assert Decision.objects.count() == 0
    assert client.post(address, asked | press).status_code == 303
    assert cast.member in hosts_of(cast.group)


def test_how_far_it_is_comes_by_htmx_and_the_page_loads_again_at_the_end(cast, client: Client, monkeypatch):
    client.force_login(cast.curator)
    monkeypatch.setattr(bulk.resume, "__kwdefaults__", {"most": 1})
    decision = begin(three(cast), Change.of(Action.PAUSE), cast)
    address = reverse("curate:decision", args=[decision.public_id])

    whole = client.get(address).content.decode()
    part = client.get(address, HTTP_HX_REQUEST="true")
    tasks.change_listings()
    end = client.get(address, HTTP_HX_REQUEST="true")

    assert '<noscript><meta http-equiv="refresh"' in whole
    assert f'hx-get="{address}"' in whole
    assert "1 of 3 looked at" in words(part)
    assert "<html" not in part.content.decode()
    assert end["HX-Refresh"] == "true"
    assert "hx-get" not in client.get(address).content.decode()


def test_all_of_a_search_are_changed(cast, client: Client):
    client.force_login(cast.curator)
    three(cast)
    aside = factories.MeetingFactory(name="Aside")

    answer = client.get(
        reverse("curate:bulk_change"), {"what": "pause", "all": "1", "asked": f"group={cast.group.slug}"}
    )

    assert [meeting.group for meeting in answer.context["chosen"]] == [cast.group] * 3
    assert aside not in answer.context["chosen"]


def test_listings_of_another_part_cannot_be_chosen(cast, client: Client):
    client.force_login(cast.curator)
    theirs = Meeting.objects.get(slug="dublin")
    chosen = {"what": "pause", "m": [cast.meeting.public_id, theirs.public_id]}

    answer = client.get(reverse("curate:bulk_change"), chosen)

    assert answer.context["chosen"] == [cast.meeting]


def test_a_place_that_nobody_knows_is_asked_for_again(cast, client: Client):
    client.force_login(cast.curator)
    asked = {"what": "move", "m": [cast.meeting.public_id], "place": "Nowhere Hall", "step": "preview"}

    answer = client.post(reverse("curate:bulk_change"), asked)

    assert answer.status_code == 422
    assert "No place of your part is called so." in words(answer)
    assert "Nowhere Hall" in answer.content.decode()


def test_a_change_of_many_is_named_in_the_readers_language(cast, client: Client):
    client.force_login(cast.curator)
    decision = begin(three(cast), Change.of(Action.PAUSE), cast)
    assert decision.title == "Pause: 3 listings"

    in_english = words(client.get(reverse("curate:decision_list")))
    in_german = words(client.get(reverse("curate:decision_list"), headers={"accept-language": "de"}))

    assert "Pause: 3 listings" in in_english
    assert "Pausieren: 3 Einträge" in in_german
    assert "3 listings" not in in_german
