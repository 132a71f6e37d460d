"""The twelve promises about reminders, each held against real servers and real worker processes.

PostgreSQL and Redis are the embedded ones. Where a promise speaks of workers, beats and kills,
they are Celery processes that are killed.
"""

import threading
import time
from collections import Counter
from datetime import date, timedelta
from datetime import time as wall
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from meetings import about_me, occurrences, rsvps, tokens
from meetings.enums import ContactKind, LinkPurpose, MessageKind, MessageState, RsvpPolicy
from meetings.models import OutgoingMessage
from meetings.reminders import claiming, consent, health, planning, sending, wishes
from tests.factories import MeetingFactory
from tests.faults import many
from tests.faults.servers import http_server, mail_server
from tests.faults.waiting import until_somebody_waits_for_a_row
from tests.faults.workers import works_in
from tests.helpers import instant, words
from tests.meetings.reminders.conftest import desk as a_desk
from tests.meetings.reminders.test_planning import by_the_book, transitions

NULL = {"TEST_EMAIL_CHANNEL": "tests.faults.transports.Null"}
# The full number of the fourth promise, 100,000, is what `python -m tests.bench.reminders` sends.
DELIVERIES = 5_000
NOW = instant("2026-11-25 17:00")
TUESDAY = date(2026, 12, 1)

