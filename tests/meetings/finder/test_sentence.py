"""Every sentence of the table means what it says there."""

import csv
import json
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from groups.text import fold
from meetings.finder import sentence
from tests.gazetteer import shipped_rows

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "tests" / "data" / "sentences.tsv"
# A Friday.
TODAY = date(2026, 11, 20)
POSTCODES = {"07030", "02134", "90210", "10001", "SW1A", "M5V", "H2X", "10115"}


@cache
def lexicon() -> sentence.Lexicon:
    """The words, and the catalogue as it is shipped."""
    catalogue = json.loads((ROOT / "groups/data/approaches.json").read_text("utf-8"))
    traits = json.loads((ROOT / "meetings/data/traits.json").read_text("utf-8"))["traits"]
    names = [
        sentence.CatalogueName("approach", approach["slug"], name)
        for approach in catalogue["approaches"]
        for name in (approach["name"], *approach["also_known_as"])
    ]
    names += [
        sentence.CatalogueName("fellowship", fellowship["slug"], name)
        for fellowship in catalogue["fellowships"]
        for name in (fellowship["name"], fellowship["abbreviation"])
    ]
    names += [sentence.CatalogueName(trait["kind"], trait["slug"], trait["name"]) for trait in traits]
    return sentence.Lexicon(names)


class ShippedGazetteer:
    """The towns that are shipped, by every spelling."""

    def towns(self, names):
        known = _towns()
        return {name: known[name] for name in names if name in known}

    def postcodes(self, codes):
        return POSTCODES & set(codes)


@cache
def _towns() -> dict[str, list[sentence.Town]]:
    found: dict[str, list[sentence.Town]] = {}
    with (ROOT / "meetings/data/further_names.csv").open(encoding="utf-8", newline="") as file:
        further = [(row["geonameid"], row["name"]) for row in csv.DictReader(file)]
    by_id: dict[str, sentence.Town] = {}
    for row in shipped_rows():
        town = sentence.Town(row["country"], row["region"], int(row["population"]))
        for name in {fold(row["name"]), fold(row["ascii_name"])} - {""}:
            found.setdefault(name, []).append(town)
        by_id[row["geonameid"]] = town
    for number, name in further:
        found.setdefault(fold(name), []).append(by_id[number])
    return found


def read(text: str) -> sentence.Reading:
    return sentence.read(text, lexicon=lexicon(), gazetteer=ShippedGazetteer(), today=TODAY)


def rows() -> list[tuple[str, str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [tuple((line + "\t\t").split("\t")[:3]) for line in lines]


@pytest.mark.parametrize(("text", "parameters", "left"), rows(), ids=[row[0] for row in rows()])
def test_a_sentence_becomes_its_parameters(text, parameters, left):
    reading = read(text)

    pairs = [*reading.pairs, *([("here", "yes")] if reading.is_near_me else [])]
    assert sorted(pairs) == sorted(parse_qsl(parameters, strict_parsing=bool(parameters)))
    assert list(reading.left) == [part for part in left.split(" | ") if part]
