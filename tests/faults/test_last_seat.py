"""Fifty people press at once for ten seats: over HTTP, on a real server of several processes.

A hundred rounds over HTTP, and some with the lock taken out, are what `python -m tests.bench.seats`
runs. A hundred with threads, and without the lock, are in `tests/meetings/test_rsvps_waiting.py`.
"""

import http.client
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import site as sites
from tests.crowd import Crowd, crowd_of
from tests.site import Site

ROUNDS = 8
PEOPLE, SEATS = 50, 10
# Somebody who only looks, from a network nobody else is in.
LOOKING = 200

pytestmark = pytest.mark.slow

_MAKE = """
from datetime import time, timedelta
from django.utils import timezone
from groups.models import Approach, Group
from meetings import enums, schedules
from meetings.models import Meeting, Occurrence
Occurrence.objects.all().delete()
approach = Approach.objects.order_by("pk").first()
group = Group.objects.get_or_create(slug="last-seat", defaults={"name": "G", "approach": approach})[0]
meeting = Meeting.objects.update_or_create(slug="last-seat", defaults=dict(
    group=group, name="M", rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
    start_time=time(19), time_zone="Europe/Dublin",
    duration=timedelta(hours=1), online="open", join_url="https://zoom.us/j/1", open_to="anyone",
    rsvp_policy="needed", capacity=%d))[0]
starts = schedules.next_starts(meeting.schedule(), after=timezone.now() + timedelta(days=2), limit=%d)
print("DATES", ",".join(start.original_on.isoformat() for start in starts))
"""
_COUNT = """
import json
from meetings.models import Rsvp
told = {}
for rsvp in Rsvp.objects.select_related("occurrence").order_by("pk"):
    told.setdefault(rsvp.occurrence.original_on.isoformat(), []).append([rsvp.state, str(rsvp.waiting_since)])
print("STATES", json.dumps(told))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with running(Path(os.environ["VAR_DIR"]) / "last-seat") as site:
        yield site


def running(var_dir: Path, **settings: str) -> AbstractContextManager[Site]:
    """Run a server of two processes, as the site is started, on data of its own."""
    return sites.running(var_dir, "--workers=2", "--threads=4", **settings)


def ask(site: Site, method: str, path: str, *, person: int, round_: int = 0, body: str = "") -> tuple[int, str, str]:
    """Ask the server from a network of this person's own, another one each round: nobody asks too often.

    Returns status, where to go, and the page.
    """
    host, port = site.url.removeprefix("http://").split(":")
    network = f"127.{1 + round_}.{person}.1"
    line = http.client.HTTPConnection(host, int(port), timeout=60, source_address=(network, 0))
    try:
        line.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        answer = line.getresponse()
        return answer.status, answer.getheader("Location", ""), answer.read().decode()
    finally:
        line.close()


def said(output: str, word: str) -> str:
    return next(line.removeprefix(word + " ") for line in output.splitlines() if line.startswith(word))


def test_fifty_at_once_for_ten_seats_over_http(server):
    dates = said(server.manage("shell", "-v0", "-c", _MAKE % (SEATS, ROUNDS)), "DATES").split(",")
    forms = filled_forms(server, dates[0])

    own_pages: dict[str, list[str]] = {}
    with crowd_of(PEOPLE) as crowd:
        for round_, on in enumerate(dates):
            own_pages[on] = press_at_once(crowd, server, f"/meetings/last-seat/{on}/rsvp/", forms, round_)

    states = places_kept(server)
    assert sorted(states) == sorted(dates)
    assert [on for on in dates if not is_exact(states[on])] == []
    pages = [ask(server, "GET", page, person=LOOKING)[2] for page in own_pages[dates[0]]]
    assert sum("Your seat is kept" in page for page in pages) == SEATS
    before = [0 if "You are next." in page else int(found[1]) for page in pages if (found := turn(page))]
    assert sorted(before) == list(range(PEOPLE - SEATS))


def filled_forms(site: Site, on: str) -> list[str]:
    """Return what each person sends: a form of their own, read for as long as a person does.

    One and the same form sent twice would be one person who presses twice.
    """
    bodies = []
    for person in range(PEOPLE):
        _status, _to, form = ask(site, "GET", f"/meetings/last-seat/{on}/rsvp/", person=person)
        shown = re.search(r'name="shown" value="([^"]+)"', form)[1]
        bodies.append(urlencode({"others": 0, "dates": "one", "way": "just-me", "shown": shown}))
    time.sleep(1.6)
    return bodies


def press_at_once(crowd: Crowd, site: Site, path: str, bodies: list[str], round_: int) -> list[str]:
    def press(person: int) -> tuple[int, str, str]:
        return ask(site, "POST", path, person=person, round_=round_, body=bodies[person])

    answers = crowd.at_once(*[lambda person=person: press(person) for person in range(PEOPLE)])
    assert [answer[0] for answer in answers] == [303] * PEOPLE, answers
    own = [where for _status, where, _page in answers]
    assert len(set(own)) == PEOPLE
    return own


def places_kept(site: Site) -> dict[str, list]:
    """Return state and turn of every place, by date, in the order in which they were written."""
    return json.loads(said(site.manage("shell", "-v0", "-c", _COUNT), "STATES"))


def is_exact(places: list) -> bool:
    """Tell whether as many have a seat as there are, and all others a turn of their own, in order."""
    turns = [since for state, since in places if state == "waiting"]
    has_all = [state for state, _since in places].count("going") == SEATS and len(set(turns)) == PEOPLE - SEATS
    # Rows are numbered in the order in which people were served.
    return has_all and turns == sorted(turns)


def turn(page: str) -> re.Match | None:
    return re.search(r"(\d+) before you\.|You are next\.", page)