desk = a_desk
with_processes = [pytest.mark.slow, pytest.mark.xdist_group("workers"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def works(transactional_db):
    with works_in(settings.VAR_DIR) as found:
        yield found


def states():
    return Counter(OutgoingMessage.objects.values_list("state", flat=True))


def let_the_leases_run_out():
    """Be two minutes later."""
    OutgoingMessage.objects.filter(state=MessageState.CLAIMED).update(
        lease_until=F("lease_until") - timedelta(minutes=2)
    )


def soon():
    return timezone.now() + timedelta(hours=3)


class TestWithProcesses:
    pytestmark = with_processes

    def test_r1_every_due_reminder_reaches_a_final_state_with_a_reason(self, works):
        now = timezone.now()
        many.reminders(20, due_at=now - timedelta(minutes=90), starts_at=soon(), now=now)
        many.reminders(20, due_at=now - timedelta(minutes=90), starts_at=now - timedelta(minutes=2), now=now)
        assert health.health(now=now).overdue == 40
        works.start_worker(**NULL)
        works.start_beat()

        works.until(lambda: states()["planned"] + states()["claimed"] == 0)

        assert states() == {"sent": 20, "missed": 20}
        assert health.health(now=timezone.now()).overdue == 0
        assert not OutgoingMessage.objects.exclude(state=MessageState.SENT).filter(reason="").exists()

    def test_r2_reminders_of_one_minute_are_handed_over_within_a_minute(self, works):
        works.start_worker(**NULL)
        works.start_beat()
        works.until(lambda: health.health(now=timezone.now()).beat_seconds is not None)
        now = timezone.now()

        many.reminders(500, due_at=now - timedelta(seconds=45), starts_at=soon(), now=now)
        works.until(lambda: states()["sent"] == 500, within=90)

        waited = sorted(
            (handed - due).total_seconds()
            for handed, due in OutgoingMessage.objects.values_list("handed_at", "due_at")
            if handed and due > now
        )
        assert len(waited) > 100
        assert waited[0] >= 0
        assert waited[int(len(waited) * 0.99)] <= 60

    def test_r3_after_an_outage_what_is_still_useful_goes_once_and_the_rest_is_missed(self, works):
        works.start_worker(**NULL)
        works.start_beat()
        works.wake()
        works.until(lambda: health.health(now=timezone.now()).worker_seconds is not None)
        works.kill_all()
        works.wake(5)
        works.flush_redis()
        works.stop_redis()
        now = timezone.now()
        # Six hours have gone by: one date is still to come, one has begun meanwhile.
        useful = many.reminders(30, due_at=now - timedelta(hours=5), starts_at=soon(), now=now - timedelta(days=1))
        over = many.reminders(
            30, due_at=now - timedelta(hours=5), starts_at=now - timedelta(hours=3), now=now - timedelta(days=1)
        )

        works.start_redis()
        works.start_worker(**NULL)
        works.start_beat()
        works.until(lambda: states()["planned"] + states()["claimed"] == 0)
        works.wake(3)
        time.sleep(1)

        wanted = set(useful.messages.values_list("public_id", flat=True))
        assert Counter(works.ids_taken()) == Counter(wanted)
        assert set(over.messages.values_list("state", "reason")) == {("missed", "too-late")}

    def test_r4_two_beats_eight_workers_and_every_task_twice_send_nothing_twice(self, works):
        now = timezone.now()
        many.reminders(DELIVERIES, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)
        for _node in range(2):
            works.start_worker(processes=4, **NULL)
            works.start_beat()
        works.wake(2 * 8)

        works.until(lambda: states()["sent"] == DELIVERIES, within=180)

        taken = Counter(works.ids_taken())
        assert len(taken) == DELIVERIES
        assert set(taken.values()) == {1}

    def test_r4_without_the_claim_the_same_sends_many_twice(self, works):
        now = timezone.now()
        many.reminders(300, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)
        works.start_worker(processes=4, **NULL, TEST_WITHOUT_CLAIM="1")
        works.wake(2 * 4)

        works.until(lambda: states()["sent"] == 300)

        assert any(times > 1 for times in Counter(works.ids_taken()).values())

    def test_r5_a_worker_killed_before_the_words_left_is_followed_by_one_that_sends_once(self, works):
        now = timezone.now()
        with mail_server() as mailbox:
            works.start_worker(EMAIL_URL=f"smtp://{mailbox.host}:{mailbox.port}")
            for number, point in enumerate(("claimed", "made", "connected"), start=1):
                (works.faults / point).touch()
                many.reminders(1, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)

                works.wake()
                works.until(lambda point=point: not (works.faults / point).exists())
                works.until(lambda: states()["claimed"] == 1)
                time.sleep(0.5)
                works.wake()
                time.sleep(0.5)
                assert len(mailbox.mails) == number - 1, f"sent within the lease, after {point}"
                let_the_leases_run_out()
                works.wake()

                works.until(lambda number=number: states()["sent"] == number)
                assert len(mailbox.mails) == number
        assert len({mail["Message-ID"] for mail in mailbox.mails}) == 3

    def test_r6_a_worker_killed_after_the_words_left_leaves_it_uncertain_where_nobody_can_be_asked(self, works):
        now = timezone.now()
        with mail_server() as mailbox:
            works.start_worker(EMAIL_URL=f"smtp://{mailbox.host}:{mailbox.port}")
            for number, (point, arrived) in enumerate((("begun", 0), ("accepted", 1)), start=1):
                (works.faults / point).touch()
                many.reminders(1, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)

                works.wake()
                works.until(lambda point=point: not (works.faults / point).exists())
                works.until(lambda: states()["claimed"] == 1)
                let_the_leases_run_out()
                works.wake(2)

                works.until(lambda number=number: states()["uncertain"] == number)
                time.sleep(0.5)
                assert len(mailbox.mails) == arrived

    def test_r6_it_is_sent_again_only_when_the_provider_does_not_know_it(self, works):
        now = timezone.now()
        with http_server() as provider:
            works.start_worker(TEST_SMS_URL=provider.url.replace("http://", "http://token@"))
            for number, point in enumerate(("begun", "accepted"), start=1):
                (works.faults / point).touch()
                many.reminders(
                    1,
                    due_at=now - timedelta(minutes=2),
                    starts_at=soon(),
                    now=now,
                    channel="sms",
                    kind=ContactKind.PHONE,
                )

                works.wake()
                works.until(lambda point=point: not (works.faults / point).exists())
                works.until(lambda: states()["claimed"] == 1)
                let_the_leases_run_out()
                works.wake(2)

                works.until(lambda number=number: states()["sent"] == number)
        assert [len(times) for times in provider.known.values()] == [1, 1]

    def test_a_worker_told_to_stop_finishes_what_is_in_hand(self, works):
        now = timezone.now()
        many.reminders(400, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)
        worker = works.start_worker(processes=1, **NULL)
        works.wake()
        works.until(lambda: states()["sent"] > 20)

        worker.terminate()
        worker.wait(timeout=60)

        assert states()["claimed"] == 0
        assert Counter(works.ids_taken()) == Counter(
            OutgoingMessage.objects.filter(state="sent").values_list("public_id", flat=True)
        )


# ── What needs no processes ─────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["cancel", "erase", "stop"])
def test_r7_and_r11_whoever_cancels_stops_or_erases_while_it_is_sent_is_heard(desk, change):
    """A race: the moment of the last hand-over is never after the change was made."""
    now = timezone.now()
    occurrence = many.reminders(120, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)
    handed, changed_at = [], []
    begun = threading.Event()

    def note(parcel):
        begun.set()
        handed.append((parcel.to, time.monotonic()))

    desk.before_begin = note

    def send():
        try:
            sending.send_due(now=now)
        finally:
            connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    begun.wait(timeout=20)
    people = list(occurrence.rsvps.order_by("-pk")[:40])
    if change == "cancel":
        occurrences.cancel(occurrence.meeting, occurrence.original_on, now=now)
        concerned = {rsvp.pk for rsvp in occurrence.rsvps.all()}
    else:
        for rsvp in people:
            if change == "erase":
                about_me.erase(rsvp.contact_key, now=now)
            else:
                consent.stop(rsvp.contact_key, now=now)
        concerned = {rsvp.pk for rsvp in people}
    changed_at.append(time.monotonic())
    began_by_then = set(
        OutgoingMessage.objects.filter(kind="reminder", handed_at__isnull=False).values_list("public_id", flat=True)
    )
    sender.join(timeout=60)

    sent = set(desk.ids)
    of_concerned = OutgoingMessage.objects.filter(kind="reminder", rsvp__in=concerned)
    assert not of_concerned.filter(state__in=["planned", "claimed"]).exists()
    late = set(of_concerned.filter(state="sent").values_list("public_id", flat=True)) - began_by_then
    assert late == set()
    assert sent, "nothing was sent before the change, so nothing was raced"
    if change == "cancel":
        assert of_concerned.filter(state="void", reason="date-cancelled").exists()


@pytest.mark.django_db(transaction=True)
def test_r7_who_cancels_while_a_message_is_being_handed_over_leaves_its_row_to_the_sender(desk):
    """The change waits for the row, and must look again at what the sender made of it."""
    now = timezone.now()
    occurrence = many.reminders(1, due_at=now - timedelta(minutes=2), starts_at=soon(), now=now)
    lease = claiming.claim(now=now, limit=1)
    message = claiming.claimed(lease).get()
    begun = threading.Event()

    def hand_over():
        try:
            with transaction.atomic():
                claiming.begin(message, lease, now=now)
                begun.set()
                until_somebody_waits_for_a_row()
        finally:
            connection.close()

    sender = threading.Thread(target=hand_over)
    sender.start()
    begun.wait(timeout=20)
    occurrences.cancel(occurrence.meeting, occurrence.original_on, now=now)
    sender.join(timeout=20)
    claiming.record(message, lease, MessageState.SENT, now=now)

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.SENT, "")


@pytest.fixture
def meeting(db):
    return MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)


