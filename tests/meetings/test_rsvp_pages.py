"""The pages of a date, of keeping a seat, and of somebody's own place."""

import re
from datetime import date, timedelta

import pytest
import redis
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from groups.enums import ListingState
from meetings import contacts, occurrences, rsvp_forms, rsvps, tokens
from meetings.enums import (
    ChannelState,
    ContactKind,
    JoinVisibility,
    LinkPurpose,
    MessageKind,
    OpenTo,
    RsvpPolicy,
    RsvpState,
)
from meetings.models import Meeting, Occurrence, OutgoingMessage, PrivateLink, Question, Rsvp, StandingRsvp
from tests.factories import GroupFactory, MeetingFactory, PauseFactory, VenueFactory
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
STARTS_AT = instant("2026-12-01 19:00", "America/New_York")
SECRET_URL = "https://zoom.us/j/98765"
JUST_ME = rsvps.Person()


@pytest.fixture(autouse=True)
def at_noon():
    client = redis.Redis.from_url(settings.REDIS_URL)
    for name in client.scan_iter("limit*"):
        client.delete(name)
    client.close()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def welcoming(**said):
    return MeetingFactory(**{"rsvp_policy": RsvpPolicy.WELCOME, "open_to": OpenTo.ANYONE, **said})


def form_url(meeting, on=TUESDAY) -> str:
    return reverse("meetings:rsvp_new", args=[meeting.slug, on])


def filled(**said) -> dict:
    shown = rsvp_forms.stamp(now=NOW - timedelta(seconds=20))
    return {"others": "0", "dates": "one", "way": "just-me", "shown": shown, "website": "", **said}


def own_page(rsvp: Rsvp) -> str:
    return reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp)])


def somebody(meeting, *, on=TUESDAY, person=JUST_ME) -> Rsvp:
    return rsvps.take_place(meeting, on, person=person, now=NOW)


# ── The page of a date ──────────────────────────────────────────────────────


def test_every_date_within_a_year_has_a_page(client):
    meeting = welcoming()

    statuses = {
        on: client.get(reverse("meetings:occurrence_detail", args=[meeting.slug, on])).status_code
        for on in [TUESDAY, TUESDAY + timedelta(weeks=51), TUESDAY - timedelta(weeks=1)]
    }

    assert set(statuses.values()) == {200}
    assert Occurrence.objects.count() == 0


@pytest.mark.parametrize("on", ["2026-12-02", "2026-12-22", "2028-12-05", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_no_date_has_none(client, on):
    meeting = welcoming()
    PauseFactory(meeting=meeting)

    assert client.get(f"/meetings/{meeting.slug}/2026-12-01/").status_code == 200
    assert client.get(f"/meetings/{meeting.slug}/{on}/").status_code == 404


def test_a_cancelled_date_says_so_and_offers_no_way_in(client):
    meeting = welcoming(is_online=True, join_url=SECRET_URL)
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    before = client.get(address)

    occurrences.cancel(meeting, TUESDAY, now=NOW, reason="The host is ill")
    page = client.get(address)

    assert SECRET_URL in before.content.decode()
    assert "Keep a seat" in words(before)
    assert "This date is cancelled The host is ill" in words(page)
    assert SECRET_URL not in page.content.decode()
    assert "Keep a seat" not in words(page)
    assert client.post(form_url(meeting), filled()).status_code == 409
    assert Rsvp.objects.count() == 0


def test_a_moved_date_with_a_note_is_told_and_links_to_its_neighbours(client):
    meeting = welcoming()
    occurrences.move(meeting, TUESDAY, to=STARTS_AT + timedelta(days=1), now=NOW)
    occurrences.note(meeting, TUESDAY, text="Ring twice", now=NOW)

    page = client.get(reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY]))

    assert "Wednesday 2 December" in words(page)
    assert "Moved from Tuesday 1 December" in words(page)
    assert "Ring twice" in words(page)
    assert f"/meetings/{meeting.slug}/2026-12-08/" in page.content.decode()


def test_a_reason_that_ends_with_a_full_stop_gets_no_second_one(client):
    meeting = welcoming()
    occurrences.cancel(meeting, TUESDAY, now=NOW, reason="The hall is closed.")

    page = words(client.get(reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])))

    assert "The hall is closed. Please do not go or join." in page


