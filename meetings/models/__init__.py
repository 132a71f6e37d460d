"""When, where, and who is coming."""

from meetings.models.calendars import CalendarRevision
from meetings.models.dates import Occurrence, Pause
from meetings.models.finder import FinderEntry, FinderTerm
from meetings.models.keeping import Duty, FormerAddress, HeadCount, Notice, Twins
from meetings.models.listings import Meeting, MeetingTrait, SourceRow, Trait
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
from meetings.models.truth import Confirmation, Decision, Report, SuggestedValue, Suggestion

__all__ = [
    "AfterAnswer",
    "CalendarRevision",
    "Confirmation",
    "Decision",
    "Duty",
    "FinderEntry",
    "FinderTerm",
    "FormerAddress",
    "HeadCount",
    "Meeting",
    "MeetingTrait",
    "Notice",
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
    "Report",
    "Rsvp",
    "SourceRow",
    "StandingRsvp",
    "StoppedAddress",
    "SuggestedValue",
    "Suggestion",
    "Trait",
    "Twins",
    "Venue",
]
