import io
import json

import pytest
from django.core.management import CommandError, call_command

from groups.models import ImportRun, Source
from meetings.models import Meeting


@pytest.fixture
def load_feed(feeds):
    """Run the command; return exit code, standard output and standard error."""

    def run(*arguments):
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("load_feed", *map(str, arguments), stdout=out, stderr=err)
        except SystemExit as left:
            return left.code, out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def listed(record):
    return [record(f"m{n}", name=f"Meeting {n}") for n in range(10)]


ZONE = ("--programme", "aa", "--time-zone", "America/New_York")
BMLT_MEETING = {
    "id_bigint": "5",
    "meeting_name": "Hope",
    "weekday_tinyint": "1",
    "start_time": "10:00:00",
    "venue_type": "1",
    "location_street": "1 A St",
    "time_zone": "America/New_York",
    "formats": "Beh",
    "format_shared_id_list": "33",
}


def test_a_load_tells_its_counts_and_exits_with_zero(load_feed, feeds, listed):
    code, out, _err = load_feed(feeds.write([*listed, {"slug": "bad", "day": "Someday"}], "list.json"), *ZONE)

    assert code == 0
    assert "row 11 (bad) was left out: the day could not be read" in out
    assert ["created", "10"] in [line.split() for line in out.splitlines()]
    assert Source.objects.get().name == "list.json"


def test_json_is_one_object_and_nothing_else(load_feed, feeds, listed):
    listed[0]["types"] = ["BS"]

    code, out, err = load_feed(feeds.write([*listed, listed[0]]), *ZONE, "--source", "Ours", "--json")

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "source": "Ours",
        "outcome": "done",
        "run_id": ImportRun.objects.get().pk,
        "seen": 11,
        "created": 10,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "skipped": 1,
        "conflicts": 0,
        "skipped_rows": [{"number": 11, "key": "m0", "reason": "it is the same as row 1"}],
        "unknown_codes": {"BS": 1},
        "error": "",
    }


def test_an_unusable_feed_exits_with_one(load_feed, feeds):
    code, out, _err = load_feed(feeds.write("[] trailing"), *ZONE, "--json")

    assert code == 1
    assert json.loads(out)["outcome"] == "unusable"


@pytest.mark.parametrize(
    "arguments",
    [
        ["/nowhere/at/all.json"],
        ["ftp://example.org/list.json"],
        ["{feed}", "--programme", "zz"],
        ["{feed}", "--time-zone", "Mars/Olympus"],
        ["{feed}", "--country", "Narnia"],
        ["{feed}", "--approach", "no-such"],
        ["{feed}", "--programme", "sg"],
    ],
)
def test_what_cannot_be_done_exits_with_one_and_says_why(load_feed, feeds, listed, arguments):
    path = feeds.write(listed)

    code, out, _err = load_feed(*(argument.replace("{feed}", str(path)) for argument in arguments), "--json")

    assert code == 1
    assert json.loads(out)["error"]
    assert not Meeting.objects.exists()


def test_the_removal_brake_exits_with_three_until_accepted(load_feed, feeds, listed):
    path = feeds.write(listed)
    load_feed(path, *ZONE)
    feeds.write(listed[:8])

    stopped = load_feed(path, "--json")
    assert stopped[0] == 3
    assert json.loads(stopped[1])["removed"] == 2
    assert Meeting.objects.public().count() == 10
    assert load_feed(path, "--accept-removals")[0] == 0

    assert Meeting.objects.public().count() == 8


def test_a_dry_run_changes_nothing(load_feed, feeds, listed):
    code, out, _err = load_feed(feeds.write(listed), *ZONE, "--dry-run", "--json")

    assert (code, json.loads(out)["outcome"], json.loads(out)["created"]) == (0, "preview", 10)
    assert not Meeting.objects.exists()