def confirmed(meeting, *, on=TUESDAY, now=NOW, address="member@example.org"):
    person = rsvps.Person(kind=ContactKind.EMAIL, address=address)
    return rsvps.confirm(rsvps.take_place(meeting, on, person=person, now=now), now=now)


def reminders_of(rsvp):
    rows = rsvp.messages.filter(kind=MessageKind.REMINDER).order_by("-minutes_before")
    return [(row.minutes_before, row.state, row.due_at) for row in rows]


@pytest.mark.django_db
def test_r7_unsent_reminders_move_with_the_date_and_people_are_told_within_five_minutes(meeting, desk):
    member = confirmed(meeting)
    to = instant("2026-12-03 20:00", "America/New_York")

    occurrences.move(meeting, TUESDAY, to=to, now=NOW)
    moved = reminders_of(member)
    sending.send_due(now=NOW + timedelta(minutes=5))
    occurrences.cancel(meeting, TUESDAY, now=NOW + timedelta(minutes=10))
    cancelled = reminders_of(member)
    sending.send_due(now=NOW + timedelta(minutes=15))
    sending.send_due(now=to)

    assert [(minutes, due) for minutes, _state, due in moved] == [
        (1440, instant("2026-12-02 20:00", "America/New_York")),
        (120, instant("2026-12-03 18:00", "America/New_York")),
    ]
    assert {state for _minutes, state, _due in cancelled} == {"void"}
    assert [parcel.subject for parcel in desk.parcels] == [
        "It is now Thursday 3 December, 8 pm",
        "Cancelled: Thursday 3 December, 8 pm",
    ]


