"""Why a row of a feed, or the meeting it became, is or is not on the site."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from groups import phrasing
from groups.enums import GroupState, ImportOutcome, ListingState
from groups.models import ImportRun, Source
from meetings import provenance
from meetings.enums import UnlistedWhy
from meetings.feeds import complaints, refreshing
from meetings.feeds.previewing import when_of
from meetings.models import Meeting, SourceRow

MOST = 50


@dataclass(frozen=True, slots=True)
class Story:
    """One row: its key, what became of it in plain sentences, and its meeting if it has one."""

    key: str
    is_shown: bool
    sentences: list[str]
    meeting: Meeting | None = None

    @property
    def when(self) -> str:
        """When the meeting is, to tell namesakes apart."""
        return when_of(self.meeting.rrule, self.meeting.start_time) if self.meeting else ""


def rows_named(source: Source, text: str, *, now: datetime) -> list[Story]:
    """Return what became of rows whose key or name holds these words, those left out first.

    Three queries, fifty rows of each kind at most.
    """
    text = text.strip()
    if not text:
        return []
    stories = []
    left_out = _left_out(source)
    for number, key, reason in left_out:
        if text.casefold() in (key or "").casefold() or text == str(number):
            stories.append(Story(key or _("row %(number)s") % {"number": number}, False, [_left_out_words(reason)]))
            if len(stories) == MOST:
                break
    rows = (
        SourceRow.objects.filter(Q(key__icontains=text) | Q(meeting__name__icontains=text), source=source)
        .select_related("meeting__group", "meeting__source")
        .order_by("key", "pk")[:MOST]
    )
    reasons = {key: reason for _number, key, reason in left_out}
    told = {story.key for story in stories}
    for row in rows:
        if row.key in told:
            stories = [story for story in stories if story.key != row.key]
        stories.append(
            Story(
                row.key,
                is_shown(row.meeting),
                of_meeting(row.meeting, now=now, row=row, reason=reasons.get(row.key, "")),
                row.meeting,
            )
        )
    return stories


def of_meeting(
    meeting: Meeting, *, now: datetime, row: SourceRow | None = None, reason: str | None = None
) -> list[str]:
    """Return sentences that say why the meeting is, or is not, on the site, and how its feed comes into it.

    `row` and `reason` (why its row was left out last time, "" for not) are asked for where they
    are not given: two queries.
    """
    sentences = [_of_state(meeting)]
    source = meeting.source
    if source is None:
        return [*sentences, _("No feed lists it: people keep it here.")]
    feed = phrasing.isolated(source.name)
    if row is None:
        row = SourceRow.objects.filter(meeting=meeting).first()
    if row is None:
        return [*sentences, _("No row of %(source)s is tied to it.") % {"source": feed}]
    if reason is None:
        reason = next((why for _number, key, why in _left_out(source) if key == row.key), "")
    if reason:
        sentences.append(_left_out_words(reason))
    key = phrasing.isolated(row.key)
    if row.digest:
        seen = provenance.ago(meeting.last_seen_at, now=now) if meeting.last_seen_at else _("some time ago")
        sentences.append(
            _("%(source)s has it, under the key %(key)s; last seen there %(ago)s.")
            % {"source": feed, "key": key, "ago": seen}
        )
        if meeting.state == ListingState.GONE and not row.values.get("gone_by_import"):
            sentences.append(_("It was taken off here, so the feed does not bring it back."))
    else:
        sentences.append(
            _("%(source)s no longer has it (key %(key)s). It comes back when it is there again.")
            % {"source": feed, "key": key}
            if row.values.get("gone_by_import")
            else _("%(source)s no longer has it (key %(key)s).") % {"source": feed, "key": key}
        )
    if since := refreshing.lost_since(source, now=now):
        sentences.append(
            _("Its feed cannot be read. That began %(ago)s; nobody has known since.")
            % {"ago": provenance.ago(since, now=now)}
        )
    return sentences


def is_shown(meeting: Meeting) -> bool:
    """Tell whether the meeting is on the site. Reads its group."""
    return (
        meeting.state in (ListingState.PUBLIC, ListingState.PAUSED) and meeting.group.state == GroupState.PUBLIC
    )  # fmt: skip


def _of_state(meeting: Meeting) -> str:
    if meeting.group.state != GroupState.PUBLIC:
        return _("It is not shown: its group is “%(state)s”.") % {"state": meeting.group.get_state_display()}
    match meeting.state:
        case ListingState.PUBLIC:
            return _("It is shown.")
        case ListingState.PAUSED:
            return _("It is shown as paused.")
        case ListingState.DRAFT:
            return _("It is not shown: it is a draft.")
    why = meeting.unlisted_why
    if why:
        return _("It is not shown: %(why)s.") % {"why": UnlistedWhy(why).label}
    return _("It is not shown: it is “%(state)s”.") % {"state": meeting.get_state_display()}


def _left_out_words(reason: str) -> str:
    return _("When the feed was last read, this row was left out: %(reason)s.") % {"reason": complaints.told(reason)}


def _left_out(source: Source) -> list[tuple[int, str, str]]:
    run = (
        ImportRun.objects.filter(source=source, outcome=ImportOutcome.DONE).order_by("-started_at", "-pk").first()
    )  # fmt: skip
    return [(number, key, reason) for number, key, reason in (run.skipped_rows if run else [])]