def test_a_date_that_does_not_take_place_is_nothing_to_save(client):
    meeting = welcoming()
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    before = words(client.get(address))

    occurrences.cancel(meeting, TUESDAY, now=NOW)
    cancelled = words(client.get(address))
    occurrences.restore(meeting, TUESDAY, now=NOW)
    Meeting.objects.filter(pk=meeting.pk).update(state=ListingState.PAUSED)
    paused = words(client.get(address))

    assert "Save to my calendar" in before
    assert "Save to my calendar" not in cancelled
    assert "This meeting is paused" in paused
    assert "Save to my calendar" not in paused


def test_a_date_of_a_meeting_closed_for_now_says_so(client):
    meeting = welcoming()
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    before = words(client.get(address))

    Meeting.objects.filter(pk=meeting.pk).update(in_person=ChannelState.SUSPENDED)
    closed = words(client.get(address))

    assert "closed for now" not in before
    assert "This meeting is closed for now" in closed
    assert "Find a meeting like this one" in closed


@pytest.mark.parametrize(
    ("moved_by", "told"),
    [
        (timedelta(hours=2), "Moved from Tuesday 1 December, 7–8 pm"),
        (timedelta(days=1), "Moved from Tuesday 1 December Where"),
    ],
    ids=["later", "the day after"],
)
def test_a_moved_date_names_the_time_it_had_where_that_is_another(client, moved_by, told):
    meeting = MeetingFactory()
    occurrences.move(meeting, TUESDAY, to=STARTS_AT + moved_by, now=NOW)

    page = words(client.get(reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])))

    assert told in page


def test_a_full_date_offers_a_turn_in_the_waiting_list_and_says_so_before_the_press(client):
    meeting = welcoming(capacity=1)
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    open_page, open_form = words(client.get(address)), words(client.get(form_url(meeting)))

    somebody(meeting)
    full_page, full_form = words(client.get(address)), words(client.get(form_url(meeting)))

    for page in (open_page, open_form):
        assert "Keep a seat for me" in page
        assert "waiting list" not in page
    for page in (full_page, full_form):
        assert "All seats are taken at present." in page
        assert "Put me on the waiting list" in page
        assert "Keep a seat for me" not in page


def test_shortly_before_the_start_a_full_date_promises_no_offer(client, at_noon):
    meeting = welcoming(capacity=1)
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    somebody(meeting)

    told = []
    for before in (timedelta(minutes=31), timedelta(minutes=30)):
        at_noon.move_to(STARTS_AT - before)
        told.append([words(client.get(address)), words(client.get(form_url(meeting)))])

    for page in told[0]:
        assert "When one becomes free, it is offered to you." in page
        assert "too soon for offers" not in page
    for page in told[1]:
        assert "it begins too soon for offers. A seat that becomes free now is for whoever presses first." in page
        assert "is offered to you" not in page
        assert "Put me on the waiting list" in page


def test_that_a_date_has_begun_is_said_once(client, at_noon):
    page = reverse("meetings:occurrence_detail", args=[welcoming().slug, TUESDAY])
    before = words(client.get(page))
    at_noon.move_to(STARTS_AT + timedelta(minutes=5))

    after = words(client.get(page))

    assert "Keep a seat for me" in before
    assert "Keep a seat for me" not in after
    assert after.count("has begun") == 1


def test_a_date_at_somebodys_home_names_whom_to_ask(client):
    group = GroupFactory(name="Anywhere Warm", website="https://warm.example.org/")
    hall, home = VenueFactory(), VenueFactory(is_private_home=True)

    pages = [
        words(client.get(f"/meetings/{MeetingFactory(group=group, venue=venue).slug}/{TUESDAY}/"))
        for venue in (hall, home)
    ]

    assert ["A question? Ask Anywhere Warm: warm.example.org" in page for page in pages] == [False, True]


def test_the_public_reads_about_how_many_and_nothing_of_few(client):
    meeting = welcoming()
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    for _ in range(4):
        somebody(meeting)
    few = words(client.get(address))

    for _ in range(5):
        somebody(meeting)
    many = words(client.get(address))

    assert "people are coming" not in few
    assert "About 10 people are coming" in many


