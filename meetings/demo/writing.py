"""Made-up listings into the database, by COPY, some thousand groups at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, models

from groups.models import Approach, Fellowship, Group, Source
from meetings import schedules
from meetings.copying import copy_rows
from meetings.demo.chance import public_id
from meetings.demo.listings import MadeGroup, MadeMeeting, MadeVenue
from meetings.models import Meeting, MeetingTrait, Occurrence, Pause, Trait, Venue

_GROUPS_A_BATCH = 1_000


@dataclass(slots=True)
class Written:
    """How many rows there are, and the ids of the meetings."""

    groups: int = 0
    venues: int = 0
    meeting_ids: list[int] = field(default_factory=list)


class Writer:
    """Writes the listings of one source.

    Rows of the source that were there before keep their ids: give them as `known`, by model
    and key. Their old rows must be gone by then, in the same transaction.
    """

    def __init__(self, source: Source, *, monday: datetime, known: Mapping[type[models.Model], dict[str, int]]):
        self._source = source
        self._monday = monday
        self._known = known
        self._approaches = dict(Approach.objects.order_by().values_list("slug", "pk"))
        self._fellowships = dict(Fellowship.objects.order_by().values_list("slug", "pk"))
        self._traits = {
            (kind, slug): pk for kind, slug, pk in Trait.objects.order_by().values_list("kind", "slug", "pk")
        }
        self._venues: dict[str, int] = {}
        self.written = Written()

    def write(self, groups: Iterable[MadeGroup], *, progress: Callable[[int], None] = lambda count: None) -> Written:
        """Write the groups and everything of theirs; `progress` is told how many meetings there are."""
        groups = iter(groups)
        while batch := list(islice(groups, _GROUPS_A_BATCH)):
            self._write_batch(batch)
            progress(len(self.written.meeting_ids))
        return self.written

    def _write_batch(self, groups: list[MadeGroup]) -> None:
        meetings = [meeting for group in groups for meeting in group.meetings]
        venues = {
            meeting.venue.key: meeting.venue
            for meeting in meetings
            if meeting.venue is not None and meeting.venue.key not in self._venues
        }
        self._venues |= self._ids(Venue, list(venues))
        group_ids = self._ids(Group, [group.key for group in groups])
        meeting_ids = self._ids(Meeting, [meeting.key for meeting in meetings])

        self._copy(Venue, (self._venue_row(venue) for venue in venues.values()))
        self._copy(Group, (self._group_row(group, group_ids[group.key]) for group in groups))
        self._copy(
            Meeting,
            (
                self._meeting_row(meeting, meeting_ids[meeting.key], group_ids[group.key])
                for group in groups
                for meeting in group.meetings
            ),
        )
        self._copy(MeetingTrait, self._trait_rows(meetings, meeting_ids))
        self._copy(Pause, self._pause_rows(meetings, meeting_ids))
        self._write_changes(meetings, meeting_ids)

        self.written.groups += len(groups)
        self.written.venues += len(venues)
        self.written.meeting_ids += meeting_ids.values()

    def _venue_row(self, venue: MadeVenue) -> dict[str, Any]:
        return {
            "id": self._venues[venue.key],
            "source_id": self._source.pk,
            "source_key": venue.key,
            **venue.values,
        }

    def _group_row(self, group: MadeGroup, pk: int) -> dict[str, Any]:
        return {
            "id": pk,
            "source_id": self._source.pk,
            "source_key": group.key,
            "approach_id": self._approaches[group.approach],
            "fellowship_id": self._fellowships[group.fellowship] if group.fellowship else None,
            **group.values,
        }

    def _meeting_row(self, meeting: MadeMeeting, pk: int, group_id: int) -> dict[str, Any]:
        return {
            "id": pk,
            "source_id": self._source.pk,
            "source_key": meeting.key,
            "group_id": group_id,
            "venue_id": self._venues[meeting.venue.key] if meeting.venue else None,
            "last_seen_at": self._monday,
            **meeting.values,
        }

    def _trait_rows(self, meetings: list[MadeMeeting], ids: dict[str, int]) -> Iterator[dict[str, Any]]:
        for meeting in meetings:
            for trait, value in meeting.traits.items():
                yield {"meeting_id": ids[meeting.key], "trait_id": self._traits[trait], "value": value}

    def _pause_rows(self, meetings: list[MadeMeeting], ids: dict[str, int]) -> Iterator[dict[str, Any]]:
        for meeting in meetings:
            for first_on, last_on, reason in meeting.pauses:
                yield {"meeting_id": ids[meeting.key], "first_on": first_on, "last_on": last_on, "reason": reason}

    def _write_changes(self, meetings: list[MadeMeeting], ids: dict[str, int]) -> None:
        """Write changed dates. One that is there already is left alone: people may be coming to it."""
        rows = []
        for meeting in meetings:
            for change in meeting.changes:
                values = dict(change)
                start = self._start_after_this_week(meeting)
                if start is None:
                    continue
                later = values.pop("moved_by", None)
                if later is not None:
                    values["moved_to"] = start.starts_at + later
                if values.pop("is_cancelled", False):
                    values["cancelled_at"] = self._monday
                rows.append(
                    Occurrence(
                        meeting_id=ids[meeting.key],
                        original_on=start.original_on,
                        public_id=public_id("occurrence", meeting.values["public_id"], start.original_on),
                        **values,
                    )
                )
        Occurrence.objects.bulk_create(rows, ignore_conflicts=True)

    def _start_after_this_week(self, meeting: MadeMeeting) -> schedules.Start | None:
        values = meeting.values
        schedule = schedules.Schedule(
            rule=schedules.parse_rrule(values["rrule"]),
            start_time=values["start_time"],
            time_zone=values["time_zone"],
            first_on=values.get("first_on"),
            last_on=values.get("last_on"),
            duration=values.get("duration"),
        )
        return schedules.next_start(schedule, after=self._monday + timedelta(days=8))

    def _ids(self, model: type[models.Model], keys: Sequence[str]) -> dict[str, int]:
        """Return the id of each key: the one it had before, or a new one."""
        known = self._known.get(model, {})
        new = [key for key in keys if key not in known]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, len(new)],
            )
            fresh = dict(zip(new, (row[0] for row in cursor.fetchall()), strict=True))
        return {key: known[key] if key in known else fresh[key] for key in keys}

    def _copy(self, model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
        """Copy rows given as fields by attribute name; what is left out is the field's default."""
        fields = [field for field in model._meta.concrete_fields if field.attname != "id" or model in self._keyed]
        defaults = {field.attname: self._default(field) for field in fields}
        names = [field.attname for field in fields]
        copy_rows(
            model._meta.db_table,
            [str(field.column) for field in fields],
            ([values[name] for name in names] for values in ({**defaults, **row} for row in rows)),
        )

    _keyed = frozenset({Venue, Group, Meeting})

    def _default(self, field: models.Field) -> Any:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            return self._monday
        # A default that is made anew for every row would be shared here: such a field must be given.
        value = field.get_default()
        return str(value) if isinstance(value, str) else value
