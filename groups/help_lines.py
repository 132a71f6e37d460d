"""Who can be reached now, by country: an emergency number, crisis lines, then the others.

What curators keep in the database counts; the data file stands in when the database does not
answer or holds no lines, so that help is there when nothing else is. The answer is kept in the
process for up to a minute. Nothing here records who asked.

Never shown, wherever they come from: the numbers and names under `do_not_show` in the data
file, with the reasons there. Numbers of treatment companies have no place here at all.
"""

import json
import logging
import math
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from groups import countries as names_of_countries
from groups.enums import HelpLineKind
from groups.models import EmergencyNumber, HelpLine

logger = logging.getLogger(__name__)

DATA_FILE = Path(__file__).parent / "data" / "help_lines.json"
ZONES_FILE = Path(__file__).parent / "data" / "zone_countries.json"
ANYWHERE = "INT"
_KEPT_FOR = 60.0  # seconds
_CRISIS_KINDS = (HelpLineKind.CRISIS, HelpLineKind.INDIGENOUS)
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


@dataclass(frozen=True)
class Line:
    """One service. `channels` have a type ("call", "text", "chat" …), a value and a note."""

    key: str
    country: str
    name: str
    kind: str
    for_whom: str = ""
    channels: list[dict[str, str]] = field(default_factory=list)
    hours: str = ""
    languages: list[str] = field(default_factory=list)
    cost: str = ""
    note: str = ""
    source_date: str = ""


@dataclass(frozen=True)
class Help:
    """What one country has. `emergency` is as printed, "" when we know none."""

    country: str
    country_name: str
    emergency: str
    crisis: list[Line]
    others: list[Line]


@dataclass(frozen=True)
class _Kept:
    lines: list[Line]
    emergency: dict[str, str]


# Until when, on the monotonic clock, and what.
_kept: tuple[float, _Kept] | None = None


def for_country(code: str) -> Help:
    """Return the help of a country (ISO 3166, two letters). Never raises.

    Crisis lines come before those for Indigenous people; the directories for the whole world
    end every list, and are all there is for a country without lines of its own.
    """
    code = code.upper()
    now = _current()
    crisis, others = [], []
    for line in now.lines:
        if line.country == code and line.kind in _CRISIS_KINDS:
            crisis.append(line)
        elif line.country in (code, ANYWHERE):
            others.append(line)
    crisis.sort(key=lambda line: _CRISIS_KINDS.index(line.kind))
    others.sort(key=lambda line: line.country == ANYWHERE)
    return Help(code, country_name(code), _emergency(code, now.emergency), crisis, others)


def countries() -> list[tuple[str, str]]:
    """Return code and name of every country with a line or a number of its own, by name.

    Any other country is at the end, as `INT`.
    """
    now = _current()
    codes = {line.country for line in now.lines} | now.emergency.keys()
    for group, members in file_data()["emergency_members"].items():
        if group in codes:
            codes = codes - {group} | set(members)
    named = sorted(((code, country_name(code)) for code in codes - {ANYWHERE}), key=lambda pair: pair[1])
    return [*named, (ANYWHERE, country_name(ANYWHERE))]


def country_name(code: str) -> str:
    """Return a country's name in the active language; the code itself when we know none."""
    if code == ANYWHERE:
        return _("Another country")
    return names_of_countries.name(code, _zones()["countries"].get(code, code))


def country_of_zone(zone: str) -> str:
    """Return the country a time zone is in (two letters), "" when the zone does not say.

    Source: the IANA time zone database, `zone.tab` and its links.
    """
    return _zones()["zones"].get(zone, "")


def forget() -> None:
    """Let the next question be answered afresh, after the lines were changed."""
    global _kept
    _kept = None


def keep_file() -> None:
    """Answer from the data file alone, until `forget`."""
    global _kept
    _kept = (math.inf, _from_file())


@cache
def file_data() -> dict[str, Any]:
    return json.loads(DATA_FILE.read_text(encoding="utf-8"))


def is_refused(name: str, channels: Iterable[dict[str, str]]) -> bool:
    """Tell whether a line must not be shown, by its name or by one of its numbers."""
    refused_names, refused_numbers = _refused()
    if name.casefold() in refused_names:
        return True
    return any(_digits(channel["value"]) in refused_numbers for channel in channels)


def _current() -> _Kept:
    global _kept
    if _kept and time.monotonic() < _kept[0]:
        return _kept[1]
    try:
        now = _from_database()
    except DatabaseError:
        logger.exception("the help lines are read from the data file")
        now = None
    if now is None or not now.lines:
        now = _from_file()
    _kept = (time.monotonic() + _KEPT_FOR, now)
    return now


def _from_database() -> _Kept:
    rows = HelpLine.objects.filter(is_shown=True).order_by("country", "order", "pk")
    return _Kept(
        lines=_allowed(_line(row.key, vars(row)) for row in rows),
        emergency=dict(EmergencyNumber.objects.values_list("country", "value")),
    )


def _from_file() -> _Kept:
    data = file_data()
    return _Kept(
        lines=_allowed(_line(row["id"], row) for row in data["resources"]),
        emergency={row["country"]: row["value"] for row in data["emergency"]},
    )


def _line(key: str, values: dict[str, Any]) -> Line:
    names = ("country", "name", "kind", "for_whom", "channels", "hours", "languages", "cost", "note", "source_date")
    return Line(key=key, **{name: values[name] for name in names})


def _allowed(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if not is_refused(line.name, line.channels)]


def _emergency(code: str, numbers: dict[str, str]) -> str:
    if code in numbers:
        return numbers[code]
    groups = file_data()["emergency_members"]
    return next((numbers[group] for group, members in groups.items() if code in members and group in numbers), "")


@cache
def _refused() -> tuple[frozenset[str], frozenset[str]]:
    rows = file_data()["do_not_show"]
    names = frozenset(name.casefold() for row in rows for name in row["names"])
    return names, frozenset(_digits(number) for row in rows for number in row["numbers"])


def _digits(printed: str) -> str:
    """Return the digits of a number as dialled: 1-800-GAMBLER is 18004262537."""
    return re.sub(r"\D", "", printed.upper().translate(_KEYPAD))


@cache
def _zones() -> dict[str, dict[str, str]]:
    return json.loads(ZONES_FILE.read_text(encoding="utf-8"))
