"""A sentence in the one field leads to the search it means, and the page says what was left."""

import re
from datetime import UTC, date, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from groups.models import Approach
from meetings.finder import index, saying
from tests.factories import ApproachFactory, FellowshipFactory, GroupFactory, MeetingFactory, TraitFactory
from tests.gazetteer import load_towns
from tests.helpers import words

pytestmark = pytest.mark.django_db
URL = reverse("meetings:meeting_list")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def gazetteer(tmp_path):
    load_towns(tmp_path, lambda row: row["name"] in {"Boston", "Miami", "Reading"})


@pytest.fixture
def catalogue():
    twelve_step = ApproachFactory(slug="twelve-step", name="12-Step Programs", also_known_as=["AA"])
    ApproachFactory(slug="smart-recovery", name="SMART Recovery")
    ApproachFactory(slug="green-path", name="Green Path", also_known_as=["GPX"])
    FellowshipFactory(slug="aa", name="Alcoholics Anonymous", abbreviation="AA", approach=twelve_step)
    TraitFactory(kind="focus", slug="women", name="Women")
    TraitFactory(kind="feature", slug="child-care", name="Child care")


def search_of(text: str, **others: str) -> dict[str, list[str]]:
    given = QueryDict(mutable=True)
    given.update({"say": text, **others})
    return dict(saying.search_of(given, now=NOW).lists())


def test_a_sentence_leads_to_its_search(client, gazetteer, catalogue):
    response = client.get(URL, {"say": "women's SMART meeting tonight near Boston with childcare"})

    assert response.status_code == 302
    assert QueryDict(response.url.partition("?")[2]) == QueryDict(
        "focus=women&approach=smart-recovery&day=today&time=evening&time=night&near=Boston&feature=child-care"
    )


def test_a_state_or_country_is_where_to_look(gazetteer, catalogue):
    assert search_of("women's meeting in Ohio") == {"focus": ["women"], "near": ["Ohio"]}
    assert search_of("women in TX") == {"focus": ["women"], "near": ["TX"]}
    assert search_of("AA in CA") == {"fellowship": ["aa"], "near": ["CA"]}
    assert search_of("Texas") == {"near": ["Texas"]}


def test_small_words_are_no_states(gazetteer, catalogue):
    assert "near" not in search_of("women or hi quux")


def test_a_town_alone_is_a_place(client, gazetteer, catalogue):
    response = client.get(URL, {"say": "boston"}, follow=True)

    assert response.redirect_chain == [(f"{URL}?near=boston", 302)]
    assert "Near Boston" in words(response)


def test_what_was_set_before_goes_on_to_hold_and_the_rest_is_new(gazetteer, catalogue):
    found = search_of("SMART", tz="Europe/Dublin", unit="km", view="map", near="Boston", approach="twelve-step")

    assert found == {"approach": ["smart-recovery"], "tz": ["Europe/Dublin"], "unit": ["km"], "view": ["map"]}


def test_a_distance_says_its_own_unit(gazetteer, catalogue):
    assert search_of("5 miles from Boston", unit="km") == {"within": ["5"], "unit": ["mi"], "near": ["Boston"]}


def test_the_day_after_tomorrow_is_the_visitors(catalogue):
    given = QueryDict("say=day after tomorrow")

    late_on_friday = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert saying.search_of(given, now=late_on_friday, visitor_zone=ZoneInfo("UTC"))["day"] == "sunday"
    assert saying.search_of(given, now=late_on_friday, visitor_zone=ZoneInfo("Asia/Tokyo"))["day"] == "monday"


def test_a_date_is_searched_by_its_weekday_and_the_page_says_so(client, catalogue):
    with time_machine.travel(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), tick=False):
        there = client.get(URL, {"say": "SMART on 24 December"}, follow=True)
        html = there.content.decode()

    assert there.redirect_chain == [(f"{URL}?approach=smart-recovery&day=thursday&date=2026-12-24", 302)]
    assert "You asked for Thursday 24 December 2026. Here are the meetings of that day of the week." in words(there)
    # It only tells: no link and no part of the search has it.
    assert "date=" not in html.partition('id="finder"')[2].partition("</main>")[0]
    assert "is not something we can search by" not in words(there)


