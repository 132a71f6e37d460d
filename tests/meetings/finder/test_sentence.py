"""Every sentence of the table means what it says there."""

import csv
import json
import re
from bisect import bisect
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.enums import Belief, Covers
from groups.text import fold
from meetings.enums import Attendance, TimeOfDay
from meetings.finder import sentence
from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.sentence.lexicon import LANGUAGES
from meetings.finder.sentence.tokens import without_marks
from tests.gazetteer import shipped_rows

ROOT = Path(__file__).resolve().parents[3]
TABLES = [ROOT / "tests" / "data" / name for name in ("sentences.tsv", "sentences_more.tsv")]
FRIDAY = date(2026, 11, 20)
POSTCODES = {"07030", "02134", "90210", "10001", "SW1A", "M5V", "H2X", "10115"}


def names() -> list[sentence.CatalogueName]:
    """The catalogue as it is shipped."""
    catalogue = json.loads((ROOT / "groups/data/approaches.json").read_text("utf-8"))
    traits = json.loads((ROOT / "meetings/data/traits.json").read_text("utf-8"))["traits"]
    found = [
        sentence.CatalogueName("approach", approach["slug"], name)
        for approach in catalogue["approaches"]
        for name in (approach["name"], *approach["also_known_as"])
    ]
    found += [
        sentence.CatalogueName("fellowship", fellowship["slug"], name)
        for fellowship in catalogue["fellowships"]
        for name in (fellowship["name"], fellowship["abbreviation"])
    ]
    return found + [sentence.CatalogueName(trait["kind"], trait["slug"], trait["name"]) for trait in traits]


@cache
def lexicon() -> sentence.Lexicon:
    return sentence.Lexicon(names())


class ShippedGazetteer:
    """The towns that are shipped, by every spelling."""

    def towns(self, names):
        known = _towns()
        return {name: known[name] for name in names if name in known}

    def begun(self, names):
        known, begun = _towns(), {}
        for name in names:
            first, end = bisect(_folded(), f"{name} "), bisect(_folded(), f"{name}!")
            towns = [town for full in _folded()[first:end] for town in known[full] if town.population >= sentence.LARGE]
            begun |= {name: towns} if towns else {}
        return begun

    def postcodes(self, codes):
        return POSTCODES & set(codes)


@cache
def _towns() -> dict[str, list[sentence.Town]]:
    found: dict[str, list[sentence.Town]] = {}
    with (ROOT / "meetings/data/further_names.csv").open(encoding="utf-8", newline="") as file:
        further = [(row["geonameid"], row["name"]) for row in csv.DictReader(file)]
    by_id: dict[str, sentence.Town] = {}
    for row in shipped_rows():
        town = sentence.Town(row["country"], row["region"], int(row["population"]))
        for name in {fold(row["name"]), fold(row["ascii_name"])} - {""}:
            found.setdefault(name, []).append(town)
        by_id[row["geonameid"]] = town
    for number, name in further:
        found.setdefault(fold(name), []).append(by_id[number])
    return found


@cache
def _folded() -> list[str]:
    return sorted(_towns())


def read(text: str, language: str = "") -> sentence.Reading:
    return sentence.read(text, lexicon=lexicon(), gazetteer=ShippedGazetteer(), today=FRIDAY, language=language)


