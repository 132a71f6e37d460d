"""The table of what people may read and change of a listing, and the one way to change it.

Suggestions, the hosts' form, the curators' desk, history and merging all speak of a listing's
values by the names of this table, as JSON values:

    listing_fields.values(meeting)                   {"name": "Tuesday Candlelight", "rrule": …}
    listing_fields.words("duration", 90)             "90 minutes"
    listing_fields.check(meeting, {"rrule": "…"})    {} or {"rrule": "a plain sentence"}
    listing_fields.apply(meeting, {"duration": 90}, by=user, role=Role.HOST, now=now)
"""

from .applying import Applied, InvalidChange, apply, check, create, free_slug, why_unlisted
from .kinds import WrongValue
from .placing import directions_in, locate, locate_pin
from .reading import Listing, hidden_from_strangers, label, value_of, values, words
from .rows import blank
from .table import (
    ADDRESS,
    FIELDS,
    JOIN_DETAILS,
    TRAIT,
    Askable,
    Field,
    NoSuchField,
    Part,
    Section,
    field,
    fields,
    trait_field,
    trait_key,
    trait_name,
)

__all__ = [
    "ADDRESS",
    "FIELDS",
    "JOIN_DETAILS",
    "TRAIT",
    "Applied",
    "Askable",
    "Field",
    "InvalidChange",
    "Listing",
    "NoSuchField",
    "Part",
    "Section",
    "WrongValue",
    "apply",
    "blank",
    "check",
    "create",
    "directions_in",
    "field",
    "fields",
    "free_slug",
    "hidden_from_strangers",
    "label",
    "locate",
    "locate_pin",
    "trait_field",
    "trait_key",
    "trait_name",
    "value_of",
    "values",
    "why_unlisted",
    "words",
]
