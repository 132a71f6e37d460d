"""What stands in the logs after visits of every kind: what broke, and nothing of who came."""

import io
import logging
import os
import re
import socket
import time
from pathlib import Path

import pytest
from celery import shared_task
from django.db import DataError, IntegrityError, connection
from django.test import Client, override_settings

from recovery.logs import scrub
from tests.site import free_port, serving

ROOT = Path(__file__).resolve().parent.parent.parent
# Whatever a visitor sends in these tests has this word in it, so that one look finds all of it.
SECRET = "Whisperville"
SEARCH = f"near={SECRET}&lat=42.3601&lon=-71.0589"


@pytest.fixture
def log():
    """What our handler writes, as on a real site."""
    handlers = {*logging.getLogger().handlers, *logging.getLogger("django").handlers}
    written = io.StringIO()
    ours = [one for one in handlers if type(one) is logging.StreamHandler and one.filters]
    before = [one.setStream(written) for one in ours]
    yield written
    for one, stream in zip(ours, before, strict=True):
        one.setStream(stream)


@override_settings(ROOT_URLCONF="tests.recovery.failing_urls")
@pytest.mark.parametrize(
    ("address", "headers", "said"),
    [
        (f"/failing/?{SEARCH}", {}, "Internal Server Error: /failing/"),
        (f"/rsvp/{SECRET}/failing/?{SEARCH}", {}, "Internal Server Error: /rsvp/<str:token>/failing/"),
        (f"/suspicious/?{SEARCH}", {}, "django.security.SuspiciousOperation: A request was refused."),
        (f"/help/?{SEARCH}", {"host": f"{SECRET}.example"}, "django.security.DisallowedHost: A request was refused."),
        (f"/{SECRET}/?{SEARCH}", {}, "Not Found: (no such page)"),
        (f"/rsvp/{SECRET}?{SEARCH}.", {}, None),
    ],
)
def test_a_page_that_fails_is_named_and_its_visitor_is_not(log, address, headers, said):
    client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT=f"Agent {SECRET}")

    client.get(address, headers=headers)

    assert said is None or said in log.getvalue()
    assert SECRET not in log.getvalue()
    assert not re.search(r"42\.36|203\.0\.113", log.getvalue())


@override_settings(ROOT_URLCONF="tests.recovery.failing_urls")
def test_a_traceback_says_where_and_what_kind(log):
    Client(raise_request_exception=False).get(f"/failing/?{SEARCH}")

    assert "failing_urls.py" in log.getvalue()
    assert re.search(r"^ValueError$", log.getvalue(), re.MULTILINE)


def test_a_form_without_its_token_is_named_without_the_page_it_came_from(log):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(
        f"/admin/login/?{SEARCH}",
        {"near": SECRET},
        secure=True,
        headers={"referer": f"https://elsewhere.example/rsvp/{SECRET}/?{SEARCH}"},
    )

    assert answer.status_code == 403
    assert "Forbidden" in log.getvalue()
    assert "/admin/login/" in log.getvalue()
    assert SECRET not in log.getvalue()


@shared_task
def fail_with(town: str = "") -> None:
    raise ValueError(f"no town is called {town}")


def test_a_task_that_fails_is_named_and_what_it_was_told_is_not(log):
    fail_with.apply(kwargs={"town": SECRET})

    assert "tests.recovery.test_logs.fail_with" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "kind", "said"),
    [
        ("INSERT INTO told VALUES ('{}', 1), ('{}', 2)", IntegrityError, 'unique constraint "told_pkey"'),
        ("INSERT INTO told VALUES ('{}', -1)", IntegrityError, 'check constraint "positive"'),
        ("SELECT '{}'::int", DataError, "psycopg2.errors.InvalidTextRepresentation"),
    ],
)
def test_the_database_says_which_rule_was_broken_and_not_by_what(log, statement, kind, said):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE told (name text PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0))")
        try:
            with pytest.raises(kind) as caught:
                cursor.execute(statement.format(SECRET, SECRET))
        finally:
            cursor.execute("DROP TABLE told")

    logging.getLogger("meetings").error("it could not be kept", exc_info=caught.value)

    assert SECRET in str(caught.value)
    assert said in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("GET /meetings/?near=Boston HTTP", "GET /meetings/?… HTTP"),
        ("mail to ann.lee+x@mail.example.org failed", "mail to (address) failed"),
        ("at 42.3601, -71.0589.", "at (position)."),
        ("https://ann:word@feeds.example/secret/list.json?key=1", "https://feeds.example/…"),
        ("Listening at: http://127.0.0.1:8000 (12)", "Listening at: http://127.0.0.1:8000 (12)"),
    ],
)
def test_lines_lose_what_may_be_a_person(line, written):
    assert scrub(line) == written


def test_a_long_line_is_cleaned_quickly():
    line = "a" * 200_000

    started = time.process_time()
    cleaned = scrub(line)

    assert cleaned == line
    assert time.process_time() - started < 2


def test_a_real_web_server_writes_nothing_of_its_visitors(tmp_path):
    port, written = free_port(), tmp_path / "log"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.recovery.failing_settings"}

    with serving(port, environment, "--no-control-socket", log=written):
        common = f"Host: 127.0.0.1\r\nUser-Agent: {SECRET}\r\nX-Forwarded-For: 203.0.113.77\r\nConnection: close\r\n"
        for sent in (
            f"GET /failing/?{SEARCH} HTTP/1.1\r\n{common}\r\n",
            f"GET /breaking-off/?{SEARCH} HTTP/1.1\r\n{common}\r\n",
            f"GET /{SECRET}/?{SEARCH} HTTP/1.1\r\n{common}\r\n",
            f"GET /help/?{SEARCH} HTTP/1.1\r\n{common}\r\n",
            f"GET /?{SEARCH}\x00 HTTP/1.1\r\n{common}\r\n",
            f"GET /?{SEARCH} HTTP/9.1\r\n{common}\r\n",
            f"{SECRET}\r\n\r\n",
            f"GET / HTTP/1.1\r\n{SECRET} {SECRET}\r\n\r\n",
            f"GET /?{SECRET * 900} HTTP/1.1\r\n{common}\r\n",
        ):
            _send(port, sent)

    said = written.read_text()
    assert "Internal Server Error: /failing/" in said
    assert "A request could not be answered." in said
    assert "A request that cannot be read was refused." in said
    assert "ValueError" in said
    assert "Booting worker" in said
    assert SECRET not in said
    assert not re.search(r"42\.36|203\.0\.113|ip=", said)


def _send(port: int, text: str) -> bytes:
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(text.encode())
            while piece := line.recv(65_536):
                answer += piece
    except ConnectionError:
        pass
    return answer
