"""What the pages of hosts say: their groups, one group, and what waits for them there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import access, phrasing
from groups.dates import day as day_in_words
from groups.enums import ClaimState, GroupState, ListingState
from groups.models import Claim, Group, HostRole
from meetings import freshness, listing_fields, meeting_page, schedules, week_strip, wording
from meetings.enums import ChannelState, ReportState, SuggestionState
from meetings.freshness import Freshness
from meetings.hosting import dates, roles
from meetings.models import Meeting, Occurrence, Report, Suggestion


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a host. `url` is where it is done."""

    text: str
    url: str
    action: str
    icon: str = "info"


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One meeting in the list of a group's. `coming` is None where no seats are kept.

    `title` tells it from the others; `when` is "" where that is the days already.
    """

    meeting: Meeting
    url: str
    title: str
    when: str
    ways: str
    next_date: meeting_page.Date | None
    coming: int | None
    state_label: str
    truth_label: str
    is_aging: bool
    is_true_url: str


@dataclass(frozen=True, slots=True)
class SuggestedLine:
    """One value of a suggestion: as it was when it was sent, and as it should be, for people."""

    name: str
    label: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    suggestion: Suggestion
    rows: list[SuggestedLine]
    errors: list[str]


@dataclass(frozen=True, slots=True)
class GroupLine:
    group: Group
    url: str
    state_label: str
    meetings: int
    towns: str
    needs: int


@dataclass(frozen=True, slots=True)
class GroupDesk:
    group: Group
    lines: list[MeetingLine]
    closed: list[MeetingLine]
    needs: list[Need]
    has_meetings: bool
    is_all_fresh: bool
    week: week_strip.Week
    state_label: str
    keepers: int


def my_groups(user: User) -> list[GroupLine]:
    """Return the groups somebody keeps, by name, each with how much waits there. Five queries."""
    groups = list(
        access.groups_hosted_by(user)
        .annotate(open_meetings=Count("meetings", filter=Q(meetings__state=ListingState.PUBLIC)))
        .order_by("name", "pk")
    )
    waiting = _waiting(groups, user)
    towns = _towns(groups)
    return [
        GroupLine(
            group=group,
            url=reverse("host:group", args=[group.slug]),
            state_label=_state_of_group(group),
            meetings=group.open_meetings,
            towns=towns.get(group.pk, ""),
            needs=waiting.get(group.pk, 0),
        )
        for group in groups
    ]


def open_claims_of(user: User) -> QuerySet[Claim]:
    """Return somebody's own open claims, with their groups."""
    return Claim.objects.filter(user=user, state=ClaimState.OPEN).select_related("group").order_by("made_at", "pk")


def group_desk(group: Group, user: User, *, now: datetime) -> GroupDesk:
    """Return what the page of one group says to this host. Ten queries, however many meetings."""
    meetings = meetings_of(group, now=now)
    lines = [_line(meeting, now=now) for meeting in meetings]
    rows = {row.pk for meeting in meetings for row in meeting.occurrences.all()}
    coming = dates.coming_at(rows)
    lines = [_with_coming(line, coming) for line in lines]
    shown = [line for line in lines if line.meeting.state in (ListingState.PUBLIC, ListingState.PAUSED)]
    keepers = HostRole.objects.filter(group=group, ended_at=None, user__is_active=True).count()
    running = [line.meeting for line in shown if line.meeting.state == ListingState.PUBLIC]
    return GroupDesk(
        group=group,
        lines=shown,
        closed=[line for line in lines if line not in shown],
        needs=_needs(group, shown, user, keepers=keepers),
        has_meetings=bool(running),
        is_all_fresh=all(not line.is_aging for line in shown),
        week=week_strip.week_of(running, now=now),
        state_label=_state_of_group(group),
        keepers=keepers,
    )


def meetings_of(group: Group, *, now: datetime) -> list[Meeting]:
    """Return all meetings of a group with what their next dates need, by weekday and time. Four queries."""
    rows = Occurrence.objects.still_to_come(now)
    found = list(
        Meeting.objects.filter(group=group)
        .select_related("venue")
        .prefetch_related("pauses", Prefetch("occurrences", rows), "meeting_traits__trait")
        .order_by("pk")
    )
    for meeting in found:
        meeting.group = group
    return sorted(
        found, key=lambda each: (min(each.weekdays, default=7), each.start_time is None, each.start_time or 0)
    )


