import pytest

from meetings.enums import ReviewFlag
from meetings.feeds import meeting_guide
from meetings.feeds.rows import Reading, SkipRow

AA = Reading("aa", "America/New_York")


@pytest.fixture
def read(record):
    def reading(programme="aa", **changes):
        return meeting_guide.read(record(**changes), Reading(programme, "America/New_York"))

    return reading


def test_a_plain_record_says_when_where_and_what(read):
    row = read()

    assert row.meeting == {
        "name": "Tuesday Lanterns",
        "rrule": "FREQ=WEEKLY;BYDAY=TU",
        "start_time": "19:00:00",
        "duration": "01:00:00",
        "time_zone": "America/New_York",
        "in_person": "open",
        "open_to": "anyone",
    }
    assert row.venue == {
        "name": "Harbor Church",
        "street": "12 Sample St",
        "town": "Boston",
        "region": "MA",
        "postcode": "02101",
        "country": "US",
        "latitude": 42.36,
        "longitude": -71.06,
    }
    assert row.traits == {"format/discussion": "yes"}


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (0, "SU"),
        (6, "SA"),
        ("7", "SU"),
        ("3", "WE"),
        ("Sunday", "SU"),
        ("thurs", "TH"),
        ([1], "MO"),
        ([1, 3, "5"], "MO,WE,FR"),
        ("1,3", "MO,WE"),
        ("Mondays", "MO"),
    ],
)
def test_days_are_read_in_every_shape(read, day, days):
    assert read(day=day).meeting["rrule"] == f"FREQ=WEEKLY;BYDAY={days}"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("18:30", "18:30:00"),
        ("8:00 PM", "20:00:00"),
        ("12:00 AM", "00:00:00"),
        ("12:05 pm", "12:05:00"),
        ("7pm", "19:00:00"),
        ("6:30 a.m.", "06:30:00"),
        ("Noon", "12:00:00"),
        ("18:30:00", "18:30:00"),
    ],
)
def test_times_are_read_in_every_shape(read, text, start):
    assert read(time=text, end_time=...).meeting["start_time"] == start


@pytest.mark.parametrize(("day", "time"), [(None, "19:00"), (2, None), (..., ...), ("", ""), ("By appointment", "")])
def test_without_day_or_time_it_is_by_appointment(read, day, time):
    row = read(day=day, time=time)

    assert row.is_by_appointment
    assert "rrule" not in row.meeting


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"day": "Someday"}, "the day could not be read"),
        ({"day": 9}, "the day could not be read"),
        ({"time": "late"}, "the time could not be read"),
        ({"time": "25:00"}, "the time could not be read"),
    ],
)
def test_a_day_or_time_that_is_none_leaves_the_row_out(read, changes, reason):
    with pytest.raises(SkipRow) as raised:
        read(**changes)

    assert str(raised.value) == reason


def test_an_end_before_the_start_is_on_the_next_day(read):
    assert read(time="23:30", end_time="00:30").meeting["duration"] == "01:00:00"


@pytest.mark.parametrize("end", ["19:00", "", None, ..., "about nine"])
def test_an_end_that_says_nothing_is_an_unknown_length(read, end):
    row = read(time="19:00", end_time=end)

    assert "duration" not in row.meeting
    assert "review_flags" not in row.meeting


@pytest.mark.parametrize(("start", "end"), [("19:15", "08:15"), ("00:00", "23:59"), ("19:00", "19:01")])
def test_an_odd_length_is_flagged_and_not_believed(read, start, end):
    row = read(time=start, end_time=end)

    assert "duration" not in row.meeting
    assert row.meeting["review_flags"] == [ReviewFlag.ODD_LENGTH]


@pytest.mark.parametrize("types", [["C", "W"], "C,W", "[C, W]", ["c", "w", "W"], ["Closed", "Women"]])
def test_types_are_read_in_every_shape(read, types):
    row = read(types=types)

    assert row.meeting["open_to"] == "with-the-issue"
    assert row.traits == {"focus/women": "only"}


def test_open_and_closed_at_once_is_closed_and_flagged(read):
    row = read(types=["O", "C"])

    assert row.meeting["open_to"] == "with-the-issue"
    assert row.meeting["review_flags"] == [ReviewFlag.OPEN_AND_CLOSED]


def test_the_same_code_means_what_its_programme_means(read):
    assert read("aa", types=["POA"]).traits == {"feature/proof-of-attendance": "yes"}
    assert "feature/proof-of-attendance" not in read("al-anon", types=["POA"]).traits
    assert read("al-anon", types=["POA"]).traits


