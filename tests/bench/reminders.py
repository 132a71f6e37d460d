"""Reminders under load: how soon they are handed over, how many a second, and whether any goes twice.

    python -m tests.bench.reminders                      10,000 due in one minute, then 100,000 at once
    python -m tests.bench.reminders --deliveries 10000   fewer, and sooner done

Two Celery workers of four processes each and two beats, every task given twice, the embedded
PostgreSQL and Redis, and a channel that takes everything at once. Then some with the claim taken
out, as a control. Prints one line of JSON; exit 1 when a budget is missed: hand-over at most 60 s
after it was due (p99), nothing lost, nothing twice; or when nothing goes twice without the claim.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.bench import apart

MOST_P99_SECONDS = 60
IN_ONE_MINUTE, DELIVERIES, WITHOUT_CLAIM = 10_000, 100_000, 300
# What is part of a longer measuring is content with fewer.
FEWER_DELIVERIES = 10_000
NULL = {"TEST_EMAIL_CHANNEL": "tests.faults.transports.Null"}
DONE_WITHIN_SECONDS = 240


def measure(var_dir: Path) -> list[str]:
    """Run it with fewer deliveries in a process of its own; return the lines of the report, in Markdown."""
    return lines(run(var_dir))


def run(var_dir: Path) -> dict[str, Any]:
    """Run it with fewer deliveries in a process of its own, with data below `var_dir`; return what was measured."""
    fewer = f"--deliveries={FEWER_DELIVERIES}"
    return apart.run("tests.bench.reminders", fewer, var_dir=var_dir, within=2 * DONE_WITHIN_SECONDS)


def lines(answer: dict[str, Any]) -> list[str]:
    return [
        "### Reminders",
        "",
        f"- {answer['due_in_one_minute']:,} due within one minute: handed over after {answer['handed_p50_s']:.1f} s"
        f" (median), {answer['handed_p99_s']:.1f} s (p99), {answer['handed_last_s']:.1f} s (last).",
        f"- {answer['deliveries']:,} due at once, two workers of four processes, two beats, every task twice:"
        f" {answer['a_second']} claimed and sent a second, {answer['twice']} twice, {answer['lost']} lost."
        f" With the claim taken out, of {answer['deliveries_without_claim']:,}:"
        f" {answer['twice_without_claim']:,} twice.",
    ]


def misses(answer: dict[str, Any]) -> list[str]:
    """Return what is over budget, or was not shown."""
    found = []
    if answer["handed_p99_s"] > MOST_P99_SECONDS:
        found.append(f"reminders: p99 of hand-over {answer['handed_p99_s']:.0f} s (at most {MOST_P99_SECONDS})")
    if answer["twice"] or answer["lost"]:
        found.append(f"reminders: {answer['twice']} twice, {answer['lost']} lost")
    if not answer["twice_without_claim"]:
        found.append("reminders: without the claim nothing goes twice either, so nothing is shown")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reminders", description=__doc__.splitlines()[0])
    parser.add_argument("--in-one-minute", type=int, default=IN_ONE_MINUTE, metavar="N")
    parser.add_argument("--deliveries", type=int, default=DELIVERIES, metavar="N")
    parser.add_argument("--without-claim", type=int, default=WITHOUT_CLAIM, metavar="N")
    asked = parser.parse_args()
    folder = Path(os.environ.get("VAR_DIR", "var")).absolute() / "bench-reminders"
    os.environ |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "recovery.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from tests.faults.workers import works_in

    call_command("migrate", verbosity=0)
    with works_in(folder) as works:
        _start(works)
        answer = _minute(works, asked.in_one_minute) | _flood(works, asked.deliveries)
    with works_in(folder) as works:
        _start(works, TEST_WITHOUT_CLAIM="1")
        control = _flood(works, asked.without_claim)
    answer |= {"deliveries_without_claim": control["deliveries"], "twice_without_claim": control["twice"]}
    print(json.dumps(answer))
    return 1 if misses(answer) else 0


def _start(works, **environment: str) -> None:
    """Start two workers and two beats, and wait until they are at work."""
    from meetings.models import Pulse

    Pulse.objects.all().delete()
    for _node in range(2):
        works.start_worker(processes=4, **NULL, **environment)
        works.start_beat()
    works.wake()
    works.until(lambda: _pulse("worker") and _pulse("beat"))


def _minute(works, number: int) -> dict:
    """Have so many due within one minute, evenly; return how long each waited, in seconds."""
    from django.utils import timezone

    from meetings.models import OutgoingMessage
    from tests.faults import many

    _clear(works)
    # Far enough ahead to be written before the first is due.
    due_at = timezone.now() + timedelta(seconds=10 + number / 2_000)
    many.reminders(number, due_at=due_at, starts_at=due_at + timedelta(hours=3), now=timezone.now())
    works.until(lambda: _sent() == number, within=DONE_WITHIN_SECONDS)
    waited = sorted(
        (handed - due).total_seconds() for handed, due in OutgoingMessage.objects.values_list("handed_at", "due_at")
    )
    return {
        "due_in_one_minute": number,
        "handed_p50_s": round(waited[number // 2], 2),
        "handed_p99_s": round(waited[int(number * 0.99)], 2),
        "handed_last_s": round(waited[-1], 2),
    }


def _flood(works, number: int) -> dict:
    """Have so many due at once, with every task twice; return how many a second, and how many twice."""
    from django.utils import timezone

    from tests.faults import many

    _clear(works)
    now = timezone.now()
    due_at = now + timedelta(seconds=10 + number / 2_000)
    many.reminders(number, due_at=due_at - timedelta(seconds=60), starts_at=due_at + timedelta(hours=3), now=now)
    already, begun = _sent(), time.monotonic()
    works.wake(2 * 8)
    # As long again for every 20,000: on two processors about 250 go a second.
    works.until(lambda: _sent() == number, within=DONE_WITHIN_SECONDS * (1 + number / 20_000))
    seconds = time.monotonic() - begun
    taken = Counter(works.ids_taken())
    return {
        "deliveries": number,
        "a_second": round((number - already) / seconds),
        "twice": sum(times > 1 for times in taken.values()),
        "lost": number - len(taken),
    }


def _clear(works) -> None:
    from django.db import connection

    from groups.models import Approach
    from meetings.models import Venue

    with connection.cursor() as cursor:
        # At once, with all that hangs on it: one by one a hundred thousand take minutes.
        cursor.execute(f"TRUNCATE {Approach._meta.db_table}, {Venue._meta.db_table} CASCADE")
    works.taken.write_text("")


def _sent() -> int:
    from meetings.models import OutgoingMessage

    return OutgoingMessage.objects.filter(state="sent").count()


def _pulse(name: str) -> bool:
    from meetings.models import Pulse

    return Pulse.objects.filter(name=name).exists()


if __name__ == "__main__":
    sys.exit(main())
