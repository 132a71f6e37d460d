"""What messages say, made in the moment they go, so that they are true then.

Discreet unless somebody asked otherwise: a time and neutral words, never a group, fellowship,
approach or address. In plain words a message may name the meeting. A message to an address
that nobody confirmed is always discreet: it may be anybody's.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from groups import dates
from meetings import contacts, languages, posting, tokens, wording
from meetings.channels import Parcel
from meetings.enums import Channel, LinkPurpose, MessageKind, RsvpReason
from meetings.models import Meeting, Occurrence, OutgoingMessage, ReminderWishes, Rsvp, StandingRsvp
from meetings.reminders import signing


@dataclass(frozen=True, slots=True)
class Words:
    """`lines` are paragraphs; `link` is what `press` is written on, the one thing to do."""

    subject: str
    lines: list[str]
    press: str = ""
    link: str = ""


def parcel_of(message: OutgoingMessage, *, now: datetime) -> Parcel:
    """Return the message as it is handed over. Makes a private link when it needs one.

    It is in the language its recipient used. The message is from `claiming.claimed`. Raises
    contacts.UnreadableContact.
    """
    with languages.speaking(language_of(message)):
        return _parcel_of(message, now=now)


def language_of(message: OutgoingMessage) -> str:
    """Return the code of the language to write in, "" for the site's own: as it is kept now. No query."""
    kept = message.rsvp or message.standing
    return message.language if kept is None else kept.language


