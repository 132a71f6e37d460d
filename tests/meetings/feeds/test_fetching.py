import gzip
import http.server
import json
import socket
import threading
from datetime import timedelta

import pytest

from groups.enums import ImportOutcome
from groups.models import Source
from meetings.feeds import fetching, importing, loading
from meetings.feeds.rows import UnusableFeed
from meetings.models import Meeting
from tests.meetings.feeds.conftest import NOW


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = {}
        self.seen = []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        status, headers, body = self.server.pages[self.path.partition("?")[0]]
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server(settings):
    settings.FEEDS_ALLOW_PRIVATE_ADDRESSES = True
    with _Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def fetch(tmp_path):
    return lambda address, **last: fetching.fetch(address, tmp_path / "feed", **last)


def test_a_feed_is_fetched_with_what_tells_it_apart_next_time(server, fetch):
    server.pages["/list"] = 200, {"ETag": '"1"', "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}, b"[1]"

    got = fetch(server.address + "/list?key=1")

    assert got.path.read_bytes() == b"[1]"
    assert (got.etag, got.last_modified) == ('"1"', "Mon, 02 Mar 2026 10:00:00 GMT")
    assert server.seen[0][0] == "/list?key=1"


def test_an_unchanged_feed_is_not_sent_again(server, fetch):
    server.pages["/list"] = 200, {"ETag": '"1"'}, b"[1]"

    got = fetch(server.address + "/list", etag='"1"')

    assert got.path is None


@pytest.mark.parametrize("there", ["http://" + "a" * 70 + ".example/", "http://\u2100.example/", "http://[::1/"])
def test_a_name_that_cannot_be_one_is_refused_in_a_sentence(server, fetch, there):
    server.pages["/old"] = 302, {"Location": there.encode().decode("latin-1")}, b""

    with pytest.raises(UnusableFeed, match=r"address|fetched"):
        fetch(server.address + "/old")


def test_a_length_beyond_all_sense_is_refused_in_a_sentence(server, fetch):
    server.pages["/list"] = 200, {"Content-Length": "9" * 5000}, b"[1]"

    with pytest.raises(UnusableFeed, match=r"could not be fetched|too large"):
        fetch(server.address + "/list")


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {"Content-Type": "application/gzip"}])
def test_packed_feeds_are_unpacked(server, fetch, headers):
    server.pages["/list"] = 200, headers, gzip.compress(b'[{"slug": "a"}]')

    assert fetch(server.address + "/list").path.read_bytes() == b'[{"slug": "a"}]'


def test_a_bomb_is_stopped(server, fetch, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1_000_000)
    server.pages["/bomb"] = 200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 50_000_000)
    server.pages["/large"] = 200, {}, b"0" * 1_000_001

    with pytest.raises(UnusableFeed, match="too large"):
        fetch(server.address + "/bomb")
    with pytest.raises(UnusableFeed, match="too large"):
        fetch(server.address + "/large")


def test_redirects_are_followed_but_not_in_circles(server, fetch):
    server.pages["/old"] = 302, {"Location": "/list"}, b""
    server.pages["/list"] = 200, {}, b"[1]"
    server.pages["/round"] = 301, {"Location": "/round"}, b""

    assert fetch(server.address + "/old").path.read_bytes() == b"[1]"
    with pytest.raises(UnusableFeed, match="circles"):
        fetch(server.address + "/round")
    assert sum(path == "/round" for path, _headers in server.seen) == fetching.MOST_REDIRECTS + 1


