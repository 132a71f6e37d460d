"""Days and times in words: each language has its order, its small words, and its capitals."""

import json
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from groups import dates, help_lines
from meetings import schedules

TUESDAY = date(2026, 12, 1)
EVENING = datetime(2026, 12, 1, 19, 5, tzinfo=ZoneInfo("UTC"))


def shown(filtered: str, value) -> str:
    return Template(f"{{% load dates %}}{{{{ value|{filtered} }}}}").render(Context({"value": value}))


def test_english_names_the_day_before_the_month_and_with_a_capital():
    said = [
        dates.day(TUESDAY),
        dates.day_long(TUESDAY),
        dates.weekday_and_day(TUESDAY),
        dates.day_of_year(TUESDAY),
        dates.clock(time(19, 5)),
        dates.moment(EVENING),
        dates.moment_of_year(EVENING),
    ]

    assert said == [
        "1 December 2026",
        "Tuesday 1 December 2026",
        "Tuesday 1 December",
        "1 December",
        "7:05\u202fpm",
        "1 December 2026, 7:05\u202fpm",
        "1 December, 7:05\u202fpm",
    ]


@pytest.mark.parametrize(("language", "said"), [("en", "7\u202fpm"), ("ar", "7:00\u00a0م"), ("de", "19:00")])
def test_an_hour_and_its_half_of_the_day_are_never_on_two_lines(language, said):
    with translation.override(language):
        assert dates.clock(time(19)) == said
        assert schedules.describe_time(time(19)) == said
        assert " " not in dates.clock(time(9, 30))


def test_a_text_that_no_line_of_ours_ends_has_common_spaces():
    assert dates.with_common_spaces("7\u202fpm, 7:00\u00a0م") == "7 pm, 7:00 م"


def test_spanish_writes_days_and_months_small_inside_a_sentence_and_large_at_its_start():
    with translation.override("es"):
        inside, at_start = dates.day_long(TUESDAY), dates.at_start(dates.day_long(TUESDAY))

    assert inside == "martes 1 de diciembre de 2026"
    assert at_start == "Martes 1 de diciembre de 2026"


@pytest.mark.parametrize(
    ("language", "by_itself", "inside"),
    [
        ("en", "Monday", "Monday"),
        ("de", "Montag", "Montag"),
        ("es", "Lunes", "lunes"),
        ("fr", "Lundi", "lundi"),
        ("pt", "Segunda-feira", "segunda-feira"),
    ],
)
def test_a_weekday_has_the_capital_its_language_gives_it(language, by_itself, inside):
    with translation.override(language):
        assert (dates.weekday(0), dates.weekday_inside(0)) == (by_itself, inside)
        assert str(dates.WEEKDAY_CHOICES[0][1]) == by_itself


@pytest.mark.parametrize(("language", "month"), [("pt", "janeiro"), ("fr", "janvier"), ("de", "Januar")])
def test_months_are_written_as_inside_a_sentence(language, month):
    with translation.override(language):
        assert month in dates.day(date(2026, 1, 5))


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1 December"), ("fr", "1er décembre"), ("pt", "1º de dezembro"), ("de", "1. Dezember")],
)
def test_the_first_of_a_month_is_told_as_people_say_it(language, said):
    with translation.override(language):
        assert dates.day_of_year(TUESDAY) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Montags und donnerstags"),
        ("es", "Lunes y jueves"),
        ("fr", "Lundi et jeudi"),
        ("pt", "Às segundas e às quintas"),
    ],
)
def test_a_list_of_weekdays_has_one_capital_at_its_start(language, said):
    rule = schedules.Rule(schedules.Frequency.WEEKLY, (0, 3))

    with translation.override(language):
        assert schedules.describe_days(rule) == said


@pytest.mark.parametrize(
    ("weekday", "said"),
    [(0, "Primeira e terceira segunda-feira do mês"), (5, "Primeiro e terceiro sábado do mês")],
)
def test_a_place_in_the_month_has_the_gender_of_its_weekday(weekday, said):
    rule = schedules.Rule(schedules.Frequency.MONTHLY, (weekday,), positions=(1, 3))

    with translation.override("pt"):
        assert schedules.describe_days(rule) == said


def test_a_line_that_begins_with_a_weekday_begins_with_a_capital():
    rule = schedules.Rule(schedules.Frequency.WEEKLY, (0,), interval=2)

    with translation.override("pt"):
        assert schedules.describe_days(rule) == "Segunda-feira, semana sim, semana não"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("day", "1 December 2026"),
        ("day_long", "Tuesday 1 December 2026"),
        ("day_of_year", "1 December"),
        ("moment", "1 December 2026, 7:05\u202fpm"),
        ("moment_of_year", "1 December, 7:05\u202fpm"),
    ],
)
def test_templates_have_a_filter_for_each(name, said):
    assert shown(name, EVENING) == said
    assert shown(name, None) == ""


def test_a_filter_tells_an_instant_in_the_zone_of_the_page():
    with timezone.override(ZoneInfo("Pacific/Kiritimati")):
        assert shown("moment", EVENING) == "2 December 2026, 9:05\u202fam"


@pytest.mark.parametrize(
    ("noted", "english", "german", "spanish"),
    [
        ("2024", "2024", "2024", "2024"),
        ("2025-07", "July 2025", "Juli 2025", "julio de 2025"),
        ("March 2024", "March 2024", "März 2024", "marzo de 2024"),
        ("2025-08-19", "19 August 2025", "19. August 2025", "19 de agosto de 2025"),
        ("2022-03, text news later", "March 2022", "März 2022", "marzo de 2022"),
        ("undated, cites 2020 figures", "", "", ""),
        ("2025-13", "2025-13", "2025-13", "2025-13"),
        ("last spring", "last spring", "last spring", "last spring"),
    ],
)
def test_the_date_of_a_source_is_told_in_words(noted, english, german, spanish):
    said = []

    for language in ("en", "de", "es"):
        with translation.override(language):
            said.append(dates.noted(noted))

    assert said == [english, german, spanish]


def test_a_date_that_is_not_sure_says_so():
    assert dates.noted("about 2018") == "about 2018"
    assert dates.noted("2024 or later") == "2024 or later"


@pytest.mark.parametrize("language", ["de", "es", "fr", "pt", "ar"])
def test_no_date_of_a_source_or_help_line_is_left_as_it_was_noted(language):
    lines = [line["source_date"] for line in help_lines.file_data()["resources"]]
    sources = json.loads((Path(help_lines.DATA_FILE).parent / "approaches.json").read_text("utf-8"))["sources"]
    noted = {*lines, *(source["date"] for source in sources.values())}

    with translation.override(language):
        # What stands around a year is translated with all other texts.
        same = {text for text in noted if "-" in text and dates.noted(text) == text}

    assert {"2025-07-31", "undated"} <= noted
    assert same == set()
