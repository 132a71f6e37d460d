"""What tells one place from another, so that people hear when the place of their date has changed."""

import hashlib

from groups.text import fold
from meetings.enums import ChannelState
from meetings.models import Meeting, Occurrence

DIGEST_LENGTH = 16
_NO_ROOM = "no room"


def digest(meeting: Meeting, row: Occurrence) -> str:
    """Return a short digest of where the date is held: the same as long as the same door is meant.

    A street and its town make a place; without a street its name does. Another spelling, a pin
    that is put right or a postal code are no other place. A date that nobody can go to, since it is
    online alone or the room is closed for now, has one digest wherever its room would be.
    """
    said = _NO_ROOM if row.is_online_only or meeting.in_person != ChannelState.OPEN else _of_room(meeting, row)
    return hashlib.sha256(said.encode()).hexdigest()[:DIGEST_LENGTH]


def _of_room(meeting: Meeting, row: Occurrence) -> str:
    venue = row.venue or meeting.venue
    if venue is None:
        return "nowhere"
    return "\n".join(fold(part) for part in ("at", venue.street or venue.name, venue.town))
