"""Choices of the meetings app, importable from anywhere."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    NO_WAY_IN = "no-way-in", _("No place, link or phone that works now")
    POSITION_MISSING = "position-missing", _("The place could not be put on the map")


class TimeOfDay(TextChoices):
    """Morning 04:00–11:59, afternoon 12:00–16:59, evening 17:00–20:59, night 21:00–03:59."""

    MORNING = "morning", _("Morning")
    AFTERNOON = "afternoon", _("Afternoon")
    EVENING = "evening", _("Evening")
    NIGHT = "night", _("Night")
