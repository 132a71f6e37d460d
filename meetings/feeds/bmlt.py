"""Records of a BMLT server's GetSearchResults -> rows.

Sources: the BMLT server's semantic interface (bmlt-enabled/bmlt-server): flat objects whose
values are all text, weekday 1 for Sunday, venue types 1, 2 and 3. Formats are told by their
world id, which alone means the same on every server and in every language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from groups.text import fold
from meetings import traits
from meetings.enums import ReviewFlag
from meetings.feeds import addresses, channels, links, meanings, times, weeks
from meetings.feeds.meeting_guide import position
from meetings.feeds.rows import Reading, Row, SkipRow
from meetings.feeds.wording import joined, long_plain, plain

IN_PERSON, VIRTUAL, HYBRID = "1", "2", "3"

# Old servers kept a field's label with its value.
_LABEL_MARK = "#@-@#"
# Names that thousands of groups share say nothing of which group it is.
_ANYBODYS_NAMES = {
    "",
    "na",
    "na meeting",
    "na meetings",
    "meeting",
    "narcotics anonymous",
    "na group",
    "recovery meeting",
}
_NO_WORLD_ID = {"", "deleted", "none", "n a", "0"}
_TRAVEL = ("train_lines", "bus_lines", "public_transport", "parking")


@dataclass(frozen=True, slots=True)
class Format:
    """One format of a server, as GetFormats gives it."""

    key: str
    name: str
    world_id: str
    kind: str

    @property
    def is_for_certain_weeks_only(self) -> bool:
        """Whether it says that the meeting itself takes place in certain weeks only."""
        has_own_week = "-" in self.kind and not self.kind.endswith("-*")
        return not self.world_id and not has_own_week and weeks.speaks_of_certain_weeks(self.name)


@dataclass(frozen=True, slots=True)
class Server:
    """What a server says beside its meetings: formats by id and by key, service bodies by id."""

    formats_by_id: Mapping[str, Format] = field(default_factory=dict)
    formats_by_key: Mapping[str, Format] = field(default_factory=dict)
    service_bodies: Mapping[str, str] = field(default_factory=dict)


def is_record(record: Any) -> bool:
    return isinstance(record, dict) and ("id_bigint" in record or "weekday_tinyint" in record)


def is_format(record: Any) -> bool:
    """Return whether this is a format: a server gives those its meetings use in the same answer, if asked to."""
    return isinstance(record, dict) and "key_string" in record and not is_record(record)


def read_formats(records: Iterable[Any]) -> tuple[dict[str, Format], dict[str, Format]]:
    """Return a server's formats by id and by key. English comes first where a key is given twice."""
    by_id: dict[str, Format] = {}
    by_key: dict[str, Format] = {}
    listed = [record for record in records if isinstance(record, dict)]
    for record in sorted(listed, key=lambda one: one.get("lang") != "en"):
        one = Format(
            key=_said(record, "key_string"),
            name=_said(record, "name_string"),
            world_id=_said(record, "world_id").upper(),
            kind=_said(record, "format_type_enum"),
        )
        by_id.setdefault(_said(record, "id"), one)
        by_key.setdefault(one.key, one)
    return by_id, by_key


def read_service_bodies(records: Iterable[Any]) -> dict[str, str]:
    """Return the names of service bodies by id."""
    return {_said(one, "id"): _said(one, "name", 160) for one in records if isinstance(one, dict)}


def address_of(endpoint: str, search_address: str) -> str:
    """Return the address of another endpoint of the server that answered a search, "" if unclear."""
    if "switcher=GetSearchResults" not in search_address:
        return ""
    parts = urlsplit(search_address)
    return parts._replace(query=f"switcher={endpoint}", fragment="").geturl()


def key_of(record: Mapping[str, Any]) -> str:
    return _said(record, "id_bigint")


def tell_apart(record: Mapping[str, Any]) -> str:
    return joined(*(_said(record, name) for name in ("weekday_tinyint", "start_time", "meeting_name")), by=" ")


def is_withdrawn(record: Mapping[str, Any]) -> bool:
    """Return whether the server says that the meeting is not for the public."""
    return _said(record, "published") == "0"