def rows() -> list[tuple[str, str, str]]:
    lines = [line for table in TABLES for line in table.read_text("utf-8").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return [tuple((line + "\t\t").split("\t")[:3]) for line in lines]


@pytest.mark.parametrize(("text", "parameters", "left"), rows(), ids=[row[0] for row in rows()])
def test_a_sentence_becomes_its_parameters(text, parameters, left):
    reading = read(text)

    pairs = [*reading.pairs, *([("here", "yes")] if reading.is_near_me else [])]
    pairs += [("date", on.isoformat()) for on in reading.dates]
    assert sorted(pairs) == sorted(parse_qsl(parameters, strict_parsing=bool(parameters)))
    assert list(reading.left) == [part for part in left.split(" | ") if part]


# ── The table and the words ─────────────────────────────────────────────────


def test_the_table_has_sentences_of_every_language():
    texts = [row[0] for row in rows()]

    assert len(texts) == len(set(texts)) >= 800
    for word in ("tonight", "noche", "soir", "Abend", "noite", "الليلة"):
        assert any(word in text for text in texts), word


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_means_something_the_finder_knows(language):
    """A meaning that no catalogue has would be dropped without a word."""
    known = {(name.parameter, name.value) for name in names()}
    known |= {("belief", value) for value in Belief.values} | {("covers", value) for value in Covers.values}
    known |= {("attendance", value) for value in Attendance.values} | {("time", value) for value in TimeOfDay.values}
    known |= {("day", value) for value in (*DAYS, TODAY, TOMORROW, "after-tomorrow")}
    known |= {
        ("for", "me"),
        ("for", "someone"),
        ("open", "yes"),
        ("first_visit", "yes"),
        ("here", "yes"),
        ("unit", "mi"),
        ("unit", "km"),
    }
    file = json.loads((ROOT / f"meetings/data/words/{language}.json").read_text("utf-8"))

    pairs = {pair for query in file["meaning"] for pair in parse_qsl(query, strict_parsing=True)}

    numbers = {pair for pair in pairs if pair[0] in ("soon", "within", "clock")}
    assert {value for name, value in numbers if name != "clock"} <= {"1", "15", "30", "60", "120"}
    assert {value for name, value in numbers if name == "clock"} == {"12:00", "00:00"}
    assert pairs - numbers <= known
    assert len(pairs) > 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_say_the_usual_things(language):
    file = json.loads((ROOT / f"meetings/data/words/{language}.json").read_text("utf-8"))
    usual = {f"day={day}" for day in (*DAYS, "today", "tomorrow")} | {
        "attendance=online", "attendance=in-person", "attendance=phone", "soon=60", "belief=none", "for=someone",
        "open=yes", "first_visit=yes", "here=yes", "focus=women", "fellowship=aa", "fellowship=na", "covers=alcohol",
        "language=en", "access=wheelchair", "feature=child-care", "day=today&time=evening&time=night",
        "covers=any-drug", "covers=opioids", "covers=cocaine", "covers=cannabis", "covers=nicotine", "covers=gambling",
        "covers=food", "covers=sex-and-love", "covers=mental-health", "focus=men", "focus=young-people",
        "focus=lgbtq", "focus=parents", "format=newcomer", "feature=children-welcome", "access=step-free",
        "approach=twelve-step", "fellowship=ga", "fellowship=al-anon", "belief=christian", "belief=muslim",
        "soon=30", "time=morning", "clock=12:00", "clock=00:00", "day=after-tomorrow", "day=saturday&day=sunday",
    }  # fmt: skip

    assert {query for query, phrases in file["meaning"].items() if phrases} >= usual


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_say_dates(language):
    said = json.loads((ROOT / f"meetings/data/words/{language}.json").read_text("utf-8"))["dates"]

    read_alone = {name: read(f"24 {name} 2027") for names in said["months"].values() for name in names}
    feasts = {name: read(name) for names in said["feasts"].values() for name in names}

    assert list(said["months"]) == [str(number) for number in range(1, 13)]
    assert set(said["feasts"]) >= {"12-24", "12-25", "12-31", "1-1"}
    for number, names in said["months"].items():
        assert {read_alone[name].dates for name in names} == {(date(2027, int(number), 24),)}
    assert [name for name, reading in feasts.items() if not reading.dates or reading.left] == []


def test_two_figures_are_a_month_first_in_english_alone():
    english, german, spoken = read("5/3 online", "en"), read("5/3 online", "de"), read("réunion 5/3")

    assert english.dates == (date(2027, 5, 3),)
    assert german.dates == spoken.dates == (date(2027, 3, 5),)


@pytest.mark.parametrize(
    ("today", "on"),
    [(date(2026, 12, 24), ()), (date(2026, 12, 25), (date(2027, 12, 24),)), (FRIDAY, (date(2026, 12, 24),))],
)
def test_a_date_without_a_year_is_the_next_one(today, on):
    found = sentence.read("AA 24 December", lexicon=lexicon(), gazetteer=ShippedGazetteer(), today=today)

    assert found.dates == on
    assert ("day", "today" if not on else DAYS[on[0].weekday()]) in found.pairs


def test_a_leap_day_is_that_of_the_next_leap_year():
    assert read("29 February").dates == (date(2028, 2, 29),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_alone_means_what_the_file_says(language):
    file = json.loads((ROOT / f"meetings/data/words/{language}.json").read_text("utf-8"))
    for query in ("day=monday", "day=today", "attendance=online", "belief=none", "focus=women", "covers=alcohol"):
        for phrase in file["meaning"][query]:
            pairs = read(phrase).pairs

            assert pairs == parse_qsl(query), phrase


@pytest.mark.parametrize("head", json.loads((ROOT / "meetings/data/words/de.json").read_text("utf-8"))["heads"])
def test_the_last_word_of_a_german_compound_is_a_word_by_itself(head):
    assert lexicon().knows_part(fold(head))


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Frauenmeeting", [("focus", "women")]),
        ("FRAUENMEETING", [("focus", "women")]),
        ("Frauen-Meeting", [("focus", "women")]),
        ("Donnerstagsgruppe", [("day", "thursday")]),
        ("Samstagabend", [("day", "saturday"), ("time", "evening")]),
        ("Glu\u0308cksspielsucht", [("covers", "gambling")]),
        ("Maennertreffen", [("focus", "men")]),
        ("Präsenzmeeting", [("attendance", "in-person")]),
    ],
)
def test_german_words_written_as_one_are_two(text, pairs):
    assert read(text).pairs == pairs
    assert read(text).left == ()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("للنساء", [("focus", "women")]),
        ("والنساء", [("focus", "women")]),
        ("بالهاتف", [("attendance", "phone")]),
        ("ببرلين", [("near", "Berlin")]),
        ("\u202bالليلة\u202c", [("day", "today"), ("time", "evening"), ("time", "night")]),
        ("الليـــلة", [("day", "today"), ("time", "evening"), ("time", "night")]),
        ("٧:٣٠ مساء", [("from", "19:00"), ("until", "20:30")]),
        ("۷ مساء", [("from", "18:30"), ("until", "20:00")]),
    ],
)
def test_arabic_is_read_with_its_beginnings_marks_and_digits(text, pairs):
    assert read(text).pairs == pairs
    assert read(text).left == ()