def test_unknown_codes_are_kept_and_not_guessed(read):
    row = read(types=["O", "BS", "QQ7", ""])

    assert row.unknown_codes == ["BS", "QQ7"]
    assert row.traits == {}


def test_an_alateen_meeting_is_for_teens_only_and_of_alateen(read):
    row = read("al-anon", types=["Y"])

    assert row.traits == {"focus/teens": "only"}
    assert row.fellowship == "alateen"


def test_a_closed_place_is_suspended_and_its_online_side_goes_on(read):
    row = read(types=["O", "TC", "ONL"], conference_url="https://zoom.us/j/1")

    assert (row.meeting["in_person"], row.meeting["online"]) == ("suspended", "open")
    assert row.venue["street"] == "12 Sample St"
    assert "review_flags" not in row.meeting


def test_a_closed_place_without_another_way_in_is_flagged(read):
    row = read(types=["TC"])

    assert row.meeting["in_person"] == "suspended"
    assert row.meeting["review_flags"] == [ReviewFlag.NO_WAY_IN]


def test_place_and_link_together_are_hybrid(read):
    row = read(conference_url="https://us02web.zoom.us/j/1?pwd=2")

    assert (row.meeting["in_person"], row.meeting["online"]) == ("open", "open")


def test_a_town_with_a_link_is_no_place_to_go_to(read):
    row = read(
        formatted_address="Boston, MA, USA", approximate="yes", conference_url="https://zoom.us/j/1", types=["O", "X"]
    )

    assert "in_person" not in row.meeting
    assert row.venue == {}
    assert row.traits == {}
    assert row.town == ("Boston", "MA", "US")


def test_a_town_without_a_link_is_kept_as_in_person_and_flagged(read):
    row = read(formatted_address="Boston, MA, USA", approximate=...)

    assert row.meeting["in_person"] == "open"
    assert row.venue["is_approximate"] is True
    assert row.meeting["review_flags"] == [ReviewFlag.NO_PLACE]


def test_a_town_is_no_place_to_go_to_where_the_meeting_is_said_to_be_online(read):
    row = read(formatted_address="Boston, MA, USA", approximate="yes", types=["O", "ONL"])

    assert "in_person" not in row.meeting
    assert row.venue == {}
    assert row.meeting["review_flags"] == [ReviewFlag.NO_WAY_IN]


@pytest.mark.parametrize("address", ["10 High St, London SW1A 2AA, UK", "Hauptstr. 5, 10827 Berlin, Germany"])
def test_an_address_of_few_parts_is_still_a_place(read, address):
    row = read(formatted_address=address, approximate=...)

    assert row.meeting["in_person"] == "open"
    assert "is_approximate" not in row.venue


def test_a_phone_alone_is_a_way_in(read):
    row = read(
        formatted_address=...,
        location=...,
        latitude=...,
        longitude=...,
        approximate=...,
        conference_phone="+1 (555) 555-0100,,123#",
    )

    assert row.meeting["join_phone"] == "+15555550100,,123#"
    assert row.meeting["by_phone"] == "open"
    assert "in_person" not in row.meeting


def test_words_in_the_phone_field_are_not_dialled_and_not_lost(read):
    row = read(conference_phone="ID: 372 734 770 Password: abc")

    assert "join_phone" not in row.meeting
    assert row.meeting["join_phone_notes"] == "ID: 372 734 770 Password: abc"


@pytest.mark.parametrize(
    ("given", "kept", "flags"),
    [
        ("zoom.us/j/1", "https://zoom.us/j/1", None),
        ("https://zoom.us/j/1&amp;sa=D&amp;sntz=1&amp;usg=AF_x", "https://zoom.us/j/1", None),
        ("https://evilzoom.us/j/1", "https://evilzoom.us/j/1", [ReviewFlag.UNKNOWN_LINK]),
        ("www.example.org/room", "https://www.example.org/room", [ReviewFlag.UNKNOWN_LINK]),
        (
            "https://nam1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fj%2F9&data=x",
            "https://zoom.us/j/9",
            None,
        ),
    ],
)
def test_links_are_made_whole_and_strangers_flagged(read, given, kept, flags):
    row = read(conference_url=given)

    assert row.meeting["join_url"] == kept
    assert row.meeting.get("review_flags") == flags