def test_today_and_tomorrow_need_no_word_about_their_date(catalogue):
    given = QueryDict("say=SMART on 20 November")

    found = saying.search_of(given, now=datetime(2026, 11, 20, 12, 0, tzinfo=UTC), visitor_zone=ZoneInfo("UTC"))

    assert dict(found.lists()) == {"approach": ["smart-recovery"], "day": ["today"]}


@pytest.mark.parametrize("query", ["date=2026-12-24", "date=2026-12-24&day=friday", "date=never&day=thursday", "date="])
def test_a_date_whose_day_is_not_asked_for_is_not_told(query):
    said, unsaid = (saying.told(QueryDict(each)) for each in ("date=2026-12-24&day=thursday", query))

    assert said.dates == [date(2026, 12, 24)]
    assert unsaid.dates == []


def test_the_catalogues_own_names_are_known(catalogue):
    assert search_of("GPX") == {"approach": ["green-path"]}


def test_traits_are_known_by_their_names_in_every_language(catalogue):
    trait = TraitFactory(kind="feature", slug="security-cameras", name="Security cameras")
    said = {}
    for language in ("es", "fr", "de", "pt", "ar"):
        with translation.override(language):
            said[language] = str(trait.label)
    translated = {language: name for language, name in said.items() if name != trait.name}
    assert "es" in translated

    found = {language: search_of(name) for language, name in translated.items()}

    assert found == {language: {"feature": ["security-cameras"]} for language in translated}


def test_the_language_of_the_page_decides_what_a_word_of_two_languages_means(client, catalogue):
    in_english = client.get(URL, {"say": "no zoom"}, headers={"Accept-Language": "en"})
    in_portuguese = client.get(URL, {"say": "no zoom"}, headers={"Accept-Language": "pt"})

    assert in_english.url == f"{URL}?attendance=in-person"
    assert in_portuguese.url == f"{URL}?attendance=online"


@pytest.mark.parametrize(
    "text",
    [
        "women's meeting tomorrow in Boston blorp",
        "grupo de mujeres mañana en Boston blorp",
        "réunion de femmes demain à Boston blorp",
        "Frauenmeeting morgen in Boston blorp",
        "reunião de mulheres amanhã em Boston blorp",
        "اجتماع للنساء غدا في بوسطن blorp",
    ],
)
def test_every_language_is_understood_on_a_page_of_any(client, gazetteer, catalogue, text):
    for language in ("en", "es", "fr", "de", "pt", "ar"):
        response = client.get(URL, {"say": text}, headers={"Accept-Language": language})

        assert QueryDict(response.url.partition("?")[2]) == QueryDict("focus=women&day=tomorrow&near=Boston&left=blorp")


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_example_that_a_page_gives_is_understood_whole(client, gazetteer, catalogue, language):
    html = client.get(URL, headers={"Accept-Language": language}).content.decode()
    example = re.search(r'id="say-help">[^<]*?[“„«]([^<]+?)[”“»]', html)[1].strip()

    with translation.override(language):
        found = search_of(unescape(example))

    assert found == {
        "focus": ["women"], "day": ["today"], "time": ["evening", "night"], "near": ["Boston"],
        "feature": ["child-care"],
    }  # fmt: skip


def test_a_value_the_catalogue_does_not_have_is_not_understood(catalogue):
    assert search_of("SMART or LifeRing") == {"approach": ["smart-recovery"], "left": ["LifeRing"]}


