"""Choices of the meetings app, importable from anywhere."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChannelState(TextChoices):
    """Whether a way of attending exists, and whether it can be used now.

    A place that is closed for now is not a meeting that is closed.
    """

    NONE = "none", _("No")
    OPEN = "open", _("Yes")
    SUSPENDED = "suspended", _("Not for now")


class Attendance(TextChoices):
    """How a visitor may take part; the values of the finder's `attendance`."""

    IN_PERSON = "in-person", _("In person")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("In person and online at once")
    PHONE = "phone", _("By phone")


class OpenTo(TextChoices):
    UNKNOWN = "", _("Not said")
    ANYONE = "anyone", _("Anyone may come")
    WITH_THE_ISSUE = "with-the-issue", _("People with the problem, or who think they may have it")
    MEMBERS = "members", _("Members")
    INVITATION = "invitation", _("By invitation")


class Observers(TextChoices):
    UNKNOWN = "", _("Not said")
    WELCOME = "welcome", _("Observers are welcome")
    TELL_THE_HOST = "tell-the-host", _("Observers tell the host first")
    LISTEN_ONLY = "listen-only", _("Observers listen only")
    NO = "no", _("No observers")


class JoinVisibility(TextChoices):
    """Who may see the link, passcode and phone number."""

    EVERYONE = "everyone", _("Everyone")
    ON_PRESS = "on-press", _("Whoever presses a button")
    BEFORE_START = "before-start", _("Everyone, from 15 minutes before the start")
    COMING = "coming", _("Only those who are coming")
    ASK = "ask", _("Ask the contact")


class RsvpPolicy(TextChoices):
    OFF = "off", _("No RSVP")
    WELCOME = "welcome", _("RSVP is welcome")
    NEEDED = "needed", _("RSVP is needed")


class TraitKind(TextChoices):
    FORMAT = "format", _("How it runs")
    FOCUS = "focus", _("Who it is for")
    ACCESS = "access", _("Access")
    FEATURE = "feature", _("Good to know")
    LANGUAGE = "language", _("Language")


class TraitValue(TextChoices):
    """What is known of a trait; a missing row means that nobody said."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    ONLY = "only", _("Only")
    WELCOME = "welcome", _("Welcome")


class ReviewFlag(TextChoices):
    """Why a curator should look at a listing. Set by imports, never acted on by guessing."""

    NTH_WEEKDAY = "nth-weekday", _("The notes speak of certain weeks of the month")
    ODD_LENGTH = "odd-length", _("The length looks like a typing mistake")
    OPEN_AND_CLOSED = "open-and-closed", _("Called both open and closed")
    NO_PLACE = "no-place", _("In person, but the place is not clear")
    UNKNOWN_LINK = "unknown-link", _("The link is not of a known meeting service")
    UNKNOWN_PASSCODE = "unknown-passcode", _("The link asks for a passcode that is not told clearly")
    NO_WAY_IN = "no-way-in", _("No place, link or phone that works now")
    POSITION_MISSING = "position-missing", _("The place could not be put on the map")


class TimeOfDay(TextChoices):
    """Morning 04:00–11:59, afternoon 12:00–16:59, evening 17:00–20:59, night 21:00–03:59."""

    MORNING = "morning", _("Morning")
    AFTERNOON = "afternoon", _("Afternoon")
    EVENING = "evening", _("Evening")
    NIGHT = "night", _("Night")


class RsvpState(TextChoices):
    """Where somebody's place at one date stands; `meetings.rsvps` alone changes it."""

    HELD = "held", _("Held until confirmed")
    GOING = "going", _("Coming")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("Offered a place")
    CANCELLED = "cancelled", _("Given back")
    LAPSED = "lapsed", _("Run out")


class RsvpReason(TextChoices):
    """Why a place came to an end, for the person to read."""

    NONE = "", "–"
    BY_PERSON = "by-person", _("You gave it back.")
    UNCONFIRMED = "unconfirmed", _("It was not confirmed in time, so it was given back.")
    OFFER_RAN_OUT = "offer-ran-out", _("The offered place was not taken in time, so it went to the next person.")
    DATE_GONE = "date-gone", _("The group no longer meets on this date.")
    TWICE = "twice", _("You have another place on this date.")


class ContactKind(TextChoices):
    NONE = "none", _("Nothing")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")


class LinkPurpose(TextChoices):
    """What a private link opens. A link opens one thing only."""

    PLACE = "place", _("Somebody's place, or standing place")
    CODE = "code", _("Somebody's place, with the code that was sent to a phone")
    CALENDAR = "calendar", _("The calendar of somebody's dates")
    ABOUT_ME = "about-me", _("Everything kept about an address")
    ANSWER = "answer", _("A question to a group, to be answered")
    SUGGESTION = "suggestion", _("What somebody suggested, to be followed")
    STILL_TRUE = "still-true", _("Whether a group's listings are still true, to be answered")


class MessageKind(TextChoices):
    """The messages that are sent; their words are in `meetings.messages`."""

    PLACE = "place", _("The link to a place, to confirm or change it")
    OFFER = "offer", _("A place has become free")
    DATE_CANCELLED = "date-cancelled", _("A date was cancelled")
    DATE_RESTORED = "date-restored", _("A cancelled date takes place after all")
    DATE_MOVED = "date-moved", _("A date moved")
    DATE_CHANGED = "date-changed", _("A date has a note, another place, or is online only")
    DATE_GONE = "date-gone", _("A date is no more")
    STILL_COMING = "still-coming", _("Whether a standing place goes on")
    ABOUT_ME = "about-me", _("The link to everything kept about an address")
    QUESTION = "question", _("A question to a group")
    ANSWER = "answer", _("A group's answer")
    REMINDER = "reminder", _("A reminder of a date")
    AFTER = "after", _("Whether a date took place")
    CODE = "code", _("A code to confirm a phone")
    CLAIM = "claim", _("A code for somebody who says they keep a group")
    STILL_TRUE = "still-true", _("Whether a group's listings are still true")
    SUGGESTION = "suggestion", _("What became of a suggestion")
    REPORT = "report", _("Somebody found a listing wrong")
    UNLISTED = "unlisted", _("A listing is about to be, or is, no longer shown")
    FEED_FAILING = "feed-failing", _("A list that is read from its owner cannot be read")


