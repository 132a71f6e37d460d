"""What a search can ask of a meeting, as pure rules over its own words.

A fact is a pair (facet, value), such as ("access", "wheelchair"). What a meeting denies is a
fact too, of the facet "not-…": whoever says neither has not said.
"""

from collections.abc import Iterator
from typing import NamedTuple

from groups.enums import Covers, ForWhom, OpenClosed
from meetings.enums import Attendance, ChannelState, OpenTo, TraitKind, TraitValue

YES, NO = "yes", "no"
# The values of the finder's `for`.
FOR_WHOM = {ForWhom.PERSON: "me", ForWhom.FAMILY: "someone"}
# A format that is made for people who come for the first time.
NEWCOMERS = "newcomer"
# The facet of how far a listing can be trusted; nobody searches by it, the order asks.
TRUTH = "truth"

Fact = tuple[str, str]

# Who is there for any drug is there for each: somebody who asks about heroin is to find Narcotics Anonymous.
INCLUDED: dict[Fact, tuple[Fact, ...]] = {
    ("covers", Covers.ANY_DRUG.value): tuple(
        ("covers", drug.value) for drug in (Covers.OPIOIDS, Covers.COCAINE, Covers.CRYSTAL_METH, Covers.CANNABIS)
    ),
}


class Spoken(NamedTuple):
    """What is known of one meeting. Empty text is "not said"; inherited words are filled in.

    Meetings of which the same is known are equal: an import asks for the facts of each kind once.
    """

    approach: str
    fellowship: str = ""
    belief: str = ""
    covers: tuple[str, ...] = ()
    for_whom: tuple[str, ...] = ()
    in_person: str = ChannelState.NONE
    online: str = ChannelState.NONE
    by_phone: str = ChannelState.NONE
    any_time: str = ChannelState.NONE
    open_to: str = OpenTo.UNKNOWN
    is_good_first_visit: bool | None = None
    approach_is_open: bool = False
    # (kind, slug, value)
    traits: tuple[tuple[str, str, str], ...] = ()


def is_good_first_visit(spoken: Spoken) -> bool | None:
    """Return whether this is a good meeting to visit first; None when nothing tells.

    The group's own word counts before everything. Else a meeting for members or by
    invitation is not; one that is open to anyone or made for beginners is. Where the meeting
    does not say who may come, an approach whose custom is to be open speaks for it.
    """
    if spoken.is_good_first_visit is not None:
        return spoken.is_good_first_visit
    if spoken.open_to in (OpenTo.MEMBERS, OpenTo.INVITATION):
        return False
    is_for_newcomers = any(
        kind == TraitKind.FORMAT and slug == NEWCOMERS and value != TraitValue.NO for kind, slug, value in spoken.traits
    )
    if spoken.open_to == OpenTo.ANYONE or is_for_newcomers:
        return True
    if spoken.open_to == OpenTo.UNKNOWN and spoken.approach_is_open:
        return True
    return None


def is_custom_open(open_closed: str) -> bool:
    """Return whether an approach's meetings are open to anyone unless they say otherwise."""
    return open_closed == OpenClosed.OPEN


def attendance(spoken: Spoken) -> Iterator[str]:
    """Yield the ways to take part that are open now; both at once are told thrice."""
    opened = ChannelState.OPEN
    if spoken.in_person == opened:
        yield Attendance.IN_PERSON.value
    if spoken.online == opened:
        yield Attendance.ONLINE.value
    if spoken.in_person == opened and spoken.online == opened:
        yield Attendance.HYBRID.value
    if spoken.by_phone == opened:
        yield Attendance.PHONE.value


def keeps_the_visitors_clock(spoken: Spoken) -> bool:
    """Return whether days and times are told by the visitor's clock: nobody meets in a room."""
    return spoken.in_person != ChannelState.OPEN


def facts(spoken: Spoken) -> Iterator[Fact]:
    """Yield everything the finder can ask of the meeting, each once."""
    yield "approach", spoken.approach
    if spoken.fellowship:
        yield "fellowship", spoken.fellowship
    if spoken.belief:
        yield "belief", spoken.belief
    for value in dict.fromkeys(spoken.covers):
        yield "covers", value
    for value in dict.fromkeys(spoken.for_whom):
        yield "for", FOR_WHOM[ForWhom(value)]
    for value in attendance(spoken):
        yield "attendance", value
    if keeps_the_visitors_clock(spoken):
        yield "clock", "visitor"
    if spoken.open_to == OpenTo.ANYONE:
        yield "open", YES
    elif spoken.open_to != OpenTo.UNKNOWN:
        yield "not-open", YES
    first_visit = is_good_first_visit(spoken)
    if first_visit is not None:
        yield ("first_visit" if first_visit else "not-first_visit"), YES
    for kind, slug, value in spoken.traits:
        yield (f"not-{kind}" if value == TraitValue.NO else kind), slug
