"""Where a listing comes from and how old it is: only what we know, never more.

The day somebody last typed in a listing is not the day it was last true, so an edit date is
never shown as a confirmation.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import dates, phrasing
from groups.enums import FeedFormat, Role
from groups.models import Group, Source
from groups.text import web_address
from meetings.enums import ConfirmedHow
from meetings.feeds import refreshing
from meetings.freshness import Freshness, State, freshness_of
from meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Provenance:
    """Sentences about a listing's truth, and where its owner publishes it."""

    lines: list[str]
    owner_name: str
    owner_url: str
    owner_host: str
    is_demo: bool


def of_meeting(meeting: Meeting, state: State, *, now: datetime) -> Provenance:
    """Return source, when it was last seen and changed there, and by whom, when and how it was confirmed.

    `state` is from `confirmations.state_of`. Reads `meeting.source`; dates are told in UTC by day.
    """
    source = meeting.source
    lines = [_origin(source, last_seen_at=meeting.last_seen_at, now=now)]
    if since := refreshing.lost_since(source, now=now):
        lines.append(_("Its source cannot be read since %(day)s, so this may have changed.") % {"day": _day(since)})
    if meeting.source_updated_at is not None:
        lines.append(_("Last changed there on %(day)s.") % {"day": _day(meeting.source_updated_at)})
    lines += _confirmed(state, now=now)
    return _with_owner(source, lines, page=meeting.source_page)


def of_group(group: Group) -> Provenance:
    """Return where the group's listing comes from. Reads `group.source`."""
    return _with_owner(group.source, [_origin(group.source, last_seen_at=None, now=None)], page="")


def age_label(meeting: Meeting, *, now: datetime) -> str:
    """Return in a few words how old the listing's truth is, for a list; "" for a confirmed one. No query."""
    freshness = freshness_of(
        meeting.confirmed_at,
        in_person=meeting.in_person,
        now=now,
        listed_at=meeting.created_at,
        seen_in_feed_at=meeting.last_seen_at,
    )
    if freshness is Freshness.CONFIRMED:
        return ""
    if meeting.confirmed_at is not None:
        return _("Last confirmed %(ago)s") % {"ago": ago(meeting.confirmed_at, now=now)}
    if freshness is Freshness.STALE:
        return _("Never confirmed")
    if meeting.last_seen_at is not None:
        return _("Not confirmed, in its source %(ago)s") % {"ago": ago(meeting.last_seen_at, now=now)}
    return _("New here, not confirmed yet")


def _confirmed(state: State, *, now: datetime) -> list[str]:
    """Say who confirmed it, when and how; and that it was long ago."""
    if state.since is None:
        lines = [_("Not confirmed by the group here yet.")]
        return [*lines, _ask_first()] if state.freshness is Freshness.STALE else lines
    when = {"ago": ago(state.since, now=now), "day": _day(state.since)}
    match state.by, state.how:
        case Role.CURATOR, _how:
            line = _("Checked by one of our curators %(ago)s, on %(day)s.") % when
        case Role.SOURCE, _how:
            line = _("Confirmed by its source %(ago)s, on %(day)s.") % when
        case Role.VISITOR, _how:
            line = _("Confirmed by people who went: it took place %(ago)s, on %(day)s.") % when
        case _role, ConfirmedHow.BY_MAIL:
            line = _("Confirmed by the group %(ago)s, on %(day)s, by answering our mail.") % when
        case _:
            line = _("Confirmed by the group %(ago)s, on %(day)s.") % when
    if state.freshness is Freshness.CONFIRMED:
        return [line]
    since = _("Not confirmed since %(day)s.") % when
    return [line, since, _ask_first()] if state.freshness is Freshness.STALE else [line, since]


def _ask_first() -> str:
    return _("Please ask before you go: it may have changed.")


def ago(moment: datetime, *, now: datetime) -> str:
    """Return "today", "yesterday" or "12 days ago", by days in UTC; months and years are rounded down."""
    days = (now.date() - moment.date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 60:
        return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
    if days < 730:
        months = days // 30
        return ngettext("%(n)d month ago", "%(n)d months ago", months) % {"n": months}
    years = days // 365
    return ngettext("%(n)d year ago", "%(n)d years ago", years) % {"n": years}


def _origin(source: Source | None, *, last_seen_at: datetime | None, now: datetime | None) -> str:
    if source is None:
        return _("Kept by people here.")
    if source.is_demo:
        return _("Made up, to show how this site works.")
    if source.format == FeedFormat.NONE:
        return _("From %(source)s.") % {"source": phrasing.isolated(source.name)}
    if last_seen_at is None or now is None:
        return _("From the feed of %(source)s.") % {"source": phrasing.isolated(source.owner_name or source.name)}
    return _("From the feed of %(source)s, last seen there %(ago)s.") % {
        "source": phrasing.isolated(source.owner_name or source.name),
        "ago": ago(last_seen_at, now=now),
    }


def _with_owner(source: Source | None, lines: list[str], *, page: str) -> Provenance:
    url = web_address(page or (source.owner_website if source else ""))
    return Provenance(
        lines=lines,
        owner_name=(source.owner_name or source.name) if source else "",
        owner_url=url,
        owner_host=(urlsplit(url).hostname or "").removeprefix("www."),
        is_demo=source is not None and source.is_demo,
    )


def _day(moment: datetime) -> str:
    return dates.day(moment)
