"""What a process that answers visitors has in it, and what it does without."""

import os
import subprocess
import sys

from tests.site import ROOT

# Each takes some MB in every worker, and is needed by few requests or by none.
NOT_BEFORE_THEY_ARE_NEEDED = {"fpdf", "fontTools", "PIL", "charset_normalizer", "rapidfuzz", "unittest", "pytest"}
_LOADED = """
import sys
import recovery.wsgi
from django.urls import get_resolver

def load(resolver):
    for pattern in getattr(resolver, "url_patterns", ()):
        load(pattern)

load(get_resolver())
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
print("SWITCHES", sys.getswitchinterval())
"""


def _said() -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "recovery.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line}


def test_a_worker_starts_without_what_few_pages_need():
    said = _said()

    loaded = set(said["LOADED"])
    assert {"numpy", "redis", "meetings"} <= loaded
    assert loaded & NOT_BEFORE_THEY_ARE_NEEDED == set()
    assert said["SWITCHES"] == ["0.0005"]
