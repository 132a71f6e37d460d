"""Tables (CSV) -> records with the Meeting Guide's keys, for the Meeting Guide reader.

Reads the 12 Step Meeting List's template and export and what people keep in spreadsheets:
other names of columns, English type names, 12-hour times, commas, semicolons or tabs.

Source: code4recovery/12-step-meeting-list (template.csv).
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TextIO

from groups.text import fold
from meetings.feeds.rows import UnusableFeed

# Folded column names beyond those that fold to the format's own keys.
_COLUMNS = {
    "id": "slug",
    "start": "time",
    "start time": "time",
    "end": "end_time",
    "weekday": "day",
    "meeting name": "name",
    "meeting": "name",
    "title": "title",
    "location name": "location",
    "place": "location",
    "venue": "location",
    "street": "address",
    "street address": "address",
    "town": "city",
    "zip": "postal_code",
    "zip code": "postal_code",
    "postcode": "postal_code",
    "province": "state",
    "neighborhood": "region",
    "neighbourhood": "region",
    "subregion": "sub_region",
    "type": "types",
    "meeting types": "types",
    "tz": "timezone",
    "time zone": "timezone",
    "group name": "group",
    "url": "url",
    "website": "website",
    "online link": "conference_url",
    "meeting link": "conference_url",
    "zoom link": "conference_url",
    "zoom url": "conference_url",
    "online meeting url": "conference_url",
    "conference url": "conference_url",
    "phone meeting number": "conference_phone",
    "last updated": "updated",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "full address": "formatted_address",
    "coordinates": "coordinates",
}
_MEETING_COLUMNS = {"name", "slug", "day", "time", "types", "location", "group", "address", "formatted_address"}
_SAMPLE = 64 * 1024
_LONGEST_CELL = 1_000_000
# Read after the last line: where a quoted cell is still open, it is taken into that cell.
_END = "\x1eend of the table\x1e"


def records(text: TextIO) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield number, raw text and record of each line, from 1; empty lines are no rows.

    Raises UnusableFeed when no column is of a meeting, or the table is broken or breaks off.
    """
    sample = text.read(_SAMPLE)
    text.seek(0)
    delimiter = _delimiter(sample)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = csv.reader(chain(text, [_END]), delimiter=delimiter, strict=False)
        names = _names(next((cells for cells in lines if any(map(str.strip, cells))), []))
        number = 0
        for cells in lines:
            if cells == [_END]:
                return
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            record = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell.strip()}
            yield number, "\x1f".join(cells), record
    except csv.Error:
        raise UnusableFeed("the table is broken") from None
    # It breaks off: a quotation mark is never closed.
    raise UnusableFeed("the table is broken")


def is_header(line: str) -> bool:
    """Return whether a first line looks like the header of a table of meetings."""
    cells = next(csv.reader([line], delimiter=_delimiter(line)), [])
    return len(_MEETING_COLUMNS & set(_known(cells))) >= 3


def _delimiter(sample: str) -> str:
    first = next(iter(sample.lstrip("\r\n").splitlines()), "")
    return max(",;\t|", key=lambda mark: (first.count(mark), mark == ","))


def _names(header: Iterable[str]) -> list[str]:
    names = _known(header)
    if len(_MEETING_COLUMNS & set(names)) < 2:
        raise UnusableFeed("no columns of meetings were found in its first line")
    if "address" in names and "city" not in names and "formatted_address" not in names:
        # The template's own "Address" is the whole address.
        names = ["formatted_address" if name == "address" else name for name in names]
    return names


def _known(header: Iterable[str]) -> list[str]:
    names: list[str] = []
    for cell in header:
        word = fold(cell)
        name = _COLUMNS.get(word, word.replace(" ", "_"))
        names.append(name if name not in names else "")
    return names
