# ruff: noqa: S608 (the names put into statements are those of our own tables and columns)
"""The gazetteer's files into the database. What is asked of it afterwards is in `meetings.places`.

A load is one transaction: visitors find the old towns until the new ones are there. Only rows
that differ are written, so a repeated load changes nothing, and venues keep their place.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.text import slugify

from groups.text import fold
from meetings import places, regions
from meetings.copying import copy_rows

_DATA = Path(__file__).resolve().parent / "data"
PLACES_FILE = _DATA / "places.csv.gz"
FURTHER_NAMES_FILE = _DATA / "further_names.csv"

# Two letters where German and the Nordic languages have one, as people type them on other keyboards.
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
# Abbreviations of words in town names (source: United States Postal Service, Publication 28).
_ABBREVIATED = {"st": "saint", "mt": "mount", "ft": "fort"}
_IN_FULL = {word: short for short, word in _ABBREVIATED.items()}

Report = Callable[[str], None]


class UnusableFile(ValueError):
    """The file is not what it is taken for; the message says what is wrong."""


class PlaceRow(NamedTuple):
    id: int
    name: str
    slug: str
    country: str
    region: str
    region_code: str
    latitude: float
    longitude: float
    population: int
    time_zone: str


class PostcodeRow(NamedTuple):
    country: str
    code: str
    name: str
    region: str
    latitude: float
    longitude: float
    time_zone: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one table: how many there are now, and how many were written or taken away."""

    total: int
    written: int
    removed: int


def spellings(name: str, plain_name: str = "") -> set[str]:
    """Return every folded way to type a town's name: "köln", "koeln"; "st louis", "saint louis"; "bronx"."""
    found = {fold(name)}
    if not name.isascii():
        found |= {fold(plain_name), fold(name.translate(_SPELLED_OUT))}
    found.discard("")
    for spelling in list(found):
        words = spelling.split(" ")
        for other in (_ABBREVIATED, _IN_FULL):
            if not other.keys().isdisjoint(words):
                found.add(" ".join(other.get(word, word) for word in words))
    # "The Bronx" and "The Hague" are asked for without the word that nobody says.
    return found | {spelling.removeprefix("the ") for spelling in found}


def read_places(path: Path = PLACES_FILE) -> tuple[list[PlaceRow], dict[int, set[str]]]:
    """Return the towns of the file and, by town id, the spellings of each.

    Slugs are unique within country and region: the largest town of a name has the plain one,
    the others carry their id.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        raw = sorted(csv.DictReader(file), key=lambda row: (-int(row["population"] or 0), int(row["geonameid"])))
    rows: list[PlaceRow] = []
    names: dict[int, set[str]] = {}
    taken: set[tuple[str, str, str]] = set()
    for row in raw:
        number, plain_name = int(row["geonameid"]), row["ascii_name"] or row["name"]
        slug = "-".join(fold(plain_name).split())[:100].strip("-")
        if not slug.isascii() or not slug:
            slug = slugify(plain_name)[:100].strip("-") or "place"
        if (row["country"], row["region"], slug) in taken:
            slug = f"{slug}-{number}"
        taken.add((row["country"], row["region"], slug))
        rows.append(
            PlaceRow(
                id=number,
                name=row["name"],
                slug=slug,
                country=row["country"],
                region=row["region"],
                region_code=regions.region_code(row["country"], row["region"]),
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                population=int(row["population"] or 0),
                time_zone=row["time_zone"],
            )
        )
        names[number] = spellings(row["name"], plain_name)
    with FURTHER_NAMES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["geonameid"]) in names:
                names[int(row["geonameid"])] |= spellings(row["name"], row["name"])
    return rows, names


def load(
    *, report: Report = lambda line: None, path: Path = PLACES_FILE, with_zip_codes: bool = True
) -> dict[str, Counts]:
    """Make the database's towns and US ZIP codes those of the files. Safe to repeat."""
    report("Reading towns")
    rows, names = read_places(path)
    with transaction.atomic():
        _plan_for_whole_tables()
        report(f"Writing {len(rows):,} towns")
        counts = {"places": _write_places(rows)}
        report("Writing their spellings")
        counts["names"] = _write_names(
            (row.id, folded, row.population) for row in rows for folded in sorted(names[row.id])
        )
        if with_zip_codes:
            report("Writing US ZIP codes")
            counts["postcodes"] = _write_postcodes(us_postcodes(places.Grid.load()), countries=["US"])
    _analyze()
    return counts


def load_postcodes(path: Path) -> Counts:
    """Make the postcodes of every country in a GeoNames postal file those of the file.

    The file has tabs between its columns, or is such a file in gzip or zip form: country, code,
    name, three regions with their codes, latitude, longitude, accuracy (source: GeoNames,
    readme of the postal codes, CC BY 4.0).

    Raises UnusableFile, and then nothing has changed.
    """
    grid = places.Grid.load()
    rows = list(read_postcodes(path, grid))
    if not rows:
        raise UnusableFile(f"{path} holds no postcodes.")
    with transaction.atomic():
        _plan_for_whole_tables()
        counts = _write_postcodes(rows, countries=sorted({row.country for row in rows}))
    _analyze()
    return counts


def us_postcodes(grid: "places.Grid") -> Iterator[PostcodeRow]:
    """Yield US ZIP codes with the zone of the nearest town (source: the `zipcodes` package)."""
    import zipcodes

    for row in zipcodes.list_all():
        latitude, longitude = float(row["lat"] or 0), float(row["long"] or 0)
        zone = grid.zone_of(latitude, longitude, country="US") or row["timezone"]
        # Those of military post offices abroad are no places.
        if not row["active"] or not zone or (latitude == 0 and longitude == 0):
            continue
        yield PostcodeRow(
            country="US",
            code=row["zip_code"],
            name=row["city"],
            region=regions.region_name("US", row["state"]),
            latitude=latitude,
            longitude=longitude,
            time_zone=zone,
        )


