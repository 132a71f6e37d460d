"""Measure one size, in a process of its own: `python -m tests.bench.measure SIZE SEED ROUNDS`.

The last line on standard output is the result as JSON; progress goes to standard error.
"""

import compileall
import gzip
import io
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import django

from tests.bench import imports
from tests.bench.budgets import LEAST_NEW_ROWS, MOST_P99_MS, machine_ms, quickest

# What people look for: name, query string.
SEARCHES = {
    "a dense city": "near=New+York",
    "a dense city, tonight, sorted by distance": "near=London&day=today&time=evening&sort=distance&within=100",
    "far from everywhere": "near=Winnemucca&within=100",
    "the whole world": "",
    "the whole world, page 100": "page=100",
    "the whole world by name": "sort=name",
    "online, from another zone": "attendance=online&tz=Europe/Paris",
    "online tonight, from another zone": "attendance=online&day=today&time=evening&tz=America/Chicago",
    "starting soon": "soon=60",
    "words": "q=hope",
    "words nearly everywhere": "q=group",
    "every filter at once": (
        "near=New+York&within=100&q=gro&for=me&attendance=in-person&approach=twelve-step&belief=higher-power"
        "&covers=alcohol&covers=any-drug&open=1&first_visit=1&focus=women&focus=lgbtq&format=discussion&access=wheelchair"
        "&feature=child-care&language=en&language=es&day=monday&day=tuesday&day=today&time=evening&time=morning"
        "&from=06:00&until=22:00&unknown=include&sort=distance&tz=Europe/Paris"
    ),
    "nothing found": "near=Boston&approach=smart-recovery&focus=women&time=night&q=zzyzx",
}
CLIENTS = 4
DIFFERENT = 1_000
LOAD_SECONDS = 10.0


def main() -> None:
    size, seed, rounds = (int(text) for text in sys.argv[1:4])
    say(f"  starting on process {os.getpid()}")
    django.setup()
    prepare(size, seed)
    plain_mb = resident_mb(os.getpid())
    say("  reading entries into memory")
    memory_seconds = timed(_read_memory)
    machine = [machine_ms()]
    result = {
        "meetings": size,
        "plain_mb": plain_mb,
        "memory_seconds": memory_seconds,
        "pages": [*finder_pages(rounds, machine), *other_pages(rounds)],
        "different": quickest(
            lambda turn: different_searches(seed + turn), is_within=_is_quick, order=lambda row: row["p99"]
        ),
        "load": under_load(),
        "import": quickest(
            lambda _turn: imports.run(seed),
            is_within=lambda row: row["first"] >= LEAST_NEW_ROWS,
            order=lambda row: -row["first"],
        ),
    }
    machine.append(machine_ms())
    print(json.dumps({**result, "machine": machine}))


def _is_quick(row: dict) -> bool:
    return row["p99"] <= MOST_P99_MS


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _read_memory() -> None:
    from django.urls import get_resolver

    from meetings.finder import memory, sentence

    memory.forget()
    # As a worker does when it starts, in its order.
    get_resolver().url_patterns  # noqa: B018
    sentence.read_words()
    memory.warm()


# ── What is measured with ───────────────────────────────────────────────────