@pytest.mark.django_db
def test_r7_several_changes_in_a_few_minutes_are_one_message(meeting, desk):
    confirmed(meeting)

    occurrences.cancel(meeting, TUESDAY, now=NOW)
    occurrences.restore(meeting, TUESDAY, now=NOW + timedelta(seconds=30))
    occurrences.make_online_only(meeting, TUESDAY, now=NOW + timedelta(seconds=60))
    for minute in range(6):
        sending.send_due(now=NOW + timedelta(minutes=minute))

    assert [parcel.subject for parcel in desk.parcels] == ["A change on Tuesday 1 December, 7 pm"]


@pytest.mark.django_db
def test_r7_a_note_beside_it_does_not_hide_that_the_date_has_moved(meeting, desk):
    confirmed(meeting)

    occurrences.move(meeting, TUESDAY, to=instant("2026-12-03 20:00", "America/New_York"), now=NOW)
    occurrences.note(meeting, TUESDAY, text="Use the side door.", now=NOW + timedelta(seconds=30))
    sending.send_due(now=NOW + timedelta(minutes=5))

    assert [parcel.subject for parcel in desk.parcels] == ["It is now Thursday 3 December, 8 pm"]


@pytest.mark.django_db
def test_r7_who_was_told_that_it_is_cancelled_is_told_that_it_is_not_and_where(meeting, desk):
    confirmed(meeting)
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    sending.send_due(now=NOW + timedelta(minutes=5))

    later = NOW + timedelta(hours=1)
    occurrences.restore(meeting, TUESDAY, now=later)
    occurrences.make_online_only(meeting, TUESDAY, now=later + timedelta(seconds=30))
    sending.send_due(now=later + timedelta(minutes=5))

    assert [parcel.subject for parcel in desk.parcels] == [
        "Cancelled: Tuesday 1 December, 7 pm",
        "It takes place: Tuesday 1 December, 7 pm",
    ]
    assert "please do not go there, it is online only this time" in desk.parcels[1].text


@pytest.mark.django_db
def test_r7_a_cancelled_date_that_takes_place_after_all_has_its_reminders_again(meeting):
    member = confirmed(meeting)
    before = reminders_of(member)

    occurrences.cancel(meeting, TUESDAY, now=NOW)
    occurrences.restore(meeting, TUESDAY, now=NOW)

    assert reminders_of(member) == before
    assert len(before) == 2


@pytest.mark.django_db
def test_r8_a_place_taken_after_its_time_does_not_trigger_the_reminder(meeting, desk):
    late = instant("2026-12-01 12:00", "America/New_York")

    member = confirmed(meeting, now=late)
    sending.send_due(now=late)

    assert [minutes for minutes, _state, _due in reminders_of(member)] == [120]
    assert desk.parcels == []


def test_r9_wall_time_is_kept_over_every_transition_of_every_zone():
    """Before, inside and after every gap and overlap of 2026 and 2027, minute by minute around it."""
    assert len(transitions()) >= 700
    for zone, change, before, after in transitions():
        width = int(abs(after - before).total_seconds() // 60)
        for minutes in (-width - 1, -width, -1, 0, 1, width // 2, width - 1, width, width + 1, 2 * width):
            wanted = (change + before + timedelta(minutes=minutes)).replace(tzinfo=None)
            starts_at = by_the_book(wanted + timedelta(days=1), zone)
            wall = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

            due_at = planning.before_start(starts_at, 1440, time_zone=zone)

            assert due_at == by_the_book(wall - timedelta(days=1), zone), (zone, change, minutes)
            assert planning.before_start(starts_at, 120, time_zone=zone) == starts_at - timedelta(minutes=120)


@pytest.mark.django_db
def test_r10_a_reminder_in_the_quiet_hours_comes_before_them_and_none_is_dropped_without_a_word(db):
    morning = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME, start_time=wall(7))

    early = confirmed(morning)
    in_the_night = confirmed(morning, now=instant("2026-11-30 22:00", "America/New_York"), address="late@example.org")

    assert reminders_of(early) == [
        (1440, "planned", instant("2026-11-29 20:59", "America/New_York")),
        (120, "planned", instant("2026-11-30 20:59", "America/New_York")),
    ]
    assert [(row.state, row.reason) for row in in_the_night.messages.filter(kind="reminder")] == [("missed", "quiet")]


@pytest.mark.django_db
def test_r10_several_that_the_quiet_hours_bring_into_one_minute_are_one(desk):
    morning = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME, start_time=wall(7))
    member = confirmed(morning)

    for _time in range(2):
        wishes.choose(member, now=NOW, offsets=[30, 120, 1440])
    sending.send_due(now=instant("2026-11-30 20:59", "America/New_York"))
    sending.send_due(now=instant("2026-12-01 06:59", "America/New_York"))

    evening = instant("2026-11-30 20:59", "America/New_York")
    assert [(minutes, state, due) for minutes, state, due in reminders_of(member) if minutes < 1440] == [
        (120, "void", evening),
        (30, "sent", evening),
    ]
    assert [parcel.subject for parcel in desk.parcels] == ["Reminder for 7 am"] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["give back", "stop", "erase"])
