import pytest

from meetings.enums import ReviewFlag
from meetings.feeds import bmlt
from meetings.feeds.rows import Reading, SkipRow

NA = Reading("na", "", "")
FORMATS = [
    {"id": "1", "key_string": "O", "name_string": "Open", "lang": "en", "world_id": "OPEN", "format_type_enum": "O"},
    {
        "id": "2",
        "key_string": "C",
        "name_string": "Closed",
        "lang": "en",
        "world_id": "CLOSED",
        "format_type_enum": "O",
    },
    {"id": "3", "key_string": "Beh", "name_string": "barrierefrei", "lang": "de", "world_id": "WCHR"},
    {
        "id": "4",
        "key_string": "fa",
        "name_string": "Farsi",
        "lang": "de",
        "world_id": "LANG",
        "format_type_enum": "LANG",
    },
    {"id": "5", "key_string": "TC", "name_string": "Temporarily Closed", "lang": "en", "world_id": "TC"},
    {"id": "6", "key_string": "Wo1", "name_string": "Nur in der 1. Woche", "lang": "de", "world_id": ""},
    {
        "id": "7",
        "key_string": "KT",
        "name_string": "Tierverbot",
        "lang": "de",
        "world_id": "",
        "format_type_enum": "FC2",
    },
    {"id": "8", "key_string": "O2", "name_string": "2. Woche: offen", "world_id": "", "format_type_enum": "O-2"},
]
SERVER = bmlt.Server(*bmlt.read_formats(FORMATS), bmlt.read_service_bodies([{"id": "12", "name": "Harbor Area"}]))


@pytest.fixture
def read():
    def reading(reading=NA, **changes):
        record = {
            "id_bigint": "4711",
            "worldid_mixed": "",
            "service_body_bigint": "12",
            "weekday_tinyint": "3",
            "venue_type": "1",
            "start_time": "19:30:00",
            "duration_time": "01:30:00",
            "time_zone": "",
            "formats": "O",
            "format_shared_id_list": "1",
            "longitude": "-73.95",
            "latitude": "40.67",
            "published": "1",
            "meeting_name": "Evening Lanterns",
            "location_text": "Community House",
            "location_info": "side door",
            "location_street": "12 Sample Street",
            "location_municipality": "New York",
            "location_province": "NY",
            "location_postal_code_1": "11201",
            "location_nation": "USA",
            "comments": "",
        }
        return bmlt.read(record | changes, reading, SERVER)

    return reading


def test_a_record_says_when_where_and_what(read):
    row = read()

    assert row.meeting == {
        "name": "Evening Lanterns",
        "rrule": "FREQ=WEEKLY;BYDAY=TU",
        "start_time": "19:30:00",
        "duration": "01:30:00",
        "in_person": "open",
        "open_to": "anyone",
    }
    assert row.venue["how_to_find"] == "side door"
    assert row.point == (40.67, -73.95)
    assert row.group == {"name": "Evening Lanterns", "service_body": "Harbor Area"}


@pytest.mark.parametrize(("weekday", "day"), [("1", "SU"), ("2", "MO"), ("7", "SA")])
def test_weekdays_count_from_one_for_sunday(read, weekday, day):
    assert read(weekday_tinyint=weekday).meeting["rrule"] == f"FREQ=WEEKLY;BYDAY={day}"


@pytest.mark.parametrize("weekday", ["0", "8", "x"])
def test_a_weekday_that_is_none_leaves_the_row_out(read, weekday):
    with pytest.raises(SkipRow, match="the day could not be read"):
        read(weekday_tinyint=weekday)


def test_an_unpublished_record_is_left_out(read):
    with pytest.raises(SkipRow, match="not published"):
        read(published="0")


def test_no_length_is_unknown_and_a_whole_day_is_flagged(read):
    unknown, whole_day = read(duration_time="00:00:00"), read(duration_time="24:00:00")

    assert "duration" not in unknown.meeting
    assert "review_flags" not in unknown.meeting
    assert "duration" not in whole_day.meeting
    assert whole_day.meeting["review_flags"] == [ReviewFlag.ODD_LENGTH]


