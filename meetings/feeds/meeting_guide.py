"""Meeting Guide records -> rows.

Reads what real feeds write, not only what the format says: keys of older and other programs,
days and types as lists or text, 12-hour times, HTML, nulls, web addresses in payment fields.

Sources: the Meeting Guide format (code4recovery/spec, README.md); the import of the 12 Step
Meeting List plugin, whose leniency lists rely on.
"""

from collections.abc import Mapping
from typing import Any

from groups.text import fold
from meetings.enums import ReviewFlag
from meetings.feeds import addresses, channels, links, meanings, times, weeks
from meetings.feeds.rows import Reading, Row, SkipRow
from meetings.feeds.wording import joined, long_plain, plain

# Other names of the format's keys, as lists and programs write them.
ALIASES = {
    "zip": "postal_code",
    "postcode": "postal_code",
    "zip_code": "postal_code",
    "meeting": "name",
    "meeting_name": "name",
    "title": "title",
    "location_name": "location",
    "venue": "location",
    "start_time": "time",
    "full_address": "formatted_address",
    "subregion": "sub_region",
    "province": "state",
    "tz": "timezone",
    "time_zone": "timezone",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "long": "longitude",
    "type": "types",
    "homegroup": "homegroup_online",
    "zoom_url": "conference_url",
    "group_name": "group",
    "last_updated": "updated",
}
_SLUG_KEYS = ("slug", "id", "ID", "post_name", "name", "meeting", "title", "group", "location", "location_name")
_CONTACT_KEYS = {"email", "phone"} | {
    f"contact_{number}_{part}" for number in (1, 2, 3) for part in ("name", "email", "phone")
}
_YES = {"yes", "y", "true", "1"}
_NO = {"no", "n", "false", "0"}
_DAY_WORDS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PAYMENTS = {"venmo": "venmo", "cash_app": "square", "paypal": "paypal", "homegroup_online": "homegroup_online"}
_ONLINE_PLACES = {
    *("online", "online meeting", "virtual", "virtual meeting", "zoom", "zoom meeting", "phone", "telephone"),
}


def is_record(record: Any) -> bool:
    """Return whether this may be a meeting at all."""
    return isinstance(record, dict) and any(key in record for key in (*_SLUG_KEYS, "day", "time"))


def key_of(record: Mapping[str, Any]) -> str:
    """Return the record's own key, "" when it has none: its slug, else its id, name, group or place."""
    for name in _SLUG_KEYS:
        value = record.get(name)
        if value is not None and not isinstance(value, bool | list | dict) and (key := plain(value, 2000)):
            return key
    return ""


def tell_apart(record: Mapping[str, Any]) -> str:
    """Return a few words that tell records of one key apart, whatever their order."""
    record = _by_known_keys(record)
    day = record.get("day")
    days = ",".join(map(str, day)) if isinstance(day, list) else plain(day)
    parts = (days, plain(record.get("time")), plain(record.get("name")), plain(record.get("location")))
    return " ".join(part for part in parts if part)


def read(record: Mapping[str, Any], reading: Reading, *, types_are_names: bool = False) -> Row:
    """Return the record as a row. Raises SkipRow, whose words quote nothing of the record."""
    record = _by_known_keys(record)
    row = Row()
    _read_schedule(record, reading, row)
    place = _read_place(record, reading, row)
    kinds = meanings.take(row, _meanings(record, reading, row, types_are_names))
    channels.settle_links(
        row,
        link=plain(record.get("conference_url"), 2000),
        link_notes=long_plain(record.get("conference_url_notes"), 2000),
        number=plain(record.get("conference_phone"), 500),
        number_notes=long_plain(record.get("conference_phone_notes"), 2000),
    )
    channels.settle_place(
        row,
        is_suspended="place-suspended" in kinds,
        is_vague=place,
        is_online_only=plain(record.get("attendance_option")).lower() == "online"
        or (fold(plain(record.get("location"))) in _ONLINE_PLACES and "join_url" in row.meeting)
        # Its link is not for everybody to see; a town is no place to go to all the same.
        or ("online" in kinds and place),
    )
    _read_words(record, row)
    _read_group(record, row)
    row.updated_at = times.instant(plain(record.get("updated")))
    return row


