"""What the approach and fellowship pages need, in few queries.

Curators' notes of what is still to check (`verify`) never reach a page; what they cast doubt
on, such as an unchecked web address, is left out.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import F
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from groups import enums, phrasing, wording
from groups.catalogue_loading import APPROACHES_FILE
from groups.models import Approach, Fellowship, Reference
from groups.telling import told

# Stopping alcohol all at once can be dangerous; so can planning to, by oneself.
_CHANGES_DRINKING = {enums.Goal.ABSTINENCE, enums.Goal.MODERATION, enums.Goal.SAFER_USE, enums.Goal.SELF_CHOSEN}
WITHDRAWAL_SOURCE = "S120"
GENERAL_KNOWLEDGE = "general-knowledge"
# Pages of those who sell treatment are named, never linked.
_NEVER_LINKED = ("provider", "commercial")
_HOST_AND_PATH = re.compile(r"[\w.-]+\.[a-z]{2,}(/\S*)?")
_REPOSITORY_FILE = re.compile(r"(?P<repository>[\w-]+/[\w.-]+):(?P<path>\S+)")


@dataclass(frozen=True)
class Source:
    """A page that a fact rests on. `url` is "" where we do not link; `facts` are named in words."""

    key: str
    address: str
    url: str
    supports: str
    date: str
    facts: list[str]


@dataclass(frozen=True)
class Fact:
    """One line of a page: what it is about, what is so, and a word more."""

    label: str
    values: list[str]
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """Something that research found across approaches, with its limits."""

    claim: str
    detail: str
    limit: str
    sources: list[Source]


@dataclass(frozen=True)
class Next:
    approach: Approach
    why: str


@dataclass(frozen=True)
class FamilyOfApproaches:
    slug: str
    name: str
    approaches: list[Approach]


@dataclass(frozen=True)
class ApproachList:
    first: list[Approach]
    families: list[FamilyOfApproaches]
    findings: list[Finding]
    as_of: date


@dataclass(frozen=True)
class ApproachPage:
    approach: Approach
    glance: list[Fact]
    facts: list[Fact]
    entry_rules: list[str]
    evidence_sources: list[Source]
    withdrawal_sources: list[Source]
    try_next: list[Next]
    fellowships: list[Fellowship]
    sources: list[Source]
    without_source: list[str]
    website: str
    is_uncertain: bool
    as_of: date
    is_checked: bool

    @property
    def warns_of_withdrawal(self) -> bool:
        return bool(self.withdrawal_sources)


@dataclass(frozen=True)
class FellowshipPage:
    fellowship: Fellowship
    approach: Approach
    glance: list[Fact]
    withdrawal_sources: list[Source]
    others: list[Fellowship]
    sources: list[Source]
    website: str
    as_of: date

    @property
    def warns_of_withdrawal(self) -> bool:
        return bool(self.withdrawal_sources)


def approach_list() -> ApproachList:
    """Return every approach: the five of the brief in their order, the others by family. Two queries."""
    approaches = list(Approach.objects.order_by(F("brief_order").asc(nulls_last=True), "name", "pk"))
    others = [approach for approach in approaches if approach.brief_order is None]
    families = [
        FamilyOfApproaches(slug, str(name), found)
        for slug, name in enums.Family.choices
        if (found := [approach for approach in others if approach.family == slug])
    ]
    return ApproachList(
        first=[approach for approach in approaches if approach.brief_order is not None],
        families=families,
        findings=_findings(),
        as_of=_compiled_on(),
    )


def approach_page(approach: Approach) -> ApproachPage:
    """Return what the page of an approach tells. Three queries beyond the approach itself."""
    approach = told(approach)
    reference = _references(
        [*approach.sources, *approach.evidence_sources, WITHDRAWAL_SOURCE], _facts_by_source(approach.fact_sources)
    )
    return ApproachPage(
        approach=approach,
        glance=_glance(approach),
        facts=_more_facts(approach),
        entry_rules=_entry_rules(approach.entry_rules),
        evidence_sources=reference(approach.evidence_sources),
        withdrawal_sources=reference([WITHDRAWAL_SOURCE]) if _changes_drinking(approach.covers, approach.goals) else [],
        try_next=_try_next(approach),
        fellowships=list(approach.fellowships.all()),
        sources=reference(approach.sources),
        without_source=[
            str(wording.FACTS[name])
            for name, keys in approach.fact_sources.items()
            if keys == [GENERAL_KNOWLEDGE] and name in wording.FACTS
        ],
        website=_checked_website(approach.website, approach.verify),
        is_uncertain=approach.status != enums.ApproachStatus.ACTIVE,
        as_of=approach.checked_on or _compiled_on(),
        is_checked=approach.checked_on is not None,
    )


def fellowship_page(fellowship: Fellowship) -> FellowshipPage:
    """Return what the page of a fellowship tells. Two queries beyond it and its approach."""
    fellowship, approach = told(fellowship), told(fellowship.approach)
    reference = _references([*fellowship.sources, WITHDRAWAL_SOURCE], {})
    joining = [fellowship.joining_requirement] if fellowship.joining_requirement else []
    warns = _changes_drinking(fellowship.covers, approach.goals)
    return FellowshipPage(
        fellowship=fellowship,
        approach=approach,
        glance=_stated(
            Fact(_("About"), _labels(enums.Covers, fellowship.covers)),
            Fact(_("For"), _for_whom(fellowship.for_whom)),
            Fact(_("Who may join"), joining),
            Fact(_("Belief"), [approach.get_belief_display()], approach.belief_note),
            Fact(_("Goal"), _labels(enums.Goal, approach.goals)),
            Fact(_("Who leads"), [approach.get_led_by_display()]),
            Fact(_("Cost"), [approach.get_cost_display()]),
            Fact(_("Began"), [str(fellowship.founded)] if fellowship.founded else []),
        ),
        withdrawal_sources=reference([WITHDRAWAL_SOURCE]) if warns else [],
        others=list(approach.fellowships.exclude(pk=fellowship.pk)),
        sources=reference(fellowship.sources),
        website=_checked_website(fellowship.website, fellowship.verify),
        as_of=_compiled_on(),
    )


def facts(approach: Approach) -> list[Fact]:
    """Return all that is known of an approach, in the order its page tells it."""
    return [*_glance(approach), *_more_facts(approach)]


def entry_rules(approach: Approach) -> list[str]:
    """Return what holds before somebody comes, one sentence each."""
    return _entry_rules(approach.entry_rules)


def withdrawal_sources(approaches: Iterable[Approach]) -> list[Source]:
    """Return what the warning about stopping alcohol rests on, nothing where none needs it. At most one query."""
    if any(_changes_drinking(approach.covers, approach.goals) for approach in approaches):
        return _references([WITHDRAWAL_SOURCE], {})([WITHDRAWAL_SOURCE])
    return []


def own_sites() -> list[tuple[str, str]]:
    """Return name, in the reader's language, and address of each fellowship with lists of its own, checked ones alone.

    Read from the catalogue's data file: it is told when no database answers. Approaches of the
    brief come first; an address that several share is told once.
    """
    entries = [entry for entry in _file()["approaches"] if entry["status"] == enums.ApproachStatus.ACTIVE]
    entries.sort(key=lambda entry: (entry["brief_order"] is None, entry["brief_order"]))
    sites: dict[str, str] = {}
    for entry in [*_file()["fellowships"][:2], *entries]:
        website = _checked_website(entry["website"] or "", entry["verify"])
        if website:
            sites.setdefault(website, entry["name"])
    return [(_(name), website) for website, name in sites.items()]


def address_url(address: str) -> str:
    """Return where a reference's address leads, "" when it names a page without a full address."""
    if file := _REPOSITORY_FILE.fullmatch(address):
        return f"https://github.com/{file['repository']}/blob/HEAD/{file['path']}"
    return f"https://{address}" if _HOST_AND_PATH.fullmatch(address) else ""