def _parcel_of(message: OutgoingMessage, *, now: datetime) -> Parcel:
    to = contacts.address_of(message.recipient)
    words = words_of(message, now=now)
    stop = _address("meetings:messages_stop", signing.signed("stop", message.public_id))
    if message.channel == Channel.EMAIL:
        context = {
            "words": words,
            "stop": stop,
            "site_name": settings.SITE_NAME,
            "may_be_stopped": message.kind not in (MessageKind.QUESTION, MessageKind.CLAIM),
        }
        return Parcel(
            id=message.public_id,
            to=to,
            subject=words.subject,
            text=render_to_string("emails/message.txt", context).strip() + "\n",
            html=render_to_string("emails/message.html", context),
            link=words.link,
            expires_at=message.expires_at,
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
    if message.channel == Channel.SMS:
        text = " ".join([words.subject + ".", *words.lines[:1], words.link] if words.link else words.lines)
        return Parcel(
            id=message.public_id, to=to, subject="", text=text, link=words.link, expires_at=message.expires_at
        )
    return Parcel(
        id=message.public_id,
        to=to,
        subject=words.subject,
        text=words.lines[0] if words.lines else "",
        link=words.link,
        expires_at=message.expires_at,
    )


def words_of(message: OutgoingMessage, *, now: datetime) -> Words:
    """Return what the message says."""
    match message.kind:
        case MessageKind.QUESTION | MessageKind.ANSWER:
            return _between_people(message, now=now)
        case MessageKind.ABOUT_ME:
            return _about_me(message, now=now)
        case MessageKind.CLAIM:
            return _about_keeping(message)
        case MessageKind.FEED_FAILING:
            return _about_feed(message)
        case MessageKind.STILL_TRUE | MessageKind.REPORT | MessageKind.UNLISTED:
            return _about_listings(message, now=now)
        case MessageKind.SUGGESTION:
            return _about_suggestion(message, now=now)
        case MessageKind.CODE:
            code = contacts.decrypt(message.words).get("code", "")
            return Words(
                _("Your code is %(code)s") % {"code": code},
                [_("Your code is %(code)s. It is good for ten minutes. Reply STOP to get no more.") % {"code": code}],
            )
    if message.standing is not None:
        return _about_standing(message, message.standing, now=now)
    return _about_place(message, message.rsvp, now=now)


# ── About one date ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _When:
    """A date as messages name it: clock and day, in the recipient's zone or else the meeting's."""

    time: str
    day: str
    zone: str

    @property
    def whole(self) -> str:
        return _("%(day)s at %(time)s, %(zone)s") % {"day": self.day, "time": self.time, "zone": self.zone}


def _about_place(message: OutgoingMessage, rsvp: Rsvp, *, now: datetime) -> Words:
    occurrence = rsvp.occurrence
    wishes = _wishes(rsvp)
    when = _when(occurrence.starts_at, occurrence.meeting, wishes)
    about = {"time": when.time, "day": when.day, "when": when.whole}
    is_plain = wishes is not None and wishes.is_plain and rsvp.is_confirmed
    if message.kind == MessageKind.AFTER:
        link = _address("meetings:after", signing.signed("after", message.public_id))
        return Words(
            _("One question about %(time)s") % about,
            [_("Did it take place? One press is enough, and nobody learns who answered.")],
            _("Answer"),
            link,
        )
    link = _place_link(now=now, rsvp=rsvp)
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
    if message.kind == MessageKind.DATE_RESTORED:
        return Words(
            _("It takes place: %(day)s, %(time)s") % about,
            [_("What was cancelled for %(when)s takes place after all.") % about],
            press,
            link,
        )
    if message.kind == MessageKind.DATE_MOVED:
        return Words(
            _("It is now %(day)s, %(time)s") % about,
            [_("What you planned has another time or place. It is now %(when)s.") % about],
            press,
            link,
        )
    lines = [_("Something is different on %(when)s. Your page says what.") % about]
    if occurrence.is_online_only:
        lines = [_("%(when)s: please do not go there, it is online only this time.") % about]
    return Words(_("A change on %(day)s, %(time)s") % about, lines, press, link)


def _plainly(words: Words, occurrence: Occurrence) -> Words:
    """Name the meeting and its place, for somebody who chose that."""
    meeting = occurrence.meeting
    lines = [f"{meeting.name} ({meeting.group.name})" if meeting.group.name != meeting.name else meeting.name]
    venue = occurrence.venue or meeting.venue
    if venue is not None and not occurrence.is_online_only and not occurrence.is_cancelled:
        lines.append(wording.place_label(venue))
    return Words(f"{words.subject} – {meeting.name}", [*words.lines, *lines], words.press, words.link)


# ── About anything else ─────────────────────────────────────────────────────


def _about_standing(message: OutgoingMessage, standing: StandingRsvp, *, now: datetime) -> Words:
    link = _place_link(now=now, standing=standing)
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


def _about_me(message: OutgoingMessage, *, now: datetime) -> Words:
    key = contacts.match_key_of(message.recipient)
    link = _address("meetings:about_me_kept", tokens.issue(LinkPurpose.ABOUT_ME, now=now, contact_key=key))
    return Words(
        _("The link you asked for"),
        [_("It shows everything that is kept about this address, and lets you erase it. It is good for two hours.")],
        _("Open the page"),
        link,
    )


def _about_keeping(message: OutgoingMessage) -> Words:
    """Speak of who keeps a listing: a code for a claim, an invitation, somebody new."""
    said = contacts.decrypt(message.words) if message.words else {}
    if secret := said.get(posting.INVITATION):
        return Words(
            _("Somebody invites you to help"),
            [
                _("Somebody keeps a listing with us and asks whether you would help. The page says which one."),
                _("The link is good for one week and for one person. If you do not know of this, do nothing."),
            ],
            _("See what it is about"),
            _address("host:invitation", secret),
        )
    if posting.NEW_HOST in said:
        return Words(
            _("Somebody new helps with your listing"),
            [
                _("One more person keeps a listing together with you from today."),
                _("If that surprises you, open the page of its hosts and write to us."),
            ],
            _("Open the page"),
            _address("host:hosts", said[posting.NEW_HOST]),
        )
    code = said.get(posting.CLAIM_CODE, "")
    return Words(
        _("Your code is %(code)s") % {"code": code},
        [
            _("Somebody tells us that they keep a listing which names this address. The code shows that it is true:"),
            code,
            _("It is good for three days. Was it not you? Give it to somebody you know and trust, or do nothing."),
        ],
    )


def _about_listings(message: OutgoingMessage, *, now: datetime) -> Words:
    """Ask or tell somebody who keeps listings; which ones, the page behind the link says."""
    secret = tokens.issue(LinkPurpose.STILL_TRUE, now=now, group=message.group)
    link = _address("meetings:still_true", secret)
    press = _("Open the page")
    if message.kind == MessageKind.REPORT:
        return Words(
            _("Somebody wrote that something is wrong"),
            [
                _("Somebody told us that something you keep with us is not right. The page says what."),
                _("If it is right, one press says so. If it is not, the page helps you to change it."),
            ],
            press,
            link,
        )
    if message.kind == MessageKind.STILL_TRUE:
        return Words(
            _("Is it still true? One press answers"),
            [
                _("You keep something with us that was not confirmed for a while, and people set out by it."),
                _("If all of it is still true, one press on the page says so. There is nothing to sign in to."),
            ],
            press,
            link,
        )
    if (contacts.decrypt(message.words) if message.words else {}).get(posting.IS_OFF):
        return Words(
            _("It is no longer shown"),
            [
                _("Something you keep with us was not confirmed for long, or reports about it stayed unanswered."),
                _("So we no longer show it. Nothing is lost: if it is true, one press on the page brings it back."),
            ],
            press,
            link,
        )
    return Words(
        _("Soon it is no longer shown"),
        [
            _("Something you keep with us was not confirmed for a long time. In two weeks we stop showing it."),
            _("If it is true, one press on the page is enough, and it stays."),
        ],
        press,
        link,
    )


def _about_suggestion(message: OutgoingMessage, *, now: datetime) -> Words:
    link = _address("meetings:suggestion", tokens.issue(LinkPurpose.SUGGESTION, now=now, suggestion=message.suggestion))
    return Words(
        _("An answer to what you suggested"),
        [
            _("Somebody looked at what you suggested. The page says what became of it."),
            _("Your address is forgotten now: this is the only message."),
        ],
        _("Open the page"),
        link,
    )


def _between_people(message: OutgoingMessage, *, now: datetime) -> Words:
    if message.kind == MessageKind.QUESTION:
        link = _address("meetings:answer", tokens.issue(LinkPurpose.ANSWER, now=now, question=message.question))
        said = contacts.decrypt(message.question.words).get("words", "") if message.question.words else ""
        return Words(
            _("Somebody has a question for you"),
            [
                _("Somebody who thinks of coming asks the following. We carry your answer without showing addresses."),
                said,
            ],
            _("Answer"),
            link,
        )
    said = contacts.decrypt(message.words).get("words", "") if message.words else ""
    return Words(_("An answer to your question"), [_("You asked a question. This is the answer:"), said])


def _about_feed(message: OutgoingMessage) -> Words:
    """Tell the owner of a feed, whose own address it is, which one and since when; nothing of who meets."""
    source = message.source
    since = wording.day_label(source.failing_since) if source and source.failing_since else ""
    host = (urlsplit(source.address).hostname or "") if source else ""
    lines = [
        _("We read a list from your website, %(host)s. Since %(day)s it cannot be read.")
        % {"host": host, "day": since},
        _("What we know of it stays as it was. After two weeks its pages say that it may be out of date."),
        _("You need do nothing else than put the list back, or tell us its new address."),
    ]
    if source and source.last_error:
        lines.insert(1, _("The last try ended so: %(error)s.") % {"error": source.last_error})
    return Words(_("A list of yours cannot be read"), lines)


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


def _place_link(*, now: datetime, **subject: Rsvp | StandingRsvp) -> str:
    return _address("meetings:rsvp_place", tokens.issue(LinkPurpose.PLACE, now=now, **subject))


def _address(name: str, *args: str) -> str:
    return settings.SITE_URL + reverse(name, args=args)