def test_a_date_asks_the_database_the_same_however_many_come(client, django_assert_num_queries):
    meeting = welcoming()
    address = reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY])
    somebody(meeting)
    with django_assert_num_queries(5):
        client.get(address)

    for week in range(3):
        somebody(meeting, on=TUESDAY + timedelta(weeks=week))

    with django_assert_num_queries(5):
        client.get(address)


# ── Keeping a seat ──────────────────────────────────────────────────────────


def test_two_taps_keep_a_seat_without_a_name_or_a_cookie(client):
    meeting = welcoming()
    form = client.get(form_url(meeting))

    answer = client.post(form_url(meeting), filled())
    page = client.get(answer["Location"])

    assert form.status_code == 200
    assert answer.status_code == 303
    assert re.fullmatch(r"/rsvp/[a-z2-7]{32}/", answer["Location"])
    assert "Your seat is kept" in words(page)
    assert Rsvp.objects.get().state == RsvpState.GOING
    assert not client.cookies


def test_keeping_a_seat_asks_little_for_fifty_may_press_at_once(client, django_assert_num_queries):
    meeting = welcoming(capacity=1)
    client.post(form_url(meeting), filled())

    # The meeting, its traits, pauses and this date; the lock, the chairs, the place between two
    # savepoints of the test; the link.
    with django_assert_num_queries(10):
        client.post(form_url(meeting), filled())

    assert sorted(Rsvp.objects.values_list("state", flat=True)) == [RsvpState.GOING, RsvpState.WAITING]


@pytest.mark.parametrize("dates", ["one", "four", "every"])
def test_pressing_twice_without_an_address_is_one_seat(client, at_noon, dates):
    meeting = welcoming(capacity=5)
    form = filled(dates=dates)
    first = client.post(form_url(meeting), form)
    seats = Rsvp.objects.count()

    again = client.post(form_url(meeting), form)
    same_page = "You have no seat" not in words(client.get(again["Location"]))
    seats_of_one = Rsvp.objects.count()
    client.post(form_url(meeting), filled(dates=dates))
    seats_of_two = Rsvp.objects.count()
    at_noon.shift(timedelta(minutes=2))
    client.post(form_url(meeting), form)

    assert (first.status_code, again.status_code, same_page) == (303, 303, True)
    assert seats > 0
    assert [seats_of_one, seats_of_two, Rsvp.objects.count()] == [seats, 2 * seats, 3 * seats]


def test_whoever_gave_the_seat_back_and_presses_again_has_one(client):
    meeting = welcoming()
    form = filled()
    first = client.post(form_url(meeting), form)
    client.post(first["Location"], {"action": "give-back"})

    again = client.post(form_url(meeting), form)

    assert "Your seat is kept" in words(client.get(again["Location"]))


