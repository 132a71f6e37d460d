"""What reaches somebody later is in the language they used, whoever sends it and by whatever way."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groups.enums import Role
from groups.models import AccountLanguage
from meetings import (
    about_me,
    claims,
    contacts,
    erasure,
    languages,
    messages,
    occurrences,
    posting,
    questions,
    rsvp_forms,
    rsvps,
    suggestions,
    tokens,
)
from meetings.enums import Channel, ContactKind, LinkPurpose, MessageKind, SuggestionKind, Verdict
from meetings.models import OutgoingMessage, Rsvp, StandingRsvp
from meetings.reminders import sending
from recovery.accounts import closing
from tests.cast import make_host, make_person
from tests.helpers import instant
from tests.meetings.reminders.conftest import NOW, TUESDAY

pytestmark = pytest.mark.django_db

IN_SPANISH = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org", language="es")
DAY_BEFORE = instant("2026-11-30 19:00", "America/New_York")


@pytest.fixture
def ana(meeting):
    """Somebody whose place was kept on Spanish pages."""
    return rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=IN_SPANISH, now=NOW), now=NOW)


@pytest.fixture
def spanish(client):
    """A browser that wishes Spanish, at half past five."""
    return Client(headers={"Accept-Language": "es"})


def said_to(address):
    """Return subject and text of what waits to go to an address."""
    rows = OutgoingMessage.objects.exclude(recipient=None).order_by("pk")
    parcels = [messages.parcel_of(row, now=NOW) for row in rows]
    return [f"{parcel.subject} {parcel.text}" for parcel in parcels if parcel.to == address]


def filled(**said):
    shown = rsvp_forms.stamp(now=NOW - timedelta(seconds=20))
    return {"others": "0", "dates": "one", "way": "email", "shown": shown, "website": "", **said}


# ── A place ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("dates", "model"), [("one", Rsvp), ("four", StandingRsvp)])
def test_the_language_of_the_page_is_kept_with_the_place(spanish, meeting, dates, model, time_machine):
    time_machine.move_to(NOW, tick=False)
    form = reverse("meetings:rsvp_new", args=[meeting.slug, TUESDAY])

    spanish.post(form, filled(dates=dates, email="ana@example.org"))

    assert model.objects.get().language == "es"
    assert set(Rsvp.objects.values_list("language", flat=True)) == {"es"}


def test_who_kept_a_place_in_spanish_is_reminded_in_spanish_and_others_are_not(ana, member, desk):
    OutgoingMessage.objects.exclude(kind=MessageKind.REMINDER).delete()

    sending.send_due(now=DAY_BEFORE)

    subjects = {parcel.to: parcel.subject for parcel in desk.parcels}
    assert subjects == {"member@example.org": "Reminder for 7 pm", "ana@example.org": "Recordatorio para 19:00"}
    (to_ana,) = (parcel for parcel in desk.parcels if parcel.to == "ana@example.org")
    assert 'lang="es"' in to_ana.html
    assert "martes 1 de diciembre" in to_ana.text


@pytest.mark.parametrize("channel", Channel.values)
def test_news_of_a_date_is_in_spanish_by_every_way(ana, meeting, channel):
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    row = OutgoingMessage.objects.get(kind=MessageKind.DATE_CANCELLED)
    row.channel = channel

    parcel = messages.parcel_of(row, now=NOW)

    said = f"{parcel.subject} {parcel.text}"
    assert "no vayas" in said
    assert "cancelled" not in said


def test_a_date_joined_by_itself_later_has_the_language_of_the_standing_place(meeting):
    standing = rsvps.start_standing(meeting, TUESDAY, person=IN_SPANISH, dates=None, now=NOW)
    rsvps.confirm_standing(standing, now=NOW)

    rsvps.expand_all(now=NOW + timedelta(days=14))

    kept = list(standing.rsvps.values_list("language", flat=True))
    assert len(kept) > 1
    assert set(kept) == {"es"}


def test_choosing_reminders_on_pages_in_another_language_changes_it(client, ana, time_machine):
    time_machine.move_to(NOW, tick=False)
    page = reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=ana, now=NOW)])
    german = Client(headers={"Accept-Language": "de"})

    german.get(page)
    looked = Rsvp.objects.get(pk=ana.pk).language
    german.post(page, {"action": "reminders", "before": ["120"], "time_zone": ""})

    assert (looked, Rsvp.objects.get(pk=ana.pk).language) == ("es", "de")


def test_a_calendar_of_ones_own_is_in_the_language_of_the_place_whatever_the_program_says(client, ana, member):
    def summary(rsvp):
        secret = tokens.issue(LinkPurpose.CALENDAR, rsvp=rsvp, now=NOW)
        feed = client.get(reverse("meetings:my_calendar", args=[secret]), headers={"Accept-Language": "en"})
        return next(line for line in feed.content.decode().splitlines() if line.startswith("SUMMARY"))

    assert (summary(ana), summary(member)) == ("SUMMARY:Recordatorio para 19:00", "SUMMARY:Reminder for 7 pm")


def test_it_is_forgotten_with_the_address_and_told_to_its_owner_until_then(ana):
    kept = about_me.as_data(about_me.kept_under(ana.contact_key))

    erasure.erase_past(now=instant("2026-12-03 12:00"))

    assert kept["places"][0]["language"] == "es"
    assert Rsvp.objects.get(pk=ana.pk).language == ""


def test_a_language_the_site_no_longer_has_is_written_in_its_own(ana, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    row = ana.messages.filter(kind=MessageKind.REMINDER).first()

    parcel = messages.parcel_of(row, now=NOW)

    assert parcel.subject == "Reminder for 7 pm"


# ── Everybody else ──────────────────────────────────────────────────────────


def test_who_asked_in_spanish_gets_the_answer_in_spanish(spanish, meeting, time_machine):
    time_machine.move_to(NOW, tick=False)
    meeting.group.contact = contacts.encrypt({"email": "group@example.org"})
    meeting.group.save()
    form = reverse("meetings:ask", args=[meeting.slug])

    spanish.post(form, filled(words="¿Hay rampa?", email="ana@example.org"))
    question = meeting.questions.get()
    to_group = said_to("group@example.org")
    questions.answer(question, words="Yes", now=NOW)

    (to_ana,) = said_to("ana@example.org")
    assert "Somebody has a question for you" in to_group[0]
    assert "Preguntaste" in to_ana or "pregunta" in to_ana
    assert "You asked a question" not in to_ana


def test_who_suggested_in_spanish_hears_the_end_in_spanish(meeting):
    sent = suggestions.send(
        SuggestionKind.CHANGE, {"duration": 90}, now=NOW, meeting=meeting, email="ana@example.org", language="es"
    )

    suggestions.decide(sent, {"*": Verdict.REFUSED}, by=None, role=Role.CURATOR, now=NOW)

    (to_ana,) = said_to("ana@example.org")
    assert "An answer to what you suggested" not in to_ana
    assert "sugeriste" in to_ana or "sugerencia" in to_ana or "propusiste" in to_ana


def test_nobody_without_an_address_leaves_a_language(meeting):
    sent = suggestions.send(SuggestionKind.CHANGE, {"duration": 90}, now=NOW, meeting=meeting, language="es")
    asked = questions.ask(meeting, words="?", reply_to="", now=NOW, language="es")

    assert (sent.language, asked.language) == ("", "")


def test_the_link_to_what_is_kept_is_in_the_language_of_the_page_it_was_asked_on(spanish, time_machine):
    time_machine.move_to(NOW, tick=False)

    spanish.post(reverse("meetings:about_me"), filled(email="ana@example.org"))

    (said,) = said_to("ana@example.org")
    assert "The link you asked for" not in said
    assert "enlace" in said


def test_a_host_is_written_to_in_the_language_they_last_used(meeting):
    host = make_host(meeting.group)
    languages.keep(host, "es")

    posting.send_report(meeting.group, "HOST@example.org", now=NOW)
    posting.send_report(meeting.group, "other@example.org", now=NOW)

    assert "Somebody wrote that something is wrong" not in said_to("HOST@example.org")[0]
    assert "Somebody wrote that something is wrong" in said_to("other@example.org")[0]


def test_the_claim_of_somebody_whose_address_is_no_account_asks_the_database_alike(meeting, django_assert_num_queries):
    host = make_host(meeting.group)
    languages.keep(host, "es")

    with django_assert_num_queries(1):
        known = languages.of_address("host@example.org")
    with django_assert_num_queries(1):
        unknown = languages.of_address("")

    assert (known, unknown) == ("es", "")
    assert claims.can_be_claimed(meeting.group)


def test_pressing_a_language_while_signed_in_keeps_it_and_closing_the_account_forgets_it(client):
    user = make_person("host")
    client.force_login(user)

    client.post(reverse("language"), {"language": "es", "next": "/"})
    pressed = AccountLanguage.objects.get(user=user).language
    client.post(reverse("language"), {"language": "xx", "next": "/"})
    unknown = AccountLanguage.objects.get(user=user).language
    closing.close(user, now=NOW)

    assert (pressed, unknown) == ("es", "es")
    assert not AccountLanguage.objects.exists()