def read(record: Mapping[str, Any], reading: Reading, server: Server) -> Row:
    """Return the record as a row. Raises SkipRow, whose words quote nothing of the record."""
    if is_withdrawn(record):
        raise SkipRow("not published")
    row = Row()
    formats = _formats(record, server)
    kinds = meanings.take(row, _meanings(formats, row))
    _read_schedule(record, reading, row)
    venue_type = _venue_type(record, kinds)
    _read_place(record, reading, row, is_virtual=venue_type == VIRTUAL)
    channels.settle_links(
        row,
        link=_said(record, "virtual_meeting_link", 2000),
        link_notes=_long(record, "virtual_meeting_additional_info"),
        number=_said(record, "phone_meeting_number", 500),
        number_notes="",
    )
    channels.settle_place(
        row,
        is_suspended="place-suspended" in kinds,
        is_vague=not row.venue.get("street"),
        is_online_only=venue_type == VIRTUAL,
    )
    _read_words(record, row)
    if any(one.is_for_certain_weeks_only for one in formats):
        meanings.flag(row, ReviewFlag.NTH_WEEKDAY)
    _read_group(record, row, server)
    return row


def _formats(record: Mapping[str, Any], server: Server) -> list[Format]:
    """Return the record's formats: by id where the server's list has it, else by key."""
    keys = [key.strip() for key in _said(record, "formats", 500).split(",") if key.strip()]
    ids = [one.strip() for one in _said(record, "format_shared_id_list", 500).split(",") if one.strip()]
    if ids and all(one in server.formats_by_id for one in ids):
        return [server.formats_by_id[one] for one in ids]
    return [server.formats_by_key.get(key) or Format(key, "", "", "") for key in keys]


def _meanings(formats: Iterable[Format], row: Row) -> list[traits.Meaning]:
    found = []
    for one in formats:
        if meaning := _meaning(one):
            found.append(meaning)
        else:
            row.unknown_codes.append(one.key)
    return found


def _meaning(one: Format) -> traits.Meaning | None:
    meaning = traits.na_meaning(key=one.key, world_id=one.world_id, name=one.name)
    if meaning is None and "LANG" in (one.world_id, one.kind):
        # Servers abroad key their language formats by ISO 639: "fa", "ru".
        meaning = traits.meaning_of("na", one.key)
        if meaning and meaning.trait_kind != "language":
            return None
    return meaning


def _read_schedule(record: Mapping[str, Any], reading: Reading, row: Row) -> None:
    meeting = row.meeting
    if zone := times.zone(_said(record, "time_zone")) or times.zone(reading.time_zone):
        meeting["time_zone"] = zone
    day, start = _said(record, "weekday_tinyint"), times.clock(_said(record, "start_time"))
    if not day or not start:
        row.is_by_appointment = True
        return
    if not (day.isdecimal() and len(day) <= 2 and 1 <= int(day) <= 7):
        raise SkipRow("the day could not be read")
    # 1 is Sunday there; 0 is Monday here.
    meeting["rrule"] = times.weekly_rule(((int(day) + 5) % 7,))
    meeting["start_time"] = start
    duration, is_odd = times.length(_said(record, "duration_time"))
    if duration:
        meeting["duration"] = duration
    if is_odd:
        meanings.flag(row, ReviewFlag.ODD_LENGTH)


def _venue_type(record: Mapping[str, Any], kinds: set[str]) -> str:
    """Return the venue type; where old data have none, what formats, link and street say."""
    said = _said(record, "venue_type")
    if said in (IN_PERSON, VIRTUAL, HYBRID):
        return said
    if "hybrid" in kinds:
        return HYBRID
    has_link = bool(_said(record, "virtual_meeting_link") or _said(record, "phone_meeting_number"))
    if "online" in kinds or (has_link and not _said(record, "location_street")):
        return VIRTUAL
    return HYBRID if has_link else IN_PERSON