@pytest.mark.parametrize(
    ("link", "notes", "is_flagged"),
    [
        ("https://zoom.us/j/1", "Password required, ask a member", True),
        ("https://zoom.us/j/1", "Passcode: 12 on Mondays, passcode: 13 on Fridays", True),
        ("https://zoom.us/j/1", "Pide la contraseña al grupo", True),
        ("https://zoom.us/j/1", "Passcode: 12", False),
        ("https://zoom.us/j/1", "No password needed", False),
        ("https://zoom.us/j/1?pwd=abc", "The password is in the link", False),
        ("https://zoom.us/j/1", "Meeting ID: 22", False),
        ("", "Password required", False),
    ],
)
def test_a_passcode_that_is_spoken_of_and_not_told_is_flagged(read, link, notes, is_flagged):
    row = read(conference_url=link, conference_url_notes=notes)

    assert (ReviewFlag.UNKNOWN_PASSCODE in row.meeting.get("review_flags", [])) == is_flagged


@pytest.mark.parametrize("given", ["javascript:alert(1)", "Ask Bob", "https://me:secret@zoom.us/j/1", "ftp://x.org"])
def test_a_link_that_is_none_is_dropped_and_named(read, given):
    row = read(conference_url=given)

    assert "join_url" not in row.meeting
    assert row.left_out == ["link"]


def test_a_passcode_is_taken_only_where_it_is_clear(read):
    link = {"conference_url": "https://zoom.us/j/1"}

    clear = read(**link, conference_url_notes="Meeting ID: 22 Passcode: 4711")
    unclear = read(**link, conference_url_notes="pw: a or password: b, ask us")

    assert (clear.meeting["join_passcode"], clear.meeting["join_notes"]) == ("4711", "Meeting ID: 22 Passcode: 4711")
    assert "join_passcode" not in unclear.meeting
    assert unclear.meeting["join_notes"] == "pw: a or password: b, ask us"


@pytest.mark.parametrize(
    ("field", "given", "column", "kept"),
    [
        ("venmo", "@our-group", "venmo", "@our-group"),
        ("venmo", "https://venmo.com/u/our-group", "venmo", "@our-group"),
        ("square", "$ourgroup", "cash_app", "$ourgroup"),
        ("square", "https://cash.app/$ourgroup", "cash_app", "$ourgroup"),
        ("paypal", "https://www.paypal.me/OurGroup/5usd", "paypal", "OurGroup"),
        ("paypal", "OurGroup", "paypal", "OurGroup"),
        ("homegroup_online", "abc-1", "homegroup_online", "abc-1"),
    ],
)
def test_payment_names_are_kept_without_their_addresses(read, field, given, column, kept):
    row = read(**{field: given})

    assert row.group[column] == kept
    assert row.left_out == []


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("paypal", "someone@example.org"),
        ("paypal", "the password is hunter2"),
        ("paypal", "hunter2!"),
        ("venmo", "Our Group @ours"),
        ("square", "bob@example.org"),
    ],
)
def test_whatever_else_stands_in_a_payment_field_is_dropped_and_named(read, field, given):
    row = read(**{field: given})

    assert not {"venmo", "cash_app", "paypal"} & row.group.keys()
    assert row.left_out == [field]
    assert given not in repr(row)


def test_tags_entities_and_breaks_become_plain_text(read):
    row = read(name="Men&#039;s <b>Big Book</b> &amp; more", notes="One<br>two<br/><p>three</p><script>x()</script>")

    assert row.meeting["name"] == "Men's Big Book & more"
    assert row.meeting["notes"] == "One\ntwo\nthree"


def test_letters_that_cannot_be_kept_or_seen_go(read):
    assert read(name="A\x00B\ud83d C\u202e").meeting["name"] == "AB C"


def test_a_missing_name_is_made_up_from_place_and_time(read):
    assert read(name=None).meeting["name"] == "Harbor Church Tuesday at 19:00"


def test_other_programs_keys_are_read(read):
    row = read(
        name=...,
        time=...,
        formatted_address=...,
        location=...,
        meeting="Lanterns",
        start_time="6:30 PM",
        full_address="9 Oak St, Boston, MA 02101, USA",
        location_name="Hall",
    )

    assert (row.meeting["name"], row.meeting["start_time"]) == ("Lanterns", "18:30:00")
    assert (row.venue["street"], row.venue["name"]) == ("9 Oak St", "Hall")


def test_address_parts_are_read_with_their_traps(read):
    row = read(
        formatted_address=...,
        address="5 Elm St @ Main",
        city="Agawam",
        state="Massachusetts",
        zip=1001,
        country="United States",
    )

    assert (row.venue["street"], row.venue["region"]) == ("5 Elm St", "MA")
    assert (row.venue["postcode"], row.venue["country"]) == ("01001", "US")


