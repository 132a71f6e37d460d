"""What the list of groups and the page of one group say, prepared.

They are about when and where groups meet, so they live beside the meetings.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from groups.models import Approach, Fellowship, Group
from groups.text import web_address
from meetings import access, geo, geo_sql, join_step, places, provenance, structured_data, week_strip, wording
from meetings.enums import ChannelState, JoinVisibility
from meetings.models import Meeting, MeetingTrait

GROUPS_A_PAGE = 24
# A group with more than these is somebody's list; its page shows the first of them.
MOST_MEETINGS = 120
MOST_AT_A_GLANCE = 14
# "Near" a town, when browsing groups: about forty minutes by car.
REACH_KM = 40
LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of the form above the list."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A group in the list: its week in one short line for each day it meets."""

    group: Group
    towns: str
    glance: list[str]
    count: int


@dataclass(frozen=True, slots=True)
class GroupList:
    page: Page
    total: int
    entries: list[GroupEntry]
    approaches: list[Choice]
    fellowships: list[Choice]
    words: str
    near: str
    ignored: list[str]
    is_filtered: bool
    shows_demo: bool


@dataclass(frozen=True, slots=True)
class Gift:
    """A way to give something to the group; `url` is "" where there is none to open."""

    label: str
    handle: str
    url: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    group: Group
    may_show_place: bool
    week: week_strip.Week
    meetings: list[week_strip.Slot]
    total: int
    towns: str
    gifts: list[Gift]
    provenance: provenance.Provenance
    finder_url: str
    description: str
    website: str
    website_host: str
    canonical_url: str
    structured_data: str
    shows_demo: bool


def group_list(asked: Mapping[str, str], *, now: datetime) -> GroupList:
    """Return the public groups that fit, by name, a page of them with their weeks.

    `asked` may hold approach and fellowship (slugs), near (a town or region), q (words of the
    name) and page. What is not understood is named in `ignored` and left out. Six queries.
    """
    ignored: list[str] = []
    groups = Group.objects.public().select_related("approach", "fellowship", "source").order_by("name", "pk")
    all_approaches = list(Approach.objects.only("slug", "name", "brief_order"))
    all_fellowships = list(Fellowship.objects.only("slug", "name", "abbreviation"))
    approach = _known(asked.get("approach", ""), all_approaches, "approach", ignored)
    fellowship = _known(asked.get("fellowship", ""), all_fellowships, "fellowship", ignored)
    if approach is not None:
        groups = groups.filter(approach=approach)
    if fellowship is not None:
        groups = groups.filter(fellowship=fellowship)
    words = _clean(asked.get("q", ""))
    groups = groups.named(words)
    near = _clean(asked.get("near", ""))
    match = next(iter(places.search(near, limit=1)), None) if near else None
    if match is not None:
        groups = groups.filter(_meets_near(match))
    elif near:
        ignored.append(f"near={near}")
    paginator = Paginator(groups, GROUPS_A_PAGE)
    number = asked.get("page", "1")
    if not number.isdecimal():
        ignored.append(f"page={number[:LONGEST_WORDS]}")
    page = paginator.get_page(number)
    shown = list(page.object_list)
    return GroupList(
        page=page,
        total=paginator.count,
        entries=_entries(shown),
        approaches=_choices(all_approaches, approach),
        fellowships=_choices(all_fellowships, fellowship),
        words=words,
        near=match.label if match else near,
        ignored=ignored,
        is_filtered=bool(approach or fellowship or words or match),
        shows_demo=any(group.source is not None and group.source.is_demo for group in shown),
    )


