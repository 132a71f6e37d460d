"""The short texts of the catalogue, which come from data files and are translated like any other.

A text is looked up by its English words, so that one a curator changed is shown as changed.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

_BASE = Path(settings.BASE_DIR)


def texts() -> Iterator[str]:
    """Give every short text of approaches and traits, as the data files have it."""
    approaches = json.loads((_BASE / "groups/data/approaches.json").read_text(encoding="utf-8"))
    for approach in approaches["approaches"]:
        yield approach["one_line"]
    traits = json.loads((_BASE / "meetings/data/traits.json").read_text(encoding="utf-8"))
    for trait in traits["traits"]:
        yield trait["name"]
        yield trait.get("definition", "")


def as_code() -> str:
    """Return the texts as code that xgettext reads."""
    lines = (f"_({json.dumps(text, ensure_ascii=False)})" for text in dict.fromkeys(texts()) if text)
    return "\n".join(lines) + "\n"