def test_a_form_of_another_site_is_refused():
    meeting = welcoming()
    strict = Client(enforce_csrf_checks=True)

    theirs = [
        strict.post(form_url(meeting), filled(), headers=headers)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"})
    ]
    ours = strict.post(
        form_url(meeting), filled(), headers={"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    )

    assert [answer.status_code for answer in theirs] == [403, 403]
    assert ours.status_code == 303
    assert Rsvp.objects.count() == 1


def test_rules_are_shown_and_must_be_acknowledged(client):
    meeting = welcoming(min_age=18)

    page = client.get(form_url(meeting))
    without = client.post(form_url(meeting), filled())
    with_it = client.post(form_url(meeting), filled(agrees="on"))

    assert "From age 18." in words(page)
    assert without.status_code == 422
    assert with_it.status_code == 303
    assert Rsvp.objects.count() == 1


def test_what_is_wrong_is_told_from_top_to_bottom(client):
    meeting = welcoming(min_age=18)

    response = client.post(form_url(meeting), filled(way="email", email=""))

    told = re.findall(r'<li><a href="#id_(\w+?)">', response.text)
    assert response.status_code == 422
    assert told == ["agrees", "email"]


def test_with_an_address_the_answer_is_the_same_for_known_and_unknown(client):
    meeting = welcoming()
    known = filled(way="email", email="ana@example.org")
    unknown = filled(way="email", email="bo@example.org")

    first, second, other = (client.post(form_url(meeting), data) for data in (known, known, unknown))

    assert [answer.status_code for answer in (first, second, other)] == [303] * 3
    assert {answer["Location"] for answer in (first, second, other)} == {"/rsvp/sent/"}
    assert {answer.content for answer in (first, second, other)} == {b""}
    assert {tuple(sorted(answer.headers.items())) for answer in (first, second, other)} == {
        tuple(sorted(first.headers.items()))
    }
    assert sorted(rsvp.state for rsvp in Rsvp.objects.all()) == [RsvpState.HELD, RsvpState.HELD]
    assert list(OutgoingMessage.objects.values_list("kind", flat=True)) == [MessageKind.PLACE] * 3


def test_nobodys_mailbox_is_filled_from_here_and_nobody_can_tell(client):
    meeting = welcoming()
    data = filled(way="email", email="ana@example.org")

    answers = {client.post(form_url(meeting), data)["Location"] for _ in range(8)}

    assert answers == {"/rsvp/sent/"}
    assert OutgoingMessage.objects.count() == 5


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"way": "email", "email": ""}, 422),
        ({"way": "email", "email": "no address"}, 422),
        ({"way": "just-me", "email": "ana@example.org"}, 422),
        ({"others": "4"}, 422),
        ({"others": "-1"}, 422),
        ({"dates": "never"}, 422),
        ({"shown": "forged"}, 422),
        ({"website": "https://spam.example"}, 400),
        ({"others": "3"}, 303),
    ],
)
def test_what_is_not_right_comes_back_kindly(client, said, expected):
    meeting = welcoming()

    answer = client.post(form_url(meeting), filled(**said))

    assert answer.status_code == expected
    assert Rsvp.objects.count() == (1 if expected == 303 else 0)
    if expected != 303:
        assert "/exit/" in answer.content.decode()


def test_a_machine_is_too_quick_and_a_person_presses_once_more(client):
    meeting = welcoming()
    quick = client.post(form_url(meeting), filled(shown=rsvp_forms.stamp(now=NOW - timedelta(seconds=1))))

    shown = re.search(r'name="shown" value="([^"]+)"', quick.content.decode())[1]
    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        again = client.post(form_url(meeting), filled(shown=shown))

    assert quick.status_code == 422
    assert "very quick" in words(quick)
    assert again.status_code == 303


def test_whoever_asks_too_often_is_asked_for_patience(client):
    meeting = welcoming()

    statuses = [client.post(form_url(meeting), filled(way="nothing")).status_code for _ in range(61)]
    elsewhere = client.post(form_url(meeting), filled(), REMOTE_ADDR="198.51.100.9")

    assert set(statuses[:60]) == {422}
    assert statuses[60] == 429
    assert elsewhere.status_code == 303
    refused = client.post(form_url(meeting), filled())
    assert int(refused["Retry-After"]) > 0
    assert "/exit/" in refused.content.decode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"rsvp_policy": RsvpPolicy.OFF}, "keeps no seats"),
        ({"open_to": OpenTo.INVITATION}, "by invitation"),
        ({"max_age": 17}, "for teenagers"),
        ({"state": ListingState.PAUSED}, "paused"),
    ],
)
def test_where_no_seat_can_be_kept_the_page_says_why(client, said, why):
    meeting = welcoming(**said)

    page, answer = client.get(form_url(meeting)), client.post(form_url(meeting), filled(agrees="on"))

    assert why in words(page)
    assert (page.status_code, answer.status_code) == (200, 409)
    assert Rsvp.objects.count() == 0


def test_four_dates_and_every_date(client):
    meeting = welcoming()

    four = client.post(form_url(meeting), filled(dates="four"))
    every = client.post(form_url(meeting), filled(dates="every"))

    first, second = StandingRsvp.objects.order_by("pk")
    assert first.rsvps.count() == 4
    assert second.is_endless
    assert words(client.get(four["Location"])).count("Your seat is kept") == 4
    assert "You are coming every time" in words(client.get(every["Location"]))


# ── Somebody's own page ─────────────────────────────────────────────────────