def group_page(group: Group, *, now: datetime) -> GroupPage:
    """Return everything the page of a group from `access.get_group` says. Three queries."""
    meetings = list(
        Meeting.objects.public()
        .filter(group=group)
        .select_related("venue")
        .prefetch_related("meeting_traits__trait")
        .order_by("pk")[:MOST_MEETINGS]
    )
    for meeting in meetings:
        meeting.group = group
    may_show_place = all(access.may_show_place(meeting) for meeting in meetings) and not (
        group.fellowship is not None and group.fellowship.is_for_teens and not meetings
    )
    website = web_address(group.website)
    held_back = next((meeting for meeting in meetings if meeting.join_visibility != JoinVisibility.EVERYONE), None)
    return GroupPage(
        group=group,
        may_show_place=may_show_place,
        week=week_strip.week_of(meetings, now=now),
        meetings=week_strip.slots_with_days(meetings),
        total=len(meetings),
        towns=_towns(meetings),
        gifts=gifts(group),
        provenance=provenance.of_group(group),
        finder_url=f"{reverse('meetings:meeting_list')}?{urlencode({'approach': group.approach.slug})}",
        description=join_step.notes_for(held_back, group.description, None) if held_back else group.description,
        website=website,
        website_host=(urlsplit(website).hostname or "").removeprefix("www."),
        canonical_url=structured_data.absolute(group.get_absolute_url()),
        structured_data=structured_data.of_group(group, website=website),
        shows_demo=group.source is not None and group.source.is_demo,
    )


def gifts(group: Group) -> list[Gift]:
    """Return the ways to give that the group names, as links built from its handles.

    A handle is letters, digits and a few marks; anything else is shown nowhere.
    """
    named = [
        ("Venmo", group.venmo.lstrip("@"), "https://venmo.com/u/{}"),
        ("Cash App", group.cash_app.lstrip("$"), "https://cash.app/${}"),
        ("PayPal", group.paypal.lstrip("@"), "https://www.paypal.com/paypalme/{}"),
        ("Homegroup Online", group.homegroup_online, ""),
    ]
    return [
        Gift(label, handle, address.format(quote(handle, safe="")) if address else "")
        for label, handle, address in named
        if handle and _is_handle(handle)
    ]


def _is_handle(text: str) -> bool:
    return all(letter.isalnum() or letter in "-_." for letter in text)


def _known(slug: str, entries: list, name: str, ignored: list[str]):
    if not slug:
        return None
    for entry in entries:
        if entry.slug == slug:
            return entry
    ignored.append(f"{name}={slug[:LONGEST_WORDS]}")
    return None


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:LONGEST_WORDS]


def _meets_near(match: places.Match) -> Q:
    """Return the condition that a group meets in person within reach of a place."""
    boxes = geo.box_around(match.latitude, match.longitude, REACH_KM)
    meetings = (
        Meeting.objects.public()
        .filter(in_person=ChannelState.OPEN)
        .filter(geo_sql.within_boxes(boxes, "venue__latitude", "venue__longitude"))
        .exclude(access.place_is_hidden())
    )
    return Q(pk__in=meetings.values("group"))


def _entries(groups: list[Group]) -> list[GroupEntry]:
    by_group: dict[int, list[Meeting]] = defaultdict(list)
    by_id = {group.pk: group for group in groups}
    meetings = (
        Meeting.objects.public()
        .filter(group__in=groups)
        .select_related("venue")
        .prefetch_related(Prefetch("meeting_traits", MeetingTrait.objects.select_related("trait")))
        .order_by("start_time", "pk")
    )
    for meeting in meetings:
        if access.is_running(meeting):
            meeting.group = by_id[meeting.group_id]
            by_group[meeting.group_id].append(meeting)
    return [
        GroupEntry(
            group=group,
            towns=_towns(by_group[group.pk]),
            glance=week_strip.glance(by_group[group.pk], limit=MOST_AT_A_GLANCE),
            count=len(by_group[group.pk]),
        )
        for group in groups
    ]


def _towns(meetings: list[Meeting]) -> str:
    """Return the towns where these meetings may be said to be held, and whether there is one online."""
    named = [
        wording.town_label(meeting.venue)
        for meeting in meetings
        if meeting.in_person == ChannelState.OPEN and access.may_show_place(meeting)
    ]
    towns = list(dict.fromkeys(town for town in named if town))
    words = towns[:3] + ([_("and more")] if len(towns) > 3 else [])
    if any(access.has_join_step(meeting) for meeting in meetings):
        words.append(_("online"))
    # A line ends after the dot, never before it.
    return "\u00a0· ".join(words)


def _choices(entries: list, chosen) -> list[Choice]:
    return [Choice(entry.slug, entry.name, chosen is not None and entry.pk == chosen.pk) for entry in entries]
