"""Fetch or 404, and what of a listing may be shown: asked here and nowhere else."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from groups import access as groups_access
from groups.access import AnyUser, Scope
from groups.enums import GroupState, ListingState
from groups.models import CuratorRole, Group
from meetings.enums import ChannelState, JoinVisibility, TraitKind, TraitValue
from meetings.models import FormerAddress, Meeting, MeetingTrait, Venue
from meetings.schedules import ASSUMED_DURATION, Start

# Join details that are held back until shortly before a meeting appear this long before it.
SHOWN_BEFORE_START = timedelta(minutes=15)

# What deciding about a seat asks of a meeting: its dates, its policy, who may come.
_FOR_A_SEAT = (
    "slug", "name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone", "state", "rsvp_policy",
    "in_person", "online", "by_phone", "any_time",
    "capacity", "host_sees_aliases", "open_to", "observers", "is_good_first_visit", "min_age", "max_age",
    "gender_rule", "sober_hours", "needs_camera", "needs_account", "agreement", "is_teen_consented",
    "group__state", "group__name", "group__slug",
    "group__approach__name", "group__approach__slug", "group__approach__entry_rules",
    "group__approach__open_closed", "group__approach__joining_requirement",
    "group__fellowship__name", "group__fellowship__is_for_teens", "group__fellowship__joining_requirement",
)  # fmt: skip

# The focus of a meeting held for teenagers; an upper age below this says the same.
TEENS_SLUG = "teens"
ADULT_AGE = 20


class NoLongerListed(Exception):
    """There was such a listing and it has been taken down; `listing` is what is left of it."""

    def __init__(self, listing: Meeting | Group, *, is_gone: bool) -> None:
        super().__init__(listing.pk)
        self.listing = listing
        self.is_gone = is_gone


class Moved(NoLongerListed):
    """The listing was the same as another one, `listing`, whose page is now that of both."""

    def __init__(self, listing: Meeting | Group) -> None:
        super().__init__(listing, is_gone=True)


def get_meeting(slug: str, *, is_for_a_seat: bool = False) -> Meeting:
    """Return the meeting with this page, with group, approach, fellowship, venue and source.

    `is_for_a_seat` fetches no more of them than keeping a seat needs: fifty may press at once.

    Raises Http404 when there never was one to see, NoLongerListed when it was taken down, Moved
    when it lives on at another address. One query; one more for what is not shown.
    """
    related = ("group__approach", "group__fellowship", "group__source", "venue", "source")
    meetings = Meeting.objects.select_related(*related)
    if is_for_a_seat:
        meetings = Meeting.objects.select_related(*related[:2]).only(*_FOR_A_SEAT)
    meeting = meetings.filter(slug=slug).first()
    if meeting is None or meeting.state == ListingState.GONE:
        _follow_former_address(slug, of_group=False)
    if meeting is None or ListingState.DRAFT in (meeting.state, meeting.group.state):
        raise Http404
    if meeting.state in (ListingState.UNLISTED, ListingState.GONE) or meeting.group.state != GroupState.PUBLIC:
        raise NoLongerListed(meeting, is_gone=ListingState.GONE in (meeting.state, meeting.group.state))
    return meeting


def get_group(slug: str) -> Group:
    """Return the group with this page, with approach, fellowship and source. One query.

    Raises Http404 and NoLongerListed as `get_meeting` does.
    """
    group = Group.objects.select_related("approach", "fellowship", "source").filter(slug=slug).first()
    if group is None or group.state == GroupState.GONE:
        _follow_former_address(slug, of_group=True)
    if group is None or group.state == GroupState.DRAFT:
        raise Http404
    if group.state != GroupState.PUBLIC:
        raise NoLongerListed(group, is_gone=group.state == GroupState.GONE)
    return group


def _follow_former_address(slug: str, *, of_group: bool) -> None:
    kept = FormerAddress.of(slug, of_group=of_group)
    if kept is not None:
        raise Moved(kept)


def is_for_teens(meeting: Meeting) -> bool:
    """Tell whether the meeting is held for teenagers and closed to adults.

    Alateen and Narateen are by fellowship; others say so by focus or by an upper age.
    One query unless `meeting_traits__trait` is prefetched.
    """
    fellowship = meeting.group.fellowship
    if fellowship is not None and fellowship.is_for_teens:
        return True
    if meeting.max_age is not None and meeting.max_age < ADULT_AGE:
        return True
    return any(
        row.value == TraitValue.ONLY and row.trait.kind == TraitKind.FOCUS and row.trait.slug == TEENS_SLUG
        for row in meeting.meeting_traits.all()
    )


def may_show_place(meeting: Meeting) -> bool:
    """Tell whether place, link and notes may be published.

    Those of a teen meeting need its fellowship's consent.
    """
    return meeting.is_teen_consented or not is_for_teens(meeting)


def place_is_hidden() -> Q:
    """Return the condition on meetings for which `may_show_place` is False."""
    for_teens_only = MeetingTrait.objects.filter(
        meeting=OuterRef("pk"), value=TraitValue.ONLY, trait__kind=TraitKind.FOCUS, trait__slug=TEENS_SLUG
    )
    return Q(is_teen_consented=False) & (
        Q(group__fellowship__is_for_teens=True) | Q(max_age__lt=ADULT_AGE) | Exists(for_teens_only)
    )


def may_show_join(
    meeting: Meeting, start: Start | None, now: datetime, *, is_coming: bool = False, has_pressed: bool = False
) -> bool:
    """Tell whether link, passcode and phone may be shown now.

    `start` is the date in progress or the next one, None when there is none. Everybody is
    shown what the group gives to everybody: at any time, or from 15 minutes before the start
    until the end. `has_pressed` is somebody who pressed a button for it, `is_coming` somebody
    with a place at this date. A paused meeting, and a cancelled date, have no join step; of one
    in doubt (`Meeting.doubted_at`) it is hidden from all.
    """
    if not is_running(meeting) or not may_show_place(meeting) or (start is not None and start.is_cancelled):
        return False
    if meeting.doubted_at is not None:
        return False
    match meeting.join_visibility:
        case JoinVisibility.EVERYONE:
            return True
        case JoinVisibility.BEFORE_START:
            if start is None:
                return False
            ends_at = start.ends_at or start.starts_at + ASSUMED_DURATION
            return start.starts_at - SHOWN_BEFORE_START <= now < ends_at
        case JoinVisibility.ON_PRESS:
            return has_pressed or is_coming
        case JoinVisibility.COMING:
            return is_coming
        case _:
            return False


def is_running(meeting: Meeting) -> bool:
    """Tell whether the meeting takes place at present: one that is paused or closed does not."""
    return meeting.state == ListingState.PUBLIC and not is_closed_for_now(meeting)


def is_closed_for_now(meeting: Meeting) -> bool:
    """Tell whether every way to take part that the meeting has is suspended."""
    return are_closed(meeting.in_person, meeting.online, meeting.by_phone, meeting.any_time)


def are_closed(*channels: str) -> bool:
    """Tell of ways to take part whether some are suspended and none is open.

    A listing that names no way at all is not closed: its group may be asked.
    """
    return ChannelState.SUSPENDED in channels and ChannelState.OPEN not in channels


def has_join_step(meeting: Meeting) -> bool:
    """Tell whether there is a way to take part from afar now."""
    return ChannelState.OPEN in (meeting.online, meeting.by_phone, meeting.any_time)


# ── For those who keep listings ─────────────────────────────────────────────


def hosted_meetings(user: AnyUser) -> QuerySet[Meeting]:
    """Return the meetings of the groups this person hosts, in whatever state they are."""
    return Meeting.objects.filter(group__in=groups_access.groups_hosted_by(user))


def get_hosted_meeting(user: AnyUser, slug: str) -> Meeting:
    """Return the meeting with this slug, with group and venue, for a host of its group.

    Raises Http404 for anybody else. One query.
    """
    return _one(hosted_meetings(user), slug)


def of_meetings(scope: Scope) -> Q:
    """Return the condition on meetings for being in a curator's part.

    One with a venue is of the venue's region; one without is of the regions of its group.
    """
    return scope.any_of(_of_meeting)


def curated_meetings(user: AnyUser) -> QuerySet[Meeting]:
    """Return the meetings this person curates, in whatever state they are."""
    return Meeting.objects.filter(of_meetings(groups_access.curator_of(user)))


def may_curate_meeting(user: AnyUser, meeting: Meeting) -> bool:
    """Tell whether the meeting is in this person's part. Two queries at most."""
    return curated_meetings(user).filter(pk=meeting.pk).exists()