def truth_label(meeting: Meeting, *, now: datetime) -> str:
    """Return by whom and when the listing was last confirmed, in words."""
    if meeting.confirmed_at is None:
        return _("Nobody has confirmed it yet")
    zone = ZoneInfo(meeting.time_zone or "UTC")
    day = day_in_words(meeting.confirmed_at.astimezone(zone))
    days = max(0, (now - meeting.confirmed_at).days)
    if days == 0:
        return _("Confirmed today")
    if days < 90:
        return ngettext("Confirmed %(n)d day ago", "Confirmed %(n)d days ago", days) % {"n": days}
    return _("Not confirmed since %(day)s") % {"day": day}


def when_label(meeting: Meeting) -> str:
    """Return the days and the time of a meeting in words."""
    schedule = meeting.schedule(pauses=(), changes=())
    if schedule is not None:
        return schedules.describe(schedule)
    if meeting.any_time != ChannelState.NONE:
        return _("At any time")
    return _("By appointment")


def state_label(meeting: Meeting) -> str:
    """Return how the listing stands, "" where it is shown as usual."""
    if meeting.state == ListingState.PUBLIC:
        return ""
    if meeting.state in (ListingState.UNLISTED, ListingState.GONE) and meeting.unlisted_why:
        return str(meeting.get_unlisted_why_display())
    return str(
        {
            ListingState.DRAFT: _("A draft: not shown yet"),
            ListingState.PAUSED: _("Closed for now"),
            ListingState.UNLISTED: _("Not shown"),
            ListingState.GONE: _("Closed for good"),
        }[ListingState(meeting.state)]
    )


def is_aging(meeting: Meeting, *, now: datetime) -> bool:
    """Tell whether the listing should be confirmed again."""
    found = freshness.freshness_of(
        meeting.confirmed_at,
        in_person=meeting.in_person,
        now=now,
        listed_at=meeting.created_at,
        seen_in_feed_at=meeting.last_seen_at,
    )
    return found != Freshness.CONFIRMED


def open_reports(meetings: Iterable[Meeting]) -> QuerySet[Report]:
    """Return the reports on these meetings that nobody has answered, oldest first."""
    return (
        Report.objects.filter(meeting__in=list(meetings), state=ReportState.OPEN)
        .select_related("meeting")
        .order_by("made_at", "pk")
    )


def suggestions_for(group: Group) -> QuerySet[Suggestion]:
    """Return the open suggestions about a group and its meetings, with their values, oldest first."""
    return _open_suggestions([group]).prefetch_related("values")


def told(suggestion: Suggestion, errors: list[str]) -> SuggestionCard:
    """Return a suggestion in words; `errors` is why it could not be taken over a moment ago."""
    rows = [
        SuggestedLine(
            name=row.name,
            label=listing_fields.label(row.name),
            now=listing_fields.words(row.name, row.current),
            then=listing_fields.words(row.name, row.proposed),
        )
        for row in suggestion.values.all()
    ]
    return SuggestionCard(suggestion, rows, errors)


def _line(meeting: Meeting, *, now: datetime) -> MeetingLine:
    schedule = meeting.schedule()
    start = (
        schedules.current_or_next(schedule, now=now) if schedule is not None and dates.takes_place(meeting) else None
    )
    row = next((row for row in meeting.occurrences.all() if start and row.original_on == start.original_on), None)
    # Many groups call all their meetings as they are called themselves: then the days tell them apart.
    is_named = meeting.name != meeting.group.name
    return MeetingLine(
        meeting=meeting,
        url=reverse("host:meeting", args=[meeting.slug]),
        title=meeting.name if is_named else when_label(meeting),
        when=when_label(meeting) if is_named else "",
        ways=wording.ways_label(meeting),
        next_date=meeting_page.one_date(meeting, start, row, now, None) if start is not None else None,
        coming=None,
        state_label=state_label(meeting),
        truth_label=truth_label(meeting, now=now),
        is_aging=meeting.state == ListingState.PUBLIC and is_aging(meeting, now=now),
        is_true_url=reverse("host:meeting_true", args=[meeting.slug]),
    )


