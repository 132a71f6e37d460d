"""`make bench`: measure the site at two sizes, hold it against its budgets, write PERFORMANCE.md.

Each size has a database of its own below the data folder, made once and kept. Every page is
measured in turn with a plain Django page of the same template and size rendered from ready
data, so that a busy or slow machine slows both.

    python -m tests.bench                          both sizes, PERFORMANCE.md
    python -m tests.bench --meetings 3000          one size, printed alone
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL, LARGE = 3_000, 300_000

# The site's budgets: times the page from ready data, milliseconds, times the smaller set, queries, MB, rows a second.
MOST_RATIO, MOST_P99_MS, MOST_GROWTH, MOST_QUERIES, MOST_MEMORY_MB = 2.0, 50.0, 1.5, 12, 150
LEAST_NEW_ROWS, LEAST_SAME_ROWS = 2_000, 10_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--meetings", type=int, nargs="*", default=[SMALL, LARGE], metavar="N")
    parser.add_argument("--rounds", type=int, default=100, help="how often each page is asked for")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    measured = []
    for size in asked.meetings:
        folder = Path(os.environ.get("VAR_DIR", ROOT / "var")).absolute() / f"bench-{size}"
        environment = {**os.environ, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "recovery.settings"}
        print(f"{size:,} meetings, in {folder.name}", flush=True)
        command = [sys.executable, "-m", "tests.bench.measure", str(size), str(asked.seed), str(asked.rounds)]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            return done.returncode
        measured.append(json.loads(done.stdout.splitlines()[-1]))
    report = "\n".join(table(measured))
    print(report)
    if [one["meetings"] for one in measured] == [SMALL, LARGE]:
        (ROOT / "PERFORMANCE.md").write_text(page(report), encoding="utf-8")
        print("PERFORMANCE.md is written.")
    missed = misses(measured)
    for line in missed:
        print(f"over budget: {line}")
    return 1 if missed else 0


def table(measured: list[dict]) -> list[str]:
    lines = []
    for one in measured:
        lines += [
            "",
            f"### {one['meetings']:,} meetings",
            "",
            "| page | found | queries | median ms | p99 ms | same page from ready data, ms | ratio | kB compressed |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {row['name']} | {row['found']} | {row['queries']} | {row['median']:.1f} | {row['p99']:.1f} |"
            f" {row['ready']:.1f} | {row['median'] / row['ready']:.2f} | {row['bytes'] / 1000:.1f} |"
            for row in one["pages"]
        ]
        lines.append(f"| **all searches** | | | | | | **{mixed(one):.2f}** | |")
        load = one["load"]
        lines += [
            "",
            f"- Reading all entries into memory, once a worker: {one['memory_seconds']:.1f} s.",
            f"- Worker with everything in memory: {load['worker_mb']:.0f} MB"
            f" (without the finder's columns {one['plain_mb']:.0f} MB).",
            f"- gunicorn, 2 workers, {load['clients']} clients: {load['pages_per_second']:.0f} pages/s,"
            f" median {load['median']:.0f} ms, p99 {load['p99']:.0f} ms.",
            f"- Import of {one['import']['rows']:,} rows: first {one['import']['first']:,.0f} rows/s,"
            f" unchanged {one['import']['unchanged']:,.0f} rows/s.",
        ]
    if len(measured) == 2:
        small, large = measured
        lines += ["", "### Growth", "", "| page | median, larger set / smaller |", "|---|---:|"]
        lines += [f"| {name} | {ratio:.2f} |" for name, ratio in growth(small, large)]
    return lines


def growth(small: dict, large: dict) -> list[tuple[str, float]]:
    """Return how many times longer each page takes, both set against their own page from ready data.

    A larger set finds more, and a fuller page takes longer to write: the page from ready data
    takes that away.
    """
    before = {row["name"]: row["median"] / row["ready"] for row in small["pages"]}
    return [(row["name"], row["median"] / row["ready"] / before[row["name"]]) for row in large["pages"]]


def misses(measured: list[dict]) -> list[str]:
    found = []
    for one in measured:
        at = f"{one['meetings']:,} meetings"
        if mixed(one) > MOST_RATIO:
            found.append(f"{at}, all searches: {mixed(one):.2f} times the pages from ready data (at most {MOST_RATIO})")
        for row in one["pages"]:
            if row["is_finder"] and row["median"] > MOST_RATIO * row["ready"]:
                ratio = row["median"] / row["ready"]
                found.append(f"{at}, {row['name']}: {ratio:.2f} times the page from ready data (at most {MOST_RATIO})")
            if row["is_finder"] and row["p99"] > MOST_P99_MS:
                found.append(f"{at}, {row['name']}: p99 {row['p99']:.0f} ms (at most {MOST_P99_MS:.0f})")
            if row["queries"] > MOST_QUERIES:
                found.append(f"{at}, {row['name']}: {row['queries']} queries (at most {MOST_QUERIES})")
        if one["load"]["worker_mb"] > MOST_MEMORY_MB:
            found.append(f"{at}: a worker takes {one['load']['worker_mb']:.0f} MB (at most {MOST_MEMORY_MB})")
        if one["import"]["first"] < LEAST_NEW_ROWS:
            found.append(f"{at}: import of new rows {one['import']['first']:.0f}/s (at least {LEAST_NEW_ROWS:,})")
        if one["import"]["unchanged"] < LEAST_SAME_ROWS:
            found.append(f"{at}: unchanged rows {one['import']['unchanged']:.0f}/s (at least {LEAST_SAME_ROWS:,})")
    if len(measured) == 2:
        found += [
            f"{name}: grows {ratio:.2f} times (at most {MOST_GROWTH})"
            for name, ratio in growth(*measured)
            if ratio > MOST_GROWTH
        ]
    return found


def mixed(one: dict) -> float:
    """Return how long the searches take in sum, beside the same pages from ready data."""
    searches = [row for row in one["pages"] if row["is_finder"]]
    return sum(row["median"] for row in searches) / sum(row["ready"] for row in searches)


def page(report: str) -> str:
    today = datetime.now(UTC).date().isoformat()
    return (
        "# Performance\n\n"
        "Written by `make bench`. Pages are asked for inside one process, templates, middleware and all;\n"
        "the last column but one is the same template with its data ready, asked for in turn with it.\n\n"
        f"Measured on {today}: {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}.\n"
        f"{report}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