def _read_place(record: Mapping[str, Any], reading: Reading, row: Row, *, is_virtual: bool) -> None:
    region = _said(record, "location_province", 80)
    side = (
        addresses.country(_said(record, "location_nation"))
        # Where servers abroad put it, having no counties.
        or addresses.country(_said(record, "location_sub_province"))
        or addresses.country_of_region(region)
        or reading.country
    )
    region = addresses.region_as_kept(region, side)
    borough, part = _said(record, "location_city_subsection", 160), _said(record, "location_neighborhood", 160)
    town = _said(record, "location_municipality", 160)
    # A borough stands for the town where that is missing, and is an area of it otherwise.
    area = joined(part, borough if town else "", by=", ")[:160]
    latitude, longitude = position(_number(record, "latitude"), _number(record, "longitude"))
    travel = "\n".join(dict.fromkeys(text for name in _TRAVEL if (text := _long(record, name))))
    venue = {
        "name": _said(record, "location_text"),
        "street": addresses.without_directions(_said(record, "location_street"))[:255],
        "area": area if fold(area) != fold(town) else "",
        "town": town or borough,
        "region": region,
        "postcode": addresses.postcode(_said(record, "location_postal_code_1", 20), side),
        "country": side,
        "how_to_find": joined(_long(record, "location_info"), travel),
    }
    row.town = (town or borough, region, side)
    # A virtual meeting has the middle of the server's map for a position: never a place or zone.
    if is_virtual:
        if not venue["street"]:
            if words := _long(record, "location_info"):
                row.meeting["notes"] = words
            return
    elif latitude is not None and longitude is not None:
        venue |= {"latitude": latitude, "longitude": longitude}  # type: ignore[dict-item]
        row.point = (latitude, longitude)
    row.venue = {column: value for column, value in venue.items() if value}


def _read_words(record: Mapping[str, Any], row: Row) -> None:
    meeting = row.meeting
    meeting["name"] = _said(record, "meeting_name") or row.venue.get("name") or "NA meeting"
    comments, more = _long(record, "comments"), _long(record, "format_comments")
    if notes := joined(comments, more, meeting.get("notes", "")):
        meeting["notes"] = notes
    if weeks.speaks_of_certain_weeks(comments, more):
        meanings.flag(row, ReviewFlag.NTH_WEEKDAY)


def _read_group(record: Mapping[str, Any], row: Row, server: Server) -> None:
    name = row.meeting["name"]
    body_id = _said(record, "service_body_bigint")
    body = server.service_bodies.get(body_id) or _said(record, "service_body_name", 160)
    world_id = _said(record, "worldid_mixed", 60)
    row.group["name"] = name
    if body:
        row.group["service_body"] = body
    if fold(world_id) not in _NO_WORLD_ID:
        row.group_key = f"world:{world_id.upper()}"
    elif fold(name) not in _ANYBODYS_NAMES and (body or body_id):
        row.group_key = f"{fold(name)}|{body_id or fold(body)}"[:200]
    if site := links.web_address(_said(record, "website", 500) or _said(record, "group_website", 500), 400):
        row.group["website"] = site
    row.contact = _contact(record)


def _contact(record: Mapping[str, Any]) -> dict[str, Any]:
    people = []
    for number in ("1", "2"):
        person = {}
        for part in ("name", "email", "phone"):
            if value := _said(record, f"contact_{part}_{number}") or _said(record, f"contact_{part}{number}"):
                person[part] = value
        if person:
            people.append(person)
    contact: dict[str, Any] = {"people": people} if people else {}
    if email := _said(record, "email_contact"):
        contact["email"] = email
    return contact


def _value(record: Mapping[str, Any], name: str) -> Any:
    value = record.get(name)
    if isinstance(value, str) and _LABEL_MARK in value:
        value = value.rsplit(_LABEL_MARK, 1)[1]
    return value


def _said(record: Mapping[str, Any], name: str, longest: int = 255) -> str:
    return plain(_value(record, name), longest)


def _long(record: Mapping[str, Any], name: str) -> str:
    return long_plain(_value(record, name))


def _number(record: Mapping[str, Any], name: str) -> float | None:
    try:
        number = float(_said(record, name))
    except ValueError:
        return None
    return number if number == number else None
