"""Pages say nothing that was never marked for translation: whatever the code puts in is looked at as well."""

import json
import re
from datetime import date

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext, ngettext, pgettext

from groups import countries, help_lines
from groups.models import Approach, Group
from meetings import contacts, rsvps, tokens
from meetings.enums import ContactKind, LinkPurpose, RsvpPolicy, TraitValue
from meetings.finder import cards, index, memory
from meetings.finder import names as finder_names
from meetings.models import Meeting, Venue
from tests import factories
from tests.cast import Cast, make_cast
from tests.helpers import give_trait, instant
from tests.recovery import pseudo_language
from tests.recovery.pseudo_language import plain_words, wide

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-20 12:00")
TUESDAY = "2026-11-24"

# The site's name, languages by their own names, zones, and units that are the same everywhere.
SAME_EVERYWHERE = {"Open", "Chair", "English", "Deutsch", "UTC", "EST", "America", "New", "York", "Europe", "Dublin"}


# A parameter, by its name in the address; a size of paper.
SAME_EVERYWHERE |= {"day", "Letter"}


def names() -> list[str]:
    """Return the names of help lines, approaches and what they belong to, longest first: nobody translates those."""
    lines = [line["name"] for line in help_lines.file_data()["resources"]]
    approaches = json.loads((settings.BASE_DIR / "groups/data/approaches.json").read_text(encoding="utf-8"))
    found = [*lines, *(row["name"] for kind in ("approaches", "fellowships") for row in approaches[kind])]
    return sorted(found, key=len, reverse=True)


def unmarked(page: str) -> list[str]:
    for name in names():
        page = page.replace(name, " ").replace(escape(name), " ")
    return [word for word in plain_words(page) if word not in SAME_EVERYWHERE]


@pytest.fixture
def cast() -> Cast:
    """The cast, and everything that is told of it in letters that are not Latin."""
    cast = make_cast()
    for model in (Approach, Group, Meeting):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(name=f"春{row.pk}")
    Approach.objects.update(one_line="互助", description="互助", first_meeting="互助", fact_sources={})
    Venue.objects.update(name="館", street="街", town="城", region="州", postcode="1")
    Group.objects.update(description="互助", contact=contacts.encrypt({"email": "group@example.org"}))
    Meeting.objects.update(rsvp_policy=RsvpPolicy.WELCOME, notes="互助")
    trait = give_trait(cast.meeting, "speaker", TraitValue.YES)
    trait.name = trait.definition = "講"
    trait.save()
    factories.PlaceFactory(name="城", slug="cheng", region="州", region_code="MA")
    User.objects.update(first_name="", last_name="")
    cast.meeting.refresh_from_db()
    return cast


@pytest.fixture
def speaking(monkeypatch):
    # Names of countries are data of each language, no texts.
    monkeypatch.setattr(countries, "name", lambda code, english: wide(english))
    for part in (memory, cards, finder_names):
        part.forget()
    with pseudo_language.spoken():
        yield
    for part in (memory, cards, finder_names):
        part.forget()


def addresses(cast: Cast) -> dict[str, list[str]]:
    """Return the pages to look at: for anybody, for a host, for a curator."""
    slug, day = cast.meeting.slug, date(2026, 11, 24)
    place = rsvps.confirm(
        rsvps.take_place(
            cast.meeting,
            day,
            person=rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org"),
            now=NOW,
        ),
        now=NOW,
    )
    anybody = [
        *map(reverse, ("home", "help", "privacy", "account_login", "groups:approach_list", "groups:group_list")),
        *map(reverse, ("meetings:mine", "meetings:offline", "meetings:now", "meetings:suggest", "meetings:about_me")),
        reverse("meetings:meeting_list"),
        reverse("meetings:meeting_list") + "?near=42.3,-71&day=tuesday&time=evening&attendance=in-person&unit=mi",
        reverse("meetings:meeting_list") + "?near=無&day=無&soon=60",
        reverse("meetings:print_choice"),
        reverse("meetings:meeting_detail", args=[slug]),
        *(reverse(f"meetings:{name}", args=[slug]) for name in ("ask", "suggest_change", "report")),
        reverse("meetings:occurrence_detail", args=[slug, day]),
        reverse("meetings:rsvp_new", args=[slug, day]),
        reverse("meetings:rsvp_place", args=[tokens.issue(LinkPurpose.PLACE, rsvp=place, now=NOW)]),
        reverse("meetings:rsvp_place", args=["unknown"]),
        reverse("groups:group_detail", args=[cast.group.slug]),
        reverse("groups:approach_detail", args=[cast.group.approach.slug]),
        reverse("groups:compare") + f"?a={cast.group.approach.slug}&a={cast.other_group.approach.slug}",
        "/nowhere/",
    ]
    host = [
        reverse("host:home"),
        reverse("host:group", args=[cast.group.slug]),
        *(reverse(f"host:{name}", args=[cast.group.slug]) for name in ("group_edit", "welcome", "notices", "hosts")),
        *(reverse(f"host:{name}", args=[slug]) for name in ("meeting", "pauses", "meeting_copy")),
        reverse("host:date", args=[slug, day]),
        reverse("account"),
    ]
    curator = [
        *map(reverse, ("curate:queue", "curate:listing_table", "curate:venue_list", "curate:decision_list")),
        *(reverse(f"curate:{name}", args=[slug]) for name in ("meeting", "meeting_edit", "meeting_days")),
    ]
    return {"": anybody, "host": host, "curator": curator}


def test_pages_say_nothing_that_was_never_marked(cast, speaking, time_machine):
    time_machine.move_to(NOW, tick=False)
    index.refresh(None, now=NOW)
    shown = 0
    found: dict[str, list[str]] = {}

    for who, pages in addresses(cast).items():
        client = Client(headers={"Accept-Language": pseudo_language.CODE})
        if who:
            client.force_login(getattr(cast, who))
        for page in pages:
            response = client.get(page)
            said = response.content.decode()
            assert response.status_code in (200, 404), page
            assert wide("Help") in said, page
            shown += said.count("data-meeting=")
            if strange := unmarked(said):
                found[re.sub(r"[a-z2-7]{20,}", "…", page)] = strange

    assert shown > 2
    assert found == {}


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>Never marked</p>", ["Never", "marked"]),
        ('<p aria-label="Said aloud">春</p>', ["Said", "aloud"]),
        (f"<p>{wide('Marked')} <a href='/help'>{wide('again')}</a> ana@example.org 12 km</p>", ["km"]),
    ],
)
def test_the_search_tells_marked_words_from_others(page, said):
    assert plain_words(page) == said


def test_every_text_is_translated_and_its_gaps_are_kept(speaking):
    with translation.override(pseudo_language.CODE):
        said = [
            gettext("%(day)s at <b>noon</b>"),
            ngettext("%(n)d hour", "%(n)d hours", 2),
            pgettext("list", "and"),
            pgettext("date format", "j F Y"),
        ]

    assert said == ["%(day)s ａｔ <b>ｎｏｏｎ</b>", "%(n)d ｈｏｕｒｓ", "ａｎｄ", "j F Y"]