def test_r11_whoever_gives_back_stops_or_erases_gets_nothing_more(meeting, desk, how):
    member = confirmed(meeting)
    assert {state for _minutes, state, _due in reminders_of(member)} == {"planned"}

    if how == "give back":
        rsvps.give_back(member, now=NOW)
    elif how == "stop":
        consent.stop(member.contact_key, now=NOW)
    else:
        about_me.erase(member.contact_key, now=NOW)
    for hours in range(0, 24 * 8, 6):
        sending.send_due(now=NOW + timedelta(hours=hours))

    assert desk.parcels == []
    assert not OutgoingMessage.objects.filter(recipient__isnull=False).exists()


@pytest.mark.django_db
def test_r11_whoever_gives_back_is_not_told_any_more_what_becomes_of_the_date(meeting, desk):
    stays, goes = confirmed(meeting), confirmed(meeting, address="other@example.org")
    occurrences.make_online_only(meeting, TUESDAY, now=NOW)
    assert goes.messages.filter(kind=MessageKind.DATE_CHANGED, state="planned").exists()

    rsvps.give_back(goes, now=NOW + timedelta(seconds=30))
    sending.send_due(now=NOW + timedelta(minutes=5))

    assert [parcel.to for parcel in desk.parcels] == ["member@example.org"]
    assert stays.messages.filter(kind=MessageKind.DATE_CHANGED, state="sent").exists()


@pytest.mark.django_db
def test_r11_whoever_has_stopped_is_not_asked_whether_to_go_on(meeting, desk):
    person = rsvps.Person(kind=ContactKind.EMAIL, address="weekly@example.org")
    standing = rsvps.start_standing(meeting, TUESDAY, person=person, dates=None, now=NOW)
    rsvps.confirm_standing(standing, now=NOW)
    later = NOW + rsvps.ASKED_AFTER
    assert rsvps.ask_whether_to_go_on(now=later) == 1
    standing.refresh_from_db()

    rsvps.stop_standing(standing, now=later)
    sending.send_due(now=later)

    (asked,) = OutgoingMessage.objects.filter(kind=MessageKind.STILL_COMING)
    assert (asked.state, asked.reason) == ("void", "place-ended")
    assert "Shall we keep your seat?" not in [parcel.subject for parcel in desk.parcels]


@pytest.mark.django_db
def test_r12_the_person_sees_how_each_reminder_stands_and_nobody_else_does(meeting, desk, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    member = confirmed(meeting)
    sending.send_due(now=instant("2026-11-30 19:00", "America/New_York"))
    link = tokens.issue(LinkPurpose.PLACE, rsvp=member, now=NOW)

    mine = words(client.get(reverse("meetings:rsvp_place", args=[link])))
    public = [
        words(client.get(reverse("meetings:meeting_detail", args=[meeting.slug]))),
        words(client.get(reverse("meetings:occurrence_detail", args=[meeting.slug, TUESDAY]))),
    ]

    assert "1 day before , E-mail: Monday 30 November, 7 pm – Sent" in mine
    assert "2 hours before , E-mail: Tuesday 1 December, 5 pm – Planned" in mine
    for page in public:
        assert meeting.name in page
        assert "Planned" not in page
        assert "before , E-mail" not in page
    numbers = client.get("/readyz").json()
    assert numbers["messages_sent_last_day"] >= 0
    assert all(value is None or isinstance(value, int | float) for value in numbers.values())
