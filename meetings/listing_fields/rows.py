"""The rows a listing is made of: new, held until the transaction ends, or copied to be thrown away."""

from groups.identifiers import new_public_id
from groups.models import Group
from meetings.enums import ChannelState
from meetings.listing_fields.reading import Listing
from meetings.models import Meeting, Venue


def blank(group: Group | None = None) -> Meeting:
    """Return a meeting that says nothing yet, unsaved: of a new group, or a further one of this group."""
    return Meeting(group=group or Group(), in_person=ChannelState.NONE)


def locked(listing: Listing) -> Listing:
    """Return the listing as it is in the database, held until the transaction ends."""
    if isinstance(listing, Group):
        return Group.objects.select_for_update().get(pk=listing.pk)
    meeting = Meeting.objects.select_for_update().get(pk=listing.pk)
    meeting.group = Group.objects.select_for_update().get(pk=meeting.group_id)
    if meeting.venue_id is not None:
        meeting.venue = Venue.objects.select_for_update().get(pk=meeting.venue_id)
    return meeting


def copied(listing: Listing) -> Listing:
    """Return copies of the rows, to be changed and thrown away."""
    if listing.pk is not None:
        return (
            Group.objects.get(pk=listing.pk)
            if isinstance(listing, Group)
            else Meeting.objects.select_related("group", "venue").get(pk=listing.pk)
        )
    if isinstance(listing, Meeting) and listing.group.pk is not None:
        return blank(Group.objects.get(pk=listing.group.pk))
    return blank() if isinstance(listing, Meeting) else Group()


def is_shared(venue: Venue, meeting: Meeting, *, with_group: bool) -> bool:
    """Tell whether others meet at the place: other groups, or with `with_group` anybody but this meeting."""
    others = Meeting.objects.filter(venue=venue).exclude(pk=meeting.pk)
    if not with_group:
        others = others.exclude(group=meeting.group_id)
    return others.exists()


def own_copy(venue: Venue | None) -> Venue:
    if venue is None:
        return Venue()
    copied = Venue(**{column.attname: getattr(venue, column.attname) for column in Venue._meta.concrete_fields})
    copied.pk, copied.source, copied.source_key = None, None, ""
    copied.public_id = new_public_id()
    return copied