def _glance(approach: Approach) -> list[Fact]:
    mentor = approach.get_mentor_availability_display()
    own_word = [_("%(mentor)s; called %(word)s") % {"mentor": mentor, "word": phrasing.quoted(approach.mentor_term)}]
    leader = [approach.get_led_by_display()]
    if approach.leader_title:
        leader = [
            _("%(leader)s; called %(word)s") % {"leader": leader[0], "word": phrasing.quoted(approach.leader_title)}
        ]
    return _stated(
        Fact(_("Belief"), [approach.get_belief_display()], approach.belief_note),
        Fact(_("Goal"), _labels(enums.Goal, approach.goals), approach.goal_note),
        Fact(_("Who may come"), [approach.get_open_closed_display()], approach.open_closed_note),
        Fact(_("Who leads"), leader, approach.leader_note),
        Fact(_("Mentors"), own_word if approach.mentor_term else [mentor], approach.mentor_note),
        Fact(_("Cost"), [approach.get_cost_display()], approach.cost_note),
    )


def _more_facts(approach: Approach) -> list[Fact]:
    began = [str(approach.founded)] if approach.founded else []
    return _stated(
        Fact(_("What it covers"), _labels(enums.Covers, approach.covers)),
        Fact(_("For"), _for_whom(approach.for_whom)),
        Fact(_("Meetings made for"), _named(wording.FOCUSES, approach.demographic_options)),
        Fact(_("To join"), [approach.joining_requirement] if approach.joining_requirement else []),
        Fact(_("How it runs"), _named(wording.FORMATS, approach.meeting_formats)),
        Fact(_("Ways to meet"), _named(wording.CHANNELS, approach.channels)),
        Fact(_("Answering each other"), [approach.get_crosstalk_display()]),
        Fact(_("Labels"), [approach.get_label_custom_display()]),
        Fact(
            pgettext("their part in an approach", "Professionals"),
            [approach.professionals] if approach.professionals else [],
        ),
        Fact(_("Milestones"), [approach.milestones] if approach.milestones else []),
        Fact(_("Proof of attendance"), [approach.get_attendance_proof_display()]),
        Fact(_("Where"), _named(wording.REGIONS, approach.regions)),
        Fact(_("Began"), began, approach.founded_note if began else ""),
    )