def _with_coming(line: MeetingLine, coming: dict[int, dates.Coming]) -> MeetingLine:
    if line.next_date is None or line.meeting.rsvp_policy == "off":
        return line
    on = line.next_date.start.original_on
    row = next((row for row in line.meeting.occurrences.all() if row.original_on == on), None)
    here = coming.get(row.pk, dates.NOBODY) if row is not None else dates.NOBODY
    values = {name: getattr(line, name) for name in MeetingLine.__slots__}
    return MeetingLine(**(values | {"coming": here.going}))


def _needs(group: Group, lines: list[MeetingLine], user: User, *, keepers: int) -> list[Need]:
    needs = []
    reports: dict[Meeting, int] = {}
    for report in open_reports(line.meeting for line in lines):
        reports[report.meeting] = reports.get(report.meeting, 0) + 1
    for meeting, number in reports.items():
        words = ngettext("%(name)s: somebody found it wrong", "%(name)s: %(n)d people found it wrong", number) % {
            "name": phrasing.isolated(meeting.name),
            "n": number,
        }
        needs.append(Need(words, reverse("host:meeting", args=[meeting.slug]) + "#reports", _("Look at it"), "warning"))
    for suggestion in _open_suggestions([group]):
        about = suggestion.meeting.name if suggestion.meeting else group.name
        words = _("A suggestion for %(name)s") % {"name": phrasing.isolated(about)}
        needs.append(Need(words, _suggestion_url(group), _("Read it"), "message"))
    for claim in Claim.objects.filter(group=group, state=ClaimState.OPEN).exclude(user=user).order_by("made_at", "pk"):
        words = _("Somebody says that they keep this group too")
        url = reverse("host:hosts", args=[group.slug]) + f"#claim-{claim.public_id}"
        needs.append(Need(words, url, _("Do you know them?"), "person"))
    aging = [line.meeting for line in lines if line.is_aging]
    if aging:
        words = ngettext(
            "One meeting was not confirmed for a while", "%(n)d meetings were not confirmed for a while", len(aging)
        ) % {"n": len(aging)}
        needs.append(Need(words, "#true", _("Is it still true?"), "clock"))
    if keepers < roles.HOSTS_WISHED:
        words = _("You keep this group alone. With two, the listing stays true when one of you is away.")
        needs.append(Need(words, reverse("host:hosts", args=[group.slug]), _("Invite somebody"), "people"))
    return needs


def open_reports_of(groups: Iterable[Group]) -> QuerySet[Report]:
    """Return the reports on meetings of these groups that nobody has answered."""
    return Report.objects.filter(meeting__group__in=list(groups), state=ReportState.OPEN).order_by("made_at", "pk")


def _open_suggestions(groups: Iterable[Group]) -> QuerySet[Suggestion]:
    return (
        Suggestion.objects.filter(group__in=list(groups), state=SuggestionState.OPEN)
        .select_related("meeting")
        .order_by("sent_at", "pk")
    )


def _suggestion_url(group: Group) -> str:
    return reverse("host:suggestions", args=[group.slug])


def _waiting(groups: list[Group], user: User) -> dict[int, int]:
    waiting: dict[int, int] = {}
    claims = Claim.objects.filter(group__in=groups, state=ClaimState.OPEN).exclude(user=user)
    counted = (
        open_reports_of(groups).values_list("meeting__group", flat=True),
        _open_suggestions(groups).values_list("group", flat=True),
        claims.values_list("group", flat=True),
    )
    for found in counted:
        for group_id in found:
            waiting[group_id] = waiting.get(group_id, 0) + 1
    return waiting


def _towns(groups: list[Group]) -> dict[int, str]:
    towns: dict[int, list[str]] = {}
    rows = Meeting.objects.filter(group__in=groups, venue__isnull=False).exclude(in_person=ChannelState.NONE)
    for meeting in rows.select_related("venue").order_by("pk"):
        label = wording.town_label(meeting.venue)
        if label and label not in towns.setdefault(meeting.group_id, []):
            towns[meeting.group_id].append(label)
    return {group_id: " · ".join(phrasing.isolated(town) for town in found[:3]) for group_id, found in towns.items()}


def _state_of_group(group: Group) -> str:
    return "" if group.state == GroupState.PUBLIC else str(group.get_state_display())
