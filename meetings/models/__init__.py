"""When, where, and who is coming."""

from meetings.models.calendars import CalendarRevision
from meetings.models.finder import FinderEntry, FinderTerm
from meetings.models.listings import Meeting, MeetingTrait, Occurrence, Pause, SourceRow, Trait
from meetings.models.messages import (
    AfterAnswer,
    OutgoingMessage,
    Pulse,
    PushSubscription,
    ReminderWishes,
    StoppedAddress,
)
from meetings.models.places import Place, PlaceName, Postcode, Venue
from meetings.models.rsvps import PrivateLink, Question, Rsvp, StandingRsvp

__all__ = [
    "AfterAnswer",
    "CalendarRevision",
    "FinderEntry",
    "FinderTerm",
    "Meeting",
    "MeetingTrait",
    "Occurrence",
    "OutgoingMessage",
    "Pause",
    "Place",
    "PlaceName",
    "Postcode",
    "PrivateLink",
    "Pulse",
    "PushSubscription",
    "Question",
    "ReminderWishes",
    "Rsvp",
    "SourceRow",
    "StandingRsvp",
    "StoppedAddress",
    "Trait",
    "Venue",
]