def _stated(*facts: Fact) -> list[Fact]:
    return [fact for fact in facts if fact.values]


def _entry_rules(rules: dict[str, Any]) -> list[str]:
    """Return an approach's entry rules, one sentence each."""
    sentences = []
    if rules.get("min_age"):
        sentences.append(_("You are %(age)s or older.") % {"age": rules["min_age"]})
    if rules.get("gender_focus"):
        name = wording.FOCUSES.get(rules["gender_focus"], rules["gender_focus"])
        sentences.append(_("It is for %(people)s.") % {"people": name})
    if rules.get("sober_hours_before"):
        hours = rules["sober_hours_before"]
        words = ngettext(
            "No use in the %(hours)s hour before you come.", "No use in the %(hours)s hours before you come.", hours
        )
        sentences.append(words % {"hours": hours})
    if rules.get("affected_by_other"):
        sentences.append(_("It is for people touched by somebody else’s drinking, use or gambling."))
    if rules.get("account_needed"):
        sentences.append(_("You need a free account."))
    if rules.get("note"):
        sentences.append(rules["note"])
    return sentences


def _try_next(approach: Approach) -> list[Next]:
    by_slug = {
        other.slug: other for other in Approach.objects.filter(slug__in=[row["slug"] for row in approach.try_next])
    }
    return [Next(by_slug[row["slug"]], row["why"]) for row in approach.try_next if row["slug"] in by_slug]


def _changes_drinking(covers: Iterable[str], goals: Iterable[str]) -> bool:
    return enums.Covers.ALCOHOL in covers and not _CHANGES_DRINKING.isdisjoint(goals)


def _for_whom(values: Iterable[str]) -> list[str]:
    words = {
        enums.ForWhom.PERSON: _("the person with the problem"),
        enums.ForWhom.FAMILY: _("family, partners and friends"),
    }
    return _named(words, values)


def _labels(choices: Any, values: Iterable[str]) -> list[str]:
    return _in_a_row(str(choices(value).label) for value in values if value in choices.values)


def _named(names: dict[str, Any], values: Iterable[str]) -> list[str]:
    row = [str(names[value]) for value in values if value in names]
    return [capfirst(row[0]), *row[1:]] if row else []


def _in_a_row(words: Iterable[str]) -> list[str]:
    """Begin the first with a capital and the others without, save abbreviations and German words."""
    first, *others = [*words] or [""]
    if not (get_language() or "").startswith("de"):
        others = [
            word if word[:2].strip().isupper() and word[1:2].isalpha() else word[:1].lower() + word[1:]
            for word in others
        ]
    return [capfirst(first), *others] if first else []


def _checked_website(website: str, to_check: Iterable[str]) -> str:
    """Return the web address, "" while a curator still has to check it."""
    doubts = (note.casefold() for note in to_check)
    return "" if any("web address" in doubt or "website" in doubt for doubt in doubts) else website


def _facts_by_source(fact_sources: dict[str, list[str]]) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for name, keys in fact_sources.items():
        for key in keys:
            if name in wording.FACTS:
                facts.setdefault(key, []).append(str(wording.FACTS[name]))
    return facts


def _references(keys: Iterable[str], facts: dict[str, list[str]]) -> Callable[[Iterable[str]], list[Source]]:
    """Fetch references at once; return what gives those of some keys, in their order. One query."""
    rows = {row.key: row for row in Reference.objects.filter(key__in=set(keys))}
    sources = {
        key: Source(
            key=key,
            address=row.address,
            url="" if row.kind.startswith(_NEVER_LINKED) else address_url(row.address),
            supports=row.supports,
            date=row.date,
            facts=facts.get(key, []),
        )
        for key, row in rows.items()
    }
    return lambda wanted: [sources[key] for key in dict.fromkeys(wanted) if key in sources]


def _findings() -> list[Finding]:
    rows = _file()["cross_cutting_evidence"]
    reference = _references([key for row in rows for key in row["sources"]], {})
    return [Finding(row["claim"], row["detail"], row["limit"], reference(row["sources"])) for row in rows]


def _compiled_on() -> date:
    return date.fromisoformat(_file()["compiled_on"])


@cache
def _file() -> dict[str, Any]:
    return json.loads(APPROACHES_FILE.read_text(encoding="utf-8"))
