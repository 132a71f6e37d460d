"""What somebody reads on the page of their own place: how it stands, why, and what they can do.

The same for one date and for a standing place, which has several.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import access, date_page, join_step, meeting_page, occurrences, rsvps, way_there, wording
from meetings.enums import ContactKind, LinkPurpose, RsvpReason, RsvpState
from meetings.hosting import notice_board
from meetings.models import Meeting, Notice, PrivateLink, Rsvp, StandingRsvp
from meetings.models.rsvps import LIVE_STATES
from meetings.rsvps.people import alias_of
from meetings.schedules import ASSUMED_DURATION, Start, zone_named

# The dates of a standing place that are shown: those ahead, and the last one.
MOST_DATES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """One date of the person's. `kind` is that of an alert; `actions` are those `views.rsvps` knows."""

    rsvp: Rsvp
    headline: str
    kind: str
    lines: list[str]
    date: meeting_page.Date | None
    actions: set[str]
    where: way_there.Where | None = None
    join: join_step.JoinStep | None = None
    alias: str = ""

    @property
    def public_id(self) -> str:
        return self.rsvp.public_id


@dataclass(frozen=True, slots=True)
class PlacePage:
    """`standing_line` says how a standing place goes on; its `actions` concern all its dates.

    Of several dates in a row at one place, or with one way in, the first alone says where and how.
    """

    meeting: Meeting
    link: PrivateLink
    places: list[Place]
    standing: StandingRsvp | None = None
    standing_line: str = ""
    actions: set[str] = field(default_factory=set)
    erased_line: str = ""
    way_back: str = ""
    has_calendar: bool = False
    notices: list[Notice] = field(default_factory=list)

    @property
    def has_dates_to_save(self) -> bool:
        return any(place.rsvp.is_going and place.date is not None for place in self.places)


def prepare(link: PrivateLink, *, now: datetime) -> PlacePage:
    """Return what the page behind a private link says; the link is from `tokens.find`."""
    standing = link.standing
    meeting = standing.meeting if standing is not None else link.rsvp.occurrence.meeting
    date_page.prefetch_for_dates(meeting)
    kept = standing if standing is not None else link.rsvp
    rsvps_shown = _rsvps(link, now=now)
    return PlacePage(
        meeting=meeting,
        link=link,
        places=_told_once([_place(meeting, rsvp, now=now) for rsvp in rsvps_shown]),
        standing=standing,
        standing_line=_standing_line(standing, rsvps_shown) if standing is not None else "",
        actions=_standing_actions(standing, now=now) if standing is not None else set(),
        erased_line=_("A day after the date, the address and the name you gave are erased, and this page with them.")
        if kept.contact is not None or kept.alias is not None
        else _("Nothing is kept about you. A day after the date this page is gone too."),
        way_back=_way_back(kept),
        has_calendar=kept.links.filter(purpose=LinkPurpose.CALENDAR, revoked_at=None).exists(),
        notices=notice_board.for_somebody_coming(meeting, rsvps_shown, day=now.date()),
    )


def _way_back(kept: Rsvp | StandingRsvp) -> str:
    """Say how the person finds this page again."""
    match kept.contact_kind:
        case ContactKind.EMAIL:
            return _(
                "The address of this page is in the message we sent you. "
                "Whoever has it can change your seat: keep it to yourself."
            )
        case ContactKind.PHONE:
            return _(
                "Keep the address of this page as a bookmark. If you lose it, ask for the seat once more with your "
                "number: the code opens this page again. Whoever has the address can change your seat."
            )
    return _(
        "The address of this page is the only way back to your seat. Keep it as a bookmark or copy it; "
        "we cannot send it again. Whoever has it can change your seat."
    )


def _rsvps(link: PrivateLink, *, now: datetime) -> list[Rsvp]:
    if link.rsvp is not None:
        return [link.rsvp]
    found = link.standing.rsvps.filter(occurrence__starts_at__gt=now - timedelta(hours=24))
    return list(found.select_related("occurrence__venue").order_by("occurrence__starts_at", "pk")[:MOST_DATES])


def _told_once(places: list[Place]) -> list[Place]:
    """Return the places, each without the where and how that was told just before."""
    told, where, join = [], None, None
    for place in places:
        told.append(
            replace(
                place,
                where=place.where if place.where != where else None,
                join=place.join if place.join != join else None,
            )
        )
        where, join = place.where or where, place.join or join
    return told


def _place(meeting: Meeting, rsvp: Rsvp, *, now: datetime) -> Place:
    try:
        found = occurrences.on(meeting, rsvp.occurrence.original_on)
    except occurrences.NoSuchDate:
        headline = _("The group no longer meets on this date")
        return Place(rsvp, headline, "warning", [str(rsvp.get_reason_display())] if rsvp.reason else [], None, set())
    start = found.start
    rsvp.occurrence = found.row or rsvp.occurrence
    rsvp.occurrence.meeting = meeting
    date = meeting_page.one_date(meeting, start, found.row, now, None, is_coming=rsvp.is_going)
    if start.is_cancelled or not access.is_running(meeting):
        lines = [date.reason] if date.reason else []
        lines.append(_("Please do not go. If it takes place after all, your seat is still yours."))
        return Place(
            rsvp, _("This date is cancelled"), "warning", lines, date, {"give-back"} if rsvp.is_live else set()
        )
    if (start.ends_at or start.starts_at + ASSUMED_DURATION) <= now:
        return Place(rsvp, _("This date is over"), "info", [], date, set())
    headline, kind, lines, actions = _standing_of(rsvp, start, now=now)
    is_coming = rsvp.is_going
    return Place(
        rsvp=rsvp,
        headline=headline,
        kind=kind,
        lines=lines,
        date=date,
        actions=actions,
        where=date_page.where_on(meeting, found.row) if is_coming else None,
        join=join_step.for_meeting(meeting, start, now, is_coming=True) if is_coming else None,
        alias=alias_of(rsvp),
    )


