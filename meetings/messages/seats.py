"""Messages about one date, or about the dates somebody comes to every time."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from groups import dates
from meetings import tokens, wording
from meetings.enums import LinkPurpose, MessageKind, RsvpReason
from meetings.messages.words import Words, address
from meetings.models import Meeting, Occurrence, OutgoingMessage, ReminderWishes, Rsvp, StandingRsvp
from meetings.reminders import signing


@dataclass(frozen=True, slots=True)
class _When:
    """A date as messages name it: clock and day, in the recipient's zone or else the meeting's."""

    time: str
    day: str
    zone: str

    @property
    def whole(self) -> str:
        return _("%(day)s at %(time)s, %(zone)s") % {"day": self.day, "time": self.time, "zone": self.zone}


def about_place(message: OutgoingMessage, rsvp: Rsvp, *, now: datetime) -> Words:
    occurrence = rsvp.occurrence
    wishes = _wishes(rsvp)
    when = _when(occurrence.starts_at, occurrence.meeting, wishes)
    about = {"time": when.time, "day": when.day, "when": when.whole}
    is_plain = wishes is not None and wishes.is_plain and rsvp.is_confirmed
    if message.kind == MessageKind.AFTER:
        link = address("meetings:after", signing.signed("after", message.public_id))
        return Words(
            _("One question about %(time)s") % about,
            [_("Did it take place? One press is enough, and nobody learns who answered.")],
            _("Answer"),
            link,
        )
    link = address("meetings:rsvp_place", tokens.issue(LinkPurpose.PLACE, now=now, rsvp=rsvp))
    match message.kind:
        case MessageKind.PLACE if not rsvp.is_confirmed and rsvp.confirm_by is not None:
            words = Words(
                _("Please confirm: %(day)s, %(time)s") % about,
                [
                    _("You asked for a seat on %(when)s. It is held until you press the button on your page.") % about,
                    _("If that was not you, do nothing: this address is erased within a day."),
                ],
                _("Open my page"),
                link,
            )
        case MessageKind.PLACE:
            words = Words(
                _("Your page for %(day)s, %(time)s") % about,
                [_("How things stand for %(when)s is on your page.") % about],
                _("Open my page"),
                link,
            )
        case MessageKind.OFFER:
            until = _when(rsvp.offered_until, occurrence.meeting, wishes).whole if rsvp.offered_until else when.whole
            words = Words(
                _("A seat is free: %(day)s, %(time)s") % about,
                [
                    _("A seat has become free on %(when)s.") % about,
                    _("It is yours if you take it until %(until)s. After that it goes to the next person.")
                    % {"until": until},
                ],
                _("Take it, or not"),
                link,
            )
        case MessageKind.REMINDER:
            words = Words(
                _("Reminder for %(time)s") % about,
                [
                    _("This is your reminder for %(when)s.") % about,
                    _("Not coming? Your page has a button for that."),
                ],
                _("Open my page"),
                link,
            )
        case _:
            words = _news(message, rsvp, about, link)
    return _plainly(words, occurrence) if is_plain else words


def _news(message: OutgoingMessage, rsvp: Rsvp, about: dict[str, str], link: str) -> Words:
    """Tell what became of a date: as it stands now, whatever changed on the way there."""
    occurrence = rsvp.occurrence
    press = _("Open my page")
    is_gone = message.kind == MessageKind.DATE_GONE or rsvp.reason == RsvpReason.DATE_GONE
    if occurrence.is_cancelled or is_gone:
        return Words(
            _("Cancelled: %(day)s, %(time)s") % about,
            [_("What you planned for %(when)s is cancelled. Please do not go.") % about],
            press,
            link,
        )
    not_there = (
        [_("%(when)s: please do not go there, it is online only this time.") % about]
        if occurrence.is_online_only
        else []
    )
    if message.kind == MessageKind.DATE_RESTORED:
        return Words(
            _("It takes place: %(day)s, %(time)s") % about,
            [*not_there, _("What was cancelled for %(when)s takes place after all.") % about],
            press,
            link,
        )
    if message.kind == MessageKind.DATE_MOVED:
        return Words(
            _("It is now %(day)s, %(time)s") % about,
            [*not_there, _("What you planned has another time or place. It is now %(when)s.") % about],
            press,
            link,
        )
    lines = not_there or [_("Something is different on %(when)s. Your page says what.") % about]
    return Words(_("A change on %(day)s, %(time)s") % about, lines, press, link)


def _plainly(words: Words, occurrence: Occurrence) -> Words:
    """Name the meeting and its place, for somebody who chose that."""
    meeting = occurrence.meeting
    lines = [f"{meeting.name} ({meeting.group.name})" if meeting.group.name != meeting.name else meeting.name]
    venue = occurrence.venue or meeting.venue
    if venue is not None and not occurrence.is_online_only and not occurrence.is_cancelled:
        lines.append(wording.place_label(venue))
    return Words(f"{words.subject} – {meeting.name}", [*words.lines, *lines], words.press, words.link)


def about_standing(message: OutgoingMessage, standing: StandingRsvp, *, now: datetime) -> Words:
    link = address("meetings:rsvp_place", tokens.issue(LinkPurpose.PLACE, now=now, standing=standing))
    if message.kind == MessageKind.STILL_COMING:
        return Words(
            _("Shall we keep your seat?"),
            [
                _("For three months we have kept a seat for you every time. Shall we go on?"),
                _("Without an answer within a week no further dates are added."),
            ],
            _("Answer on my page"),
            link,
        )
    if standing.is_confirmed:
        return Words(_("Your page"), [_("How things stand for your dates is on your page.")], _("Open my page"), link)
    return Words(
        _("Please confirm your dates"),
        [
            _("You asked for a seat on several dates. They are held until you press the button on your page."),
            _("If that was not you, do nothing: this address is erased within a day."),
        ],
        _("Open my page"),
        link,
    )


def _wishes(rsvp: Rsvp) -> ReminderWishes | None:
    """Return what was loaded along with the message: no query."""
    own = getattr(rsvp, "wishes", None)
    if own is None and rsvp.standing is not None:
        own = getattr(rsvp.standing, "wishes", None)
    return own


def _when(at: datetime, meeting: Meeting, wishes: ReminderWishes | None) -> _When:
    zone = (wishes.time_zone if wishes else "") or meeting.time_zone
    local = at.astimezone(ZoneInfo(zone))
    return _When(
        time=dates.clock(local),
        day=wording.day_label(local),
        zone=wording.zone_label(zone, at=at),
    )
