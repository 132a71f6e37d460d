"""A small gazetteer of real rows, cut from the file that is shipped."""

import csv
import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path

from meetings import gazetteer


@cache
def shipped_rows() -> list[dict[str, str]]:
    with gzip.open(gazetteer.PLACES_FILE, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_towns(folder: Path, wanted: Callable[[dict[str, str]], bool]) -> dict[str, gazetteer.Counts]:
    """Load the shipped towns that are wanted, and nothing else; return what was written."""
    rows = [row for row in shipped_rows() if wanted(row)]
    path = folder / "places.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, shipped_rows()[0])
        writer.writeheader()
        writer.writerows(rows)
    return gazetteer.load(path=path, with_zip_codes=False)
