import gzip
import io
import json

import pytest

from meetings.feeds import decoding
from meetings.feeds.rows import UnusableFeed

RECORDS = [{"slug": "a", "name": "Café", "day": 1}, {"slug": "b", "name": "Ätna ☀", "day": [1, 2]}]


@pytest.fixture
def opened(tmp_path):
    def opening(content, **options):
        path = tmp_path / "feed"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return decoding.open_feed(path, **options)

    return opening


def _slugs(feed):
    return [record["slug"] for _number, _raw, record in feed.records()]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=1).replace("\n", "\r"),
        json.dumps({"meetings": RECORDS}),
        json.dumps({"ok": True, "data": RECORDS, "count": 2}),
        json.dumps({"records": [{"id": "rec1", "fields": one} for one in RECORDS], "offset": "x"}),
        "\n".join(map(json.dumps, RECORDS)),
        "\r".join(map(json.dumps, RECORDS)) + "\r",
        ",\n".join(map(json.dumps, RECORDS)),
    ],
    ids=["list", "cr-only", "meetings", "data", "airtable", "lines", "cr-lines", "comma-lines"],
)
def test_records_are_found_in_every_wrapping(opened, content):
    feed = opened(content)

    assert feed.format == "meeting-guide"
    assert _slugs(feed) == ["a", "b"]
    assert [number for number, _raw, _record in feed.records()] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read(opened, encoding):
    feed = opened(json.dumps(RECORDS, ensure_ascii=False).encode(encoding))

    assert [record["name"] for _number, _raw, record in feed.records()] == ["Café", "Ätna ☀"]


def test_a_western_encoding_is_found_out(opened):
    feed = opened('[{"slug": "a", "name": "Café Zürich – São"}]'.encode("cp1252"))

    assert next(feed.records())[2]["name"] == "Café Zürich – São"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Réunion à Montréal, près de l’église: garçon, forêt, Noël, sœur, où"),
        ("cp1252", "Reunião às terças, São João; irmãos, pão de açúcar, avô, três"),
        ("cp1252", "Möte på torsdagar över gården, Åsgatan, Östersund"),
        ("cp1250", "Spotkanie w każdą środę, ulica Żółkiewskiego, źródło, państwo"),
        ("cp1250", "Setkání každé úterý, přízemí, čtvrtek, dům, kůň, děti"),
        ("cp1250", "Gyűlés minden kedden, földszint, őszi tűzoltó, Győr"),
        ("iso8859_2", "Spotkanie w każdą środę, ulica Żółkiewskiego, źródło, państwo"),
        ("cp1254", "Beyoğlu, üçüncü kat, yağmur, değil, ışık, şehir"),
        ("cp1251", "Собрание каждый вторник, вход со двора, второй этаж, улица Ленина, дом пять, кофе и чай"),
    ],
    ids=["french", "portuguese", "swedish", "polish", "czech", "hungarian", "polish-iso", "turkish", "russian"],
)
@pytest.mark.parametrize("times", [1, 30])
def test_old_encodings_are_told_by_the_letters_of_a_language(opened, encoding, words, times):
    feed = opened(json.dumps([{"slug": "a", "name": words}] * times, ensure_ascii=False).encode(encoding))

    assert [record["name"] for _number, _raw, record in feed.records()] == [words] * times


@pytest.mark.parametrize(("odd", "read"), [(b"Caf\xe9", "Café"), (b"it\x92s", "it’s"), (b"cut \xc3", "cut Ã")])
def test_a_few_bytes_that_are_no_utf_8_spoil_no_other_row(opened, odd, read):
    good = json.dumps(RECORDS, ensure_ascii=False).encode()

    feed = opened(good.replace(b'"a"', b'"' + odd + b'"'))

    assert [record["name"] for _number, _raw, record in feed.records()] == ["Café", "Ätna ☀"]
    assert _slugs(feed) == [read, "b"]


def test_records_longer_than_a_piece_are_read_whole(opened):
    records = [{"slug": str(n), "notes": "x" * 100_000} for n in range(12)]

    assert [
        record for _n, _raw, record in opened(json.dumps({"meta": {"a": [1]}, "data": records})).records()
    ] == records


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the feed is empty"),
        ("  \n ", "the feed is empty"),
        ("<!doctype html><title>Not found</title>", "it is a web page and no feed"),
        ("hello there", "it is neither JSON nor a table of meetings"),
        ('{"error": "no such list"}', "no meetings were found in it"),
        ("[]", "no meetings were found in it"),
        ("[1, 2]", "no meetings were found in it"),
    ],
)
def test_what_is_no_feed_is_refused(opened, content, reason):
    with pytest.raises(UnusableFeed) as raised:
        opened(content)

    assert str(raised.value) == reason


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS) + " invalid text",
        json.dumps(RECORDS)[:-1],
        json.dumps(RECORDS)[:-9],
        json.dumps(RECORDS).replace("}, {", "} {"),
        json.dumps({"meetings": RECORDS})[:-1],
        json.dumps(RECORDS[0]) + "\n{broken",
    ],
)
def test_a_feed_that_breaks_anywhere_is_refused_by_its_end(opened, content):
    feed = opened(content, format="meeting-guide")

    with pytest.raises(UnusableFeed, match="not valid JSON"):
        list(feed.records())


def test_an_object_without_end_is_refused_before_it_fills_the_memory(opened):
    endless = "{" + ", ".join(f'"key{n}": "{"x" * 1000}"' for n in range(9_000))

    with pytest.raises(UnusableFeed, match="too long"):
        opened(endless, format="meeting-guide").records().__next__()


def test_a_bmlt_answer_is_told_from_a_meeting_guide_list(opened):
    assert opened('[{"id_bigint": "1", "meeting_name": "Hope"}]').format == "bmlt"


def test_a_table_is_told_by_its_header(opened):
    assert opened("Time,Day,Name,Slug\r7 pm,Monday,Hope,hope\r").format == "csv"


def test_packed_files_are_unpacked_and_bombs_stopped():
    packed, target = gzip.compress(b"x" * 100_000), io.BytesIO()

    decoding.unpack(io.BytesIO(packed), target, most=100_000)

    assert len(target.getvalue()) == 100_000
    with pytest.raises(UnusableFeed, match="too large"):
        decoding.unpack(io.BytesIO(packed), io.BytesIO(), most=99_999)
    with pytest.raises(UnusableFeed, match="breaks off"):
        decoding.unpack(io.BytesIO(packed[:-20]), io.BytesIO())


@pytest.mark.parametrize("padding", [b"", bytes(512)], ids=["bare", "padded"])
def test_several_packed_files_in_a_row_are_unpacked_as_one(padding):
    parts, target = [b"x" * 300_000, b"y" * 10, b""], io.BytesIO()

    decoding.unpack(io.BytesIO(b"".join(map(gzip.compress, parts)) + padding), target)

    assert target.getvalue() == b"".join(parts)
    with pytest.raises(UnusableFeed, match="breaks off"):
        decoding.unpack(io.BytesIO(gzip.compress(parts[0]) + gzip.compress(parts[1])[:-4]), io.BytesIO())