def read_postcodes(path: Path, grid: "places.Grid") -> Iterator[PostcodeRow]:
    """Yield the postcodes of a GeoNames postal file, each code once: its middle and first name."""
    areas: dict[tuple[str, str], list[tuple[str, str, float, float]]] = {}
    for number, columns in enumerate(_tabbed(path), start=1):
        try:
            country, code, name, region = columns[0].upper(), places.plain_postcode(columns[1]), columns[2], columns[3]
            latitude, longitude = float(columns[9]), float(columns[10])
        except (IndexError, ValueError) as error:
            raise UnusableFile(f"Line {number} of {path} is not of a postal file: {error}") from error
        areas.setdefault((country, code), []).append((name, region, latitude, longitude))
    for (country, code), parts in areas.items():
        latitude = sum(part[2] for part in parts) / len(parts)
        longitude = sum(part[3] for part in parts) / len(parts)
        zone = grid.zone_of(latitude, longitude, country=country) or ""
        yield PostcodeRow(country, code, parts[0][0], parts[0][1][:80], latitude, longitude, zone)


def _tabbed(path: Path) -> Iterator[list[str]]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            inside = [name for name in archive.namelist() if name.endswith(".txt") and "readme" not in name.lower()]
            if not inside:
                raise UnusableFile(f"{path} holds no text file.")
            with archive.open(inside[0]) as packed:
                for line in io.TextIOWrapper(packed, "utf-8"):
                    yield line.rstrip("\r\n").split("\t")
        return
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\r\n").split("\t")


def _write_places(rows: Iterable[PlaceRow]) -> Counts:
    columns = PlaceRow._fields
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_place (LIKE meetings_place)")
        total = copy_rows("new_place", columns, rows)
        cursor.execute("CREATE UNIQUE INDEX ON new_place (id)")
        cursor.execute("ANALYZE new_place")
        gone = "SELECT id FROM meetings_place EXCEPT SELECT id FROM new_place"
        cursor.execute(f"UPDATE meetings_venue SET place_id = NULL WHERE place_id IN ({gone})")
        cursor.execute(f"DELETE FROM meetings_placename WHERE place_id IN ({gone})")
        cursor.execute(f"DELETE FROM meetings_place WHERE id IN ({gone})")
        removed = cursor.rowcount
        names, values = ", ".join(columns), ", ".join(f"new.{column}" for column in columns)
        olds = ", ".join(f"old.{column}" for column in columns)
        sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column != "id")
        cursor.execute(
            f"INSERT INTO meetings_place ({names})"
            f" SELECT {values} FROM new_place new LEFT JOIN meetings_place old USING (id)"
            f" WHERE ({values}) IS DISTINCT FROM ({olds})"
            f" ON CONFLICT (id) DO UPDATE SET {sets}"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE new_place")
        return Counts(total=total, written=written, removed=removed)


def _write_names(rows: Iterable[tuple[int, str, int]]) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_name (place_id integer, folded varchar, population integer)")
        total = copy_rows("new_name", ("place_id", "folded", "population"), rows)
        cursor.execute("ANALYZE new_name")
        same = "(new.place_id, new.folded, new.population) = (old.place_id, old.folded, old.population)"
        cursor.execute(f"DELETE FROM meetings_placename old WHERE NOT EXISTS (SELECT FROM new_name new WHERE {same})")
        removed = cursor.rowcount
        cursor.execute(
            "INSERT INTO meetings_placename (place_id, folded, population)"
            " SELECT place_id, folded, population FROM new_name new"
            f" WHERE NOT EXISTS (SELECT FROM meetings_placename old WHERE {same})"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE new_name")
        return Counts(total=total, written=written, removed=removed)


def _write_postcodes(rows: Iterable[PostcodeRow], *, countries: list[str]) -> Counts:
    columns = PostcodeRow._fields
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_postcode (LIKE meetings_postcode)")
        cursor.execute("ALTER TABLE new_postcode ALTER COLUMN id DROP NOT NULL")
        total = copy_rows("new_postcode", columns, rows)
        cursor.execute("ANALYZE new_postcode")
        cursor.execute(
            "DELETE FROM meetings_postcode old WHERE country = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM new_postcode new WHERE (new.code, new.country) = (old.code, old.country))",
            [countries],
        )
        removed = cursor.rowcount
        names, values = ", ".join(columns), ", ".join(f"new.{column}" for column in columns)
        olds = ", ".join(f"old.{column}" for column in columns)
        sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in ("code", "country"))
        cursor.execute(
            f"INSERT INTO meetings_postcode ({names})"
            f" SELECT {values} FROM new_postcode new LEFT JOIN meetings_postcode old USING (code, country)"
            f" WHERE ({values}) IS DISTINCT FROM ({olds})"
            f" ON CONFLICT (code, country) DO UPDATE SET {sets}"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE new_postcode")
        return Counts(total=total, written=written, removed=removed)


def _plan_for_whole_tables() -> None:
    """Keep the planner, for this transaction, from row-by-row joins.

    It chooses them for a table that it remembers as empty, and then a load takes minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")


def _analyze() -> None:
    """Tell the planner what is there now; autovacuum would come to it minutes later."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE meetings_place, meetings_placename, meetings_postcode")
