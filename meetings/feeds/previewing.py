"""What a run changed, or would change, as a person reads it: row by row, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from groups import phrasing
from groups.enums import ImportAction
from groups.models import Group, ImportChange, ImportRun
from meetings import schedules
from meetings.feeds import columns
from meetings.feeds.importing import REMOVAL_BRAKE
from meetings.models import Meeting, SourceRow, Venue

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what it was and what it is, or what the feed says and what stays."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one row of the feed. `what` is "meeting", "group" or "venue"; `when` tells namesakes apart."""

    action: str
    key: str
    title: str
    url: str = ""
    what: str = "meeting"
    when: str = ""
    lines: list[Line] = field(default_factory=list)


def counts_of(run: ImportRun) -> dict[str, int]:
    """Return how many changes of each kind are on record. Of a preview, a thousand of each at most."""
    counted = dict(run.changes.order_by().values_list("action").annotate(Count("pk")))
    return {action.value: counted.get(action.value, 0) for action in ImportAction}


def page_of(run: ImportRun, action: str, number: Any) -> tuple[Page, list[Change]]:
    """Return a page of the run's changes of one kind. Five queries, however many there are."""
    listed = run.changes.filter(action=action).order_by("pk")
    page = Paginator(listed, PER_PAGE).get_page(number)
    return page, changes_of(page.object_list)


def changes_of(rows: Iterable[ImportChange]) -> list[Change]:
    """Return changes as people read them."""
    rows = list(rows)
    names = _Names(rows)
    return [_change(row, names) for row in rows]


def removal_needs_a_tick(run: ImportRun) -> bool:
    """Tell whether so many meetings would go that somebody has to say so."""
    known = SourceRow.objects.filter(source=run.source_id).exclude(digest="").count()
    return run.removed > REMOVAL_BRAKE * known


class _Names:
    """The listings that changes are about, fetched at once."""

    def __init__(self, rows: list[ImportChange]) -> None:
        ids: dict[str, set[int]] = {"meeting": set(), "group": set(), "venue": set()}
        for row in rows:
            said = row.before or row.after or {}
            if "table" in said:
                ids[columns.part_of(said["table"])].add(said["id"])
            elif "meeting_id" in said:
                ids["meeting"].add(said["meeting_id"])
        self.meetings = Meeting.objects.in_bulk(ids["meeting"]) if ids["meeting"] else {}
        self.groups = Group.objects.in_bulk(ids["group"]) if ids["group"] else {}
        self.venues = Venue.objects.in_bulk(ids["venue"]) if ids["venue"] else {}
        self.of_key: dict[str, Meeting] = {}
        self.group_of_key: dict[str, Group] = {}
        if keys := {row.key for row in rows if row.action == ImportAction.CONFLICT}:
            source = rows[0].run.source_id
            kept = SourceRow.objects.filter(source=source, key__in=keys)
            self.of_key = {row.key: row.meeting for row in kept.select_related("meeting")}
            groups = Group.objects.filter(source=source, source_key__in={key.removeprefix("group ") for key in keys})
            self.group_of_key = {f"group {group.source_key}": group for group in groups}

    def when(self, row: ImportChange) -> str:
        """Return when, and for a new one where, a meeting of a change is held."""
        said = row.before or row.after or {}
        meeting = self.meetings.get(said.get("meeting_id", 0)) or self.of_key.get(row.key)
        if "table" in said:
            return ""
        if meeting is not None:
            return when_of(meeting.rrule, meeting.start_time)
        start = parse_time(said.get("start_time") or "")
        return phrasing.listed((when_of(said.get("rrule") or "", start), said.get("town") or ""))

    def of(self, row: ImportChange) -> tuple[str, str, str]:
        """Return part, title and address of what a change is about."""
        said = row.before or row.after or {}
        if "table" in said:
            part = columns.part_of(said["table"])
            if part == "venue":
                venue = self.venues.get(said["id"])
                return part, phrasing.listed(venue.address_lines) if venue else row.key, ""
            group = self.groups.get(said["id"])
            return part, group.name if group else row.key, group.get_absolute_url() if group else ""
        meeting = self.meetings.get(said.get("meeting_id", 0)) or self.of_key.get(row.key)
        if meeting is None and row.key in self.group_of_key:
            group = self.group_of_key[row.key]
            return "group", group.name, group.get_absolute_url()
        if meeting is None and row.action == ImportAction.CONFLICT and row.key.startswith("venue "):
            return "venue", _("A place"), ""
        if meeting is not None:
            return "meeting", meeting.name, meeting.get_absolute_url()
        return "meeting", said.get("name") or row.key, ""


def _change(row: ImportChange, names: _Names) -> Change:
    part, title, url = names.of(row)
    key = row.key.partition(" ")[2] if part != "meeting" else row.key
    match row.action:
        case ImportAction.UPDATED:
            lines = _updated(part, row.before or {}, row.after or {})
        case ImportAction.CONFLICT:
            lines = _kept(part, row.after or {})
        case _:
            lines = []
    return Change(row.action, key, title, url, part, names.when(row), lines)


def when_of(rrule: str, start_time: time | None) -> str:
    """Return days and time of a meeting in a few words, "" for one without them."""
    if not rrule or start_time is None:
        return ""
    return phrasing.listed((schedules.describe_days(schedules.parse_rrule(rrule)), schedules.describe_time(start_time)))


def _updated(part: str, before: dict[str, Any], after: dict[str, Any]) -> list[Line]:
    if "table" in before:
        pairs = [(column, before["columns"].get(column), value) for column, value in after["columns"].items()]
        return _lines(part, pairs)
    old, new = before.get("meeting", {}), after.get("meeting", {})
    lines = _lines("meeting", [(column, old.get(column), value) for column, value in new.items()])
    for name, value in after.get("traits", {}).items():
        if found := columns.field_of_trait(name):
            was = before.get("traits", {}).get(name)
            lines.append(Line(str(found.label), found.words(was or ""), found.words(value or "")))
    return lines


def _kept(part: str, kept: dict[str, Any]) -> list[Line]:
    pairs = [(column, both["feed"], both["kept"]) for column, both in kept.items() if "feed" in both]
    lines = _lines(part, pairs)
    if "contact" in kept:
        lines.append(Line(_("Contact"), _("Another one"), _("As it is here")))
    for name, both in kept.get("traits", {}).items():
        if found := columns.field_of_trait(name):
            lines.append(Line(str(found.label), found.words(both["feed"] or ""), found.words(both["kept"] or "")))
    return lines


def _lines(part: str, pairs: list[tuple[str, Any, Any]]) -> list[Line]:
    lines = []
    for column, before, after in pairs:
        found = columns.field_of(part, column)
        if found is None:
            continue
        if column == "group_id" and part == "meeting":
            continue
        lines.append(
            Line(str(found.label), columns.words_of(part, column, before), columns.words_of(part, column, after))
        )
    return lines
