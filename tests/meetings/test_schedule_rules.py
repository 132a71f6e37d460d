"""Rules as calendars write them: what is understood, in whatever order, and what is refused."""

from datetime import date, time

import pytest

from meetings import schedules
from meetings.schedules import Frequency, Rule
from tests.meetings.schedule_makers import NEW_YORK


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", Rule(Frequency.ONCE)),
        ("FREQ=WEEKLY;BYDAY=TU", Rule(Frequency.WEEKLY, (1,))),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", Rule(Frequency.WEEKLY, (1, 3), 2)),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", Rule(Frequency.MONTHLY, (0,), 1, (1, 3))),
        ("FREQ=MONTHLY;BYDAY=-1FR", Rule(Frequency.MONTHLY, (4,), 1, (-1,))),
        ("FREQ=MONTHLY;BYDAY=1MO,1TU", Rule(Frequency.MONTHLY, (0, 1), 1, (1,))),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=4SA,-2SA", Rule(Frequency.MONTHLY, (5,), 2, (4, -2))),
    ],
)
def test_canonical_text_and_rule_are_the_same_thing(text, rule):
    assert schedules.parse_rrule(text) == rule
    assert schedules.format_rrule(rule) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("RRULE:FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU"),
        ("byday=th,tu ; freq=weekly;", "FREQ=WEEKLY;BYDAY=TU,TH"),
        ("FREQ=WEEKLY;BYDAY=TU,TU;INTERVAL=1;WKST=SU", "FREQ=WEEKLY;BYDAY=TU"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"),
        ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        ("FREQ=DAILY;BYDAY=SA,SU", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1,2", "FREQ=MONTHLY;BYDAY=2FR,-1FR"),
        ("FREQ=MONTHLY;BYDAY=+3WE", "FREQ=MONTHLY;BYDAY=3WE"),
        ("FREQ=MONTHLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO",
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,2MO,3MO,4MO,5MO",
        ),
    ],
)
def test_other_ways_to_say_a_rule_are_understood(text, canonical):
    assert schedules.format_rrule(schedules.parse_rrule(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "FREQ=",
        "FREQ=YEARLY;BYDAY=1MO",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=2",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO,",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=MO;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=MO;INTERVAL=two",
        "FREQ=WEEKLY;BYDAY=MO;INTERVAL=99",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=7",
        "FREQ=WEEKLY;BYDAY=MO;WKST=XX",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231",
        "FREQ=WEEKLY;FREQ=WEEKLY;BYDAY=MO",
        "BYDAY=MO",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=15",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=-3MO",
        "FREQ=MONTHLY;BYDAY=1MO,3WE",
        "FREQ=MONTHLY;BYDAY=MO,1MO",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        # Counted from Sunday, these two days fall into other pairs of weeks.
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU",
    ],
)
def test_rule_no_meeting_can_have_is_refused_with_a_sentence(text):
    with pytest.raises(schedules.InvalidRule) as refusal:
        schedules.parse_rrule(text)

    assert str(refusal.value).endswith(".")


def test_weekly_rule_without_a_day_takes_that_of_the_first_date():
    found = schedules.parse_rrule("FREQ=WEEKLY", first_on=date(2026, 10, 6))

    assert found == Rule(Frequency.WEEKLY, (1,))


@pytest.mark.parametrize(
    ("until", "last_on"),
    [
        ("20261231", date(2026, 12, 31)),
        ("20261231T190000", date(2026, 12, 31)),
        ("20261231T185959", date(2026, 12, 30)),
        # Midnight UTC at the end of the year is 19:00 in New York.
        ("20270101T000000Z", date(2026, 12, 31)),
        ("20261231T235959Z", date(2026, 12, 30)),
    ],
)
def test_until_becomes_the_last_date_of_the_meeting_s_own_calendar(until, last_on):
    rule, found = schedules.parse_rrule_with_until(
        f"FREQ=WEEKLY;BYDAY=TH;UNTIL={until}", time_zone=NEW_YORK, start_time=time(19, 0)
    )

    assert rule == Rule(Frequency.WEEKLY, (3,))
    assert found == last_on


def test_rule_without_until_has_no_last_date():
    found = schedules.parse_rrule_with_until("FREQ=WEEKLY;BYDAY=TH", time_zone=NEW_YORK, start_time=time(19, 0))

    assert found == (Rule(Frequency.WEEKLY, (3,)), None)


@pytest.mark.parametrize("until", ["soon", "20261331", "20261231T250000Z", "2026-12-31"])
def test_until_that_is_no_date_is_refused(until):
    with pytest.raises(schedules.InvalidRule, match="not a last date"):
        schedules.parse_rrule_with_until(
            f"FREQ=WEEKLY;BYDAY=TH;UNTIL={until}", time_zone=NEW_YORK, start_time=time(19, 0)
        )


def test_rules_written_in_another_order_are_equal():
    assert Rule(Frequency.WEEKLY, (3, 1, 3)) == Rule(Frequency.WEEKLY, (1, 3))
    assert Rule(Frequency.MONTHLY, (0,), 1, (-1, 1)) == Rule(Frequency.MONTHLY, (0,), 1, (1, -1))