def get_curated_meeting(user: AnyUser, slug: str) -> Meeting:
    """Return the meeting with this slug, with group and venue, for a curator of it.

    Raises Http404 for anybody else, a curator elsewhere included.
    """
    return _one(curated_meetings(user), slug)


def of_venues(scope: Scope) -> Q:
    """Return the condition on venues: those of the role's region, those where its meetings take place."""
    return scope.any_of(_of_venue)


def curated_venues(user: AnyUser) -> QuerySet[Venue]:
    """Return the venues this person curates."""
    return Venue.objects.filter(of_venues(groups_access.curator_of(user)))


def get_curated_venue(user: AnyUser, public_id: str) -> Venue:
    """Return the venue with this public id for a curator of it. Raises Http404 for anybody else."""
    venue = curated_venues(user).filter(public_id=public_id).first()
    if venue is None:
        raise Http404
    return venue


def _one(meetings: QuerySet[Meeting], slug: str) -> Meeting:
    related = ("group__approach", "group__fellowship", "group__source", "venue", "source")
    meeting = meetings.select_related(*related).filter(slug=slug).first()
    if meeting is None:
        raise Http404
    return meeting


def _of_meeting(role: CuratorRole) -> Q:
    found = _of_kind(role)
    if role.country:
        there = Meeting.objects.filter(**groups_access.of_place(role, "venue__"))
        found &= Q(**groups_access.of_place(role, "venue__")) | Q(venue=None, group__in=there.values("group"))
    return found


def _of_venue(role: CuratorRole) -> Q:
    found = Q(**groups_access.of_place(role, "")) if role.country else Q()
    if role.approach_id or role.fellowship_id or role.source_id:
        meetings = Meeting.objects.filter(_of_kind(role), venue__isnull=False)
        found &= Q(pk__in=meetings.values("venue"))
    return found


def _of_kind(role: CuratorRole) -> Q:
    """Return the condition on meetings by all of the role that is no place."""
    found = Q()
    if role.approach_id:
        found &= Q(group__approach=role.approach_id)
    if role.fellowship_id:
        found &= Q(group__fellowship=role.fellowship_id)
    if role.source_id:
        found &= Q(source=role.source_id) | Q(group__source=role.source_id)
    return found
