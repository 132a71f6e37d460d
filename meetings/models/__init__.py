"""When, where, and who is coming."""

from meetings.models.finder import FinderEntry, FinderTerm
from meetings.models.listings import Meeting, MeetingTrait, Occurrence, Pause, SourceRow, Trait
from meetings.models.places import Place, PlaceName, Postcode, Venue

__all__ = [
    "FinderEntry",
    "FinderTerm",
    "Meeting",
    "MeetingTrait",
    "Occurrence",
    "Pause",
    "Place",
    "PlaceName",
    "Postcode",
    "SourceRow",
    "Trait",
    "Venue",
]
