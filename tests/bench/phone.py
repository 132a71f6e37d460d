"""What a visitor on an old phone waits for: weights of pages, what moves, the time to the first meeting in sight.

    python -m tests.bench.phone                   prints the section of PERFORMANCE.md
    python -m tests.bench phone                   writes it there (make bench ARGS=phone)

A real Chromium asks a real server, gunicorn with its compression, for pages of 3,000 meetings. Bytes
are those of the browser's own network log, headers included. The slow phone is a line of 1.6 Mbit/s
with 150 ms from asking to the first byte of each answer, and a processor four times slower, by
the browser's own switches. A browser without anything kept is made for every measuring.

Where Lighthouse is installed (on the PATH, or named by LIGHTHOUSE), it looks at four pages too.
Prints one line of JSON last; exit 1 when something is over budget.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import apart

MEETINGS, SEED, TIMES, LOOKS = 3_000, 1, 5, 3
# kB are thousands of bytes; the map brings a library, and has a budget of its own.
MOST_FIRST_KB, MOST_LATER_KB, MOST_MAP_KB, MOST_SECONDS = 60.0, 15.0, 120.0, 2.0
DONE_WITHIN_SECONDS = 900
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
PHONE = {"width": 360, "height": 740}
MAP = "map"
RESULT = "article[data-meeting] .meeting-name a"
# What is in sight when a page has shown what it is for.
PAGES = {
    "home": ("/", "#say"),
    "finder": ("/meetings/", RESULT),
    "a search": ("/meetings/?near=New+York", RESULT),
    "a meeting": ("", "main h1"),
    "an approach": ("/approaches/smart-recovery/", "main h1"),
    "now": ("/now/", "[data-help-lines] a"),
    MAP: ("/meetings/?near=New+York&view=map", ".leaflet-marker-icon"),
}
TIMED = ("home", "finder", "a search", "a meeting", "an approach", "now")
LOOKED_AT = ("home", "finder", "a meeting", "an approach")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")

# Frames are not drawn before styles are there: the second frame that has it is the first that showed it.
_WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.moved += entry.hadRecentInput ? 0 : entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });
window.seen = new Promise((tell, refuse) => {
  let frames = 0;
  requestAnimationFrame(function look() {
    frames += document.querySelector(%s)?.getBoundingClientRect().height > 0 ? 1 : 0;
    if (frames === 2) {
      tell(performance.now());
    } else {
      requestAnimationFrame(look);
    }
  });
  setTimeout(refuse, 60000, new Error("nothing was seen within a minute"));
});
"""


def run(var_dir: Path) -> dict[str, Any]:
    """Run it in a process of its own, with data below `var_dir`; return what was measured."""
    return apart.run("tests.bench.phone", var_dir=var_dir / f"bench-{MEETINGS}", within=DONE_WITHIN_SECONDS)