def test_formats_mean_what_their_world_id_means_in_any_language(read):
    row = read(formats="Beh,fa", format_shared_id_list="3,4")

    assert row.traits == {"access/wheelchair": "yes", "language/fa": "yes"}
    assert row.unknown_codes == []


def test_formats_without_ids_are_found_by_their_key(read):
    assert read(formats="Beh,C", format_shared_id_list="").meeting["open_to"] == "with-the-issue"


def test_formats_without_a_meaning_are_reported(read):
    row = read(formats="O,KT,O2", format_shared_id_list="1,7,8")

    assert row.unknown_codes == ["KT", "O2"]
    assert "review_flags" not in row.meeting


def test_a_format_for_certain_weeks_is_flagged(read):
    assert read(formats="Wo1", format_shared_id_list="6").meeting["review_flags"] == [ReviewFlag.NTH_WEEKDAY]


def test_a_virtual_meeting_has_no_position_whatever_the_server_says(read):
    row = read(
        venue_type="2",
        location_street="",
        latitude="34.235918",
        longitude="-118.563659",
        virtual_meeting_link="https://zoom.us/j/1",
        virtual_meeting_additional_info="Passcode: 99",
    )

    assert row.point is None
    assert row.venue == {}
    assert (row.meeting["online"], row.meeting["join_passcode"]) == ("open", "99")
    assert "in_person" not in row.meeting


def test_a_hybrid_meeting_is_both(read):
    row = read(venue_type="3", virtual_meeting_link="https://zoom.us/j/1", phone_meeting_number="+1 555 555 0100")

    assert (row.meeting["in_person"], row.meeting["online"], row.meeting["by_phone"]) == ("open", "open", "open")


def test_a_virtual_meeting_with_a_closed_place_keeps_the_place_suspended(read):
    row = read(venue_type="2", formats="TC", format_shared_id_list="5", virtual_meeting_link="https://zoom.us/j/1")

    assert (row.meeting["in_person"], row.meeting["online"]) == ("suspended", "open")
    assert row.venue["street"] == "12 Sample Street"


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({"virtual_meeting_link": "https://zoom.us/j/1", "location_street": ""}, (None, "open")),
        ({"virtual_meeting_link": "https://zoom.us/j/1"}, ("open", "open")),
        ({}, ("open", None)),
    ],
)
def test_an_empty_venue_type_is_told_from_link_and_street(read, changes, ways):
    row = read(venue_type="", **changes)

    assert (row.meeting.get("in_person"), row.meeting.get("online")) == ways


def test_old_labels_are_taken_off_and_travel_goes_to_how_to_find(read):
    row = read(train_lines="Train Lines#@-@#M to Knickerbocker", bus_lines="Bus B60", comments="Note#@-@#Ring the bell")

    assert row.venue["how_to_find"] == "side door\nM to Knickerbocker\nBus B60"
    assert row.meeting["notes"] == "Ring the bell"


def test_groups_are_told_by_world_id_else_by_name_and_service_body(read):
    assert read(worldid_mixed="g00123").group_key == "world:G00123"
    assert read(worldid_mixed="deleted").group_key == "evening lanterns|12"
    assert read(meeting_name="NA-Meeting").group_key == ""


@pytest.mark.parametrize(("nation", "country"), [("Deutschland", "DE"), ("Deutschlang", "DE"), ("United States", "US")])
def test_countries_are_read_as_servers_write_them(read, nation, country):
    assert read(location_nation=nation, location_province="").venue["country"] == country


def test_a_region_tells_the_country_where_none_is_given(read):
    assert read(location_nation="", location_province="New York").venue["country"] == "US"


def test_contacts_are_kept_apart(read):
    row = read(email_contact="g@example.org", contact_name_1="Pat", contact_phone_1="555-0100")

    assert row.contact == {"people": [{"name": "Pat", "phone": "555-0100"}], "email": "g@example.org"}


def test_other_endpoints_are_found_beside_the_search():
    search = "https://bmlt.example.org/main/client_interface/json/?switcher=GetSearchResults&weekdays=2"

    assert (
        bmlt.address_of("GetFormats", search)
        == "https://bmlt.example.org/main/client_interface/json/?switcher=GetFormats"
    )
    assert bmlt.address_of("GetFormats", "https://example.org/list.json") == ""
