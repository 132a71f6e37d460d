"""A search on paper: what is on it and never is, how it lies on the sheets, small at once and large by the worker."""

import re
import statistics
import zlib
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from groups import phrasing
from meetings import tasks
from meetings.enums import TraitKind, TraitValue
from meetings.finder import cards, index, memory, names
from meetings.printing import entries, orders, paper
from meetings.printing.entries import LAYOUTS, Entry, Listing, Section
from tests.factories import MeetingFactory, VenueFactory
from tests.helpers import give_trait, words

pytestmark = pytest.mark.django_db

CHOICE = reverse("meetings:print_choice")
NOW_PDF = reverse("meetings:print_now")


@pytest.fixture(autouse=True)
def nothing_remembered():
    for kept in (memory, cards, names):
        kept.forget()
    cache.clear()
    yield
    for kept in (memory, cards, names):
        kept.forget()


@pytest.fixture
def large(monkeypatch):
    """From two meetings on the worker makes it."""
    monkeypatch.setattr(orders, "AT_ONCE", 1)
    monkeypatch.setattr(tasks.make_print, "delay", lambda **_kwargs: None)


@pytest.fixture
def pdf():
    pdf = paper._Paper(unit="mm", format=(210, 297))
    yield pdf
    pdf.close()


def listed(*meetings, **options) -> Listing:
    index.refresh(None, now=timezone.now())
    return entries.of_meetings([meeting.pk for meeting in meetings], now=timezone.now(), **options)


def pages_of(pdf: bytes) -> list[tuple[int, int]]:
    """Return width and height of each page in millimetres."""
    box = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")
    objects = pdf.split(b"endobj")
    usual = next(box.search(one) for one in objects if b"/Type /Pages" in one)
    pages = [box.search(one) or usual for one in objects if re.search(rb"/Type /Page\b", one)]
    return [tuple(round(float(side) * 25.4 / 72) for side in page.groups()) for page in pages]