def lines(answer: dict[str, Any]) -> list[str]:
    told = [
        "### A slow phone",
        "",
        f"- {MEETINGS:,} meetings; 1.6 Mbit/s, 150 ms, a processor {SLOWER} times slower; 360 × 740 pixels;"
        f" the middle of {TIMES} first visits, each with nothing kept.",
        "- In sight: the field (home), the first meeting's name (finder), the first number (now), else the title.",
        "",
        "| page | first visit, kB | files | later, kB | layout shift | in sight after, s | slowest, s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in answer["pages"].items():
        seen = f"{row['seen']:.2f} | {row['slowest']:.2f}" if "seen" in row else "|"
        told.append(
            f"| {name} | {row['first_kb']:.1f} | {row['files']} | {row['later_kb']:.1f} | {row['moved']:.3f} | {seen} |"
        )
    told += ["", "### Lighthouse", ""]
    if not answer["lighthouse"]:
        return [
            *told,
            "Lighthouse is not on this machine; install its package of that name, or name it by `LIGHTHOUSE`.",
        ]
    told += [
        f"Version {answer['lighthouse_version']}, mobile, as it comes; the best of {LOOKS} looks.",
        "",
        "| page | " + " | ".join(CATEGORIES) + " |",
        "|---|" + "---:|" * len(CATEGORIES),
    ]
    for name, scores in answer["lighthouse"].items():
        told.append(f"| {name} | " + " | ".join(f"{scores[category]:.0f}" for category in CATEGORIES) + " |")
    return told


def misses(answer: dict[str, Any]) -> list[str]:
    """Return what is over budget."""
    found = []
    for name, row in answer["pages"].items():
        most_first = MOST_MAP_KB if name == MAP else MOST_FIRST_KB
        if row["first_kb"] > most_first:
            found.append(f"phone, {name}: first visit {row['first_kb']:.1f} kB (at most {most_first:g})")
        if name != MAP and row["later_kb"] > MOST_LATER_KB:
            found.append(f"phone, {name}: later {row['later_kb']:.1f} kB (at most {MOST_LATER_KB:g})")
        if row["moved"]:
            found.append(f"phone, {name}: layout shift {row['moved']:.3f} (none)")
        if row.get("seen", 0) > MOST_SECONDS:
            found.append(f"phone, {name}: in sight after {row['seen']:.2f} s (at most {MOST_SECONDS:g})")
    for name, scores in answer["lighthouse"].items():
        found += [f"Lighthouse, {name}: {category} {score:.0f}" for category, score in scores.items() if score < 100]
    return found


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    django.setup()
    from django.db import connections

    from meetings.models import Meeting
    from tests.bench import measure
    from tests.site import running

    measure.prepare(MEETINGS, SEED)
    meeting = Meeting.objects.public().order_by("pk").first().get_absolute_url()
    connections.close_all()
    paths = {name: (path or meeting, shows) for name, (path, shows) in PAGES.items()}
    with running(Path(os.environ["VAR_DIR"]), "--workers=2", "--threads=4", loads=()) as site:
        answer = {"pages": _pages(site.url, paths), **_lighthouse(site.url, paths)}
    print("\n".join(lines(answer)), file=sys.stderr)
    print(json.dumps(answer))
    return 1 if misses(answer) else 0


def _pages(origin: str, paths: dict[str, tuple[str, str]]) -> dict[str, dict]:
    from playwright.sync_api import sync_playwright

    rows = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
        for name, (path, shows) in paths.items():
            # The server has seen the page before: it is not what is measured here.
            visit(browser, origin + path, shows)
            first = visit(browser, origin + path, shows)
            elsewhere = origin + (paths["home"][0] if name not in ("home", MAP) else paths["finder"][0])
            later = visit(
                browser, origin + path, shows, after=[elsewhere, origin + path] if name == MAP else [elsewhere]
            )
            row = {"first_kb": first["bytes"] / 1000, "files": first["files"], "moved": first["moved"]}
            row["later_kb"] = later["bytes"] / 1000
            if name in TIMED:
                seen = [visit(browser, origin + path, shows, is_slow=True)["seen"] for _n in range(TIMES)]
                row |= {"seen": statistics.median(seen), "slowest": max(seen)}
            rows[name] = row
            print(f"  {name}: {row}", file=sys.stderr, flush=True)
        browser.close()
    return rows


def visit(browser: Any, address: str, shows: str, *, after: list[str] | None = None, is_slow: bool = False) -> dict:
    """Open a page in a browser of its own, after other pages; return what came over the line and when it was seen."""
    context = browser.new_context(viewport=PHONE, locale="en-US", timezone_id="America/New_York")
    for before in after or []:
        page = context.new_page()
        page.goto(before, wait_until="networkidle")
        page.close()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    came: list[float] = []
    network.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    if is_slow:
        network.send("Network.emulateNetworkConditions", LINE)
        network.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(_WATCH % json.dumps(shows))
    page.goto(address, wait_until="commit")
    seen = page.evaluate("window.seen")
    page.wait_for_load_state("networkidle")
    moved = page.evaluate("window.moved")
    context.close()
    return {"bytes": sum(came), "files": sum(1 for size in came if size), "moved": moved, "seen": seen / 1000}


def _chromium() -> str:
    from tests.browser.conftest import CHROMIUM

    if not CHROMIUM:
        raise SystemExit("There is no Chromium on this machine.")
    return CHROMIUM


def _lighthouse(origin: str, paths: dict[str, tuple[str, str]]) -> dict[str, Any]:
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    found, version = {}, ""
    for name in LOOKED_AT if program else ():
        # What else the machine does is felt in the seconds of one look, seldom in those of three.
        for _n in range(LOOKS):
            try:
                report = _look(program, origin + paths[name][0])
            except subprocess.CalledProcessError:
                # It asks to be run again when the browser began before it did.
                continue
            version = report["lighthouseVersion"]
            scores = {category: report["categories"][category]["score"] * 100 for category in CATEGORIES}
            found[name] = max(found.get(name, scores), scores, key=lambda one: sum(one.values()))
            print(f"  Lighthouse, {name}: {scores}", file=sys.stderr, flush=True)
            if min(scores.values()) == 100:
                break
            for audit in report["audits"].values():
                if audit["scoreDisplayMode"] in ("binary", "numeric") and (audit["score"] or 0) < 0.9:
                    print(f"    {audit['id']} {audit.get('displayValue', '')}", file=sys.stderr, flush=True)
    return {"lighthouse": found, "lighthouse_version": version}


def _look(program: str, address: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "report.json"
        subprocess.run(
            [
                program, address, "--quiet", "--output=json", f"--output-path={written}",
                "--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}",
                "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking"
                " --disable-component-update --no-first-run",
            ],
            env={**os.environ, "CHROME_PATH": _chromium()},
            check=True,
            timeout=180,
            stdout=sys.stderr,
        )  # fmt: skip
        return json.loads(written.read_text())


if __name__ == "__main__":
    sys.exit(main())
