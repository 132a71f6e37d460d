"""How to take part from afar, as the group allows: link, passcode and phone, or how to get them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from meetings import access
from meetings.enums import ChannelState, JoinVisibility
from meetings.models import Meeting
from meetings.schedules import Start

# The provider's name by the domain of its links (source: Meeting Guide specification, with some more of ours).
PROVIDERS = {
    "bluejeans.com": "BlueJeans",
    "discord.com": "Discord",
    "discord.gg": "Discord",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "freeconference.com": "FreeConference",
    "freeconferencecall.com": "FreeConferenceCall",
    "goto.com": "GoTo",
    "gotomeeting.com": "GoTo",
    "gotomeet.me": "GoTo",
    "horizon.meta.com": "Meta Horizon",
    "intherooms.com": "In The Rooms",
    "jit.si": "Jitsi",
    "meet.google.com": "Google Meet",
    "meet.jit.si": "Jitsi",
    "meetup.com": "Meetup",
    "signal.group": "Signal",
    "skype.com": "Skype",
    "slack.com": "Slack",
    "teams.live.com": "Microsoft Teams",
    "teams.microsoft.com": "Microsoft Teams",
    "telegram.me": "Telegram",
    "t.me": "Telegram",
    "uberconference.com": "UberConference",
    "vimeo.com": "Vimeo",
    "webex.com": "Webex",
    "whatsapp.com": "WhatsApp",
    "zoho.com": "Zoho",
    "zoom.com": "Zoom",
    "zoom.us": "Zoom",
    "zoomgov.com": "Zoom",
}

_DIGITS = re.compile(r"[\d*#]+")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """`printed` is what the group wrote, `dialled` what a phone dials, codes included."""

    printed: str
    dialled: str


@dataclass(frozen=True, slots=True)
class JoinStep:
    """What to press, dial or ask. With `is_shown` False only `how_to_get` is said.

    `opens_in` is the time until the link appears by itself, None when it does not.
    """

    is_shown: bool
    how_to_get: str = ""
    opens_in: timedelta | None = None
    url: str = ""
    provider: str = ""
    passcode: str = ""
    phones: list[PhoneNumber] = field(default_factory=list)
    notes: str = ""
    phone_notes: str = ""
    is_missing: bool = False


def for_meeting(meeting: Meeting, start: Start | None, now: datetime) -> JoinStep | None:
    """Return the way in from afar, None when there is none now: in person only, or paused.

    `start` is the date in progress or the next one.
    """
    if not access.is_running(meeting) or not access.has_join_step(meeting):
        return None
    if not access.may_show_join(meeting, start, now):
        return JoinStep(
            is_shown=False,
            how_to_get=_how_to_get(meeting, start),
            opens_in=_opens_in(meeting, start, now),
        )
    by_link = ChannelState.OPEN in (meeting.online, meeting.any_time)
    by_phone = meeting.by_phone == ChannelState.OPEN or by_link
    url = meeting.join_url if by_link and urlsplit(meeting.join_url).scheme in ("http", "https") else ""
    phones = phone_numbers(meeting.join_phone) if by_phone else []
    return JoinStep(
        is_shown=True,
        url=url,
        provider=provider_name(url),
        passcode=meeting.join_passcode,
        phones=phones,
        notes=meeting.join_notes,
        phone_notes=meeting.join_phone_notes if by_phone else "",
        is_missing=not url and not phones,
    )


def provider_name(url: str) -> str:
    """Return "Zoom" for a link of Zoom, the link's host for a service we do not know, "" for none."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name = host
    while name:
        if name in PROVIDERS:
            return PROVIDERS[name]
        name = name.partition(".")[2]
    return host


def phone_numbers(text: str) -> list[PhoneNumber]:
    """Return the numbers of a phone field, one for each line, ";" or " or ".

    Everything after a comma, "x", "ext" or "code" is dialled after a pause, as phones write it:
    "+1 555-0100, 1234#" gives "+15550100,1234#".
    """
    numbers = []
    for part in re.split(r"[;\n]|\bor\b", text):
        head, *codes = re.split(r",+|\b(?:x|ext|extension|code|pin|access code|id)\b\.?:?", part, flags=re.IGNORECASE)
        dialled = "".join(_DIGITS.findall(head))
        if len(dialled.strip("*#")) < 3:
            continue
        dialled = ("+" if head.strip().startswith("+") else "") + dialled
        for code in codes:
            if digits := "".join(_DIGITS.findall(code)):
                dialled += "," + digits
        numbers.append(PhoneNumber(printed=part.strip(), dialled=dialled.replace("#", "%23")))
    return numbers


def _opens_in(meeting: Meeting, start: Start | None, now: datetime) -> timedelta | None:
    if meeting.join_visibility != JoinVisibility.BEFORE_START or not access.may_show_place(meeting):
        return None
    if start is None or start.is_cancelled:
        return None
    return max(timedelta(0), start.starts_at - access.SHOWN_BEFORE_START - now)


def _how_to_get(meeting: Meeting, start: Start | None) -> str:
    if not access.may_show_place(meeting):
        return _(
            "This meeting is for teenagers. To keep them safe, the fellowship gives the place and link itself: "
            "please ask there."
        )
    match meeting.join_visibility:
        case JoinVisibility.BEFORE_START if start is not None:
            return _(
                "The way in is shown here from 15 minutes before the meeting starts. "
                "Come back then: there is nothing to fill in."
            )
        case JoinVisibility.COMING:
            return _("The group gives the way in only to those who are coming. Please ask the group.")
    return _("The group gives the way in itself. Please ask the group; nobody will mind.")
