"""Nothing that leaves us, and no address it leads to, gives anybody away: a list of words from the catalogue."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from groups import dates
from groups.models import Approach, Fellowship
from meetings import calendars, contacts, messages, rsvps, schedules, tokens, wording
from meetings.channels import email
from meetings.enums import Channel, ContactKind, LinkPurpose, MessageKind, RsvpPolicy
from meetings.models import OutgoingMessage, Rsvp
from meetings.reminders import signing, wishes
from tests.factories import GroupFactory, MeetingFactory, VenueFactory
from tests.meetings.reminders import giveaways
from tests.meetings.reminders.conftest import NOW, TUESDAY

pytestmark = pytest.mark.django_db

# Beside the catalogue's own names and abbreviations.
GIVEAWAYS = {
    "recovery", "recovering", "sober", "sobriety", "clean", "addict", "addiction", "alcohol", "alcoholic",
    "alcoholics", "drug", "drugs", "narcotics", "gambling", "twelve", "12-step", "step", "sponsor", "anonymous",
    "rehab", "detox", "relapse", "meeting", "meetings", "group", "fellowship", "program", "programme", "therapy",
    "support", "peer", "craving", "codependent", "dharma", "smart", "refuge", "celebrate",
}  # fmt: skip
# What such names share with every letter.
HARMLESS = {
    "a", "and", "all", "at", "by", "for", "from", "in", "it", "la", "life", "men", "of", "on", "or", "other", "the",
    "to", "with", "your", "you", "we", "be", "one", "self", "online", "their", "who", "people", "new", "open", "time",
    "are", "not", "is", "an", "as",
}  # fmt: skip

# What names in the catalogue share with every letter in another language.
ORDINARY = {
    "ar": set(),
    "de": {"in", "an", "was", "so", "da", "oa"},
    "es": {"la", "a", "de", "da", "en", "el", "y", "es", "no"},
    "fr": {"la", "ma", "a", "de", "en", "son", "on", "ca", "pas", "y"},
    "pt": {"na", "a", "as", "da", "de", "e", "em", "no", "o"},
}

# Seven in the evening, by the custom of a language.
SEVEN = {"ar": "7:00 م", "de": "19:00", "es": "19:00", "fr": "19:00", "pt": "19:00"}

GROUP, MEETING = "Willow Lantern Circle", "Harbour Serenity"
VENUE = "Saint Brigid Hall"
STREET = "48 Orchard Lane"


@pytest.fixture
def forbidden(db):
    """Every word of the names of approaches, fellowships and the meeting itself, and the giveaways."""
    call_command("load_catalogue", verbosity=0)
    names = [GROUP, MEETING, VENUE, STREET]
    names += Approach.objects.values_list("name", flat=True)
    for fellowship in Fellowship.objects.all():
        names += [fellowship.name, fellowship.abbreviation]
    found = {word for name in names for word in split(name)}
    assert {"alcoholics", "smart", "aa", "serenity", "orchard"} <= found
    return (found | GIVEAWAYS) - HARMLESS


def split(text):
    return {word.casefold() for word in re.findall(r"[\w'-]+", text)}


@pytest.fixture
def person(forbidden):
    """Somebody with a place at a meeting whose every name would tell, with all three channels."""
    aa = Fellowship.objects.get(abbreviation="AA")
    meeting = MeetingFactory(
        name=MEETING,
        slug="tuesday-serenity",
        group=GroupFactory(name=GROUP, approach=aa.approach, fellowship=aa),
        venue=VenueFactory(name=VENUE, street=STREET),
        rsvp_policy=RsvpPolicy.WELCOME,
    )
    given = rsvps.Person(kind=ContactKind.EMAIL, address="member@example.org")
    return rsvps.take_place(meeting, TUESDAY, person=given, now=NOW)


def every_message(person, language=""):
    """Write down one message of every kind about a date, on every channel; return their parcels."""
    made = []
    kinds = [
        MessageKind.PLACE, MessageKind.OFFER, MessageKind.REMINDER, MessageKind.AFTER, MessageKind.DATE_CANCELLED,
        MessageKind.DATE_RESTORED, MessageKind.DATE_MOVED, MessageKind.DATE_CHANGED, MessageKind.DATE_GONE,
    ]  # fmt: skip
    occurrence = person.occurrence
    standing = rsvps.start_standing(
        occurrence.meeting,
        TUESDAY,
        person=rsvps.Person(kind=ContactKind.EMAIL, address="other@example.org", language=language),
        dates=None,
        now=NOW,
    )
    code = contacts.encrypt({"code": "123456"})

    def make(kind, channel=Channel.EMAIL, **about):
        message = OutgoingMessage(
            kind=kind, channel=channel, recipient=person.contact, created_at=NOW, due_at=NOW, **about
        )
        made.append(messages.parcel_of(message, now=NOW))

    for channel in Channel.values:
        for kind in kinds:
            for is_online_only in (True, False):
                occurrence.is_online_only = is_online_only
                make(kind, channel, rsvp=person, occurrence=occurrence)
        make(MessageKind.PLACE, channel, standing=standing)
        make(MessageKind.STILL_COMING, channel, standing=standing)
    make(MessageKind.ABOUT_ME, language=language)
    make(MessageKind.CODE, Channel.SMS, words=code)
    return made


def everything_said(parcel):
    """Return all text that somebody beside the person may see: headers, preview, words, addresses."""
    mail = email.as_mail(parcel, now=NOW)
    headers = " ".join(f"{name}: {value}" for name, value in mail.items() if name != "Content-Type")
    # The secret of a link is letters by chance.
    html = re.sub(r"<style>.*?</style>|<[^>]*>", " ", parcel.html, flags=re.DOTALL)
    return re.sub(r"[a-z0-9]{24,}", "", " ".join([headers, parcel.subject, parcel.text, html, parcel.link]))


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_no_message_of_any_kind_by_any_channel_gives_anybody_away(person, forbidden, is_confirmed):
    if is_confirmed:
        person = rsvps.confirm(person, now=NOW)

    parcels = every_message(person)

    assert len(parcels) >= 60
    for parcel in parcels:
        said = split(everything_said(parcel))
        assert said & {"7", "page", "link", "code", "question", "seat"}
        assert said & forbidden == set(), parcel


@pytest.mark.parametrize("language", sorted(giveaways.GIVEAWAYS))
def test_no_message_in_any_language_gives_anybody_away(person, forbidden, language):
    person = rsvps.confirm(person, now=NOW)
    person.language = language

    parcels = every_message(person, language)

    names = forbidden - GIVEAWAYS - ORDINARY[language]
    assert len(parcels) >= 60
    assert {parcel.subject for parcel in parcels if SEVEN[language] in parcel.subject}
    for parcel in parcels:
        said = split(everything_said(parcel))
        assert giveaways.told(said, language) == set(), parcel
        assert said & names == set(), parcel


@pytest.mark.parametrize("language", ["en", *sorted(giveaways.GIVEAWAYS)])
def test_messages_tell_times_as_pages_do_with_common_spaces_where_no_line_of_ours_ends(person, language):
    person = rsvps.confirm(person, now=NOW)
    person.language = language
    with translation.override(language):
        told = wording.time_label(schedules.Start(TUESDAY, person.occurrence.starts_at, None), "America/New_York")

    parcels = [parcel for parcel in every_message(person, language) if dates.with_common_spaces(told) in parcel.text]

    assert {bool(parcel.html) for parcel in parcels} == {True, False}
    for parcel in parcels:
        assert not set("\u00a0\u202f") & set(parcel.subject + parcel.text)
        assert told in parcel.html or not parcel.html


@pytest.mark.parametrize("language", sorted(giveaways.GIVEAWAYS))
def test_the_calendar_of_ones_own_says_nothing_in_any_language(person, forbidden, language):
    person = rsvps.confirm(person, now=NOW)

    with translation.override(language):
        said = calendars.of_places(Rsvp.objects.filter(pk=person.pk), now=NOW, refreshes=True).decode()

    (summary,) = re.findall(r"^SUMMARY[^:]*:(.*)$", said.replace("\r\n ", ""), re.MULTILINE)
    names = re.findall(r"^(?:X-WR-CAL)?NAME[^:]*:(.*)$", said, re.MULTILINE)
    assert SEVEN[language] in summary
    assert summary.strip() != "Reminder for 7 pm"
    assert giveaways.told(split(" ".join([summary, *names])), language) == set()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "Reuniones de recuperación"),
        ("fr", "Réunion des Alcooliques"),
        ("de", "Gruppe für Suchthilfe"),
        ("pt", "Reunião do grupo"),
        ("ar", "والاجتماعات"),
    ],
)
def test_the_lists_of_words_notice_what_would_tell(language, words):
    assert giveaways.told(split(words), language)


def test_the_same_messages_in_plain_words_do_name_the_meeting_and_only_by_choice(person, forbidden):
    person = rsvps.confirm(person, now=NOW)
    person.wishes = wishes.choose(person, now=NOW, offsets=[120], is_plain=True)

    plain = [parcel for parcel in every_message(person) if parcel.subject.startswith("Reminder")]

    assert plain
    assert all(MEETING in parcel.subject for parcel in plain)
    assert any(VENUE in parcel.text for parcel in plain)


def test_an_address_nobody_confirmed_gets_discreet_words_whatever_was_chosen(person, forbidden):
    person.wishes = wishes.choose(person, now=NOW, offsets=[120], is_plain=True)

    parcels = every_message(person)

    assert all(split(everything_said(parcel)) & forbidden == set() for parcel in parcels)


def test_titles_and_addresses_of_the_pages_say_nothing(person, forbidden, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    person = rsvps.confirm(person, now=NOW)
    row = person.messages.get(kind=MessageKind.AFTER)
    pages = [
        reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=person, now=NOW)]),
        reverse("meetings:messages_stop", args=[signing.signed("stop", row.public_id)]),
        reverse("meetings:after", args=[signing.signed("after", row.public_id)]),
        reverse(
            "meetings:about_me_kept",
            args=[tokens.issue(LinkPurpose.ABOUT_ME, contact_key=person.contact_key, now=NOW)],
        ),
    ]

    for page in pages:
        response = client.get(page)
        title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]
        description = re.search(r'name="description" content="(.*?)"', response.content.decode(), re.DOTALL)[1]
        assert response.status_code == 200
        assert title.strip()
        assert split(f"{title} {description} {page.rsplit('/', 2)[0]}") & forbidden == set()


def test_the_calendar_of_ones_own_says_nothing(person, forbidden):
    person = rsvps.confirm(person, now=NOW)

    calendar = calendars.of_places(Rsvp.objects.filter(pk=person.pk), now=NOW).decode()

    said = calendar.replace("\r\n ", "")
    names = [
        line for line in said.splitlines() if re.match(r"(SUMMARY|DESCRIPTION|LOCATION|X-WR-CALNAME|NAME)[:;]", line)
    ]
    assert any(line.startswith("SUMMARY") for line in names)
    assert split(" ".join(line.partition(":")[2] for line in names)) & forbidden == set()
