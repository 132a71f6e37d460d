"""The notice board, notes for the door, the roster of a date, and head-counts."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from groups.enums import NoticeReaders
from groups.models import Group
from meetings import contacts, erasure, occurrences, rsvps, tokens
from meetings.enums import ContactKind, LinkPurpose, OpenTo, RsvpPolicy
from meetings.hosting import duties, notice_board
from meetings.models import Duty, HeadCount, Meeting, Notice
from tests.helpers import instant, words
from tests.meetings.hosting.conftest import NOW

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 12, 1)
TODAY = NOW.date()
NEWS = "The key moved to the bakery"


@pytest.fixture
def board(cast) -> str:
    return reverse("host:notices", args=[cast.group.slug])


def notice(cast, **said) -> Notice:
    return notice_board.write(
        cast.group, **{"text": NEWS, "first_on": TODAY, "last_on": TODAY + timedelta(days=7), "now": NOW, **said}
    )


def private_page(client, cast, *, state="going") -> str:
    Meeting.objects.filter(pk=cast.meeting.pk).update(rsvp_policy=RsvpPolicy.WELCOME, open_to=OpenTo.ANYONE)
    cast.meeting.refresh_from_db()
    person = rsvps.Person(kind=ContactKind.EMAIL, address="m@example.org") if state == "held" else rsvps.Person()
    rsvp = rsvps.take_place(cast.meeting, TUESDAY, person=person, now=NOW)
    if state == "given back":
        rsvps.give_back(rsvp, now=NOW)
    secret = tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp)
    return words(client.get(reverse("meetings:rsvp_place", args=[secret])))


# ── The board ───────────────────────────────────────────────────────────────


def test_a_host_writes_and_members_read_it_on_their_page_alone(client, host, cast, board):
    data = {"action": "write", "text": NEWS, "first_on": "2026-11-25", "last_on": "2026-12-09"}

    host.post(board, data)
    host.post(board, data)

    assert Notice.objects.count() == 1
    assert NEWS in private_page(client, cast)
    assert NEWS not in words(client.get(cast.group.get_absolute_url()))


@pytest.mark.parametrize("state", ["held", "given back"])
def test_who_has_no_kept_place_reads_nothing(client, cast, state):
    notice(cast)

    assert NEWS not in private_page(client, cast, state=state)


def test_everyone_reads_it_where_the_group_says_so(client, host, cast, board):
    notice(cast)

    host.post(board, {"action": "readers", "notices_are_for": NoticeReaders.EVERYONE})

    assert NEWS in words(client.get(cast.group.get_absolute_url()))


def test_it_ends_by_itself(cast):
    notice(cast, first_on=TODAY, last_on=TODAY + timedelta(days=1))
    Group.objects.update(notices_are_for=NoticeReaders.EVERYONE)
    cast.group.refresh_from_db()

    shown = [bool(notice_board.for_everyone(cast.group, day=TODAY + timedelta(days=days))) for days in (-1, 0, 1, 2)]

    assert shown == [False, True, True, False]


def test_taking_down_and_taking_that_back(host, cast, board):
    written = notice(cast)

    taken = host.post(board, {"action": "take-down", "id": written.pk}, follow=True)
    down = notice_board.on_the_host_page(cast.group, day=TODAY)
    host.post(board, {"action": "put-back", "id": written.pk})

    assert taken.context["taken_down"] == written
    assert down == []
    assert notice_board.on_the_host_page(cast.group, day=TODAY) == [written]


def test_a_host_takes_nothing_down_elsewhere(host, cast, board):
    other = notice_board.write(cast.other_group, text=NEWS, first_on=TODAY, last_on=TODAY, now=NOW)

    host.post(board, {"action": "take-down", "id": other.pk})

    other.refresh_from_db()
    assert other.taken_down_at is None


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"text": ""}, "This field is required."),
        ({"last_on": "2026-11-24"}, "That is over already."),
        ({"first_on": "2026-12-05", "last_on": "2026-12-01"}, "It ends before it begins."),
        ({"last_on": "2027-06-01"}, "three months at most"),
    ],
)
def test_what_cannot_be_written_comes_back(host, board, said, complaint):
    data = {"action": "write", "text": NEWS, "first_on": "2026-11-25", "last_on": "2026-12-09"} | said

    answer = host.post(board, data)

    assert answer.status_code == 422
    assert complaint in words(answer)
    assert not Notice.objects.exists()


def test_a_full_board_says_so(host, cast, board):
    for number in range(notice_board.MOST_SHOWN):
        notice(cast, text=f"News {number}")

    answer = host.post(board, {"action": "write", "text": NEWS, "first_on": "2026-11-25", "last_on": "2026-12-09"})

    assert answer.status_code == 422
    assert "The board is full" in words(answer)


# ── Notes for the door ──────────────────────────────────────────────────────


def test_the_welcome_note_is_seen_and_the_greeter_note_never(client, host, cast):
    url = reverse("host:welcome", args=[cast.group.slug])

    saved = host.post(url, {"welcome_note": "Use the blue door", "greeter_note": "Alarm code 4711"}, follow=True)

    pages = [cast.group.get_absolute_url(), cast.meeting.get_absolute_url()]
    seen = " ".join(client.get(page).content.decode() for page in pages)
    assert saved.context["done"]["undo"]
    assert "Use the blue door" in seen
    assert "4711" not in seen
    assert "4711" in words(host.get(reverse("host:date", args=[cast.meeting.slug, TUESDAY])))


# ── The roster ──────────────────────────────────────────────────────────────


@pytest.fixture
def on_tuesday(cast) -> str:
    return reverse("host:date", args=[cast.meeting.slug, TUESDAY])


def test_who_opens_the_door_is_seen_by_hosts_and_kept_encrypted(client, host, cast, on_tuesday):
    host.post(on_tuesday, {"action": "duty", "duty-what": "Open the door", "duty-name": "Marge"})
    host.post(on_tuesday, {"action": "duty", "duty-what": "Open the door", "duty-name": "Homer"})

    duty = Duty.objects.get()
    assert "Open the door : Homer" in words(host.get(on_tuesday))
    assert b"Homer" not in bytes(duty.alias)
    assert contacts.decrypt(duty.alias) == {"alias": "Homer"}
    public = reverse("meetings:occurrence_detail", args=[cast.meeting.slug, TUESDAY])
    assert "Homer" not in client.get(public).content.decode()


def test_a_line_is_taken_off_and_only_of_this_date(host, cast, on_tuesday):
    duties.assign(cast.meeting, TUESDAY, what="Greet people", name="Lisa")
    duties.assign(cast.meeting, TUESDAY + timedelta(weeks=1), what="Greet people", name="Bart")
    other = Duty.objects.get(original_on=TUESDAY + timedelta(weeks=1))

    host.post(on_tuesday, {"action": "duty-off", "id": other.pk})
    host.post(on_tuesday, {"action": "duty-off", "id": Duty.objects.get(original_on=TUESDAY).pk})

    assert list(Duty.objects.all()) == [other]


def test_a_roster_has_an_end(cast):
    for number in range(duties.MOST_A_DATE):
        duties.assign(cast.meeting, TUESDAY, what=f"Thing {number}", name="Ned")

    with pytest.raises(duties.RosterFull):
        duties.assign(cast.meeting, TUESDAY, what="One more", name="Ned")


def test_names_of_a_roster_go_a_day_after_the_date(cast):
    starts_at = instant("2026-12-01 19:00", "America/New_York")
    duties.assign(cast.meeting, TUESDAY, what="Open the door", name="Homer")
    duties.assign(cast.meeting, TUESDAY + timedelta(weeks=1), what="Open the door", name="Homer")

    erasure.erase_past(now=starts_at + timedelta(hours=24, seconds=-1))
    before = Duty.objects.count()
    erasure.erase_past(now=starts_at + timedelta(hours=24))

    assert before == 2
    assert [duty.original_on for duty in Duty.objects.all()] == [TUESDAY + timedelta(weeks=1)]


def test_the_roster_of_a_date_that_moved_stays_until_it_was_held(cast):
    duties.assign(cast.meeting, TUESDAY, what="Open the door", name="Homer")
    moved_to = instant("2026-12-05 19:00", "America/New_York")
    occurrences.move(cast.meeting, TUESDAY, now=NOW, to=moved_to)

    erasure.erase_past(now=moved_to)
    before = Duty.objects.count()
    erasure.erase_past(now=moved_to + timedelta(hours=24))

    assert (before, Duty.objects.count()) == (1, 0)


def test_names_of_a_roster_go_along_to_a_new_key(cast, settings):
    from cryptography.fernet import Fernet

    duties.assign(cast.meeting, TUESDAY, what="Open the door", name="Homer")
    settings.CONTACT_KEYS = [Fernet.generate_key().decode(), *settings.CONTACT_KEYS]

    erasure.rotate()

    settings.CONTACT_KEYS = settings.CONTACT_KEYS[:1]
    assert duties.roster(cast.meeting, [TUESDAY])[TUESDAY][0].name == "Homer"


# ── Head-counts ─────────────────────────────────────────────────────────────


def test_heads_are_counted_once_it_has_begun(host, cast, at_noon, on_tuesday):
    early = host.post(on_tuesday, {"action": "count", "count-people": "9"})
    at_noon.move_to(instant("2026-12-01 20:30", "America/New_York"))
    host.post(on_tuesday, {"action": "count", "count-people": "9"})
    host.post(on_tuesday, {"action": "count", "count-people": "11"})

    assert early.status_code == 422
    assert HeadCount.objects.get().people == 11


def test_a_date_that_is_over_speaks_of_nobody_who_is_coming(host, cast, at_noon, on_tuesday):
    Meeting.objects.filter(pk=cast.meeting.pk).update(rsvp_policy=RsvpPolicy.WELCOME, open_to=OpenTo.ANYONE)
    cast.meeting.refresh_from_db()
    rsvps.take_place(cast.meeting, TUESDAY, person=rsvps.Person(), now=NOW)
    assert "Who is coming 1 person" in words(host.get(on_tuesday))

    at_noon.move_to(instant("2026-12-02 12:00"))
    after = words(host.get(on_tuesday))

    assert "Keeping seats 1 person" in after
    assert "coming" not in after.partition("Who does what")[0]


def test_a_head_count_stays_when_names_go(cast, at_noon):
    over = instant("2026-12-01 20:30", "America/New_York")
    duties.count_heads(cast.meeting, TUESDAY, people=7, now=over)

    erasure.erase_past(now=over + timedelta(days=60))

    assert HeadCount.objects.get().people == 7
