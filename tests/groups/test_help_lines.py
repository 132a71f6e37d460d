import json
import re
import zoneinfo

import pytest
from django.db import DatabaseError, connection

from groups import catalogue_loading, help_lines
from groups.enums import HelpLineKind
from groups.models import EmergencyNumber, HelpLine

FILE = json.loads(help_lines.DATA_FILE.read_text(encoding="utf-8"))
REFUSED_EVERYWHERE = ["1933", "18004262537", "1800110031", "08454647", "18002738255", "18004843731"]


def a_line(**values):
    return HelpLine(
        **{
            "key": "gb-ours",
            "country": "GB",
            "name": "Our line",
            "kind": HelpLineKind.CRISIS,
            "channels": [{"type": "call", "value": "0300 000 000", "note": ""}],
            **values,
        }
    )


def everything():
    found = [help_lines.for_country(code) for code, _name in help_lines.countries()]
    return [line for each in found for line in [*each.crisis, *each.others]]


def test_a_country_has_its_emergency_number_crisis_lines_and_others():
    found = help_lines.for_country("GB")

    assert (found.country, found.country_name, found.emergency) == ("GB", "United Kingdom", "999")
    assert [line.name for line in found.crisis] == ["Samaritans", "Shout", "NHS 111, mental health option"]
    assert [line.name for line in found.others] == ["FRANK", "Find A Helpline", "Befrienders Worldwide"]


def test_crisis_lines_for_indigenous_people_come_after_those_for_everyone():
    assert [line.name for line in help_lines.for_country("AU").crisis] == ["Lifeline", "13YARN"]


def test_a_country_without_lines_has_the_directories_for_the_whole_world():
    brazil = help_lines.for_country("BR")

    assert (brazil.country_name, brazil.emergency, brazil.crisis) == ("Brazil", "", [])
    assert [line.country for line in brazil.others] == ["INT", "INT"]


def test_the_european_unions_number_is_its_members():
    assert help_lines.for_country("DE").emergency == "112"
    assert help_lines.for_country("IE").emergency == "112 or 999"
    assert help_lines.for_country("CH").emergency == ""


def test_an_odd_country_never_raises():
    assert help_lines.for_country("").emergency == ""
    assert help_lines.for_country("zz").country_name == "ZZ"
    assert help_lines.for_country("gb").emergency == "999"


def test_countries_are_by_name_with_the_rest_of_the_world_last():
    countries = help_lines.countries()

    assert ("IE", "Ireland") in countries
    assert ("DE", "Germany") in countries
    assert "EU" not in dict(countries)
    assert countries[-1] == ("INT", "Another country")
    assert countries[:-1] == sorted(countries[:-1], key=lambda pair: pair[1])


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/New_York", "US"),
        ("US/Pacific", "US"),
        ("Europe/London", "GB"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("Europe/Oslo", "NO"),
        ("UTC", ""),
        ("EST", ""),
        ("Mars/Olympus", ""),
    ],
)
def test_a_time_zone_tells_its_country(zone, country):
    assert help_lines.country_of_zone(zone) == country


def test_every_zone_with_a_place_has_a_country_with_a_name():
    places = {
        zone
        for zone in zoneinfo.available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }

    assert len(places) > 400
    assert {zone for zone in places if not help_lines.country_of_zone(zone)} == set()
    assert {len(help_lines.country_name(help_lines.country_of_zone(zone))) > 2 for zone in places} == {True}


def test_what_must_not_be_shown_is_not():
    digits = {re.sub(r"\D", "", channel["value"]) for line in everything() for channel in line.channels}

    assert "988" in digits
    assert not digits & set(REFUSED_EVERYWHERE)
    assert not {line.name for line in everything()} & {"Drinkline", "Never Use Alone", "SafeSpot"}
    assert "press 3" not in json.dumps([line.note for line in everything()])
    assert FILE["do_not_show"][0]["menu"] == {"country": "US", "number": "988", "key": "3"}


def test_numbers_written_with_letters_are_recognised():
    gambler = [{"type": "call", "value": "1-800-GAMBLER", "note": ""}]

    assert help_lines.is_refused("A gambling line", gambler)
    assert help_lines.is_refused("drinkline", [])
    assert not help_lines.is_refused("Samaritans", [{"type": "call", "value": "116 123", "note": ""}])


def test_texts_for_visitors_hold_no_notes_for_curators():
    texts = json.dumps([[line.note, line.hours, line.languages, line.cost, line.channels] for line in everything()])

    assert "send SHOUT" in texts
    assert not re.search(r"confirmed|last seen|do not show|announced|press 3", texts)


@pytest.mark.django_db
def test_lines_come_from_the_database_when_it_has_any(django_assert_num_queries):
    help_lines.forget()
    a_line().save()
    EmergencyNumber.objects.create(country="GB", value="999 or 112")

    with django_assert_num_queries(2):
        found = help_lines.for_country("GB")
        again = help_lines.for_country("GB")

    assert [line.name for line in found.crisis] == ["Our line"]
    assert (found.emergency, again) == ("999 or 112", found)


@pytest.mark.django_db
def test_a_line_that_is_not_shown_or_is_refused_stays_away():
    help_lines.forget()
    a_line().save()
    a_line(key="gb-hidden", name="Hidden", is_shown=False).save()
    a_line(key="in-manas", name="Drug crime", channels=[{"type": "call", "value": "1933", "note": ""}]).save()

    found = help_lines.for_country("GB")

    assert [line.name for line in found.crisis] == ["Our line"]


@pytest.mark.django_db
def test_lines_come_from_the_file_when_the_database_has_none():
    help_lines.forget()
    assert not HelpLine.objects.exists()

    assert [line.name for line in help_lines.for_country("IE").crisis] == [
        "Samaritans Ireland",
        "Text About It (50808)",
    ]


@pytest.mark.django_db
def test_lines_come_from_the_file_when_the_database_does_not_answer(caplog):
    def refuse(execute, sql, params, many, context):
        raise DatabaseError("the server closed the connection")

    help_lines.forget()
    a_line().save()

    with connection.execute_wrapper(refuse):
        found = help_lines.for_country("GB")

    assert [line.name for line in found.crisis][:1] == ["Samaritans"]
    assert "the help lines are read from the data file" in caplog.text


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_minute(monkeypatch):
    seconds = 1000.0
    monkeypatch.setattr(help_lines.time, "monotonic", lambda: seconds)
    help_lines.forget()
    a_line().save()
    before = help_lines.for_country("GB").crisis[0].name
    HelpLine.objects.update(name="Renamed")

    seconds += 59
    kept = help_lines.for_country("GB").crisis[0].name
    seconds += 2
    fresh = help_lines.for_country("GB").crisis[0].name

    assert (before, kept, fresh) == ("Our line", "Our line", "Renamed")


@pytest.mark.django_db
def test_the_loaded_lines_are_those_of_the_file():
    catalogue_loading.load()

    help_lines.forget()
    from_database = {code: help_lines.for_country(code) for code, _name in help_lines.countries()}
    help_lines.keep_file()
    from_file = {code: help_lines.for_country(code) for code, _name in help_lines.countries()}

    assert len(from_file) > 30
    assert from_database == from_file