class Channel(TextChoices):
    """How a message goes."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PUSH = "push", _("Notification of this browser")


class MessageState(TextChoices):
    PLANNED = "planned", _("Planned")
    CLAIMED = "claimed", _("On its way")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Perhaps sent")
    FAILED = "failed", _("Could not be sent")
    MISSED = "missed", _("Missed")
    VOID = "void", _("Not needed")


class MessageReason(TextChoices):
    """Why a message did not go, for the person to read."""

    NONE = "", "–"
    DATE_CANCELLED = "date-cancelled", _("The date was cancelled.")
    PLACE_ENDED = "place-ended", _("The place was given back or had ended.")
    REPLACED = "replaced", _("Another one took its place.")
    TOLD_TOGETHER = "told-together", _("It was told together with a later change.")
    STOPPED = "stopped", _("This address asked for no more messages.")
    BOUNCED = "bounced", _("Mail to this address came back.")
    TOO_LATE = "too-late", _("The time for it had passed before we could send it.")
    QUIET = "quiet", _("It would have come within the quiet hours.")
    REFUSED = "refused", _("It was refused for good at the other end.")
    NOT_TAKEN = "not-taken", _("It was not taken at the other end in time, though we tried several times.")
    BROKEN_OFF = "broken-off", _("The line broke while it was handed over. It may have arrived.")
    UNSUBSCRIBED = "unsubscribed", _("This browser shows no notifications any more.")
    UNREADABLE = "unreadable", _("The address could not be read any more.")
    OUR_FAULT = "our-fault", _("Something went wrong on our side.")


class StopReason(TextChoices):
    """Why an address gets nothing more."""

    BY_PERSON = "by-person", _("Its owner asked for it")
    BOUNCED = "bounced", _("Messages to it came back")
    COMPLAINED = "complained", _("Its owner called a message unwanted")


class TookPlace(TextChoices):
    """What somebody who meant to come says afterwards."""

    YES = "yes", _("Yes, it took place")
    NOBODY_THERE = "nobody", _("Nobody was there")
    NOT_THERE_MYSELF = "not-there", _("I could not go")


class UnlistedWhy(TextChoices):
    """Why a meeting is no longer shown, where a person may want to know."""

    UNKNOWN = "", "–"
    BY_HOST = "host", _("Its group took it off the list")
    BY_CURATOR = "curator", _("A curator took it off the list")
    STALE = "stale", _("Nobody confirmed it for too long")
    REPORTS = "reports", _("Reports that it was not there stayed unanswered")
    SOURCE = "source", _("Its source no longer has it")
    MERGED = "merged", _("It was the same as another one")


class ReportKind(TextChoices):
    NOBODY_THERE = "nobody-there", _("Nobody was there")
    WRONG_LINK = "wrong-link", _("The link, number or passcode does not work")
    CLOSED = "closed", _("It has closed")
    WRONG = "wrong", _("Something else is wrong")


class ReportState(TextChoices):
    OPEN = "open", pgettext_lazy("not decided yet", "Open")
    ANSWERED = "answered", _("Answered: it is right as it stands")
    PUT_RIGHT = "put-right", _("Put right")
    REFUSED = "refused", _("Not followed")


class SuggestionKind(TextChoices):
    NEW = "new", _("A new group")
    CHANGE = "change", _("A change")
    CLOSED_FOR_GOOD = "closed", _("Closed for good")
    CLOSED_FOR_NOW = "paused", _("Closed for now")


class SuggestionState(TextChoices):
    OPEN = "open", _("Waiting for somebody to look at it")
    ACCEPTED = "accepted", pgettext_lazy("a suggestion", "Accepted")
    IN_PART = "in-part", pgettext_lazy("a suggestion", "Accepted in part")
    REFUSED = "refused", pgettext_lazy("a suggestion", "Not accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("a suggestion", "Withdrawn by its sender")


class Verdict(TextChoices):
    OPEN = "open", pgettext_lazy("not decided yet", "Open")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Not accepted")


class ConfirmedHow(TextChoices):
    ON_PAGE = "page", _("On the site")
    BY_MAIL = "mail", _("By the link of a message")
    BY_FEED = "feed", _("In its feed")
    BY_VISITS = "visits", _("By people who went")


class DecisionKind(TextChoices):
    """What a curator or host did that can be taken back."""

    SUGGESTION = "suggestion", _("A suggestion")
    REPORT = "report", _("A report")
    CLAIM = "claim", _("A claim")
    EDIT = "edit", _("A change of a listing")
    BULK = "bulk", _("A change of several listings")
    CONFLICT = "conflict", _("A conflict with a feed")
    MERGE = "merge", _("Two listings that are the same")
    NOT_THE_SAME = "not-the-same", _("Two listings that are not the same")
    SEEN = "seen", _("Something looked at and left as it is")


class TwinState(TextChoices):
    OPEN = "open", pgettext_lazy("not decided yet", "Open")
    MERGED = "merged", _("The same: merged")
    APART = "apart", _("Not the same")
