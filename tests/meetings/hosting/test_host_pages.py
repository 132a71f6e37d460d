"""My groups, one group, one meeting: what they say, what a press does, what it costs."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from groups.enums import ListingState, Role
from meetings import claims, reports, rsvps, suggestions
from meetings.enums import ContactKind, ReportKind, ReportState, RsvpPolicy, SuggestionState
from meetings.hosting import dates, editing
from meetings.models import Confirmation, Decision, Meeting, Venue
from tests.cast import make_host
from tests.factories import MeetingFactory
from tests.helpers import words
from tests.meetings.hosting.conftest import NOW, signed_in

pytestmark = pytest.mark.django_db

HOME_QUERIES = 8
GROUP_QUERIES = 12
MEETING_QUERIES = 13

TUESDAY = date(2026, 12, 1)


def keeps_seats(meeting: Meeting, **said) -> Meeting:
    Meeting.objects.filter(pk=meeting.pk).update(rsvp_policy=RsvpPolicy.WELCOME, **said)
    meeting.refresh_from_db()
    return meeting


def form_of(client, url: str, **said) -> dict:
    """Return the form of a page as a browser would send it, with some of it filled in otherwise."""
    data = {}
    for field in client.get(url).context["form"]:
        value = field.value()
        if value is True:
            data[field.html_name] = "on"
        elif value not in (None, False):
            data[field.html_name] = value
    return data | said


# ── My groups ───────────────────────────────────────────────────────────────


def test_somebody_who_keeps_nothing_is_shown_the_way(cast):
    page = words(signed_in(cast.member).get("/host/"))

    assert "You keep no group yet" in page
    assert "Boston Group" not in page


@pytest.mark.parametrize("groups", [1, 3])
def test_my_groups_cost_the_same_however_many(cast, host, django_assert_num_queries, groups):
    for number in range(groups - 1):
        meeting = MeetingFactory()
        cast.host.host_roles.create(group=meeting.group, came_by="host", since=NOW)
        reports.send(meeting, ReportKind.WRONG, now=NOW, device=f"{number:032}")

    with django_assert_num_queries(HOME_QUERIES):
        page = host.get("/host/")

    assert page.content.decode().count("data-host-group=") == groups


# ── One group ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("meetings", [1, 3])
def test_a_group_costs_the_same_for_one_meeting_and_three(cast, host, django_assert_num_queries, meetings):
    rsvps.take_place(keeps_seats(cast.meeting), TUESDAY, person=rsvps.Person(), now=NOW)
    for _number in range(meetings - 1):
        meeting = MeetingFactory(group=cast.group, rsvp_policy=RsvpPolicy.WELCOME)
        rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)

    with django_assert_num_queries(GROUP_QUERIES):
        page = host.get(reverse("host:group", args=[cast.group.slug]))

    assert page.content.decode().count("data-host-meeting=") == meetings


def test_one_press_says_that_everything_is_still_true(cast, host):
    other = MeetingFactory(group=cast.group)
    closed = MeetingFactory(group=cast.group, state=ListingState.GONE)

    answer = host.post(reverse("host:group_true", args=[cast.group.slug]))
    host.post(reverse("host:group_true", args=[cast.group.slug]))

    said = Confirmation.objects.order_by("meeting_id").values_list("meeting", "role", "how", "is_true")
    assert answer.status_code == 303
    assert list(said) == [(cast.meeting.pk, Role.HOST, "page", True), (other.pk, Role.HOST, "page", True)]
    cast.meeting.refresh_from_db()
    closed.refresh_from_db()
    assert (cast.meeting.confirmed_at, closed.confirmed_at) == (NOW, None)


@pytest.mark.parametrize("name", ["group_true", "meeting_true"])
def test_whoever_says_that_it_is_true_has_answered_the_reports(cast, host, name):
    for device in ("1" * 32, "2" * 32):
        reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW, device=device)
    cast.meeting.refresh_from_db()
    assert cast.meeting.doubted_at == NOW

    host.post(reverse(f"host:{name}", args=[cast.group.slug if name == "group_true" else cast.meeting.slug]))

    cast.meeting.refresh_from_db()
    assert (cast.meeting.doubted_at, cast.meeting.confirmed_at) == (None, NOW)
    assert set(cast.meeting.reports.values_list("state", flat=True)) == {ReportState.ANSWERED}


def test_what_was_taken_off_for_reports_stays_once_its_host_lists_it_again(cast, host):
    for device in ("1" * 32, "2" * 32):
        reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW - timedelta(days=90), device=device)
    assert reports.unlist_unanswered(now=NOW) == 1

    host.post(reverse("host:meeting_state", args=[cast.meeting.slug]), {"state": "open"})

    assert reports.unlist_unanswered(now=NOW + timedelta(days=200)) == 0
    cast.meeting.refresh_from_db()
    assert (cast.meeting.state, cast.meeting.doubted_at) == (ListingState.PUBLIC, None)
    assert not reports.of_meeting(cast.meeting).exists()


def test_who_has_just_said_that_a_meeting_is_true_is_not_pressed_to_say_it_again(cast, host):
    def strong_buttons(page) -> list[str]:
        return re.findall(r'<button class="button">.*?</svg>\s*([^<]+)', page.content.decode())

    before = host.get(reverse("host:meeting", args=[cast.meeting.slug]))
    pressed = host.post(reverse("host:meeting_true", args=[cast.meeting.slug]), {"from": "meeting"}, follow=True)

    assert strong_buttons(before) == ["It is still true"]
    assert strong_buttons(pressed) == []
    assert "It is still true" in words(pressed)


def test_a_press_that_a_meeting_is_true_can_be_taken_back(cast, host):
    pressed = host.post(reverse("host:meeting_true", args=[cast.meeting.slug]), follow=True)
    host.post(pressed.context["done"]["undo"])

    cast.meeting.refresh_from_db()
    assert "Thank you" in words(pressed)
    assert cast.meeting.confirmed_at is None


def test_the_page_says_what_waits(cast, host):
    claims.make(cast.group, cast.member, words="", now=NOW)
    reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW, device="1" * 32)

    page = words(host.get(reverse("host:group", args=[cast.group.slug])))

    assert f"{cast.meeting.name}: somebody found it wrong" in page
    assert "Somebody says that they keep this group too" in page
    assert "You keep this group alone" in page


def test_with_two_hosts_nobody_is_asked_to_invite(cast, host):
    make_host(cast.group, "second")

    page = words(host.get(reverse("host:group", args=[cast.group.slug])))

    assert "You keep this group alone" not in page
    assert "2 hosts" in page


def test_a_report_is_answered_and_the_answer_can_be_taken_back(cast, host):
    for device in ("1" * 32, "2" * 32):
        reports.send(cast.meeting, ReportKind.NOBODY_THERE, now=NOW, device=device)
    url = reverse("host:meeting", args=[cast.meeting.slug])
    before = words(host.get(url))

    answered = host.post(reverse("host:answer_reports", args=[cast.meeting.slug]), {"answer": "right"}, follow=True)
    cast.meeting.refresh_from_db()
    doubted_at = cast.meeting.doubted_at
    host.post(answered.context["done"]["undo"])

    assert "Nobody was there" in before
    assert "people are told to ask" in before
    assert doubted_at is None
    assert set(cast.meeting.reports.values_list("state", flat=True)) == {ReportState.OPEN}


def test_a_suggestion_is_taken_over_field_by_field_and_can_be_taken_back(cast, host):
    values = {"start_time": "19:15", "notes": "Use the side door"}
    sent = suggestions.send("change", values, meeting=cast.meeting, now=NOW, words="I was there")
    url = reverse("host:suggestions", args=[cast.group.slug])
    shown = words(host.get(url))

    press = {"suggestion": sent.public_id, "action": "take", "field": ["notes"], "answer": "Thank you"}
    taken = host.post(url, press, follow=True)
    again = host.post(url, press)
    cast.meeting.refresh_from_db()
    after = (cast.meeting.notes, cast.meeting.start_time.hour, cast.meeting.start_time.minute)
    sent.refresh_from_db()
    state = sent.state
    host.post(taken.context["done"]["undo"])

    assert "I was there" in shown
    assert "7:15 pm" in shown
    assert after == ("Use the side door", 19, 0)
    assert state == SuggestionState.IN_PART
    assert again.status_code == 303
    cast.meeting.refresh_from_db()
    sent.refresh_from_db()
    assert (cast.meeting.notes, sent.state) == ("", SuggestionState.OPEN)


def test_a_suggestion_for_another_group_is_not_ours_to_decide(cast, host):
    sent = suggestions.send("change", {"group_website": "https://a.example/"}, group=cast.other_group, now=NOW)

    host.post(reverse("host:suggestions", args=[cast.group.slug]), {"suggestion": sent.public_id, "action": "take"})

    sent.refresh_from_db()
    assert sent.state == SuggestionState.OPEN


# ── Changing ────────────────────────────────────────────────────────────────


def test_a_change_is_shown_in_words_before_it_is_made_and_can_be_taken_back(cast, host):
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "when"])
    data = form_of(host, url, start_time="20:15")

    preview = host.post(url, data | {"step": "preview"})
    cast.meeting.refresh_from_db()
    untouched = cast.meeting.start_time.hour
    saved = host.post(url, data | {"step": "save"}, follow=True)
    again = host.post(url, data | {"step": "save"})
    cast.meeting.refresh_from_db()
    changed = cast.meeting.start_time.isoformat("minutes")
    host.post(saved.context["done"]["undo"])

    assert "Starts at" in words(preview)
    assert "8:15 pm" in words(preview)
    assert "20:15" in preview.content.decode()
    assert untouched == 19
    assert changed == "20:15"
    assert again.url.endswith("?done=same")
    assert Decision.objects.count() == 1
    cast.meeting.refresh_from_db()
    assert cast.meeting.start_time.hour == 19


def test_what_others_changed_meanwhile_stays(cast, host):
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "when"])
    data = form_of(host, url, start_time="20:15")
    editing.change(cast.meeting, {"duration": 90}, by=cast.host, now=NOW)

    host.post(url, data | {"step": "save"})

    cast.meeting.refresh_from_db()
    assert cast.meeting.start_time.hour == 20
    assert cast.meeting.duration == timedelta(minutes=90)


def test_a_wrong_form_comes_back_with_every_word(cast, host):
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "like"])
    data = form_of(host, url, name="", notes="We have a new carpet")

    answer = host.post(url, data)

    assert answer.status_code == 422
    assert 'class="alert alert-bad"' in answer.content.decode()
    assert "We have a new carpet" in answer.content.decode()
    assert "Nothing you typed is lost" in words(answer)


def test_from_the_preview_back_to_the_form_nothing_is_lost(cast, host):
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "like"])
    data = form_of(host, url, notes="We have a new carpet")

    back = host.post(url, data | {"step": "change"})

    assert back.status_code == 200
    assert "We have a new carpet</textarea>" in back.content.decode()


@pytest.mark.parametrize("part", editing.Page.values)
def test_every_part_of_a_meeting_has_its_page(cast, host, part):
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, part])

    page = host.get(url)
    same = host.post(url, form_of(host, url))

    assert str(editing.Page(part).label) in words(page)
    assert same.url.endswith("?done=same")


def test_who_has_a_seat_is_told_of_when_the_time_changes(cast, host):
    keeps_seats(cast.meeting)
    rsvps.take_place(cast.meeting, TUESDAY, person=rsvps.Person(others=2), now=NOW)
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "when"])

    preview = host.post(url, form_of(host, url, start_time="20:15"))

    assert "3 people have a seat at coming dates" in words(preview)


def test_seats_capacity_and_who_sees_the_way_in_are_the_hosts(cast, host):
    seats = reverse("host:meeting_edit", args=[cast.meeting.slug, "seats"])
    join = reverse("host:meeting_edit", args=[cast.meeting.slug, "join"])

    host.post(seats, form_of(host, seats, rsvp_policy="needed", capacity="12", host_sees_aliases="on", step="save"))
    host.post(join, form_of(host, join, join_visibility="coming", step="save"))

    cast.meeting.refresh_from_db()
    found = (cast.meeting.rsvp_policy, cast.meeting.capacity, cast.meeting.host_sees_aliases)
    assert found == ("needed", 12, True)
    assert cast.meeting.join_visibility == "coming"


def test_a_place_of_our_own_changes_for_all_our_meetings_there(cast, host):
    other = MeetingFactory(group=cast.group, venue=cast.meeting.venue)
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "where"])

    host.post(url, form_of(host, url, venue_how_to_find="The red door", step="save"))

    other.venue.refresh_from_db()
    assert other.venue.how_to_find == "The red door"


def test_a_place_others_meet_at_too_is_not_ours_to_change(cast, host):
    MeetingFactory(group=cast.group, venue=cast.meeting.venue)
    strangers = MeetingFactory(venue=cast.meeting.venue)
    url = reverse("host:meeting_edit", args=[cast.meeting.slug, "where"])
    data = form_of(host, url, venue_how_to_find="The red door", step="save", for_all_at_venue="on")

    host.post(url, data)

    cast.meeting.refresh_from_db()
    strangers.venue.refresh_from_db()
    assert cast.meeting.venue.how_to_find == "The red door"
    assert strangers.venue.how_to_find == ""


def test_the_group_says_something_else_of_itself(cast, host):
    url = reverse("host:group_edit", args=[cast.group.slug])

    saved = host.post(url, form_of(host, url, group_description="Tea at half past six.", step="save"))

    cast.group.refresh_from_db()
    assert saved.status_code == 303
    assert cast.group.description == "Tea at half past six."


def test_closing_for_now_opening_again_and_closing_for_good(cast, host):
    url = reverse("host:meeting_state", args=[cast.meeting.slug])
    states = []

    for press in ("pause", "open", "close", "open"):
        host.post(url, {"state": press})
        cast.meeting.refresh_from_db()
        states.append((cast.meeting.state, cast.meeting.unlisted_why))

    assert states == [("paused", ""), ("public", ""), ("gone", "host"), ("public", "")]


def test_a_meeting_closed_for_now_has_no_next_dates_and_no_pause_to_begin(cast, host):
    group, meeting = (
        reverse(f"host:{name}", args=[of.slug]) for name, of in (("group", cast.group), ("meeting", cast.meeting))
    )
    pause = reverse("host:pauses", args=[cast.meeting.slug])
    before = host.get(group), host.get(meeting)

    host.post(reverse("host:meeting_state", args=[cast.meeting.slug]), {"state": "pause"})
    closed = host.get(group), host.get(meeting)

    assert [page.context["page"].lines[0].next_date is None for page in (before[0], closed[0])] == [False, True]
    assert [len(page.context["dates"]) > 0 for page in (before[1], closed[1])] == [True, False]
    assert [f'href="{pause}"' in page.content.decode() for page in (before[1], closed[1])] == [True, False]


def test_the_whole_group_ends_and_is_listed_again(client, cast, host):
    url = reverse("host:group_state", args=[cast.group.slug])
    states = []

    for press in ("close", "open"):
        done = host.post(url, {"state": press}, follow=True)
        states.append((done.status_code, client.get(cast.meeting.get_absolute_url()).status_code))

    assert states == [(200, 410), (200, 200)]


def test_odd_letters_in_what_is_pressed_break_nothing(cast, host):
    pages = [
        (reverse("host:suggestions", args=[cast.group.slug]), {"suggestion": "a\0b", "answer": "\0"}),
        (reverse("host:hosts", args=[cast.group.slug]), {"action": "vouch", "id": "\0"}),
        (reverse("host:notices", args=[cast.group.slug]), {"action": "take-down", "id": "9" * 40}),
        (reverse("host:undo", args=["nothing"]), {}),
    ]

    answers = [host.post(url, data).status_code for url, data in pages]
    looked = host.get(reverse("host:group", args=[cast.group.slug]) + "?done=saved&decision=%00")

    assert answers == [303, 303, 303, 404]
    assert looked.status_code == 200


# ── New ones and copies ─────────────────────────────────────────────────────


def new_meeting(client, cast, **said) -> tuple[str, dict]:
    url = reverse("host:meeting_new", args=[cast.group.slug])
    filled = {
        "name": "Lunch", "rrule_repeats": "1", "rrule_weekdays": ["0", "2", "4"], "start_time": "12:30",
        "time_zone": "America/New_York", "in_person": "none", "online": "open", "by_phone": "none",
        "join_url": "https://zoom.us/j/5550100",
    }  # fmt: skip
    return url, form_of(client, url, **filled, **said)


def test_one_time_on_many_days_is_one_meeting(cast, host):
    url, data = new_meeting(host, cast)

    preview = host.post(url, data)
    nothing_yet = Meeting.objects.filter(name="Lunch").exists()
    made = host.post(url, data | {"step": "save"})
    again = host.post(url, data | {"step": "save"})

    meeting = Meeting.objects.get(name="Lunch")
    assert "Lunch" in words(preview)
    assert nothing_yet is False
    assert made.url == again.url == f"/host/meetings/{meeting.slug}/?done=new"
    assert meeting.rrule == "FREQ=WEEKLY;BYDAY=MO,WE,FR"
    assert (meeting.group, meeting.confirmed_by) == (cast.group, Role.HOST)


def test_a_copy_has_everything_but_what_is_different(cast, host):
    Meeting.objects.filter(pk=cast.meeting.pk).update(notes="Bring a cup", capacity=9, rsvp_policy="welcome")
    url = reverse("host:meeting_copy", args=[cast.meeting.slug])

    host.post(url, form_of(host, url, rrule_weekdays=["3"], start_time="07:00", step="save"))

    copied = Meeting.objects.get(group=cast.group, rrule="FREQ=WEEKLY;BYDAY=TH")
    assert (copied.start_time.hour, copied.notes, copied.capacity) == (7, "Bring a cup", 9)
    assert copied.venue == cast.meeting.venue
    assert copied.slug != cast.meeting.slug


# ── One date ────────────────────────────────────────────────────────────────


@pytest.fixture
def date_url(cast) -> str:
    keeps_seats(cast.meeting, host_sees_aliases=True)
    return reverse("host:date", args=[cast.meeting.slug, TUESDAY])


@pytest.mark.parametrize("people", [1, 3])
def test_a_meeting_costs_the_same_for_one_guest_and_three(cast, host, date_url, django_assert_num_queries, people):
    for number in range(people):
        on = TUESDAY + timedelta(weeks=number)
        rsvps.take_place(cast.meeting, on, person=rsvps.Person(), now=NOW)

    with django_assert_num_queries(MEETING_QUERIES):
        page = host.get(reverse("host:meeting", args=[cast.meeting.slug]))

    assert words(page).count("1 coming") == people
    assert len(page.context["dates"]) == 12


def test_the_host_sees_numbers_and_names_that_were_given_and_never_an_address(cast, host, date_url):
    for person in (
        rsvps.Person(alias="Sam", host_sees_alias=True, others=1),
        rsvps.Person(alias="Hidden", host_sees_alias=False),
        rsvps.Person(kind=ContactKind.EMAIL, address="known@example.org", others=2),
    ):
        taken = rsvps.take_place(cast.meeting, TUESDAY, person=person, now=NOW)
        if not taken.is_confirmed:
            rsvps.confirm(taken, now=NOW)

    page = host.get(date_url)

    said = words(page)
    assert "6 people" in said
    assert "Sam and 1 more and 4 without a name" in said
    assert "Hidden" not in page.content.decode()
    assert "known@example.org" not in page.content.decode()


def test_cancelling_with_a_reason_and_restoring(cast, host, date_url):
    cancelled = host.post(date_url, {"action": "cancel", "cancel-reason": "The hall is closed"}, follow=True)
    public = host.get(reverse("meetings:occurrence_detail", args=[cast.meeting.slug, TUESDAY]))
    restored = host.post(date_url, {"action": "restore"}, follow=True)

    assert "The hall is closed" in words(cancelled)
    assert "The hall is closed" in words(public)
    assert "This date is cancelled" not in words(restored)
    assert not cast.meeting.occurrences.get().is_cancelled


def test_nobody_is_said_to_come_to_a_cancelled_date(cast, host, date_url):
    rsvps.take_place(cast.meeting, TUESDAY, person=rsvps.Person(), now=NOW)
    assert "1 person is coming and is told" in words(host.get(date_url))

    host.post(date_url, {"action": "cancel", "cancel-reason": ""})

    assert "is coming" not in words(host.get(date_url))


def test_moving_in_time_and_to_another_place_and_back(cast, host, date_url):
    data = {
        "action": "move", "move-day": "2026-12-02", "move-starts_at": "18:00", "move-minutes": "",
        "move-where": "new", "move-place_name": "Library", "move-street": "1 High Street",
    }  # fmt: skip

    host.post(date_url, data)
    host.post(date_url, data)
    row = cast.meeting.occurrences.get()
    moved = (row.moved_to.isoformat(), row.venue.name, row.venue.town)
    host.post(date_url, {"action": "move-back"})

    row.refresh_from_db()
    assert moved == ("2026-12-02T23:00:00+00:00", "Library", "Boston")
    assert Venue.objects.filter(name="Library").count() == 1
    assert (row.moved_to, row.venue) == (None, None)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"move-day": "2026-11-20", "move-starts_at": "18:00"}, "That is over already."),
        ({"move-day": "2026-12-02", "move-starts_at": "18:00", "move-where": "new"}, "Which place is it?"),
        ({"move-day": "", "move-starts_at": "18:00"}, "This field is required."),
    ],
)
def test_a_move_that_cannot_be_comes_back(cast, host, date_url, said, complaint):
    answer = host.post(date_url, {"action": "move", **said})

    assert answer.status_code == 422
    assert complaint in words(answer)
    assert not cast.meeting.occurrences.exclude(moved_to=None).exists()


def test_online_only_and_a_note(cast, host, date_url):
    Meeting.objects.filter(pk=cast.meeting.pk).update(online="open", join_url="https://zoom.us/j/5550100")

    host.post(date_url, {"action": "online-only"})
    host.post(date_url, {"action": "note", "note-text": "Bring a friend"})
    row = cast.meeting.occurrences.get()
    host.post(date_url, {"action": "in-the-room"})

    assert (row.is_online_only, row.note) == (True, "Bring a friend")
    row.refresh_from_db()
    assert row.is_online_only is False


def test_pausing_and_ending_the_pause(cast, host):
    url = reverse("host:pauses", args=[cast.meeting.slug])
    data = {"action": "begin", "first_on": "2026-12-20", "last_on": "2027-01-03", "reason": "Holidays"}

    host.post(url, data)
    host.post(url, data)
    pause = cast.meeting.pauses.get()
    during = [one.original_on for one in dates.ahead(Meeting.objects.get(pk=cast.meeting.pk), now=NOW)]
    host.post(url, {"action": "end", "id": pause.pk})

    assert (pause.first_on, pause.reason) == (date(2026, 12, 20), "Holidays")
    assert date(2026, 12, 22) not in during
    assert not cast.meeting.pauses.exists()


def test_a_pause_of_the_whole_group(cast, host):
    other = MeetingFactory(group=cast.group)
    elsewhere = MeetingFactory()
    data = {"action": "begin", "first_on": "2026-12-20", "last_on": "2027-01-03", "is_for_all": "on"}

    host.post(reverse("host:pauses", args=[cast.meeting.slug]), data)

    assert [meeting.pauses.count() for meeting in (cast.meeting, other, elsewhere)] == [1, 1, 0]


def test_a_running_pause_ends_with_yesterday(cast, host):
    pause = cast.meeting.pauses.create(first_on=date(2026, 11, 1), last_on=date(2026, 12, 31))

    host.post(reverse("host:pauses", args=[cast.meeting.slug]), {"action": "end", "id": pause.pk})

    pause.refresh_from_db()
    assert pause.last_on == date(2026, 11, 24)


def test_a_date_of_another_group_is_not_there(cast, host):
    other = MeetingFactory()
    assert host.get(reverse("host:date", args=[cast.meeting.slug, TUESDAY])).status_code == 200

    assert host.get(reverse("host:date", args=[other.slug, TUESDAY])).status_code == 404
    assert host.post(reverse("host:date", args=[other.slug, TUESDAY]), {"action": "cancel"}).status_code == 404
