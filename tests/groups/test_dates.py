"""Days and times in words: each language has its order, its small words, and its capitals."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from groups import dates
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
        "19:05",
        "1 December 2026, 19:05",
        "1 December, 19:05",
    ]


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


def test_a_list_of_weekdays_has_one_capital_in_spanish():
    rule = schedules.Rule(schedules.Frequency.WEEKLY, (0, 3))

    with translation.override("es"):
        assert schedules.describe_days(rule) == "Lunes y jueves"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("day", "1 December 2026"),
        ("day_long", "Tuesday 1 December 2026"),
        ("day_of_year", "1 December"),
        ("moment", "1 December 2026, 19:05"),
        ("moment_of_year", "1 December, 19:05"),
    ],
)
def test_templates_have_a_filter_for_each(name, said):
    assert shown(name, EVENING) == said
    assert shown(name, None) == ""


def test_a_filter_tells_an_instant_in_the_zone_of_the_page():
    with timezone.override(ZoneInfo("Pacific/Kiritimati")):
        assert shown("moment", EVENING) == "2 December 2026, 09:05"
