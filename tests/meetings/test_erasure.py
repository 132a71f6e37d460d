"""A day after the date nobody knows who came, not even somebody with the whole database."""

from datetime import date, timedelta

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from meetings import about_me, contacts, erasure, posting, questions, rsvps, tokens
from meetings.enums import ContactKind, LinkPurpose, RsvpPolicy, RsvpState
from meetings.models import OutgoingMessage, PrivateLink, PushSubscription, ReminderWishes, Rsvp, StandingRsvp
from meetings.reminders import consent, wishes
from tests.factories import MeetingFactory
from tests.helpers import instant

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
STARTS_AT = instant("2026-12-01 19:00", "America/New_York")
A_DAY = timedelta(hours=24)


def welcoming(**said):
    return MeetingFactory(**{"rsvp_policy": RsvpPolicy.WELCOME, "host_sees_aliases": True, **said})


def person(address="ana@example.org", alias="Quillan"):
    return rsvps.Person(kind=ContactKind.EMAIL, address=address, alias=alias, host_sees_alias=True)


def dump() -> str:
    """Return every row of every table, as text; what is encrypted is tried with our own keys."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            said += [row[0] for row in cursor.fetchall()]
    return "\n".join(said)


def opened() -> str:
    """Return everything that can be opened with our keys, wherever it is kept."""
    said = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE data_type = 'bytea' AND table_schema = 'public'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (value,) in cursor.fetchall():
                said.append(str(contacts.decrypt(value)))
    return "\n".join(said)


@pytest.mark.django_db
def test_a_day_after_the_date_the_whole_database_holds_no_address_and_the_count_stays():
    meeting = welcoming()
    meeting.group.contact = contacts.encrypt({"email": "group@example.org"})
    meeting.group.save()
    for number in range(6):
        rsvp = rsvps.take_place(meeting, TUESDAY, person=person(f"person{number}@example.org"), now=NOW)
        rsvps.confirm(rsvp, now=NOW)
        tokens.issue(LinkPurpose.PLACE, now=NOW, rsvp=rsvp)
    by_phone = rsvps.Person(kind=ContactKind.PHONE, address="+15555550100")
    phone = rsvps.take_place(meeting, TUESDAY, person=by_phone, now=NOW)
    posting.send_code(phone, "314159", now=NOW)
    tokens.issue(LinkPurpose.CODE, now=NOW, rsvp=phone, code="314159")
    standing = rsvps.start_standing(meeting, TUESDAY, person=person("often@example.org"), dates=4, now=NOW)
    questions.ask(meeting, words="Is there a ramp?", reply_to="asks@example.org", now=NOW)
    key = contacts.match_key(ContactKind.EMAIL, "person0@example.org")
    assert "person0@example.org" in opened()
    assert "Quillan" in opened()
    assert "+15555550100" in opened()
    assert "314159" in opened()
    assert key in dump()

    last_date = STARTS_AT + timedelta(weeks=3)
    erasure.erase_past(now=last_date + A_DAY)

    found = opened()
    assert "@" not in found.replace("group@example.org", "")
    assert "Quillan" not in found
    assert "ramp" not in found
    assert "5555550100" not in found + dump()
    assert "314159" not in found
    assert "@example.org" not in dump()
    assert key not in dump()
    assert PrivateLink.objects.filter(purpose=LinkPurpose.PLACE).count() == 0
    assert Rsvp.objects.filter(occurrence__original_on=TUESDAY, state=RsvpState.GOING).count() == 6
    assert StandingRsvp.objects.get(pk=standing.pk).contact is None


@pytest.mark.django_db
def test_before_a_day_has_gone_nothing_is_erased():
    rsvp = rsvps.confirm(rsvps.take_place(welcoming(), TUESDAY, person=person(), now=NOW), now=NOW)

    early = erasure.erase_past(now=STARTS_AT + A_DAY - timedelta(seconds=1))
    late = erasure.erase_past(now=STARTS_AT + A_DAY)

    assert (early, late) == (0, 1)
    rsvp.refresh_from_db()
    assert (rsvp.contact, rsvp.contact_key, rsvp.contact_kind, rsvp.alias) == (None, "", ContactKind.NONE, None)


@pytest.mark.django_db
def test_who_gave_a_far_place_back_is_forgotten_a_day_later():
    rsvp = rsvps.take_place(welcoming(), TUESDAY + timedelta(weeks=20), person=person(), now=NOW)
    rsvps.give_back(rsvp, now=NOW)

    before = erasure.erase_past(now=NOW + A_DAY - timedelta(minutes=1))
    after = erasure.erase_past(now=NOW + A_DAY)

    assert (before, after) == (0, 1)


@pytest.mark.django_db
def test_an_endless_standing_place_keeps_its_address_and_its_past_dates_do_not():
    standing = rsvps.start_standing(welcoming(), TUESDAY, person=person(), dates=None, now=NOW)
    rsvps.confirm_standing(standing, now=NOW)

    erasure.erase_past(now=STARTS_AT + A_DAY)

    standing.refresh_from_db()
    assert standing.contact is not None
    assert Rsvp.objects.get(occurrence__original_on=TUESDAY).contact is None
    assert Rsvp.objects.get(occurrence__original_on=TUESDAY + timedelta(weeks=1)).contact is not None


@pytest.mark.django_db
def test_everything_about_a_person_goes_at_once_and_of_others_nothing():
    meeting = welcoming(capacity=2)
    ana = rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person(), now=NOW), now=NOW)
    bo = rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=person("bo@example.org", "Bo"), now=NOW), now=NOW)
    rsvps.start_standing(meeting, TUESDAY + timedelta(weeks=1), person=person(), dates=None, now=NOW)
    questions.ask(meeting, words="Is there a ramp?", reply_to="ana@example.org", now=NOW)

    erased = about_me.erase(ana.contact_key, now=NOW)

    assert erased == 4
    assert "ana@example.org" not in opened()
    assert "bo@example.org" in opened()
    bo.refresh_from_db()
    assert bo.state == RsvpState.GOING
    assert OutgoingMessage.objects.exclude(rsvp=bo).count() == 0


# ── Keys ────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_keys_are_changed_without_losing_a_contact_or_a_match(settings):
    meeting = welcoming()
    rsvp = rsvps.take_place(meeting, TUESDAY, person=person(), now=NOW)
    old, new = settings.CONTACT_KEYS[0], Fernet.generate_key().decode()

    settings.CONTACT_KEYS = [new, old]
    same = rsvps.take_place(meeting, TUESDAY, person=person(), now=NOW)
    call_command("rotate_contact_keys", verbosity=0)
    settings.CONTACT_KEYS = [new]
    call_command("rotate_contact_keys", verbosity=0)
    still = rsvps.take_place(meeting, TUESDAY, person=person(), now=NOW)

    assert rsvp.pk == same.pk == still.pk
    rsvp.refresh_from_db()
    assert contacts.address_of(rsvp.contact) == "ana@example.org"


@pytest.mark.django_db
def test_what_an_address_is_known_by_moves_along_with_the_keys(settings):
    rsvp = rsvps.confirm(rsvps.take_place(welcoming(), TUESDAY, person=person(), now=NOW), now=NOW)
    wishes.send_code(rsvp, "+15555550100", now=NOW)
    said = {"endpoint": "https://fcm.googleapis.com/fcm/send/1", "keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22}}
    wishes.add_browser(rsvp, said, now=NOW)
    consent.stop(contacts.match_key(ContactKind.PHONE, "+15555550100"), now=NOW)
    settings.CONTACT_KEYS = [Fernet.generate_key().decode(), *settings.CONTACT_KEYS]
    call_command("rotate_contact_keys", verbosity=0)

    settings.CONTACT_KEYS = settings.CONTACT_KEYS[:1]
    call_command("rotate_contact_keys", verbosity=0)

    phone = contacts.match_key(ContactKind.PHONE, "+15555550100")
    assert ReminderWishes.objects.get().phone_key == phone
    assert consent.is_stopped(phone)
    assert PushSubscription.objects.get().endpoint_key == contacts.endpoint_key(said["endpoint"])
    waiting = OutgoingMessage.objects.filter(state="planned")
    kept = {contacts.match_key(ContactKind.EMAIL, "ana@example.org"), contacts.endpoint_key(said["endpoint"])}
    assert set(waiting.values_list("recipient_key", flat=True)) == kept


@pytest.mark.django_db
def test_what_is_erased_while_keys_are_changed_stays_erased(monkeypatch):
    rsvp = rsvps.take_place(welcoming(), TUESDAY, person=person(), now=NOW)
    renewed = contacts.renewed

    def erased_meanwhile(token):
        about_me.erase(rsvp.contact_key, now=NOW)
        return renewed(token)

    monkeypatch.setattr(contacts, "renewed", erased_meanwhile)

    written = erasure.rotate()

    rsvp.refresh_from_db()
    assert (written, rsvp.contact, rsvp.alias) == (0, None, None)


@pytest.mark.django_db
def test_a_number_for_which_nobody_typed_the_code_is_gone_after_a_day():
    untyped = rsvps.take_place(welcoming(), TUESDAY, person=rsvps.Person(), now=NOW)
    wishes.send_code(untyped, "+15555550100", now=NOW)

    erasure.erase_past(now=NOW + timedelta(hours=23))
    before = ReminderWishes.objects.get().phone
    erasure.erase_past(now=NOW + timedelta(hours=25))

    kept = ReminderWishes.objects.get()
    assert before is not None
    assert (kept.phone, kept.phone_key, kept.code_digest) == (None, "", "")


@pytest.mark.django_db
def test_a_key_that_was_taken_away_too_early_is_named(settings):
    rsvps.take_place(welcoming(), TUESDAY, person=person(), now=NOW)
    settings.CONTACT_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match="Put the key"):
        call_command("rotate_contact_keys", verbosity=0)


def test_contacts_do_not_hang_on_the_signing_key():
    sealed = contacts.sealed(ContactKind.EMAIL, "ana@example.org")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "SECRET_KEY", "another")

        assert contacts.address_of(sealed) == "ana@example.org"
