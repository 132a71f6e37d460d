"""Import a made-up feed twice, in a process of its own: how many rows a second, and how much memory.

    python -m tests.bench.imports --rows 300000        prints one line of JSON

Nothing of it is kept: it all happens in one transaction that is taken back. Checks that wait for
the end of a transaction are made before, and are part of the time.
"""

import argparse
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROWS = 20_000
WRITTEN = (
    "groups_group", "groups_importchange", "meetings_finderentry", "meetings_meeting", "meetings_meetingtrait",
    "meetings_sourcerow", "meetings_venue",
)  # fmt: skip
DONE_WITHIN_SECONDS = 300


def run(seed: int) -> dict[str, Any]:
    """Measure in a process of its own, in this process's database; return what was measured."""
    print("  imports", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.imports", f"--seed={seed}"],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
        timeout=DONE_WITHIN_SECONDS,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.imports", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    import django

    django.setup()
    print(json.dumps(imports(asked.rows, asked.seed)))


def imports(count: int, seed: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection, transaction

    from meetings.models import Place
    from tests.bench.measure import processor_seconds

    with connection.cursor() as cursor:
        # What earlier measurings wrote and took back still lies in tables and indexes, in no site's but this one's.
        for table in WRITTEN:
            cursor.execute(f"VACUUM (FULL, ANALYZE) {table}")
    towns = list(Place.objects.filter(country="US", population__gt=20_000).order_by("pk")[:2_000])
    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder) / "feed.json"
        with feed.open("w", encoding="utf-8") as file:
            for n, row in enumerate(feed_rows(towns, count, seed)):
                file.write(("," if n else "[") + json.dumps(row))
            file.write("]")
        before_mb = peak_mb()

        def load() -> dict:
            told = io.StringIO()
            call_command("load_feed", str(feed), source="Bench", programme="aa", json=True, stdout=told)
            connection.check_constraints()
            return json.loads(told.getvalue())

        with transaction.atomic():
            started, worked = time.perf_counter(), processor_seconds()
            new = load()
            first, worked = time.perf_counter() - started, processor_seconds() - worked
            started = time.perf_counter()
            same = load()
            unchanged = time.perf_counter() - started
            transaction.set_rollback(True)
    if (new["created"], same["unchanged"]) != (count, count):
        raise RuntimeError(f"the imports did something else: {new}, {same}")
    return {
        "rows": count,
        "first": count / first,
        "first_by_processor": count / worked,
        "unchanged": count / unchanged,
        "peak_mb": peak_mb(),
        "before_mb": before_mb,
    }


def peak_mb() -> float:
    """Return the most memory this process ever had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def feed_rows(towns: list, count: int, seed: int) -> Iterator[dict]:
    """Yield rows of the Meeting Guide format, the same for the same seed."""
    chance = random.Random(zlib.crc32(f"feed-{seed}".encode()))
    for n in range(count):
        town = chance.choice(towns)
        yield {
            "name": f"{town.name} group {n}",
            "slug": f"bench-{n}",
            "day": chance.randrange(7),
            "time": f"{chance.randrange(6, 23):02}:{chance.choice(('00', '15', '30'))}",
            "end_time": "",
            "location": f"Hall {n % 700}",
            "formatted_address": f"{n % 700} Main Street, {town.name}, {town.region_code} 00000, USA",
            "region": town.region,
            "latitude": round(town.latitude, 5),
            "longitude": round(town.longitude, 5),
            "timezone": town.time_zone,
            "types": chance.sample(["O", "D", "B", "W", "X", "ST", "TR", "H"], 3),
            "updated": "2026-01-01 00:00:00",
        }


if __name__ == "__main__":
    main()