def test_the_page_is_kept_by_nobody_and_says_nothing_in_its_title(client):
    meeting = welcoming(name="Sober Tuesday")

    page = client.get(own_page(somebody(meeting)))

    assert page["Cache-Control"] == "no-store, private"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert re.search("<title>(.*?)</title>", page.content.decode())[1] == "Your page"
    assert not page.cookies


@pytest.mark.parametrize("secret", ["nothing", "a" * 32, "1"])
def test_an_unknown_link_opens_nothing_and_guessing_is_limited(client, secret):
    meeting = welcoming()
    assert client.get(own_page(somebody(meeting))).status_code == 200

    answers = [client.get(f"/rsvp/{secret}/").status_code for _ in range(61)]

    assert set(answers[:60]) == {404}
    assert answers[60] == 429


def test_giving_back_and_taking_back_on_the_page(client):
    address = own_page(rsvp := somebody(welcoming()))

    client.post(address, {"action": "give-back"})
    gone = words(client.get(address))
    client.post(address, {"action": "take-back"})
    back = words(client.get(address))

    rsvp.refresh_from_db()
    assert "You have no seat on this date" in gone
    assert "Take it back" in gone
    assert "Your seat is kept" in back
    assert rsvp.state == RsvpState.GOING


def test_opening_the_page_changes_nothing(client):
    meeting = welcoming(capacity=1)
    held = somebody(meeting, person=rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org"))
    waiting = somebody(meeting)
    addresses = [own_page(held), own_page(waiting)]
    before = list(Rsvp.objects.order_by("pk").values())

    for address in addresses:
        client.get(address)
        client.head(address)
        client.get(address + "?action=give-back&action=confirm")

    assert list(Rsvp.objects.order_by("pk").values()) == before
    client.post(addresses[0], {"action": "confirm"})
    assert list(Rsvp.objects.order_by("pk").values()) != before


def test_the_waiting_list_tells_how_things_stand(client):
    meeting = welcoming(capacity=1)
    going, _first, second = somebody(meeting), somebody(meeting), somebody(meeting)

    waiting = words(client.get(own_page(second)))
    rsvps.give_back(_first, now=NOW)
    rsvps.give_back(going, now=NOW)
    offered = words(client.get(own_page(second)))

    assert "1 before you." in waiting
    # Twelve hours after noon in UTC is seven in the evening in New York.
    assert "offered to you until Wednesday 25 November, 7 pm, New York time (EST)" in offered


def test_shortly_before_the_start_the_page_says_so(client, at_noon):
    meeting = welcoming(capacity=1)
    going, waiting = somebody(meeting), somebody(meeting)
    address = own_page(waiting)
    at_noon.move_to(STARTS_AT - timedelta(minutes=20))

    full = words(client.get(address))
    rsvps.give_back(going, now=STARTS_AT - timedelta(minutes=20))
    free = words(client.get(address))

    assert "The date begins too soon" in full
    assert "Yes, I take it" not in full
    assert "Yes, I take it" in free


def test_bringing_others_and_hitting_the_wall(client):
    meeting = welcoming(capacity=3)
    address = own_page(rsvp := somebody(meeting))

    client.post(address, {"action": "change", "others": "2"})
    rsvp.refresh_from_db()
    too_many = client.post(address, {"action": "change", "others": "3"})

    assert rsvp.others == 2
    assert too_many.status_code == 422
    assert "room for 2 more beside you" in words(too_many)


def test_a_button_moves_only_the_places_of_its_own_link(client):
    meeting = welcoming()
    mine = rsvps.start_standing(meeting, TUESDAY, person=JUST_ME, dates=4, now=NOW)
    other = somebody(meeting)
    address = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, now=NOW, standing=mine)])

    client.post(address, {"action": "give-back", "place": other.public_id})
    client.post(address, {"action": "give-back", "place": mine.rsvps.first().public_id})

    other.refresh_from_db()
    assert other.state == RsvpState.GOING
    assert mine.rsvps.filter(state=RsvpState.CANCELLED).count() == 1


def test_stopping_gives_all_dates_back_and_can_be_undone(client):
    standing = rsvps.start_standing(welcoming(), TUESDAY, person=JUST_ME, dates=None, now=NOW)
    address = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, now=NOW, standing=standing)])
    going = standing.rsvps.filter(state=RsvpState.GOING)
    before = going.count()

    client.post(address, {"action": "stop"})
    stopped = going.count()
    client.post(address, {"action": "unstop"})

    assert (before, stopped, going.count()) == (2, 0, 2)


