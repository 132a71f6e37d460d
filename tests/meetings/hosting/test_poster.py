"""The sheet for the wall: one page, the right words, a code that leads to the group."""

import re

import pytest
from django.urls import reverse

from groups.enums import ListingState
from meetings.enums import ChannelState
from meetings.hosting import poster
from meetings.hosting import sheet as sheets
from meetings.models import Meeting
from tests.factories import MeetingFactory
from tests.helpers import words

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["a font with many letters", "plain fonts"])
def fonts(request, monkeypatch):
    """With the font of the machine, where it has one, and without."""
    if request.param == "plain fonts":
        monkeypatch.setattr(sheets, "_font_folder", lambda: None)
    elif sheets._font_folder() is None:
        pytest.skip("this machine has no DejaVu font")
    return request.param


def sheet(client, cast, **asked) -> bytes:
    return client.get(reverse("host:poster_pdf", args=[cast.group.slug]), asked).content


def size_of(pdf: bytes) -> tuple[int, int]:
    width, height = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups()
    return round(float(width)), round(float(height))


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def written(monkeypatch) -> list[str]:
    """Return a list that fills with the words put on sheets."""
    said: list[str] = []
    original = sheets.Sheet.write_words

    def noting(self, text, **more):
        said.append(self._letters(text))
        original(self, text, **more)

    monkeypatch.setattr(sheets.Sheet, "write_words", noting)
    return said


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792)), ("nonsense", (595, 842))])
def test_one_page_of_the_paper_that_was_chosen(host, cast, fonts, paper, size):
    pdf = sheet(host, cast, paper=paper)

    assert pdf.startswith(b"%PDF-")
    assert (size_of(pdf), pages_of(pdf)) == (size, 1)


def test_it_says_when_and_where(host, cast, monkeypatch):
    said = written(monkeypatch)

    sheet(host, cast, words="plain")

    assert said[0] == "Boston Group"
    assert cast.group.approach.name in said
    assert any("Tuesday" in words and "7" in words for words in said)
    assert any("12 Maple Street" in words for words in said)


def test_a_neutral_one_names_neither_group_nor_approach(host, cast, monkeypatch):
    said = written(monkeypatch)

    sheet(host, cast, words="neutral")

    assert any("12 Maple Street" in words for words in said)
    everything = " ".join(said)
    assert "Boston Group" not in everything
    assert cast.group.approach.name not in everything
    assert cast.group.slug not in everything


def test_the_code_leads_to_the_page_of_the_group(cast, settings):
    settings.SITE_URL = "https://chairs.example"

    assert poster.address_of(cast.group) == "https://chairs.example/groups/boston-group/"


def test_what_does_not_take_place_and_somebodys_home_are_left_out(cast, monkeypatch):
    home = MeetingFactory(group=cast.group, venue__is_private_home=True, venue__street="9 Secret Lane")
    MeetingFactory(group=cast.group, state=ListingState.PAUSED, venue__street="1 Closed Street")
    meetings = list(Meeting.objects.filter(group=cast.group).select_related("group__fellowship", "venue"))

    said = " ".join(f"{line.when} {line.where}" for line in poster.lines_of(meetings))

    assert "12 Maple Street" in said
    assert home.venue.town in said
    assert "Secret Lane" not in said
    assert "Closed Street" not in said


def test_thirty_meetings_are_still_one_page(host, cast, fonts):
    for _number in range(30):
        MeetingFactory(group=cast.group, online=ChannelState.OPEN, join_url="https://zoom.us/j/1")

    assert pages_of(sheet(host, cast)) == 1


def test_any_letters_make_a_sheet(host, cast, fonts):
    cast.group.name = "Открытая группа “Szczęście” – 希望 🙂"
    cast.group.save()

    assert pages_of(sheet(host, cast)) == 1


def test_without_a_font_letters_are_as_near_as_possible():
    assert sheets._latin("Szczęście – “Æther” 希") == 'Szczescie - "Æther" ?'


def test_the_page_offers_paper_and_words(host, cast):
    page = words(host.get(reverse("host:poster", args=[cast.group.slug])))

    assert "A4" in page
    assert "Letter" in page
    assert "Neutral" in page
