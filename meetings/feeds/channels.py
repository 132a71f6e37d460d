"""Which ways of attending a row offers, decided once for every format.

Stored by name, never guessed again: a place that is closed for now is not a meeting that is
closed, and an address of nowhere in particular is not a place to go to.
"""

from meetings.enums import ChannelState, ReviewFlag
from meetings.feeds import links, meanings
from meetings.feeds.rows import Row

OPEN, SUSPENDED = ChannelState.OPEN.value, ChannelState.SUSPENDED.value


def settle_links(row: Row, *, link: str, link_notes: str, number: str, number_notes: str) -> None:
    """Take the link, the phone number and what is said about them.

    A link of a service we do not know is kept and flagged. The passcode is taken from the
    notes only where they give one clearly; the notes themselves stay whole, and a passcode
    that they speak of without giving it is flagged.
    """
    meeting = row.meeting
    address = links.web_address(link)
    if link.strip() and not address:
        row.left_out.append("link")
    if address:
        meeting["join_url"] = address
        meeting["online"] = OPEN
        if not links.is_known_service(address):
            meanings.flag(row, ReviewFlag.UNKNOWN_LINK)
    if link_notes:
        meeting["join_notes"] = link_notes
        if code := links.passcode(link_notes):
            meeting["join_passcode"] = code
    if address and links.is_passcode_unknown(address, link_notes):
        meanings.flag(row, ReviewFlag.UNKNOWN_PASSCODE)
    dialled, words = links.phone(number)
    if number.strip() and not dialled and not words:
        row.left_out.append("phone")
    if dialled:
        meeting["join_phone"] = dialled
        meeting["by_phone"] = OPEN
    if notes := "\n".join(dict.fromkeys(part for part in (number_notes, words) if part)):
        meeting["join_phone_notes"] = notes


def settle_place(row: Row, *, is_suspended: bool, is_vague: bool, is_online_only: bool = False) -> None:
    """Decide whether people meet at the row's place, and drop a place that is none.

    `is_vague`: the address is of a town or region, not of a door. With a link or number such a
    row is not held in person; without, it is kept as in person and flagged, since its people do
    meet somewhere. `is_online_only`: the feed says so itself.
    """
    meeting = row.meeting
    can_join_from_afar = meeting.get("online") == OPEN or meeting.get("by_phone") == OPEN
    if is_vague and row.venue:
        row.venue["is_approximate"] = True
    if not row.venue or (is_online_only and not is_suspended):
        state = ""
    elif is_suspended:
        state = "" if is_vague and can_join_from_afar else SUSPENDED
    elif is_vague:
        state = "" if can_join_from_afar else OPEN
    else:
        state = OPEN
    if state:
        meeting["in_person"] = state
        if is_vague:
            meanings.flag(row, ReviewFlag.NO_PLACE)
    else:
        row.venue = {}
        for name in meanings.in_person_only() & row.traits.keys():
            del row.traits[name]
    if state != OPEN and not can_join_from_afar:
        meanings.flag(row, ReviewFlag.NO_WAY_IN)