def test_of_several_dates_the_place_and_the_calendar_are_told_once(client):
    standing = rsvps.start_standing(welcoming(), TUESDAY, person=JUST_ME, dates=None, now=NOW)
    address = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, now=NOW, standing=standing)])

    page = words(client.get(address))

    assert page.count("Your seat is kept") == 2
    assert page.count("Save to my calendar") == 1
    assert page.count("Where") == 1


def test_whoever_waits_for_several_dates_is_not_told_that_they_come(client):
    meeting = welcoming(capacity=1)
    coming, waiting = (rsvps.start_standing(meeting, TUESDAY, person=JUST_ME, dates=4, now=NOW) for _person in range(2))
    pages = [
        words(client.get(reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, now=NOW, standing=one)])))
        for one in (coming, waiting)
    ]

    assert "You are coming to these dates." in pages[0]
    assert pages[1].count("You are on the waiting list") == 4
    assert "You are coming to these dates." not in pages[1]


@pytest.mark.parametrize("dates", [None, 4])
@pytest.mark.parametrize("does", ["confirm-all", "stop"])
def test_of_several_dates_one_button_is_strong(client, does, dates):
    ana = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    standing = rsvps.start_standing(welcoming(), TUESDAY, person=ana, dates=dates, now=NOW)
    address = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, now=NOW, standing=standing)])
    if does == "stop":
        client.post(address, {"action": "stop"})

    page = client.get(address).content.decode()

    strong = re.findall(r'<button class="button" name="action" value="([\w-]+)"', page)
    assert strong == [{"confirm-all": "confirm-all", "stop": "unstop"}[does]]
    assert page.count('class="button button-quiet" name="action" value="') > 1


def test_a_calendar_address_is_shown_once_and_can_be_switched_off(client):
    rsvp = somebody(welcoming())
    address = own_page(rsvp)

    shown = client.post(address, {"action": "calendar"})
    feed = re.search(r"/feeds/mine/[a-z2-7]{32}\.ics", shown.content.decode())[0]
    works = client.get(feed).status_code
    client.post(address, {"action": "calendar-off"})

    assert works == 200
    assert "/feeds/mine/" not in client.get(address).content.decode()
    assert client.get(feed).status_code in (404, 410)


# ── Join details ────────────────────────────────────────────────────────────


def every_page_of(client, meeting) -> str:
    addresses = [
        meeting.get_absolute_url(),
        reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY]),
        form_url(meeting),
        reverse("meetings:join", args=[meeting.slug]),
        reverse("meetings:meeting_calendar", args=[meeting.slug]),
        reverse("meetings:occurrence_calendar", args=[meeting.slug, TUESDAY.isoformat()]),
        meeting.group.get_absolute_url(),
        "/sitemap.xml",
    ]
    return "\n".join(client.get(address, follow=True).content.decode() for address in addresses)


def test_what_everybody_may_see_is_seen(client):
    assert SECRET_URL in every_page_of(client, welcoming(is_online=True, join_url=SECRET_URL))


@pytest.mark.parametrize("visibility", [v for v in JoinVisibility if v != JoinVisibility.EVERYONE])
def test_a_secret_way_in_is_on_no_page(client, visibility):
    meeting = welcoming(is_online=True, join_url=SECRET_URL, join_passcode="pass-5550", join_visibility=visibility)

    found = every_page_of(client, meeting)

    assert meeting.name in found
    assert SECRET_URL not in found
    assert "pass-5550" not in found


def test_a_note_of_a_date_tells_a_secret_way_in_to_those_who_are_coming_alone(client):
    said = {"is_online": True, "join_url": SECRET_URL}
    secret, open_to_all = welcoming(**said, join_visibility=JoinVisibility.COMING), welcoming(**said)
    for meeting in (secret, open_to_all):
        occurrences.note(meeting, TUESDAY, text="Bring a cup.\nToday at zoom.us/j/5550 instead.", now=NOW)
        later = TUESDAY + timedelta(weeks=1)
        occurrences.cancel(meeting, later, reason="Come to zoom.us/j/5551", now=NOW)

    told, everybody_told = every_page_of(client, secret), every_page_of(client, open_to_all)
    coming = words(client.get(own_page(somebody(secret))))

    assert "Bring a cup." in told
    assert "zoom.us/j/555" not in told
    assert "zoom.us/j/5550" in everybody_told
    assert "zoom.us/j/5551" in everybody_told
    assert "zoom.us/j/5550" in coming


