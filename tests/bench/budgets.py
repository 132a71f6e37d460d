"""The site's budgets, how often is measured what is over one of them, and how quick the machine is meanwhile."""

import time
from collections.abc import Callable
from typing import Any

# Times the page from ready data, milliseconds, times the smaller set, queries, MB, kB, rows a second.
MOST_RATIO, MOST_P99_MS, MOST_GROWTH, MOST_QUERIES, MOST_MEMORY_MB, MOST_PAGE_KB = 2.0, 50.0, 1.5, 12, 150, 60
LEAST_NEW_ROWS, LEAST_SAME_ROWS, MOST_IMPORT_MB = 2_000, 10_000, 500

MOST_TURNS = 3


def quickest(
    measure: Callable[[int], dict[str, Any]], *, is_within: Callable[[dict], bool], order: Callable[[dict], float]
) -> dict[str, Any]:
    """Measure once, and again while it is over its budget; return the turn that comes first in `order`.

    What else a shared machine does can only add time, so the quickest turn says most of the
    site; what is slow by itself is so in every turn. `measure` is given the number of its turn,
    from 0. The answer's "turns" says how many there were.
    """
    found = [measure(0)]
    while len(found) < MOST_TURNS and not is_within(found[-1]):
        found.append(measure(len(found)))
    return {**min(found, key=order), "turns": len(found)}


def machine_ms() -> float:
    """Return how long this machine takes for three million additions: what its others leave of it, in one number."""
    started = time.perf_counter()
    total = 0
    for number in range(3_000_000):
        total += number
    return (time.perf_counter() - started) * 1000
