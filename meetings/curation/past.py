"""What changed in a listing: when, by whom in what role, from what to what. Contacts and join details never.

Put together from what was written down when rows were saved by hand (`groups.history`), from
what imports changed, and from decisions, which alone know of traits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups import dates, phrasing
from groups.enums import ImportAction, Role
from groups.models import Approach, Fellowship, Group, ImportChange, Source
from meetings import listing_fields
from meetings.curation.bulk import Difference
from meetings.curation.decided import value_words
from meetings.decisions import LISTINGS, key_of
from meetings.listing_fields import Part
from meetings.models import Decision, Meeting, Occurrence, Pause, Venue

# The latest of each kind of row; older ones are in the raw tables.
MOST_ROWS = 300
# A decision and the rows that were saved with it are told once.
_TOGETHER = timedelta(seconds=3)

_OF_PARTS: dict[type[models.Model], Part] = {Meeting: Part.MEETING, Group: Part.GROUP, Venue: Part.VENUE}
_RELATIONS: dict[str, tuple[type[models.Model], str]] = {
    "venue_id": (Venue, "venue"),
    "approach_id": (Approach, "group_approach"),
    "fellowship_id": (Fellowship, "group_fellowship"),
    "source_id": (Source, ""),
    "group_id": (Group, ""),
}
# Said by other words, or of no use to anybody.
_NOT_TOLD = {"id", "source_key", "place_id", "meeting_id", "slug", "public_id", "original_on"}
# What people call columns that no form of a listing has. Venmo and its like are names.
_LABELS = {
    "venue_id": gettext_lazy("Place"),
    "approach_id": gettext_lazy("Approach"),
    "fellowship_id": gettext_lazy("Fellowship"),
    "source_id": gettext_lazy("Source"),
    "group_id": gettext_lazy("Group"),
    "review_flags": gettext_lazy("To look at"),
    "first_on": gettext_lazy("First date"),
    "last_on": gettext_lazy("Last date"),
    "reason": gettext_lazy("Reason"),
    "cancelled_at": gettext_lazy("Cancelled"),
    "cancelled_reason": gettext_lazy("Reason"),
    "moved_to": gettext_lazy("Moved to"),
    "is_online_only": gettext_lazy("Online only"),
    "note": gettext_lazy("Note"),
}
_SUBJECTS = {
    Meeting: gettext_lazy("The meeting"),
    Group: gettext_lazy("The group"),
    Venue: gettext_lazy("The place"),
    Pause: gettext_lazy("A pause"),
    Occurrence: gettext_lazy("One date"),
}


@dataclass(frozen=True)
class Entry:
    """One change. `role` is in what role it was made, "" where nobody wrote it down."""

    at: datetime
    what: str
    role: str = ""
    reason: str = ""
    url: str = ""
    differences: list[Difference] = field(default_factory=list)


def of_meeting(meeting: Meeting) -> list[Entry]:
    """Return everything that changed in a meeting, its group and its place, latest first.

    Reads group, venue and source of the meeting. At most fourteen queries.
    """
    rows = list(_rows_of(Meeting, Q(id=meeting.pk))) + list(_rows_of(Group, Q(id=meeting.group_id)))
    if meeting.venue_id is not None:
        rows += _rows_of(Venue, Q(id=meeting.venue_id))
    rows += _rows_of(Pause, Q(meeting_id=meeting.pk)) + _rows_of(Occurrence, Q(meeting_id=meeting.pk))
    imported = _imported(meeting.source, meeting.source_key)
    decided = Decision.objects.filter(
        Q(meeting=meeting)
        | Q(group=meeting.group_id, meeting=None)
        | Q(**{f"after__{LISTINGS}__has_key": key_of(meeting)})
    )
    return _told(rows, imported, _decided(decided, [key_of(meeting), key_of(meeting.group)]))


def of_group(group: Group) -> list[Entry]:
    """Return everything that changed in a group and in which meetings it has, latest first."""
    rows = _rows_of(Group, Q(id=group.pk))
    imported = _imported(group.source, f"group {group.source_key}" if group.source_key else "")
    decided = Decision.objects.filter(
        Q(group=group, meeting=None) | Q(**{f"after__{LISTINGS}__has_key": key_of(group)})
    )
    return _told(rows, imported, _decided(decided, [key_of(group)]))


def of_venue(venue: Venue) -> list[Entry]:
    """Return everything that changed in a place, latest first."""
    imported = _imported(venue.source, f"venue {venue.source_key}" if venue.source_key else "")
    return _told(_rows_of(Venue, Q(id=venue.pk)), imported, [])


# ── Rows that were saved ────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Change:
    """Two rows of history, one after the other; no `before` for the first."""

    model: type[models.Model]
    before: Any
    row: Any


def _rows_of(model: type[models.Model], which: Q) -> list[_Change]:
    history = model.history.model  # type: ignore[attr-defined]
    found = list(history.objects.filter(which).order_by("-history_date", "-history_id")[:MOST_ROWS])
    last: dict[int, Any] = {}
    changes = []
    for row in reversed(found):
        changes.append(_Change(model, last.get(row.id), row))
        last[row.id] = row
    return changes


def _told(rows: Iterable[_Change], imported: list[Entry], decided: list[Entry]) -> list[Entry]:
    rows = list(rows)
    names = _names(rows)
    entries = [entry for change in rows if (entry := _entry(change, names)) is not None]
    entries = _joined(entries, decided)
    return sorted([*entries, *imported], key=lambda entry: entry.at, reverse=True)


def _entry(change: _Change, names: dict[tuple[type[models.Model], Any], str]) -> Entry | None:
    row, before = change.row, change.before
    why = row.history_change_reason or ""
    # Who saved it in a role may have written the role down as the reason.
    role, why = (row.role or why, "") if why in Role.values else (row.role, why)
    subject = _SUBJECTS[change.model]
    about = phrasing.listed((subject, dates.day_long(row.original_on))) if change.model is Occurrence else str(subject)
    if row.history_type == "-":
        return Entry(row.history_date, _("%(what)s: taken away") % {"what": about}, role)
    differences = [
        Difference(label, words(getattr(before, column)) if before is not None else "", words(getattr(row, column)))
        for column, label, words in _columns(change.model, names)
        if (before is None and _says_something(change.model, getattr(row, column)))
        or (before is not None and getattr(before, column) != getattr(row, column))
    ]
    if not differences:
        return None
    if before is None and change.model not in (Pause, Occurrence):
        what = _("%(what)s: as it was first written down") % {"what": about}
        return Entry(row.history_date, what, role, differences=differences)
    return Entry(row.history_date, about, role, why, differences=differences)


def _says_something(model: type[models.Model], value: Any) -> bool:
    return (
        value not in (None, "", [], False)
        if model in (Pause, Occurrence)
        else value not in (None, "", [], False, "none")
    )


def _columns(
    model: type[models.Model], names: dict[tuple[type[models.Model], Any], str]
) -> Iterable[tuple[str, str, Callable[[Any], str]]]:
    """Yield the columns of a history, each with its label and a function that words a value of it."""
    known = {found.column: found for found in listing_fields.FIELDS.values() if found.part is _OF_PARTS.get(model)}
    for column in model.history.model.tracked_fields:  # type: ignore[attr-defined]
        name = column.attname
        if name in _NOT_TOLD:
            continue
        if name in _RELATIONS:
            target = _RELATIONS[name][0]
            yield name, str(_LABELS[name]), _name_in(names, target)
        elif column.name in known:
            listed = known[column.name]
            yield name, str(listed.label), _worded(listed)
        elif name == "duration":
            listed = listing_fields.field(name)
            yield name, str(listed.label), _worded(listed)
        else:
            yield name, str(_LABELS.get(name, column.verbose_name)), _plain(column)


def _name_in(names: dict[tuple[type[models.Model], Any], str], target: type[models.Model]) -> Callable[[Any], str]:
    return lambda value: names.get((target, value), "") if value is not None else ""


def _worded(listed: listing_fields.Field) -> Callable[[Any], str]:
    return lambda value: listed.words(listed.kind.from_model(value))


def _plain(column: models.Field) -> Callable[[Any], str]:
    choices = dict(column.flatchoices) if getattr(column, "flatchoices", None) else {}

    def words(value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, list):
            base = getattr(column, "base_field", None)
            known = dict(base.flatchoices) if base is not None and getattr(base, "flatchoices", None) else {}
            return phrasing.listed(known.get(each, each) for each in value)
        if isinstance(value, datetime):
            return f"{dates.moment(value)} UTC"
        if isinstance(value, date):
            return dates.day_long(value)
        return str(choices.get(value, value))

    return words


def _names(changes: Iterable[_Change]) -> dict[tuple[type[models.Model], Any], str]:
    """Return what the rows that others point to are called. One query for each table."""
    asked: dict[type[models.Model], set[Any]] = {}
    for change in changes:
        for row in (change.before, change.row):
            for column, (target, _field) in _RELATIONS.items():
                value = getattr(row, column, None)
                if value is not None:
                    asked.setdefault(target, set()).add(value)
    found = {}
    for target, ids in asked.items():
        for one in target._default_manager.filter(pk__in=ids):
            found[target, one.pk] = str(one)
    return found


# ── Imports ─────────────────────────────────────────────────────────────────


def _imported(source: Source | None, key: str) -> list[Entry]:
    if source is None or not key:
        return []
    changes = ImportChange.objects.filter(run__source=source, key=key[:255]).select_related("run")
    return [_of_import(change, source) for change in changes.order_by("-pk")[:MOST_ROWS]]


def _of_import(change: ImportChange, source: Source) -> Entry:
    before, after = change.before or {}, change.after or {}
    part = {"groups_group": Part.GROUP, "meetings_venue": Part.VENUE}.get(before.get("table", ""), Part.MEETING)
    was, will_be = (
        (before.get("columns") or before.get("meeting") or {}), (after.get("columns") or after.get("meeting") or {})
    )  # fmt: skip
    if change.action == ImportAction.CONFLICT:
        was = {name: said.get("kept") for name, said in after.items() if isinstance(said, dict)}
        will_be = {name: said.get("feed") for name, said in after.items() if isinstance(said, dict)}
        what = _("The feed of %(source)s said otherwise; what people put right here stayed")
    elif change.action == ImportAction.CREATED:
        what = _("It came with the feed of %(source)s")
    elif change.action == ImportAction.REMOVED:
        what = _("It was no longer in the feed of %(source)s")
    else:
        what = _("The feed of %(source)s changed it")
    differences = [
        Difference(label, words(was.get(column)), words(value))
        for column, value in will_be.items()
        if (found := _column_of(part, column)) is not None and was.get(column) != value
        for label, words in [found]
    ]
    differences += [
        Difference(_trait_label(name), _trait_words(before.get("traits", {}).get(name)), _trait_words(value))
        for name, value in (after.get("traits") or {}).items()
    ]
    at = change.run.finished_at or change.run.started_at
    return Entry(at, what % {"source": phrasing.isolated(source.name)}, Role.SOURCE, differences=differences)


def _column_of(part: Part, column: str) -> tuple[str, Callable[[Any], str]] | None:
    """Return label and words of a column as an import keeps it; None for what is not told."""
    name = column.removesuffix("_id")
    for found in listing_fields.FIELDS.values():
        if found.part is part and found.column == name:
            if found.is_join_detail:
                return str(found.label), lambda value: _("(not shown)") if value else ""
            if column != name:
                return None
            return str(found.label), _from_json(part, found)
    return None


def _from_json(part: Part, found: listing_fields.Field) -> Callable[[Any], str]:
    model = {Part.MEETING: Meeting, Part.GROUP: Group, Part.VENUE: Venue}[part]
    column = model._meta.get_field(found.column)
    return lambda value: found.words(found.kind.from_model(column.to_python(value))) if value is not None else ""


def _trait_label(name: str) -> str:
    return listing_fields.label(listing_fields.trait_name(*name.split("/", 1))) if "/" in name else name


def _trait_words(value: str | None) -> str:
    from meetings.enums import TraitValue

    return str(TraitValue(value).label) if value in TraitValue.values else ""


# ── Decisions ───────────────────────────────────────────────────────────────


def _decided(found: Any, keys: list[str]) -> list[Entry]:
    """Return decisions as entries: with traits and join details, which no row of history has."""
    entries = []
    for decision in found.order_by("-made_at", "-pk")[:MOST_ROWS]:
        differences = []
        for key in keys:
            before = decision.before.get(LISTINGS, {}).get(key, {})
            for name, value in decision.after.get(LISTINGS, {}).get(key, {}).items():
                is_apart = name.startswith(listing_fields.TRAIT) or name in listing_fields.JOIN_DETAILS
                if is_apart and value != before.get(name):
                    differences.append(
                        Difference(
                            listing_fields.label(name), value_words(name, before.get(name)), value_words(name, value)
                        )
                    )
        what = decision.get_kind_display()
        entries.append(
            Entry(
                decision.made_at,
                what,
                decision.role,
                decision.reason,
                f"/curate/decided/{decision.public_id}/",
                differences,
            )
        )
        if decision.undone_at is not None:
            entries.append(Entry(decision.undone_at, _("%(what)s: taken back") % {"what": what}, Role.CURATOR))
    return entries


def _joined(entries: list[Entry], decided: list[Entry]) -> list[Entry]:
    """Return both, with a decision and the one row that was saved with it as one entry."""
    rest = list(entries)
    found = []
    for decision in decided:
        near = [entry for entry in rest if abs(entry.at - decision.at) <= _TOGETHER and entry.role == decision.role]
        if decision.url and near:
            for entry in near:
                rest.remove(entry)
            differences = [difference for entry in near for difference in entry.differences]
            decision = replace(decision, differences=[*differences, *decision.differences])
        found.append(decision)
    return rest + found