def prepare(size: int, seed: int) -> None:
    """Bring the database of this size up to date; make its meetings when they are not there."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from meetings.finder import index
    from meetings.models import FinderEntry, Meeting, Place

    settings.ROOT_URLCONF = "tests.bench.urls"
    call_command("migrate", verbosity=0)
    call_command("load_catalogue", stdout=io.StringIO())
    if not Place.objects.exists():
        say("  loading places")
        call_command("load_places", stdout=io.StringIO())
    if Meeting.objects.count() != size or FinderEntry.objects.filter(is_listed=True).count() < size * 0.9:
        say("  making meetings")
        call_command("make_dataset", meetings=size, seed=seed, stdout=sys.stderr)
    index.refresh_due(now=timezone.now(), limit=10 * size)


class Site:
    """The site as a server sees it: environment in, bytes out."""

    def __init__(self) -> None:
        from django.core.handlers.wsgi import WSGIHandler

        self._answer = WSGIHandler()

    def get(self, path: str, query: str = "") -> bytes:
        from urllib.parse import urlsplit

        parts = urlsplit(path)
        environment = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": parts.path,
            "QUERY_STRING": query or parts.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        said: list[str] = []
        response = self._answer(environment, lambda status, _headers: said.append(status))
        body = b"".join(response)
        response.close()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{path}?{query} answered {said[0]}")
        return body


def finder_pages(rounds: int, machine: list[float]) -> list[dict]:
    """Measure each search in turn with the same page rendered from ready data; note how quick the machine is."""
    from django.http import QueryDict
    from django.utils import timezone

    from meetings import finder
    from tests.bench import urls

    site, rows = Site(), []
    for name, query in SEARCHES.items():
        page = finder.search(QueryDict(query), now=timezone.now())
        urls.ready[name] = page
        row = quickest(
            lambda _turn, name=name, query=query: compare(
                lambda: site.get("/meetings/", query), lambda: site.get(f"/ready/{name}/", query), rounds
            ),
            is_within=_is_quick,
            order=lambda row: row["p99"],
        )
        rows.append({"name": name, "found": page.total, "is_finder": True, **row})
        machine.append(machine_ms())
        say(f"  {name}: {row['median']:.1f} ms, {row['median'] / row['ready']:.2f} times the page from ready data")
    return rows


def other_pages(rounds: int) -> list[dict]:
    """Measure the pages beside the finder; their measure is an empty page of the site."""
    from meetings.models import Meeting

    site = Site()
    meeting = Meeting.objects.public().order_by("pk").first()
    pages = {
        "suggest a place": "/places/suggest?q=portl",
        "a meeting": meeting.get_absolute_url(),
        "a group": meeting.group.get_absolute_url(),
    }
    rows = []
    for name, path in pages.items():
        row = compare(lambda path=path: site.get(path), lambda: site.get("/privacy/"), rounds)
        rows.append({"name": name, "found": 1, "is_finder": False, **row})
    return rows


def compare(measured: Callable[[], bytes], ready: Callable[[], bytes], rounds: int) -> dict:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _n in range(3):
        measured(), ready()
    with CaptureQueriesContext(connection) as queries:
        body = measured()
    query_count = len(queries)
    these, those, alone = [], [], []
    for _n in range(rounds):
        before = processor_seconds()
        these.append(timed(measured) * 1000)
        alone.append((processor_seconds() - before) * 1000)
        those.append(timed(ready) * 1000)
    return {
        "median": statistics.median(these),
        "p99": p99(these),
        "processor_p99": p99(alone),
        "ready": statistics.median(those),
        "queries": query_count,
        "bytes": len(gzip.compress(body)),
    }


def processor_seconds() -> float:
    """Return the time that processors have worked for this process and its database connection.

    What others do on the machine at the same time is no part of it. Where the system does not
    tell of other processes, the database is left out.
    """
    from django.db import connection

    own = time.process_time()
    if connection.connection is None:
        return own
    try:
        return own + int(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return own


def different_searches(seed: int) -> dict:
    """Ask for searches that are all different, as people do: nothing of theirs is kept from the last one."""
    say(f"  {DIFFERENT:,} different searches")
    site = Site()
    queries = made_up_searches(DIFFERENT + 50, seed)
    took, alone = [], []
    for n, query in enumerate(queries):
        before = processor_seconds()
        seconds = timed(lambda query=query: site.get("/meetings/", query))
        if n >= 50:
            took.append(seconds * 1000)
            alone.append((processor_seconds() - before) * 1000)
    return {
        "searches": len(took),
        "median": statistics.median(took),
        "p99": p99(took),
        "processor_p99": p99(alone),
    }


def made_up_searches(number: int, seed: int) -> list[str]:
    """Return query strings of towns, words, days and kinds, the same for the same seed."""
    from urllib.parse import urlencode

    from meetings.models import Meeting, Place

    chance = random.Random(seed)
    towns = list(Place.objects.filter(population__gt=5_000).order_by("pk").values_list("name", "country")[:30_000])
    names = list(Meeting.objects.public().order_by("pk").values_list("name", flat=True)[:20_000])
    zones = ("America/New_York", "America/Los_Angeles", "Europe/Paris", "Asia/Kolkata", "Australia/Sydney")
    more = (
        (0.3, "q", lambda: chance.choice(chance.choice(names).split())[: chance.choice((2, 3, 5, 9))]),
        (0.3, "day", lambda: chance.choice(("today", "tomorrow", "monday", "saturday"))),
        (0.3, "time", lambda: chance.choice(("morning", "evening", "night"))),
        (0.2, "approach", lambda: chance.choice(("twelve-step", "smart-recovery", "refuge-recovery"))),
        (0.2, "focus", lambda: "women"),
        (0.1, "page", lambda: chance.choice((2, 3, 50))),
        (0.2, "sort", lambda: chance.choice(("distance", "name"))),
    )
    made = []
    for _n in range(number):
        asked = []
        kind = chance.random()
        if kind < 0.55:
            asked.append(("near", ", ".join(chance.choice(towns))))
        elif kind < 0.8:
            asked += [("attendance", "online"), ("tz", chance.choice(zones))]
        asked += [(name, pick()) for often, name, pick in more if chance.random() < often]
        made.append(urlencode(asked))
    return made


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else values[0]


# ── Under load ──────────────────────────────────────────────────────────────


def under_load() -> dict:
    """Ask a real server for all kinds of searches at once."""
    say("  a real server, under load")
    # As any second start finds it: what a process compiles by itself costs it 2 MB.
    for part in ("groups", "meetings", "recovery"):
        compileall.compile_dir(Path(part), quiet=2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "recovery.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    environment = {**os.environ, "ALLOWED_HOSTS": "127.0.0.1"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            workers = children(server.pid)
            paths = [f"/meetings/?{query}" for query in SEARCHES.values()]
            _ask(port, paths * 2, 0)
            took: list[float] = []
            until = time.monotonic() + LOAD_SECONDS
            threads = [
                threading.Thread(target=lambda n=n: took.extend(_ask(port, paths[n:] + paths[:n], until)))
                for n in range(CLIENTS)
            ]
            started = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.monotonic() - started
            worker_mb = max(resident_mb(pid) for pid in workers)
            worker_share_mb = max(share_mb(pid) for pid in workers)
        finally:
            server.terminate()
    return {
        "clients": CLIENTS,
        "pages_per_second": len(took) / seconds,
        "median": statistics.median(took) * 1000,
        "p99": p99(took) * 1000,
        "worker_mb": worker_mb,
        "worker_share_mb": worker_share_mb,
    }


def _wait_for(port: int) -> None:
    for _n in range(300):
        try:
            _ask(port, ["/healthz"], 0)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


def _ask(port: int, paths: list[str], until: float) -> list[float]:
    """Ask for the paths in turn until a time; once each for 0."""
    took = []
    while True:
        for path in paths:
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            started = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            took.append(time.perf_counter() - started)
            connection.close()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            if until and time.monotonic() > until:
                return took
        if not until:
            return took


def resident_mb(pid: int) -> float:
    """Return a process's memory in MB; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def share_mb(pid: int) -> float:
    """Return what is a process's own of its memory, and its part of what several use, in MB; 0 where nobody tells."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) * 1024 / 1e6 for line in told.splitlines() if line.startswith("Pss:"))


def children(pid: int) -> list[int]:
    try:
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    main()