def _standing_of(rsvp: Rsvp, start: Start, *, now: datetime) -> tuple[str, str, list[str], set[str]]:
    """Return headline, kind, reasons and actions of a place at a date that is still ahead or going on."""
    has_begun = start.starts_at <= now
    match rsvp.state:
        case RsvpState.HELD:
            lines = [_("It is held until %(moment)s.") % {"moment": _moment(rsvp, rsvp.confirm_by)}]
            return _("Please confirm your seat"), "warning", lines, {"confirm", "give-back"}
        case RsvpState.GOING:
            lines = [_others_line(rsvp)] if rsvp.others else []
            actions = set() if has_begun else {"change", "give-back"}
            return _("Your seat is kept"), "good", lines, actions
        case RsvpState.OFFERED:
            lines = [_("It is offered to you until %(moment)s.") % {"moment": _moment(rsvp, rsvp.offered_until)}]
            return _("A seat is free for you"), "good", lines, {"accept", "give-back"}
        case RsvpState.WAITING:
            return _waiting(rsvp, start, now=now)
    lines = [str(rsvp.get_reason_display())] if rsvp.reason else []
    can_return = not rsvps.why_closed(rsvp.occurrence.meeting, start, now=now) and rsvp.reason != RsvpReason.TWICE
    if can_return:
        lines.append(_("You can take it back while there is room."))
    return _("You have no seat on this date"), "info", lines, {"take-back"} if can_return else set()


def _waiting(rsvp: Rsvp, start: Start, *, now: datetime) -> tuple[str, str, list[str], set[str]]:
    before = rsvps.people_before(rsvp)
    left = rsvps.places_left(rsvp.occurrence)
    lines = [
        ngettext("%(n)d before you.", "%(n)d before you.", before) % {"n": before} if before else _("You are next.")
    ]
    actions = {"give-back"}
    headline = _("You are on the waiting list")
    if not rsvp.is_confirmed:
        lines.append(_("Please confirm: until then you keep your turn, and nothing is offered to you."))
        return headline, "warning", lines, {"confirm", "give-back"}
    if start.starts_at <= now:
        return headline, "info", [_("The date has begun.")], set()
    if not rsvps.makes_offers(start.starts_at, now=now):
        lines = [_("The date begins too soon for offers: a seat that is free now is for whoever presses first.")]
        if left is None or rsvp.places <= left:
            actions.add("accept")
        return headline, "info", lines, actions
    if rsvp.others:
        actions.add("change")
        if left:
            lines.append(
                ngettext(
                    "%(left)d seat is free, and you need %(needed)d. With fewer others it would be yours.",
                    "%(left)d seats are free, and you need %(needed)d. With fewer others they would be yours.",
                    left,
                )
                % {"left": left, "needed": rsvp.places}
            )
    lines.append(_("When a seat becomes free, it is offered to you here, and by message if you said where to."))
    return headline, "info", lines, actions


def _others_line(rsvp: Rsvp) -> str:
    return ngettext("For you and %(n)d more.", "For you and %(n)d more.", rsvp.others) % {"n": rsvp.others}


def _standing_line(standing: StandingRsvp, shown: list[Rsvp]) -> str:
    if not standing.is_endless:
        # Where one of them is held, waits or was given back, each date says how it stands.
        is_coming = bool(shown) and all(rsvp.is_going for rsvp in shown)
        return _("You are coming to these dates.") if is_coming else ""
    if standing.ended_at is not None:
        return _("No further dates are added.")
    if standing.asked_at is not None:
        return _("It has been twelve weeks. Are you still coming? Without an answer, no further dates are added.")
    return _("You are coming every time. New dates appear here by themselves; after twelve weeks we ask you once.")


def _standing_actions(standing: StandingRsvp, *, now: datetime) -> set[str]:
    actions = set()
    if not standing.is_confirmed and (
        standing.ended_at is None or standing.rsvps.filter(confirm_by__isnull=False).exists()
    ):
        actions.add("confirm-all")
    has_ahead = standing.rsvps.filter(state__in=LIVE_STATES, occurrence__starts_at__gt=now).exists()
    if standing.ended_at is None or has_ahead:
        actions.add("stop")
    elif standing.rsvps.filter(cancelled_at=standing.ended_at, occurrence__starts_at__gt=now).exists():
        actions.add("unstop")
    if standing.is_endless and standing.is_confirmed and standing.asked_at is not None:
        actions.add("continue")
    return actions


def _moment(rsvp: Rsvp, at: datetime) -> str:
    """Return an instant in the meeting's own zone: "Tuesday 1 December, 2 pm, New York time (EST)"."""
    zone = rsvp.occurrence.meeting.time_zone
    start = Start(rsvp.occurrence.original_on, at, None)
    return _("%(day)s, %(time)s, %(zone)s") % {
        "day": wording.day_label(start.starts_at.astimezone(zone_named(zone))),
        "time": wording.time_label(start, zone),
        "zone": wording.zone_label(zone, at=at),
    }
