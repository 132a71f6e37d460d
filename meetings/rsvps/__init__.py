"""Keeping a seat: take a place, give it back, wait in line, come every week.

A place is one `Rsvp`: at one date, for one person and up to three others. Chairs are counted
under a lock on the occurrence, so however many people press at once, no more come than fit.
Nobody needs to give a name or an address. Whoever gives an address confirms it by the link
that is mailed there; the chair is held meanwhile.

How things stand and may change is in `meetings.rsvp_states`.
"""

from .counting import head_count, places_left, public_count
from .people import Person
from .places import (
    CONFIRM_BEFORE_START,
    CONFIRM_WITHIN,
    OccurrenceFull,
    change,
    confirm,
    give_back,
    give_back_unconfirmed,
    take_back,
    take_place,
)
from .policy import RsvpClosed, require_open, why_closed
from .standing import (
    ASKED_AFTER,
    DATES_OF_A_SHORT_ONE,
    ENDS_AFTER_ASKING,
    ask_whether_to_go_on,
    confirm_standing,
    continue_standing,
    expand,
    expand_all,
    start_standing,
    stop_standing,
    unstop_standing,
)
from .waiting import (
    NO_OFFERS_BEFORE_START,
    OFFERED_FOR,
    OfferRanOut,
    accept,
    expire_offers,
    fill_free_places,
    makes_offers,
    people_before,
)

__all__ = [
    "ASKED_AFTER",
    "CONFIRM_BEFORE_START",
    "CONFIRM_WITHIN",
    "DATES_OF_A_SHORT_ONE",
    "ENDS_AFTER_ASKING",
    "NO_OFFERS_BEFORE_START",
    "OFFERED_FOR",
    "OccurrenceFull",
    "OfferRanOut",
    "Person",
    "RsvpClosed",
    "accept",
    "ask_whether_to_go_on",
    "change",
    "confirm",
    "confirm_standing",
    "continue_standing",
    "expand",
    "expand_all",
    "expire_offers",
    "fill_free_places",
    "give_back",
    "give_back_unconfirmed",
    "head_count",
    "makes_offers",
    "people_before",
    "places_left",
    "public_count",
    "require_open",
    "start_standing",
    "stop_standing",
    "take_back",
    "take_place",
    "unstop_standing",
    "why_closed",
]
