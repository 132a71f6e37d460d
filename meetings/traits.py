"""What the codes and words of feeds mean here, and which code says a trait in a programme.

Pure look-ups in two data files, read once; no query. The same code means other things in other
programmes: `POA` is proof of attendance in AA and parents of alcoholics in Al-Anon. What is in
no table is unknown: `None`, never a guess.

How far a code goes is decided once, in `data/codes.json`: a meeting for women or men is taken
as only for them, as AA, NA and the others mean it; every other focus (LGBTQ+, young people,
people of color and so on) as a welcome that shuts nobody out, unless the code itself gives ages
or is Alateen's.

Sources: the Meeting Guide format (code4recovery/spec, README.md), the programme tables of the
12 Step Meeting List (code4recovery/12-step-meeting-list, includes/variables.php), the format
table of the BMLT server (bmlt-enabled/bmlt-server).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from groups.text import fold
from meetings.enums import OpenTo, TraitKind

_DATA = Path(__file__).parent / "data"
_LISTING_OF_KIND: dict[str, dict[str, Any]] = {
    "open": {"open_to": OpenTo.ANYONE.value},
    "closed": {"open_to": OpenTo.WITH_THE_ISSUE.value},
}


@dataclass(frozen=True)
class Claim:
    """What a meeting says of one trait."""

    kind: str
    slug: str
    value: str


@dataclass(frozen=True)
class Meaning:
    """What one code says of a meeting.

    `kind` is "trait", "open", "closed", "place-suspended", "online", "hybrid", "listing" (only
    the fields in `listing`) or "ignored" (known, and left out for the reason in `why`).
    `claims` are all traits it names; the first is also `trait_kind`, `trait_slug`, `value`.
    `listing` holds fields of the meeting to set along with it, such as `min_age` or `open_to`,
    with their names and values. `fellowship` is the slug of the fellowship it puts the meeting
    in, for Alateen and Gam-Anon meetings within another fellowship's feed.
    """

    kind: str
    claims: tuple[Claim, ...] = ()
    listing: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    fellowship: str = ""
    why: str = ""

    @property
    def trait_kind(self) -> str:
        return self.claims[0].kind if self.claims else ""

    @property
    def trait_slug(self) -> str:
        return self.claims[0].slug if self.claims else ""

    @property
    def value(self) -> str:
        return self.claims[0].value if self.claims else ""


@dataclass(frozen=True)
class TraitEntry:
    """One trait as the data file has it. `value` is what a code says of it by itself."""

    kind: str
    slug: str
    name: str
    definition: str
    order: int
    value: str
    programme_codes: Mapping[str, str | list[str]]
    na_world_id: str
    language_code: str
    is_in_person_only: bool


@dataclass(frozen=True)
class _Table:
    """One programme's codes."""

    by_code: Mapping[str, Meaning]
    by_folded_code: Mapping[str, Meaning]
    by_name: Mapping[str, Meaning]
    code_of_claim: Mapping[Claim, str]
    code_of_kind: Mapping[str, str]
    combined: tuple[tuple[str, frozenset[Claim]], ...]


def entries() -> tuple[TraitEntry, ...]:
    """Return every trait of the data file, in its order."""
    return tuple(_entries().values())


def meaning_of(programme: str, code: str) -> Meaning | None:
    """Return what a type code means in a programme, None when no table has it.

    The code as written is looked up first, then without regard to case; then the codes that
    mean the same in every programme that has them (`O`, `W`, `TC`) and the ISO 639 codes of the
    format's languages. The programme's own codes win: `AR` is Arabic, but artists in Debtors
    Anonymous. An empty programme, or one without a table, has the shared codes only.
    """
    code = code.strip()
    for table in (_tables().get(programme), _shared()):
        if table and (meaning := table.by_code.get(code) or table.by_folded_code.get(code.upper())):
            return meaning
    return None


def meaning_of_name(programme: str, text: str) -> Meaning | None:
    """Return what an English name such as "Step Meeting" means in a programme, None when unknown.

    The programme's own names come first, then the aliases that feeds use, then the names of our
    own traits and languages. Case, accents and punctuation do not matter.
    """
    folded = fold(text)
    table = _tables().get(programme)
    if table and (meaning := table.by_name.get(folded)):
        return meaning
    if code := _aliases().get(folded):
        return meaning_of(programme, code)
    return _own_names().get(folded)


def na_meaning(*, key: str = "", world_id: str = "", name: str = "") -> Meaning | None:
    """Return what a BMLT format means, None when unknown.

    The world id comes first: it alone is the same on every server. Several languages share the
    world id `LANG`; there, and for formats without one, the English name decides, then the key.
    """
    by_world_id, by_key, by_name = _na_tables()
    if meaning := by_world_id.get(world_id.strip().upper()):
        # The traditions workshop and the ask-it-basket share a world id with a plainer format.
        own = by_name.get(fold(name)) or by_key.get(key.strip())
        return own if own and set(own.claims) > set(meaning.claims) else meaning
    return by_name.get(fold(name)) or by_key.get(key.strip()) or _language_names().get(fold(name))


def code_for(programme: str, trait_kind: str, slug: str, value: str = "") -> str | None:
    """Return a programme's code that says just this, None when it has none.

    Without `value`, the value that the trait's code stands for by itself.
    """
    entry = _entries().get((trait_kind, slug))
    if entry is None:
        return None
    return _code_of_claim(programme, Claim(trait_kind, slug, value or entry.value))


def code_of_kind(programme: str, kind: str) -> str | None:
    """Return a programme's code for "open" or "closed", None when it has none."""
    return _writing_table(programme).code_of_kind.get(kind)


