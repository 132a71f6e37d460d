"""The finder's page: what is on it, without script and for htmx; nothing breaks it."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetings.enums import TraitKind
from meetings.finder import index
from meetings.finder.filters import LABELS, PARAMETERS, TOLD
from meetings.finder.page import Choice, Facet
from meetings.templatetags.finder import choices
from tests.factories import MeetingFactory, PlaceFactory, SourceFactory
from tests.helpers import give_trait, words

pytestmark = pytest.mark.django_db

URL = reverse("meetings:meeting_list")


def test_results_are_articles_and_the_total_is_data(client):
    MeetingFactory(slug="one")
    MeetingFactory(slug="two")
    index.refresh(None, now=timezone.now())

    text = client.get(URL).content.decode()

    assert 'data-total="2"' in text
    assert text.count("<article") == 2
    assert 'data-meeting="one"' in text


def test_without_meetings_the_page_says_so_and_offers_ways_on(client):
    response = client.get(URL, {"approach": "none"})

    assert 'data-total="0"' in response.content.decode()
    assert "It is not you" in words(response)
    assert reverse("help") in response.content.decode()


def test_a_bad_value_is_named_and_escaped(client):
    response = client.get(URL, {"day": "<script>alert(1)</script>", "<b>odd</b>": "x"})

    assert response.status_code == 200
    text = response.content.decode()
    assert "<script>alert" not in text
    assert "<b>odd" not in text
    assert "<script>alert(1)</script>" in unescape(text)


def test_several_bad_values_are_told_in_one_box(client):
    one = client.get(URL, {"day": "someday"}).content.decode()
    several = client.get(URL, {"day": "someday", "within": "abc", "foo": "1", "time": "noonish"}).content.decode()

    boxes = re.findall(r'<div class="alert .*?</div>\s*</div>', several, re.DOTALL)
    assert one.count('class="alert ') == 1
    assert len(boxes) == 1
    assert all(value in boxes[0] for value in ("someday", "abc", "foo", "noonish"))
    assert boxes[0].count("<li>") == 4


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "“someday” is not something we know for “Day”"),
        ("de", "Tag"),
        ("fr", "Jour"),
        ("ar", "\u2068someday\u2069"),
    ],
)
def test_a_bad_value_is_told_by_what_the_page_calls_its_filter(client, language, said):
    told = words(client.get(URL, {"day": "someday"}, headers={"Accept-Language": language}))

    sentence = next(line for line in told.split(".") if "someday" in line)
    assert said in sentence
    assert "day" not in sentence.replace("someday", "")


@pytest.mark.parametrize("language", ["de", "es", "fr", "pt", "ar"])
def test_every_filter_has_a_name_in_every_language(language):
    with translation.override("en"):
        english = {name: str(label) for name, label in LABELS.items()}
    with translation.override(language):
        same = {name for name, label in LABELS.items() if str(label) == english[name]}

    assert set(LABELS) == PARAMETERS - TOLD - {"page"}
    assert same == set()


def test_to_htmx_the_changing_part_alone_is_sent_and_to_its_back_the_whole_page(client):
    MeetingFactory()
    index.refresh(None, now=timezone.now())

    part = client.get(URL, headers={"HX-Request": "true"})
    back = client.get(URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert part.content.decode().strip().startswith('<div class="finder"')
    assert 'data-total="1"' in part.content.decode()
    assert "<html" in back.content.decode()
    assert "HX-Request" in part.headers["Vary"]


def test_no_cookie_is_set(client):
    response = client.get(URL, {"q": "hope"})

    assert response.status_code == 200
    assert not response.cookies


def test_demo_meetings_are_marked_on_the_page(client):
    MeetingFactory(source=SourceFactory(is_demo=True))
    index.refresh(None, now=timezone.now())

    assert "Demo data" in words(client.get(URL))


def test_choices_are_checkboxes_with_counts_and_keep_what_is_chosen(client):
    give_trait(MeetingFactory(), "women", kind=TraitKind.FOCUS)
    index.refresh(None, now=timezone.now())

    text = client.get(URL, {"focus": "women"}).content.decode()

    assert '<input type="checkbox" id="focus-women" name="focus" value="women" checked>' in text
    assert '<span class="choice-count">(1)</span>' in text


@pytest.mark.parametrize("near", ["Nowhere at all", "x" * 5000, "\x00", "%", "'; drop", "東京"])
def test_a_place_we_do_not_know_is_named_with_ways_on(client, near):
    MeetingFactory()
    MeetingFactory(in_person="none", venue=None, online="open")
    index.refresh(None, now=timezone.now())

    response = client.get(URL, {"near": near})
    page = response.context["page"]
    everywhere = client.get(URL + page.empty.everywhere.url)

    assert response.status_code == 200
    assert 'data-total="0"' in response.content.decode()
    assert "We do not know that place" in words(response)
    assert "Search everywhere" in words(response)
    assert near[:20] in unescape(response.content.decode()) or not near.strip("\x00")
    assert everywhere.context["page"].total == page.empty.everywhere.count == 2


@pytest.mark.parametrize("typed", ["bosten", "Bostn, MA", "bostton", "BOSOTN"])
def test_a_misspelled_place_is_offered(client, typed):
    place = PlaceFactory()
    place.names.create(folded="boston", population=place.population)
    MeetingFactory()
    index.refresh(None, now=timezone.now())

    page = client.get(URL, {"near": typed, "day": "monday"}).context["page"]
    there = client.get(URL + page.empty.places[0].url).context["page"]

    assert page.total == 0
    assert there.centre.label == page.empty.places[0].label
    assert "day" in page.empty.places[0].url


def test_a_typed_place_is_looked_up_and_named(client):
    place = PlaceFactory()
    place.names.create(folded="boston", population=place.population)
    MeetingFactory()
    MeetingFactory(venue__latitude=-42.0)
    index.refresh(None, now=timezone.now())

    response = client.get(URL, {"near": "boston"})

    assert 'data-total="1"' in response.content.decode()
    assert "1 meeting within 25 miles of Boston, Massachusetts, USA" in words(response)


def test_places_are_suggested_as_json(client):
    place = PlaceFactory()
    place.names.create(folded="boston", population=place.population)

    response = client.get(reverse("meetings:place_suggest"), {"q": "bost"})

    assert response.json() == {"places": ["Boston, Massachusetts, USA"]}


def test_no_query_string_breaks_the_page(client):
    give_trait(MeetingFactory(), "women", kind=TraitKind.FOCUS)
    MeetingFactory(is_online=True)
    index.refresh(None, now=timezone.now())
    names = st.one_of(st.sampled_from(sorted(PARAMETERS)), st.text(max_size=8))
    values = st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["1", "-1", "0", "1e400", "nan", "inf", "monday", "today", "evening", "online", "women", "include", "yes",
             "Europe/Paris", "../etc/passwd", "12:00", "24:00", "99:99", '"', "\x00", "<img src=x onerror=alert(1)>",
             "90", "180", "-180", "km", "map", "name", "distance", "9" * 400]
        ),
    )  # fmt: skip

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(names, values), max_size=6))
    def ask(pairs):
        asked: dict[str, list[str]] = {}
        for name, value in pairs:
            asked.setdefault(name, []).append(value)

        response = client.get(URL, asked)

        assert response.status_code == 200
        assert "<img src=x" not in response.content.decode()
        assert "data-total=" in response.content.decode()

    ask()


@pytest.mark.parametrize(("count", "in_sight"), [(8, 8), (10, 10), (11, 8), (30, 8)])
def test_choices_are_put_away_only_when_that_saves_more_than_it_costs(count, in_sight):
    facet = Facet("day", [Choice(str(n), str(n), count=1) for n in range(count)])

    assert len(facet.first) == in_sight
    assert len(facet.rest) == count - in_sight


def test_large_counts_are_written_in_groups():
    facet = Facet("covers", [Choice("alcohol", "Alcohol", count=3253)])

    assert "(3,253)" in choices(facet)


def test_a_search_that_is_not_too_wide_can_be_kept_as_a_calendar(client):
    MeetingFactory(name="Lantern")
    index.refresh(None, now=timezone.now())

    everything = client.get(URL).content.decode()
    chosen = client.get(URL, {"day": "tuesday", "page": "1"}).content.decode()

    assert "/feeds/meetings.ics" not in everything
    assert 'href="/feeds/meetings.ics?day=tuesday" rel="nofollow"' in chosen
    assert "Lantern" in client.get("/feeds/meetings.ics?day=tuesday").content.decode()