def test_what_was_not_understood_is_told_with_a_way_to_look_for_it(client, catalogue):
    there = client.get(URL, {"say": "SMART blorp <b>now</b>"}, follow=True)

    told = words(there)
    assert "We did not understand: “blorp" in told
    assert 'href="?approach=smart-recovery&amp;soon=60&amp;q=blorp' in there.content.decode()
    assert 'href="?approach=smart-recovery&amp;soon=60&amp;near=blorp' in there.content.decode()
    assert "<b>now" not in there.content.decode()


def test_a_page_without_anything_left_says_nothing_of_it(client, catalogue):
    told = words(client.get(URL, {"approach": "smart-recovery"}))
    of_some = words(client.get(URL, {"approach": "smart-recovery", "left": "blorp", "here": "yes"}))

    assert "We did not understand" in of_some
    assert "We do not know where you are" in of_some
    assert "is not something we can search by" not in of_some
    assert "We did not understand" not in told
    assert "We do not know where you are" not in told


def test_links_of_the_page_leave_out_what_was_only_told(client, catalogue):
    for _n in range(2):
        MeetingFactory(group=GroupFactory(approach=Approach.objects.get(slug="smart-recovery")))
    index.refresh(None, now=timezone.now())

    html = client.get(URL, {"approach": "smart-recovery", "left": "blorp", "here": "yes"}).content.decode()

    assert 'href="?approach=smart-recovery&amp;sort=name"' in html
    assert 'href="?approach=smart-recovery&amp;q=blorp"' in html
    assert "left=" not in html.partition('id="finder"')[2].partition("</main>")[0]


def test_what_is_left_is_no_second_place(client, catalogue):
    of_none = client.get(URL, {"left": "blorp"}).content.decode()
    of_one = client.get(URL, {"left": "blorp", "near": "Boston"}).content.decode()

    assert 'href="?near=blorp"' in of_none
    assert "We did not understand" in of_one
    assert "near=blorp" not in of_one.partition('id="finder"')[2].partition("</main>")[0]


def test_near_me_without_a_place_asks_for_one(client, gazetteer, catalogue):
    assert search_of("AA near me") == {"fellowship": ["aa"], "here": ["yes"]}
    assert search_of("AA near me in Boston") == {"fellowship": ["aa"], "near": ["Boston"]}


def test_words_that_nobody_understands_are_searched_for_in_names(gazetteer, catalogue):
    MeetingFactory(group=GroupFactory(name="Miam Friends"))
    index.refresh(None, now=NOW)

    assert search_of("miam") == {"q": ["miam"]}


def test_the_beginning_of_a_town_is_the_town_when_no_meeting_has_the_word(gazetteer, catalogue):
    assert search_of("bosto") == {"near": ["bosto"]}
    assert search_of("blorp") == {"q": ["blorp"]}


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\x00", "%", "'; drop", "١٢٣", "x" * 5000, "🙂 🙂", "near", "not"])
def test_nothing_that_is_typed_is_an_error(client, catalogue, text):
    response = client.get(URL, {"say": text}, follow=True)

    assert response.status_code == 200
    assert "say=" not in response.redirect_chain[0][0]


def test_a_large_town_is_known_by_the_beginning_of_its_name(tmp_path, catalogue):
    load_towns(tmp_path, lambda row: row["name"] in {"Frankfurt am Main", "Frankfurt (Oder)"})

    assert search_of("AA Frankfurt morgen") == {"fellowship": ["aa"], "near": ["Frankfurt"], "day": ["tomorrow"]}
    assert search_of("AA Frankfurter") == {"fellowship": ["aa"], "left": ["Frankfurter"]}


def test_a_sentence_asks_the_gazetteer_once_however_many_words(
    gazetteer, catalogue, django_assert_num_queries, django_assert_max_num_queries
):
    saying.lexicon()
    memory_version = 1
    short, long = "AA Boston", "women's SMART meeting tonight near Boston with childcare on Saturday or Sunday at 7pm"

    for text in (short, long):
        with django_assert_num_queries(memory_version + 1):
            search_of(text)
    with django_assert_num_queries(memory_version + 2):
        search_of("AA 07030 Boston")