@pytest.mark.parametrize(
    ("text", "language", "pairs"),
    [
        ("no zoom", "en", [("attendance", "in-person")]),
        ("no zoom", "pt", [("attendance", "online")]),
        ("local", "en", []),
        ("local", "pt", []),
        ("ja, online", "pt", [("soon", "60"), ("attendance", "online")]),
        ("ja, online", "de", [("attendance", "online")]),
        ("tarde", "pt", [("time", "afternoon")]),
        ("tarde", "es", [("time", "afternoon"), ("time", "evening")]),
        ("8 am", "en", [("from", "07:30"), ("until", "09:00")]),
    ],
)
def test_a_word_of_two_languages_means_what_it_means_on_the_page(text, language, pairs):
    assert read(text, language).pairs == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("reunião no zoom", [("attendance", "online")]),
        ("meeting with no zoom", [("attendance", "in-person")]),
        ("wo findet man online was", [("attendance", "online")]),
        ("a man looking for online meetings", [("focus", "men"), ("attendance", "online")]),
        ("um 8 am Mittwoch", [("from", "19:30"), ("until", "21:00"), ("day", "wednesday")]),
        ("o local acessível", [("access", "wheelchair")]),
    ],
)
def test_the_other_words_of_a_sentence_come_before_the_language_of_the_page(text, pairs):
    for language in ("", "en", "de", "pt", "ar"):
        assert read(text, language).pairs == pairs


def test_a_language_of_the_page_does_not_hide_the_others():
    for language in LANGUAGES:
        assert read("heute Abend in Köln", language).pairs == read("heute Abend in Köln").pairs
        assert read("demain soir à Lyon", language).pairs == read("demain soir à Lyon").pairs


def test_what_is_left_keeps_the_digits_that_were_typed():
    assert read("AA غدا ٢٤ قطة").left == ("٢٤ قطة",)
    assert read("١٠١١٥").pairs == [("near", "10115")]


# ── What holds for every sentence ───────────────────────────────────────────


def test_case_and_punctuation_do_not_matter():
    plain = read("smart meeting tonight near boston with childcare")

    loud = read("SMART   meeting, TONIGHT... near Boston?! (with childcare)")

    assert [(name, value.lower()) for name, value in loud.pairs] == plain.pairs


def test_every_part_says_which_words_it_came_from():
    reading = read("Women's SMART meeting at 7pm near Boston, MA")

    assert {part.parameter: part.words for part in reading.parts} == {
        "focus": "Women's",
        "approach": "SMART meeting",
        "from": "at 7pm",
        "until": "at 7pm",
        "near": "Boston, MA",
    }


def test_the_gazetteer_is_asked_once():
    asked = []

    class Counting(ShippedGazetteer):
        def towns(self, names):
            asked.append(len(names))
            return super().towns(names)

    sentence.read("women's AA near Salt Lake City", lexicon=lexicon(), gazetteer=Counting(), today=FRIDAY)

    assert len(asked) == 1


def test_a_value_the_catalogue_does_not_have_is_never_said():
    without = sentence.Lexicon(name for name in names() if name.value != "lifering")

    reading = sentence.read("LifeRing or SMART", lexicon=without, gazetteer=ShippedGazetteer(), today=FRIDAY)

    assert read("LifeRing or SMART").pairs == [("approach", "lifering"), ("approach", "smart-recovery")]
    assert reading.pairs == [("approach", "smart-recovery")]
    assert reading.left == ("LifeRing",)


PIECES = [word for row in rows() for word in row[0].split()]
SENTENCES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))


@given(SENTENCES)
def test_whatever_is_typed_the_finder_understands_what_comes_out(text):
    reading = read(text)

    single = [name for name, _value in reading.pairs if name in ("near", "within", "unit", "soon", "from", "until")]
    assert len(single) == len(set(single))
    assert len(reading.pairs) == len(set(reading.pairs))
    for name, value in reading.pairs:
        assert value.strip()
        if name in ("from", "until"):
            assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value)
        if name in ("soon", "within"):
            assert 0 < int(value) < 10_081
    assert reading == read(text)


@given(SENTENCES)
def test_nothing_that_is_left_was_invented(text):
    for left in read(text).left:
        assert left in without_marks(text)