def middle_of_words(pdf: bytes) -> float:
    """Return how far from the left most words of the first sheet stand, in millimetres."""
    page = zlib.decompress(re.search(rb"/FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)[1])
    places = [float(place) * 25.4 / 72 for place in re.findall(rb"BT ([\d.]+) ", page)]
    return statistics.median(places)


def about(**options) -> paper.About:
    return paper.About(
        **{
            "site": "Open Chair",
            "title": "Meetings",
            "conditions": ("Near Boston",),
            "address": "http://127.0.0.1/meetings/?near=Boston",
            "help_line": "",
            "now": timezone.now(),
            **options,
        }
    )


def many(size: int) -> Listing:
    rows = [Entry("7–8 pm", f"Meeting {n}", "AA", "Hall, Boston", ("IP",)) for n in range(size)]
    return Listing([Section("Monday", rows)], [("IP", "In person")], size)


# What is on it


def test_meetings_stand_under_each_of_their_days_by_time():
    late = MeetingFactory(name="Late", rrule="FREQ=WEEKLY;BYDAY=TU", start_time="21:00")
    early = MeetingFactory(name="Early", rrule="FREQ=WEEKLY;BYDAY=MO,TU", start_time="07:00")
    daily = MeetingFactory(name="Daily", rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU")
    asked = MeetingFactory(name="Asked", is_by_appointment=True)

    found = listed(late, early, daily, asked)

    assert [(section.title, [entry.name for entry in section.entries]) for section in found.sections] == [
        ("Monday", ["Early"]),
        ("Tuesday", ["Early", "Late"]),
        ("Most days", ["Daily"]),
        ("By appointment, or at any time", ["Asked"]),
    ]
    assert found.total == 4


def test_of_a_search_for_a_day_the_other_days_are_left_out():
    meeting = MeetingFactory(name="Both", rrule="FREQ=WEEKLY;BYDAY=MO,TU")

    whole, one = listed(meeting), listed(meeting, only_days=frozenset({1}))

    assert [section.title for section in whole.sections] == ["Monday", "Tuesday"]
    assert [section.title for section in one.sections] == ["Tuesday"]


def test_a_meeting_of_some_weeks_alone_says_which():
    meeting = MeetingFactory(rrule="FREQ=MONTHLY;BYDAY=1TU")

    assert "(First Tuesday of the month)" in listed(meeting).sections[0].entries[0].when


def test_every_sign_is_explained_once():
    first, second = MeetingFactory(), MeetingFactory(is_online=True)
    for slug in ("wheelchair-access", "women-alone", "winter-air"):
        give_trait(first, slug, kind=TraitKind.ACCESS)
        give_trait(second, slug, kind=TraitKind.ACCESS)

    found = listed(first, second)

    signs = [sign for sign, _meaning in found.legend]
    used = {sign for section in found.sections for entry in section.entries for sign in entry.signs}
    assert len(set(signs)) == len(signs) >= 5
    assert used == set(signs)
    assert {"In person", "Online", "Wheelchair-access"} <= {meaning for _sign, meaning in found.legend}


def test_online_ones_are_on_it_with_their_zone_and_nothing_to_join_by():
    meeting = MeetingFactory(is_online=True, join_url="https://zoom.us/j/998877", join_passcode="sesame")

    (entry,) = listed(meeting).sections[0].entries

    assert entry.name == meeting.name
    assert "New York" in entry.where
    assert "zoom" not in str(entry)
    assert "998877" not in str(entry)
    assert "sesame" not in str(entry)


def test_of_a_home_the_town_alone_and_of_teens_no_place_is_printed():
    hall = MeetingFactory(venue=VenueFactory(name="Town Hall", street="1 High Street"))
    home = MeetingFactory(venue=VenueFactory(name="The Millers", street="7 Elm Lane", is_private_home=True))
    teens = MeetingFactory(venue=VenueFactory(name="School", street="9 Oak Road"))
    give_trait(teens, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)

    places = {entry.name: entry.where for entry in listed(hall, home, teens).sections[0].entries}

    assert places[hall.name] == "Town Hall, 1 High Street, Boston"
    assert places[home.name] == "Boston, MA"
    assert places[teens.name] == ""


def test_what_is_not_public_is_not_printed():
    seen, hidden = MeetingFactory(), MeetingFactory(state="draft")

    assert [entry.name for entry in listed(seen, hidden).sections[0].entries] == [seen.name]


# How it lies on the sheets


@pytest.mark.parametrize(("size", "expected"), [("a4", (210, 297)), ("letter", (216, 279))])
def test_sheets_are_of_the_paper_asked_for(size, expected):
    for layout in LAYOUTS:
        pages = pages_of(paper.make(many(3), about(), layout=layout, paper=size))

        width, height = expected
        assert pages
        assert set(pages) == {expected if layout == "list" else (height, width)}


def test_a_leaflet_and_a_booklet_have_both_sides():
    for layout in ("trifold", "booklet"):
        assert len(pages_of(paper.make(many(2), about(), layout=layout, paper="a4"))) == 2


def test_pages_of_a_booklet_lie_so_that_folding_puts_them_in_order(pdf):
    sheets = paper._booklet(pdf, many(60), about(), 210, 297)

    numbers = [[int(foot or 1) for _x, _width, _panel, foot in sheet] for sheet in sheets]
    last = 2 * len(sheets)
    assert last % 4 == 0
    assert numbers[0] == [last, 1]
    assert numbers[1] == [2, last - 1]
    assert sorted(number for pair in numbers for number in pair) == list(range(1, last + 1))


def test_no_panel_runs_over_and_no_heading_stands_alone(pdf):
    blocks = list(paper._entries(pdf, many(200), 80))

    panels = paper._flow(blocks, 200)

    assert len(panels) > 5
    assert sum(len(panel.blocks) for panel in panels) == len(blocks)
    assert all(sum(block.height for block in panel.blocks) <= 200 for panel in panels)
    assert not any(panel.blocks[-1].is_heading for panel in panels)


def test_no_line_is_wider_than_its_column(pdf):
    text = "Überaus " + "langes" * 40 + " Wort, Слово, λέξη"

    lines = list(pdf.lines(text, 9, 50))

    assert len(lines) > 3
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        pdf.set_font(pdf._family, line.style, line.size)
        assert pdf.get_string_width(line.text) <= 50.01


@pytest.mark.parametrize("layout", LAYOUTS)
def test_from_right_to_left_reading_begins_at_the_right_of_the_sheet(layout):
    def first_sheet(language: str) -> tuple[float, float]:
        with translation.override(language):
            made = paper.make(many(0), about(), layout=layout, paper="a4")
        return middle_of_words(made), pages_of(made)[0][0] / 2

    from_left, middle = first_sheet("en")
    from_right, _middle = first_sheet("ar")

    # The cover of what is folded lies on the other half of the sheet, for it opens to that side.
    assert (from_left < middle, from_right > middle) == ((layout == "list",) * 2)


def test_words_with_an_order_of_their_own_keep_it_on_their_next_line():
    with translation.override("ar"):
        pdf = paper._Paper(unit="mm", format=(210, 297))
        address = phrasing.isolated("The Long Hall of the Old Mill, 12 Sample Street")
        rows = [line.text for line in pdf.lines(f"{address} · قرب", 8, 30)]
        pdf.close()

    *of_address, last = rows
    assert len(of_address) > 1
    assert [(row[0], row[-1]) for row in of_address] == [("\u2068", "\u2069")] * len(of_address)
    assert last.count("\u2068") == last.count("\u2069")


def test_a_sign_in_arabic_is_made_of_more_than_the_article():
    assert next(entries._candidates("النساء فقط")) == "نف"


def test_without_the_font_letters_of_every_script_are_written_somehow(monkeypatch):
    monkeypatch.setattr(paper.letters, "_font_folder", lambda: None)

    made = paper.make(many(1), about(title="Встречи ♥"), layout="list", paper="a4")

    assert made.startswith(b"%PDF")


# Pages


def test_a_small_print_comes_at_once(client):
    MeetingFactory(name="Tuesday Hope")
    index.refresh(None, now=timezone.now())

    page = client.get(CHOICE, {"q": "hope"})
    answer = client.get(NOW_PDF, {"q": "hope", "layout": "trifold", "paper": "letter"})

    assert "1 meeting" in words(page)
    assert 'value="hope"' in page.content.decode()
    assert f'action="{NOW_PDF}" method="get"' in page.content.decode()
    assert answer["Content-Type"] == "application/pdf"
    assert pages_of(answer.content) == [(279, 216), (279, 216)]
    assert "no-store" in answer["Cache-Control"]


def test_a_search_longer_than_any_code_holds_is_printed_too(client):
    MeetingFactory(name="Tuesday Hope")
    index.refresh(None, now=timezone.now())
    search = {"q": "hope", "from_elsewhere": "x" * 3000}
    assert len(client.get(CHOICE, search).content) > 3000

    answer = client.get(NOW_PDF, search)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert pages_of(answer.content)


def test_nothing_found_is_said_and_not_printed(client):
    index.refresh(None, now=timezone.now())

    page, file = client.get(CHOICE), client.get(NOW_PDF)

    assert "nothing to print" in words(page)
    assert (file.status_code, file["Location"].partition("?")[0]) == (302, CHOICE)


def test_the_finder_leads_to_it_with_its_search(client):
    MeetingFactory(name="Tuesday Hope")
    index.refresh(None, now=timezone.now())

    page = client.get(reverse("meetings:meeting_list"), {"q": "hope", "view": "list"}).content.decode()

    assert f'href="{CHOICE}?q=hope"' in page


def test_a_large_print_is_ordered_once_made_by_the_worker_and_kept_an_hour(client, large):
    for n in range(3):
        MeetingFactory(name=f"Hope {n}")
    index.refresh(None, now=timezone.now())
    page = client.get(CHOICE, {"q": "hope"}).content.decode()
    token = re.search(r'name="order" value="(\w+)"', page)[1]
    form = {"q": "hope", "layout": "booklet", "paper": "a4", "order": token}

    answers = [client.post(CHOICE, form) for _press in range(2)]
    progress = reverse("meetings:print_progress", args=[token])
    file = reverse("meetings:print_file", args=[token])
    waiting, too_early = client.get(progress), client.get(file)
    made, again = (tasks.make_print(token=token) for _time in range(2))
    ready, part, whole = client.get(progress), client.get(progress, headers={"HX-Request": "true"}), client.get(file)

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, progress)] * 2
    assert "being made" in words(waiting)
    assert 'http-equiv="refresh"' in waiting.content.decode()
    assert too_early.status_code == 404
    assert (made, again) == (True, False)
    assert "It is ready" in words(ready)
    assert "Back to choosing" in words(ready)
    assert "hx-trigger" in waiting.content.decode()
    assert "hx-trigger" not in part.content.decode()
    assert "<html" not in part.content.decode()
    assert pages_of(whole.content) == [(297, 210)] * 2
    assert 0 < redis.Redis.from_url(settings.REDIS_URL).ttl(cache.make_key(f"print-file:{token}")) <= 3600
    assert not whole.cookies


def test_a_second_press_starts_no_second_order(large):
    wish = orders.wish_of(QueryDict("q=hope"), language="en")

    assert orders.place("a" * 32, wish, total=5) is True
    assert orders.place("a" * 32, wish, total=5) is False


def test_what_fails_says_so(client, large, monkeypatch):
    MeetingFactory()
    index.refresh(None, now=timezone.now())
    orders.place("b" * 32, orders.wish_of(QueryDict(""), language="en"), total=1)
    monkeypatch.setattr(orders.entries, "of_meetings", lambda *_args, **_kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.make_print(token="b" * 32)

    page = client.get(reverse("meetings:print_progress", args=["b" * 32]))
    assert "our fault" in words(page)
    assert "hx-trigger" not in page.content.decode()


def test_an_order_that_is_gone_is_a_page_that_says_so(client):
    for name in ("print_progress", "print_file"):
        assert client.get(reverse(f"meetings:{name}", args=["c" * 32])).status_code == 404
    assert tasks.make_print(token="c" * 32) is False


def test_a_page_of_another_site_orders_nothing(client, large):
    for _n in range(2):
        MeetingFactory()
    index.refresh(None, now=timezone.now())

    ours = client.post(CHOICE, {"layout": "list"}, headers={"Origin": "http://testserver"})
    theirs = client.post(CHOICE, {"layout": "list"}, headers={"Origin": "https://elsewhere.example"})

    assert ours.status_code == 303
    assert theirs.status_code == 403


def test_progress_is_told_and_grows():
    for _n in range(4):
        MeetingFactory()
    index.refresh(None, now=timezone.now())
    told = []

    orders.make(
        orders.wish_of(QueryDict(""), language="en"),
        now=timezone.now() + timedelta(0),
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == sorted(told)
    assert told[-1] == (8, 8)


def test_bad_wishes_become_the_usual_ones_and_nothing_of_the_form_is_searched_for():
    wish = orders.wish_of(QueryDict("layout=scroll&paper=stone&order=x&q=hope&page=3"), language="en")

    assert (wish.search, wish.layout, wish.paper) == ("q=hope", "list", orders.usual_paper())