def test_notes_on_dialling_in_are_on_the_page_of_those_who_are_coming(client):
    meeting = welcoming(
        is_online=True,
        join_phone="+1 555 0100",
        join_phone_notes="Then 4417#",
        join_visibility=JoinVisibility.COMING,
    )

    page = words(client.get(own_page(somebody(meeting))))

    assert "+1 555 0100" in page
    assert "Then 4417#" in page
    assert "4417" not in every_page_of(client, meeting)


def test_pressing_shows_it_and_nobody_keeps_the_answer(client):
    meeting = welcoming(is_online=True, join_url=SECRET_URL, join_visibility=JoinVisibility.ON_PRESS)
    address = reverse("meetings:join", args=[meeting.slug])

    looked, pressed = client.get(address), client.post(address)

    assert SECRET_URL not in looked.content.decode()
    assert SECRET_URL in pressed.content.decode()
    assert pressed["Cache-Control"] == "no-store, private"
    statuses = [client.post(address).status_code for _ in range(60)]
    assert statuses[-1] == 429


def test_those_who_are_coming_see_it_on_their_page(client):
    meeting = welcoming(is_online=True, join_url=SECRET_URL, join_visibility=JoinVisibility.COMING)
    address = own_page(rsvp := somebody(meeting))

    coming = client.get(address).content.decode()
    rsvps.give_back(rsvp, now=NOW)
    not_coming = client.get(address).content.decode()

    assert SECRET_URL in coming
    assert SECRET_URL not in not_coming


def test_a_held_place_does_not_see_it_before_it_is_confirmed(client):
    meeting = welcoming(is_online=True, join_url=SECRET_URL, join_visibility=JoinVisibility.COMING)
    person = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    address = own_page(somebody(meeting, person=person))

    before = client.get(address).content.decode()
    client.post(address, {"action": "confirm"})

    assert SECRET_URL not in before
    assert SECRET_URL in client.get(address).content.decode()


def test_on_the_own_page_of_a_cancelled_date_there_is_no_way_in(client):
    meeting = welcoming(is_online=True, join_url=SECRET_URL)
    address = own_page(somebody(meeting))
    before = client.get(address).content.decode()

    occurrences.cancel(meeting, TUESDAY, now=NOW)

    assert SECRET_URL in before
    assert SECRET_URL not in client.get(address).content.decode()
    assert "This date is cancelled" in words(client.get(address))


def test_from_a_quarter_of_an_hour_before(client, at_noon):
    meeting = welcoming(is_online=True, join_url=SECRET_URL, join_visibility=JoinVisibility.BEFORE_START)
    address = own_page(somebody(meeting))

    before = client.get(address).content.decode()
    at_noon.move_to(STARTS_AT - timedelta(minutes=15))

    assert SECRET_URL not in before
    assert SECRET_URL in client.get(address).content.decode()


# ── Asking the group ────────────────────────────────────────────────────────


def asked_meeting():
    meeting = welcoming(is_online=True, join_url=SECRET_URL, join_visibility=JoinVisibility.ASK)
    meeting.group.contact = contacts.encrypt({"email": "group@example.org"})
    meeting.group.save()
    return meeting


