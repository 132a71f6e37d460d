"""How to take part from afar, as the group allows: link, passcode and phone, or how to get them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from groups.text import web_address
from meetings import access, questions, rsvps
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

# Words of a line that tells a way in: a link, a number to dial, an id or a passcode.
_TELLS_A_WAY_IN = re.compile(
    r"https?://|\bwww\.|\b(?:zoom|webex)\.|\bpass[ -]?(?:word|code|wd)|\bpwd?\b|\bpin\s*[:#=]|\b(?:access|entry) code"
    r"|\b(?:meeting|zoom|conference|webinar) ?(?:id|code|number)\b|\bid\s*[:#=]|\d[\d ().-]{5,18}\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """`printed` is what the group wrote, `dialled` what a phone dials, codes included."""

    printed: str
    dialled: str


@dataclass(frozen=True, slots=True)
class JoinStep:
    """What to press, dial or ask. With `is_shown` False only `how_to_get` is said.

    `opens_in` is the time until the link appears by itself, None when it does not. `next_url`
    is the page where it is to be had, "" for none, with the words `next_label`.
    """

    is_shown: bool
    how_to_get: str = ""
    next_url: str = ""
    next_label: str = ""
    opens_in: timedelta | None = None
    url: str = ""
    provider: str = ""
    passcode: str = ""
    phones: list[PhoneNumber] = field(default_factory=list)
    notes: str = ""
    phone_notes: str = ""
    is_missing: bool = False


def for_meeting(
    meeting: Meeting, start: Start | None, now: datetime, *, is_coming: bool = False, has_pressed: bool = False
) -> JoinStep | None:
    """Return the way in from afar, None when there is none now: in person only, paused, cancelled.

    `start` is the date in progress or the next one; who is asking is as in `access.may_show_join`.
    """
    if not access.is_running(meeting) or not access.has_join_step(meeting):
        return None
    if start is not None and start.is_cancelled:
        return None
    if meeting.doubted_at is not None:
        return JoinStep(is_shown=False, how_to_get=_why_hidden())
    if not access.may_show_join(meeting, start, now, is_coming=is_coming, has_pressed=has_pressed):
        next_url, next_label = _next_step(meeting, start, now)
        return JoinStep(
            is_shown=False,
            how_to_get=_how_to_get(meeting, start, has_next=bool(next_url)),
            next_url=next_url,
            next_label=next_label,
            opens_in=_opens_in(meeting, start, now),
        )
    by_link = ChannelState.OPEN in (meeting.online, meeting.any_time)
    by_phone = meeting.by_phone == ChannelState.OPEN or by_link
    url = web_address(meeting.join_url) if by_link else ""
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


def notes_for(meeting: Meeting, text: str, join: JoinStep | None) -> str:
    """Return a note as far as it may be read now.

    Groups write links and passcodes into their notes. Where the way in is not for everyone,
    lines that tell it stay out until it is shown.
    """
    is_for_everyone = meeting.join_visibility == JoinVisibility.EVERYONE and meeting.doubted_at is None
    if is_for_everyone or (join is not None and join.is_shown):
        return text
    kept: list[str] = []
    speaks_of_next = False
    for line in text.splitlines():
        tells = bool(_TELLS_A_WAY_IN.search(line))
        if not tells and not speaks_of_next:
            kept.append(line)
        speaks_of_next = tells and line.rstrip().endswith(":")
    return "\n".join(kept).strip()


def note_of_date(meeting: Meeting, start: Start | None, text: str, now: datetime, *, is_coming: bool = False) -> str:
    """Return what is said of one date alone, as far as it may be read now; who asks is as in `for_meeting`."""
    if not text:
        return ""
    is_shown = access.may_show_join(meeting, start, now, is_coming=is_coming)
    return notes_for(meeting, text, JoinStep(is_shown=is_shown))


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


def _next_step(meeting: Meeting, start: Start | None, now: datetime) -> tuple[str, str]:
    """Return where the way in is to be had, and the words of the link; two empty texts for nowhere."""
    if not access.may_show_place(meeting):
        return "", ""
    match meeting.join_visibility:
        case JoinVisibility.ON_PRESS:
            return reverse("meetings:join", args=[meeting.slug]), _("Show me the way in")
        case JoinVisibility.COMING if start is not None and not rsvps.why_closed(meeting, start, now=now):
            return reverse("meetings:rsvp_new", args=[meeting.slug, start.original_on]), _("Keep a seat for me")
        case JoinVisibility.ASK if questions.can_be_asked(meeting):
            return reverse("meetings:ask", args=[meeting.slug]), _("Ask the group")
    return "", ""


def _why_hidden() -> str:
    """Say why reports keep the way in from everybody."""
    return _(
        "Several people reported that this meeting could not be reached. So that nobody waits in vain, the way in "
        "is hidden until its group says how things stand."
    )


def _how_to_get(meeting: Meeting, start: Start | None, *, has_next: bool) -> str:
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
        case JoinVisibility.ON_PRESS:
            return _("The way in is for people. Press the button, and it is shown.")
        case JoinVisibility.COMING if has_next:
            return _(
                "The way in is shown to those who are coming. "
                "Keep a seat, with or without a name, and it is on your page."
            )
        case JoinVisibility.ASK if has_next:
            return _("The group gives the way in itself. You can ask from here; neither side sees an address.")
        case JoinVisibility.COMING:
            return _("The group gives the way in only to those who are coming. Please ask the group.")
    return _("The group gives the way in itself. Please ask the group; nobody will mind.")
