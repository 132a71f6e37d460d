"""Fifty people press at once for ten seats: is it exact, how long does it take, against a bare write.

    python -m tests.bench.seats            prints one line of JSON; exit 1 when it is not exact

Both are asked of the same server of two processes, in turns, so that a busy or slow machine
slows both. Times are in milliseconds, from pressing to the answer, over HTTP on this machine.
"""

import json
import os
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.crowd import Crowd, crowd_of
from tests.faults import test_last_seat as seats
from tests.site import manage

ROUNDS = 12
_ROW = (
    "from datetime import date; from meetings import occurrences; from meetings.models import Meeting;"
    " m = Meeting.objects.get(slug='last-seat');"
    " print('ROW', occurrences.materialize(m, date.fromisoformat('%s')).pk)"
)


def measured(site, crowd: Crowd, path: str, body: str) -> list[float]:
    """Return how long each of fifty answers took."""

    def press(person: int) -> float:
        begun = time.perf_counter()
        status, _to, _page = seats.ask(site, "POST", path, person=person, body=body)
        assert status == 303, status
        return (time.perf_counter() - begun) * 1000

    return crowd.at_once(*[lambda person=person: press(person) for person in range(seats.PEOPLE)])


def main() -> int:
    folder = Path(os.environ.get("VAR_DIR", "var")).absolute() / "bench-seats"
    settings = {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.bench.seats_settings"}
    with seats.running(folder, **settings) as site:
        made = manage(site.environment, "shell", "-v0", "-c", seats._MAKE % (seats.SEATS, ROUNDS + 1))
        *dates, spare = seats.said(made, "DATES").split(",")
        row = seats.said(manage(site.environment, "shell", "-v0", "-c", _ROW % spare), "ROW")
        _status, _to, form = seats.ask(site, "GET", f"/meetings/last-seat/{dates[0]}/rsvp/", person=200)
        shown = re.search(r'name="shown" value="([^"]+)"', form)[1]
        time.sleep(1.6)
        body = urlencode({"others": 0, "dates": "one", "way": "just-me", "shown": shown})
        seat, bare = [], []
        with crowd_of(seats.PEOPLE) as crowd:
            measured(site, crowd, f"/bare-write/?occurrence={row}", "x=1")
            for on in dates:
                seat += measured(site, crowd, f"/meetings/last-seat/{on}/rsvp/", body)
                bare += measured(site, crowd, f"/bare-write/?occurrence={row}", "x=1")
        states = json.loads(seats.said(manage(site.environment, "shell", "-v0", "-c", seats._COUNT), "STATES"))
    is_exact = all([state for state, _since in states[on]].count("going") == seats.SEATS for on in dates)
    answer = {
        "rounds": ROUNDS,
        "is_exact": is_exact,
        "seat_p50_ms": _at(seat, 0.5),
        "seat_p95_ms": _at(seat, 0.95),
        "bare_p50_ms": _at(bare, 0.5),
        "bare_p95_ms": _at(bare, 0.95),
        "p95_ratio": round(_at(seat, 0.95) / _at(bare, 0.95), 2),
    }
    print(json.dumps(answer))
    return 0 if is_exact else 1


def _at(times: list[float], part: float) -> float:
    return round(sorted(times)[int(len(times) * part)], 1)


if __name__ == "__main__":
    sys.exit(main())