def _by_known_keys(record: Mapping[str, Any]) -> Mapping[str, Any]:
    if record.keys().isdisjoint(ALIASES):
        return record
    renamed = dict(record)
    for other, name in ALIASES.items():
        if other in record and other != name and record.get(name) in (None, "", []):
            renamed[name] = record[other]
    return renamed


def _read_schedule(record: Mapping[str, Any], reading: Reading, row: Row) -> None:
    days = times.weekdays(record.get("day"))
    start = times.clock(plain(record.get("time")))
    meeting = row.meeting
    named = plain(record.get("timezone"))
    if zone := times.zone(named) or times.zone(reading.time_zone):
        meeting["time_zone"] = zone
    if named and not times.zone(named):
        row.left_out.append("timezone")
    if not days or not start:
        row.is_by_appointment = True
        return
    meeting["rrule"] = times.weekly_rule(days)
    meeting["start_time"] = start
    try:
        length, is_odd = times.length_between(start, times.clock(plain(record.get("end_time"))))
    except SkipRow:
        # The end is a courtesy; the meeting still starts.
        length, is_odd = "", False
        row.left_out.append("end_time")
    if length:
        meeting["duration"] = length
    if is_odd:
        meanings.flag(row, ReviewFlag.ODD_LENGTH)


def _read_place(record: Mapping[str, Any], reading: Reading, row: Row) -> bool:
    """Fill the venue and return whether its address is vague: a town or region, not a door."""
    street = addresses.without_directions(plain(record.get("address")))
    town, region = plain(record.get("city"), 160), plain(record.get("state"), 80)
    code, side = plain(record.get("postal_code"), 20), addresses.country(plain(record.get("country")))
    side = side or (addresses.country_of_region(region) if region else "")
    line = plain(record.get("formatted_address"), 600)
    if not line and "," in street and not town:
        line, street = street, ""
    if line:
        found = addresses.read(line, side=side or reading.country)
        street, town = street or found.street, town or found.town
        region, code, side = region or found.region, code or found.postcode, side or found.country
    side = side or reading.country
    region = addresses.region_as_kept(region, side)
    areas = _areas(record)
    town = town or (areas[0] if areas and not addresses.country_of_region(areas[0]) else "")[:160]
    name = plain(record.get("location"))
    latitude, longitude, is_box = _position(record)
    venue = {
        "name": name,
        "street": street[:255],
        "area": next((area for area in reversed(areas) if fold(area) not in (fold(town), fold(region))), "")[:160],
        "town": town,
        "region": region,
        "postcode": addresses.postcode(code, side),
        "country": side,
        "how_to_find": long_plain(record.get("location_notes")),
    }
    row.venue = {column: value for column, value in venue.items() if value}
    said = (
        plain(record.get("approximate")).lower()
        if record.get("approximate") not in (True, False)
        else ("yes" if record["approximate"] else "no")
    )
    is_vague = said in _YES or is_box if said in _YES or said in _NO or is_box else not street
    if latitude is not None and longitude is not None:
        row.venue |= {"latitude": latitude, "longitude": longitude}
        row.point = (latitude, longitude)
    row.town = (town, region, side)
    if not (street or town or latitude is not None or (name and fold(name) not in _ONLINE_PLACES)):
        row.venue = {}
    return is_vague


def _areas(record: Mapping[str, Any]) -> list[str]:
    """Return regions from the general to the particular."""
    listed = record.get("regions")
    if isinstance(listed, str):
        listed = listed.split(">")
    if not isinstance(listed, list) or not any(listed):
        listed = [record.get("region"), record.get("sub_region"), record.get("sub_sub_region")]
    return [area for area in (plain(item, 160) for item in listed) if area]