def codes_for(programme: str, claims: Iterable[Claim]) -> list[str]:
    """Return a programme's codes that together say these claims and nothing more, sorted.

    A code that says several at once is used where all of them hold. A claim that no code says
    is left out: an export never says more than is known.
    """
    wanted = set(claims)
    left, codes = set(wanted), []
    for code, combined in _writing_table(programme).combined:
        if combined <= wanted and combined & left:
            codes.append(code)
            left -= combined
    codes.extend(single for claim in left if (single := _code_of_claim(programme, claim)))
    return sorted(codes)


def _writing_table(programme: str) -> _Table:
    """Return the programme's own table, for none or an empty one the shared one."""
    table = _tables().get(programme)
    return table if table and table.by_code else _shared()


def _code_of_claim(programme: str, claim: Claim) -> str | None:
    table = _writing_table(programme)
    if code := table.code_of_claim.get(claim):
        return code
    if claim.kind == TraitKind.LANGUAGE:
        # Programmes without a code of their own for a language use ISO 639, unless it is taken.
        iso = _shared().code_of_claim.get(claim)
        return iso if iso and iso not in table.by_folded_code else None
    return None


@cache
def _read(name: str) -> dict[str, Any]:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))


@cache
def _entries() -> dict[tuple[str, str], TraitEntry]:
    return {(row["kind"], row["slug"]): TraitEntry(**row) for row in _read("traits.json")["traits"]}


def _claim(text: str) -> Claim:
    """Read "kind/slug" or "kind/slug value"."""
    reference, _, value = text.partition(" ")
    kind, _, slug = reference.partition("/")
    return Claim(kind, slug, value or _entries()[kind, slug].value)


def _meaning(row: Mapping[str, Any]) -> Meaning:
    means = [row["means"]] if isinstance(row["means"], str) else row["means"]
    extra = row.get("listing", {})
    if means == ["not-kept"]:
        return Meaning("ignored", why=row["because"])
    if "/" not in means[0]:
        return Meaning(means[0], listing=MappingProxyType(_LISTING_OF_KIND.get(means[0], {}) | extra))
    return Meaning(
        "trait",
        claims=tuple(_claim(text) for text in means),
        listing=MappingProxyType(extra),
        fellowship=row.get("fellowship", ""),
    )


def _table(rows: Mapping[str, Mapping[str, Any]]) -> _Table:
    by_code = {code: _meaning(row) for code, row in rows.items()}
    by_name: dict[str, Meaning] = {}
    code_of_claim: dict[Claim, str] = {}
    code_of_kind: dict[str, str] = {}
    combined = []
    for code, row in rows.items():
        meaning = by_code[code]
        for name in [row["name"], *row.get("also_named", [])]:
            by_name.setdefault(fold(name), meaning)
        # A code that also gives ages or names another fellowship says more than the trait does.
        says_more = meaning.fellowship or {"min_age", "max_age"} & meaning.listing.keys()
        if row.get("proposed") or says_more:
            continue
        if len(meaning.claims) == 1:
            code_of_claim.setdefault(meaning.claims[0], code)
        elif meaning.claims:
            combined.append((code, frozenset(meaning.claims)))
        elif meaning.kind != "ignored":
            code_of_kind.setdefault(meaning.kind, code)
    return _Table(
        by_code=by_code,
        by_folded_code={code.upper(): meaning for code, meaning in by_code.items()},
        by_name=by_name,
        code_of_claim=code_of_claim,
        code_of_kind=code_of_kind,
        combined=tuple(sorted(combined, key=lambda pair: (-len(pair[1]), pair[0]))),
    )


@cache
def _tables() -> dict[str, _Table]:
    return {key: _table(rows) for key, rows in _read("codes.json")["programmes"].items()}


@cache
def _shared() -> _Table:
    """Return what holds in every programme: codes on which all tables agree, and languages."""
    codes = _read("codes.json")
    languages = {
        code.upper(): {"name": _entries()[TraitKind.LANGUAGE, code].name, "means": f"language/{code}"}
        for code in codes["languages"]
    }
    return _table(codes["every_programme"] | languages)


@cache
def _aliases() -> dict[str, str]:
    return {fold(name): code for name, code in _read("codes.json")["aliases"].items()}


@cache
def _language_names() -> dict[str, Meaning]:
    return {
        fold(entry.name): _meaning({"means": f"{entry.kind}/{entry.slug}"})
        for entry in entries()
        if entry.kind == TraitKind.LANGUAGE
    }


@cache
def _own_names() -> dict[str, Meaning]:
    """Return the names and slugs of our own traits, and the words of the shared codes."""
    names: dict[str, Meaning] = {}
    for entry in entries():
        meaning = _meaning({"means": f"{entry.kind}/{entry.slug}"})
        names.setdefault(fold(entry.name), meaning)
        if entry.kind != TraitKind.LANGUAGE:
            names.setdefault(fold(entry.slug), meaning)
    return {**_shared().by_name, **names}


@cache
def _na_tables() -> tuple[dict[str, Meaning], dict[str, Meaning], dict[str, Meaning]]:
    """Return NA's formats by world id, by the key shipped by default, and by English name."""
    by_world_id: dict[str, Meaning] = {}
    by_key: dict[str, Meaning] = {}
    by_name: dict[str, Meaning] = {}
    for row in _read("codes.json")["na_formats"]:
        meaning = _meaning(row)
        if row["world_id"] not in ("", "LANG"):
            by_world_id.setdefault(row["world_id"], meaning)
        for key in row["keys"]:
            by_key.setdefault(key, meaning)
        by_name.setdefault(fold(row["name"]), meaning)
    return by_world_id, by_key, by_name
