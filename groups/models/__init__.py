"""What exists and how we know it, and who keeps it."""

from groups.models.feeds import FeedPiece, FeedReading
from groups.models.listings import (
    Approach,
    EmergencyNumber,
    Fellowship,
    Group,
    HelpLine,
    ImportChange,
    ImportRun,
    Reference,
    Source,
)
from groups.models.people import AccountLanguage, Claim, ContactRead, CuratorRole, HostInvitation, HostRole

__all__ = [
    "AccountLanguage",
    "Approach",
    "Claim",
    "ContactRead",
    "CuratorRole",
    "EmergencyNumber",
    "FeedPiece",
    "FeedReading",
    "Fellowship",
    "Group",
    "HelpLine",
    "HostInvitation",
    "HostRole",
    "ImportChange",
    "ImportRun",
    "Reference",
    "Source",
]