def test_a_question_is_carried_without_either_address(client):
    meeting = asked_meeting()
    address = reverse("meetings:ask", args=[meeting.slug])
    data = {
        "words": "May I bring my sister?",
        "email": "ana@example.org",
        "shown": rsvp_forms.stamp(now=NOW - timedelta(seconds=9)),
    }

    page, sent = client.get(address), client.post(address, data)

    question = Question.objects.get()
    secret = tokens.issue(LinkPurpose.ANSWER, now=NOW, question=question)
    answer_page = client.get(reverse("meetings:answer", args=[secret]))
    answered = client.post(reverse("meetings:answer", args=[secret]), {"words": "Yes, gladly."})
    again = client.post(reverse("meetings:answer", args=[secret]), {"words": "Yes, gladly."})
    assert address in client.get(meeting.get_absolute_url()).content.decode()
    assert "Your question is on its way" in words(sent)
    assert "May I bring my sister?" in words(answer_page)
    assert "Your answer is on its way" in words(answered)
    assert again.status_code == 409
    for response in (page, sent, answer_page, answered):
        assert "group@example.org" not in response.content.decode()
        assert "ana@example.org" not in response.content.decode()
    question.refresh_from_db()
    assert (question.words, question.contact) == (None, None)
    assert list(OutgoingMessage.objects.order_by("pk").values_list("kind", flat=True)) == [
        MessageKind.QUESTION,
        MessageKind.ANSWER,
    ]


def test_a_group_without_an_address_cannot_be_asked(client):
    meeting = welcoming()

    assert client.get(reverse("meetings:ask", args=[asked_meeting().slug])).status_code == 200
    assert client.get(reverse("meetings:ask", args=[meeting.slug])).status_code == 404


# ── Everything about me ─────────────────────────────────────────────────────


def about_me_url(address: str) -> str:
    key = contacts.match_key(ContactKind.EMAIL, address)
    return reverse("meetings:about_me_kept", args=[tokens.issue(LinkPurpose.ABOUT_ME, now=NOW, contact_key=key)])


def test_asking_what_is_kept_is_answered_alike_for_every_address(client):
    somebody(welcoming(), person=rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org"))
    shown = rsvp_forms.stamp(now=NOW - timedelta(seconds=9))

    answers = [
        client.post("/rsvp/about-me/", {"email": email, "shown": shown})
        for email in ("ana@example.org", "nobody@example.org")
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, "/rsvp/sent/")}
    assert list(OutgoingMessage.objects.values_list("kind", flat=True)) == [MessageKind.ABOUT_ME] * 2


def test_a_person_sees_downloads_and_erases_everything(client):
    meeting = welcoming(host_sees_aliases=True, capacity=1)
    ana = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org", alias="Anna K", others=0)
    rsvp = rsvps.confirm(somebody(meeting, person=ana), now=NOW)
    link = own_page(rsvp)
    waiting = somebody(meeting)
    address = about_me_url("Ana@example.org")

    page = client.get(address)
    data = client.get(address + "about-me.json").json()
    erased = client.post(address, {"action": "erase"})

    assert "ana@example.org" in words(page)
    assert "Anna K" in words(page)
    assert data["places"][0]["address"] == "ana@example.org"
    assert "It is erased" in words(erased)
    rsvp.refresh_from_db()
    waiting.refresh_from_db()
    assert (rsvp.contact, rsvp.contact_key, rsvp.alias, rsvp.state) == (None, "", None, RsvpState.CANCELLED)
    assert waiting.state == RsvpState.OFFERED
    assert client.get(link).status_code == 404
    assert client.get(address).status_code == 404
    assert PrivateLink.objects.count() == 0


def test_what_is_kept_is_told_in_words_and_downloaded_in_figures(client):
    ana = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")
    rsvps.confirm(somebody(welcoming(), person=ana), now=NOW)
    address = about_me_url("ana@example.org")

    page = words(client.get(address))
    data = client.get(address + "about-me.json").json()

    assert "Tuesday 1 December 2026" in page
    assert "State Coming" in page
    assert "Asked for at Wednesday 25 November 2026, 7 am, New York time (EST)" in page
    assert (data["places"][0]["date"], data["places"][0]["state"]) == ("2026-12-01", "going")
    assert data["places"][0]["created_at"] == "2026-11-25T12:00:00+00:00"


def test_the_link_shows_nothing_of_anybody_else(client):
    somebody(welcoming(), person=rsvps.Person(kind=ContactKind.EMAIL, address="bo@example.org"))

    page = client.get(about_me_url("ana@example.org"))

    assert "Nothing is kept under this address" in words(page)
    assert "bo@example.org" not in page.content.decode()


def test_looking_erases_nothing(client):
    somebody(welcoming(), person=rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org"))

    client.get(about_me_url("ana@example.org") + "?action=erase")

    assert Rsvp.objects.exclude(contact=None).count() == 1