@pytest.mark.parametrize("name", ["US", "USA", "U.S.A.", "United States", "United States of America"])
def test_the_usa_is_one_country_in_every_spelling(read, name):
    assert read(formatted_address=..., address="1 A St", city="Reno", country=name).venue["country"] == "US"


@pytest.mark.parametrize(
    ("given", "zone"),
    [("Eastern", "America/New_York"), ("PST", "America/Los_Angeles"), ("europe/berlin", "Europe/Berlin")],
)
def test_zones_are_read_by_name_and_alias(read, given, zone):
    assert read(timezone=given).meeting["time_zone"] == zone


def test_a_zone_that_is_none_is_dropped_and_named(read):
    row = read(timezone="Nowhere/Land")

    assert row.meeting["time_zone"] == "America/New_York"
    assert row.left_out == ["timezone"]


@pytest.mark.parametrize(
    ("given", "updated"),
    [
        ("2021-07-18 15:36:58", "2021-07-18T15:36:58+00:00"),
        ("8/25/2022 11:17:07 AM", "2022-08-25T11:17:07+00:00"),
        ("2020-04-0416:50:58", "2020-04-04T16:50:58+00:00"),
        ("2023-01-02T03:04:05-05:00", "2023-01-02T08:04:05+00:00"),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_updated_is_read_in_its_shapes(read, given, updated):
    assert read(updated=given).updated_at == updated


@pytest.mark.parametrize(
    "notes",
    [
        "Meets the 1st and 3rd Tuesday",
        "Open on the last Friday of the month",
        "Primer lunes de cada mes",
        "1er y 3er martes",
        "le deuxième jeudi",
        "Speaker at the last meeting of each month",
    ],
)
def test_notes_about_certain_weeks_are_flagged_and_the_rule_stays(read, notes):
    row = read(notes=notes)

    assert row.meeting["review_flags"] == [ReviewFlag.NTH_WEEKDAY]
    assert row.meeting["rrule"] == "FREQ=WEEKLY;BYDAY=TU"


@pytest.mark.parametrize(
    "notes", ["Use the 2nd floor", "Doors open at 6.30", "First come, first served", "Monday room"]
)
def test_other_notes_are_not_flagged(read, notes):
    assert "review_flags" not in read(notes=notes).meeting


def test_private_contacts_are_kept_apart(read):
    row = read(contact_1_name="Pat", contact_1_email="pat@example.org", email="group@example.org", phone="555-0100")

    assert row.contact == {
        "people": [{"name": "Pat", "email": "pat@example.org"}],
        "email": "group@example.org",
        "phone": "555-0100",
    }
    assert "pat@example.org" not in repr((row.meeting, row.group, row.venue))


@pytest.mark.parametrize(
    ("record", "key"),
    [
        ({"slug": "a", "id": 5}, "a"),
        ({"slug": 7}, "7"),
        ({"slug": "", "id": 5}, "5"),
        ({"slug": None, "name": "Hope"}, "Hope"),
        ({"title": "T", "group": "G"}, "T"),
        ({"group": "G", "location": "L"}, "G"),
        ({"location": "L"}, "L"),
        ({"day": 1}, ""),
    ],
)
def test_the_key_falls_back_in_the_formats_order(record, key):
    assert meeting_guide.key_of(record) == key


@pytest.mark.parametrize(
    ("changes", "position"),
    [
        ({"latitude": "42.5", "longitude": "-71.5"}, (42.5, -71.5)),
        ({"latitude": 0, "longitude": 0}, None),
        ({"latitude": 95, "longitude": 10}, None),
        ({"latitude": "x", "longitude": 1}, None),
        ({"latitude": None, "longitude": None, "coordinates": "42.1,-71.2"}, (42.1, -71.2)),
    ],
)
def test_positions_are_read_or_left_open(read, changes, position):
    row = read(**changes)

    assert row.point == position
    assert (row.venue.get("latitude"), row.venue.get("longitude")) == (position or (None, None))


def test_nulls_everywhere_are_as_good_as_nothing():
    record = dict.fromkeys(
        (
            "name",
            "notes",
            "types",
            "location",
            "address",
            "city",
            "group",
            "conference_url",
            "updated",
            "regions",
            "day",
        ),
        None,
    )

    row = meeting_guide.read({"slug": "x", **record}, AA)

    assert row.is_by_appointment
    assert row.meeting["name"] == "Meeting"
    assert row.venue == {}
