"""When, where, and who is coming."""

from meetings.models.calendars import CalendarRevision
from meetings.models.finder import FinderEntry, FinderTerm
from meetings.models.listings import Meeting, MeetingTrait, Occurrence, Pause, SourceRow, Trait
from meetings.models.places import Place, PlaceName, Postcode, Venue
from meetings.models.rsvps import OutgoingMessage, PrivateLink, Question, Rsvp, StandingRsvp

__all__ = [
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
    "Question",
    "Rsvp",
    "SourceRow",
    "StandingRsvp",
    "Trait",
    "Venue",
]