def _position(record: Mapping[str, Any]) -> tuple[float | None, float | None, bool]:
    """Return latitude, longitude, and whether they are the middle of a box."""
    numbers = [_number(part) for part in plain(record.get("coordinates")).split(",")]
    if len(numbers) == 4 and None not in numbers:
        middle = position((numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2)  # type: ignore[operator]
        return *middle, True
    if len(numbers) == 2 and None not in numbers:
        return *position(numbers[0], numbers[1]), False
    return *position(_number(record.get("latitude")), _number(record.get("longitude"))), False


def position(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """Return the position, or None twice where it is not on earth or in the empty sea at 0, 0."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None, None
    # Six decimals are the width of a hand.
    return round(latitude, 6), round(longitude, 6)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) < 1000 else None


def _meanings(record: Mapping[str, Any], reading: Reading, row: Row, types_are_names: bool) -> list[Any]:
    listed = record.get("types")
    if isinstance(listed, str):
        listed = listed.strip("[] ").split(",")
    lookup = meanings.of_name if types_are_names else meanings.of_code
    found = []
    for item in dict.fromkeys(plain(item, 60) for item in (listed if isinstance(listed, list) else ())):
        if not item:
            continue
        if meaning := lookup(reading.programme, item):
            found.append(meaning)
        else:
            row.unknown_codes.append(item)
    return found


def _read_words(record: Mapping[str, Any], row: Row) -> None:
    meeting = row.meeting
    meeting["name"] = plain(record.get("name")) or plain(record.get("title")) or _made_up_name(record, row)
    if notes := long_plain(record.get("notes")):
        meeting["notes"] = notes
    if page := links.web_address(plain(record.get("url"), 700), 600):
        meeting["source_page"] = page
    if weeks.speaks_of_certain_weeks(notes, meeting["name"], long_plain(record.get("group_notes"))):
        meanings.flag(row, ReviewFlag.NTH_WEEKDAY)


def _made_up_name(record: Mapping[str, Any], row: Row) -> str:
    """Return "Place Tuesday at 19:00" for a meeting without a name."""
    where = plain(record.get("location")) or row.venue.get("street") or plain(record.get("group"))
    when = ""
    if days := times.weekdays(record.get("day")):
        when = "/".join(_DAY_WORDS[day] for day in days)
    if start := row.meeting.get("start_time"):
        when = f"{when} at {start[:5]}".strip()
    return joined(where or "", when, by=" ")[:255] or "Meeting"


def _read_group(record: Mapping[str, Any], row: Row) -> None:
    name, district = plain(record.get("group")), plain(record.get("district"), 160)
    group = row.group
    group["name"] = name or row.meeting["name"]
    if name:
        row.group_key = f"{fold(name)}|{fold(district)}"[:200]
    if district:
        group["service_body"] = district
    if notes := long_plain(record.get("group_notes")):
        group["description"] = notes
    if site := links.web_address(plain(record.get("website"), 500), 400) or links.web_address(
        plain(record.get("website_2"), 500), 400
    ):
        group["website"] = site
    for ours, theirs in _PAYMENTS.items():
        if said := plain(record.get(theirs), 200):
            if payee := links.payment_name(ours, said):
                group[ours] = payee
            else:
                row.left_out.append(theirs)
    row.contact = _contact(record)


def _contact(record: Mapping[str, Any]) -> dict[str, Any]:
    if record.keys().isdisjoint(_CONTACT_KEYS):
        return {}
    people = []
    for number in (1, 2, 3):
        person = {part: plain(record.get(f"contact_{number}_{part}")) for part in ("name", "email", "phone")}
        if any(person.values()):
            people.append({part: value for part, value in person.items() if value})
    contact: dict[str, Any] = {part: value for part in ("email", "phone") if (value := plain(record.get(part)))}
    if people:
        contact["people"] = people
    return contact
