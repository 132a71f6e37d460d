"""What the page of a suggestion says to the one who sent it, prepared."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from groups import dates
from groups.enums import GroupState, ListingState
from meetings import listing_fields
from meetings.enums import SuggestionKind, SuggestionState, Verdict
from meetings.models import Suggestion


@dataclass(frozen=True, slots=True)
class Line:
    """One field: how it was, how it should be, and what was decided. `verdict` is "" while it is open."""

    label: str
    current: str
    proposed: str
    verdict: str
    is_accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SuggestionPage:
    suggestion: Suggestion
    title: str
    name: str
    url: str
    lines: list[Line]
    is_open: bool
    answer_by: str


def prepare(suggestion: Suggestion) -> SuggestionPage:
    """Return everything the page of a suggestion says. What a stranger may not read of the listing is left out."""
    meeting, group = suggestion.meeting, suggestion.group
    hidden = listing_fields.hidden_from_strangers(meeting) if meeting is not None else frozenset()
    rows = list(suggestion.values.all())
    names = {row.name: row.proposed for row in rows}
    listing = meeting or group
    return SuggestionPage(
        suggestion=suggestion,
        title=str(SuggestionKind(suggestion.kind).label),
        name=listing.name if listing is not None else str(names.get("group_name", "")),
        url=_url(suggestion),
        lines=[
            Line(
                label=listing_fields.label(row.name),
                current="" if row.name in hidden else _words(row.name, row.current),
                proposed=_words(row.name, row.proposed) or _("nothing"),
                verdict="" if row.verdict == Verdict.OPEN else str(Verdict(row.verdict).label),
                is_accepted=row.verdict == Verdict.ACCEPTED,
                reason=row.reason,
            )
            for row in rows
        ],
        is_open=suggestion.state == SuggestionState.OPEN,
        answer_by=day(suggestion.answer_by),
    )


def day(moment: datetime) -> str:
    """Return a day in words, by the calendar of UTC."""
    return dates.day_long(moment)


def _words(name: str, value: object) -> str:
    return listing_fields.words(name, value) if value is not None else ""


def _url(suggestion: Suggestion) -> str:
    """Return the page of the listing it is about, "" for one that has none now."""
    meeting, group = suggestion.meeting, suggestion.group
    if group is None or group.state != GroupState.PUBLIC:
        return ""
    if meeting is None:
        return group.get_absolute_url()
    is_shown = meeting.state in (ListingState.PUBLIC, ListingState.PAUSED)
    return meeting.get_absolute_url() if is_shown else ""
