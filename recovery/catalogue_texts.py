"""The texts of the catalogue, which come from data files and are translated like any other.

A text is looked up by its English words, so that one a curator changed is shown as changed.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from groups import telling
from groups.catalogue_loading import approach_values
from groups.models import Approach, Fellowship

_BASE = Path(settings.BASE_DIR)


def texts() -> Iterator[str]:
    """Give every text of approaches, fellowships, traits and help lines, as the data files have it."""
    approaches = json.loads((_BASE / "groups/data/approaches.json").read_text(encoding="utf-8"))
    for approach in approaches["approaches"]:
        yield from telling.texts_of(approach_values(approach), Approach)
    for fellowship in approaches["fellowships"]:
        yield from telling.texts_of(fellowship, Fellowship)
    for finding in approaches["cross_cutting_evidence"]:
        yield from (finding[part] for part in ("claim", "detail", "limit"))
    traits = json.loads((_BASE / "meetings/data/traits.json").read_text(encoding="utf-8"))
    for trait in traits["traits"]:
        yield trait["name"]
        yield trait.get("definition", "")
    yield from _of_help_lines()


def _of_help_lines() -> Iterator[str]:
    data = json.loads((_BASE / "groups/data/help_lines.json").read_text(encoding="utf-8"))
    for line in data["resources"]:
        yield from (line[part] for part in ("for_whom", "hours", "cost", "note"))
        yield from line["languages"]
        # What is no sentence is typed or dialled: "800GAM".
        yield from (note for channel in line["channels"] if " " in (note := channel.get("note") or ""))


def as_code() -> str:
    """Return the texts as code that xgettext reads."""
    lines = (f"_({json.dumps(text, ensure_ascii=False)})" for text in dict.fromkeys(texts()) if text)
    return "\n".join(lines) + "\n"