def test_a_source_remembers_what_was_said_of_it(load_feed, feeds, listed):
    path = feeds.write(listed)
    load_feed(path, *ZONE, "--country", "usa", "--source", "Ours")

    code, out, _err = load_feed(path, "--source", "Ours", "--json")

    source = Source.objects.get()
    assert (source.programme, source.time_zone, source.country) == ("aa", "America/New_York", "US")
    assert (source.format, source.address) == ("meeting-guide", str(path))
    assert (code, json.loads(out)["unchanged"]) == (0, 10)


def test_a_feed_of_another_approach_names_it(load_feed, feeds, listed):
    path = feeds.write(listed)

    code, _out, _err = load_feed(path, "--approach", "smart-recovery", "--time-zone", "Europe/Berlin")

    assert code == 0
    assert {meeting.group.approach.slug for meeting in Meeting.objects.all()} == {"smart-recovery"}
    assert Source.objects.get().programme == "sg"


def test_another_programme_reads_every_row_anew(load_feed, feeds, listed):
    path = feeds.write([row | {"types": ["POA"]} for row in listed])
    load_feed(path, *ZONE)

    code, out, _err = load_feed(path, "--programme", "al-anon", "--json")

    assert (code, json.loads(out)["updated"]) == (0, 10)


def test_bmlt_is_read_with_its_formats_and_service_bodies(load_feed, feeds):
    meetings = feeds.write([{**BMLT_MEETING, "service_body_bigint": "9", "published": "1"}], "search.json")
    formats = feeds.write({"formats": [{"id": "33", "key_string": "Beh", "world_id": "WCHR"}]}, "formats.json")
    bodies = feeds.write([{"id": "9", "name": "Harbor Area"}], "bodies.json")

    code, _out, _err = load_feed(meetings, "--formats", formats, "--service-bodies", bodies)

    meeting = Meeting.objects.get()
    assert code == 0
    assert [trait.slug for trait in meeting.traits.all()] == ["wheelchair"]
    assert (meeting.group.service_body, meeting.group.fellowship.slug) == ("Harbor Area", "na")
    formats.write_text("gone")
    assert load_feed(meetings, "--json")[0] == 1
    assert list(meeting.traits.all())


def test_formats_that_a_bmlt_answer_brings_along_are_no_rows_and_are_read(load_feed, feeds):
    formats = [{"id": "33", "key_string": "Beh", "world_id": "WCHR"}]
    path = feeds.write({"formats": formats, "meetings": [BMLT_MEETING]}, "search.json")

    first = json.loads(load_feed(path, "--json")[1])
    again = json.loads(load_feed(path, "--json")[1])

    assert (first["seen"], first["created"], first["skipped"], first["unknown_codes"]) == (1, 1, 0, {})
    assert (again["seen"], again["unchanged"]) == (1, 1)
    assert [trait.slug for trait in Meeting.objects.get().traits.all()] == ["wheelchair"]
    formats[0]["world_id"] = "OPEN"
    feeds.write({"formats": formats, "meetings": [BMLT_MEETING]}, "search.json")
    assert json.loads(load_feed(path, "--json")[1])["updated"] == 1
    assert Meeting.objects.get().open_to == "anyone"


def test_an_import_can_be_rolled_back_by_its_number(load_feed, feeds, listed):
    load_feed(feeds.write(listed), *ZONE)
    number = ImportRun.objects.get().pk

    code, out, _err = load_feed("--roll-back", number)

    assert code == 0
    assert f"Import {number}" in out
    assert not Meeting.objects.exists()
    with pytest.raises(CommandError, match="already"):
        load_feed("--roll-back", number)


def test_nothing_of_a_row_is_printed_but_number_key_and_reason(load_feed, feeds, listed, caplog):
    secret = {"notes": "Gate code 8812", "paypal": "hunter2!", "contact_1_name": "Petronella", "time": "xyzzy late"}

    _code, out, err = load_feed(feeds.write([*listed, {"slug": "bad", "day": 1, **secret}]), *ZONE)

    told = out + err + caplog.text
    assert "row 11 (bad)" in told
    for word in ("8812", "hunter2", "Petronella", "xyzzy"):
        assert word not in told
