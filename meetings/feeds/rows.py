"""What every feed is turned into, whatever its format."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

# Raise it when the same feed is read differently than before: every row is then read afresh.
READING = 1


class Skipped(NamedTuple):
    """A row that was left out. Says which and why, and nothing of what stood in it."""

    number: int
    key: str
    reason: str


class SkipRow(Exception):
    """This row cannot be used; the message says why, in words that quote nothing of it."""


class UnusableFeed(Exception):
    """The feed as a whole cannot be used; the message says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a feed is to be read: what its rows do not say themselves."""

    programme: str
    time_zone: str = ""
    country: str = ""


@dataclass(slots=True)
class Row:
    """One meeting of a feed, in our own words, ready to be kept as JSON.

    `meeting`, `venue` and `group` hold values by the column names of those models, in the text
    form that PostgreSQL gives JSON ("19:00:00" for a time, "01:30:00" for a length); what a
    feed does not say is not in them. `traits` maps "kind/slug" to a value.
    `group_key` is empty where the meeting stands alone and is its own group.
    `contact` is private: it goes, encrypted, to the group and nowhere else.
    `point` and `town` are where the zone and, failing coordinates, the position come from.
    `left_out` names fields whose content could not be kept.
    """

    meeting: dict[str, Any] = field(default_factory=dict)
    venue: dict[str, Any] = field(default_factory=dict)
    group: dict[str, Any] = field(default_factory=dict)
    group_key: str = ""
    fellowship: str = ""
    traits: dict[str, str] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    unknown_codes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    updated_at: str = ""
    point: tuple[float, float] | None = None
    town: tuple[str, str, str] = ("", "", "")
    is_by_appointment: bool = False