@pytest.mark.parametrize("there", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/"])
def test_only_web_addresses_are_followed(server, fetch, there):
    server.pages["/list"] = 302, {"Location": there}, b""

    with pytest.raises(UnusableFeed, match="only addresses with http and https"):
        fetch(server.address + "/list")


def test_private_addresses_are_refused_before_anything_is_sent(server, fetch, settings):
    server.pages["/list"] = 200, {}, b"[1]"
    assert fetch(server.address + "/list").path
    settings.FEEDS_ALLOW_PRIVATE_ADDRESSES = False
    server.seen.clear()

    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(UnusableFeed, match="not on the public internet"):
            fetch(f"http://{host}:{server.server_address[1]}/list")

    assert server.seen == []


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_public_internet_pass(address, is_public):
    assert fetching._is_public(address) is is_public


def test_a_slow_feed_is_given_up(fetch, settings, monkeypatch):
    settings.FEEDS_ALLOW_PRIVATE_ADDRESSES = True
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip():
            opened, _address = listening.accept()
            with opened:
                opened.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not stop.wait(0.05):
                    try:
                        opened.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()

        with pytest.raises(UnusableFeed, match="too long"):
            fetch(f"http://127.0.0.1:{listening.getsockname()[1]}/")

        stop.set()
        thread.join()


def test_a_feed_that_breaks_off_is_refused(server, fetch):
    server.pages["/list"] = 200, {"Content-Length": "100", "Connection": "close"}, b"Name,Day\nHope,1\n"

    with pytest.raises(UnusableFeed):
        fetch(server.address + "/list")


@pytest.mark.parametrize("status", [404, 500, 403])
def test_an_answer_that_is_no_feed_is_named(server, fetch, status):
    server.pages["/list"] = status, {}, b"no"

    with pytest.raises(UnusableFeed, match=f"the server answered {status}"):
        fetch(server.address + "/list")


def test_nothing_of_an_address_is_said_when_it_fails(fetch, settings, caplog):
    settings.FEEDS_ALLOW_PRIVATE_ADDRESSES = True
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(UnusableFeed) as raised:
        fetch(f"http://pat:hunter2@127.0.0.1:{port}/list?token=abc123")

    assert str(raised.value).startswith("the feed could not be fetched")
    for secret in ("hunter2", "abc123"):
        assert secret not in str(raised.value) + caplog.text


def test_a_password_is_sent_to_its_own_host_and_kept_nowhere(server, feeds, record):
    server.pages["/list"] = 302, {"Location": f"http://localhost:{server.server_address[1]}/there"}, b""
    server.pages["/there"] = 200, {}, json.dumps([record()]).encode()
    address = server.address.replace("//", "//pat:hunter2@") + "/list"

    report = feeds_load(feeds, address)

    assert report.outcome == ImportOutcome.DONE
    assert "authorization" in server.seen[0][1]
    assert "authorization" not in server.seen[1][1]
    assert Source.objects.get().address == server.address + "/list"


def test_an_unchanged_answer_is_a_run_without_changes(server, feeds, record):
    server.pages["/list"] = 200, {"ETag": '"7"'}, json.dumps([record(), record("bad", time="late")]).encode()
    feeds_load(feeds, server.address + "/list")

    report = feeds_load(feeds, server.address + "/list")

    assert report.counts() == {"seen": 2, "created": 0, "updated": 0, "unchanged": 1, "removed": 0, "skipped": 1}
    assert server.seen[1][1]["if-none-match"] == '"7"'
    changed = feeds_load(feeds, server.address + "/list", programme="al-anon")
    assert "if-none-match" not in server.seen[2][1]
    assert changed.updated == 1
    assert Meeting.objects.count() == 1


def test_formats_are_fetched_from_beside_the_search(server, feeds):
    meeting = {"id_bigint": "5", "meeting_name": "Hope", "weekday_tinyint": "1", "start_time": "10:00:00"}
    meeting |= {"venue_type": "1", "location_street": "1 A St", "formats": "Beh", "format_shared_id_list": "33"}

    class Pages(dict):
        def __getitem__(self, path):
            asked = server.seen[-1][0].partition("switcher=")[2].partition("&")[0]
            answers = {
                "GetSearchResults": [meeting],
                "GetFormats": [{"id": "33", "key_string": "Beh", "world_id": "WCHR"}],
                "GetServiceBodies": [],
            }
            return 200, {}, json.dumps(answers[asked]).encode()

    server.pages = Pages()

    report = feeds_load(feeds, server.address + "/json/?switcher=GetSearchResults&weekdays=1", programme="na")

    assert report.unknown_codes == {}
    assert [trait.slug for trait in Meeting.objects.get().traits.all()] == ["wheelchair"]
    assert Source.objects.get().formats_address == server.address + "/json/?switcher=GetFormats"


def feeds_load(feeds, address, **wanted):
    feeds.day += 1
    wanted = {"programme": "aa", "time_zone": "America/New_York"} | wanted
    return loading.load(
        importing.Wanted(address=address, name="Ours", **wanted), loading.Options(), now=NOW + timedelta(days=feeds.day)
    )
