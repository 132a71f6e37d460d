"""Listings in a table, for those who look after many: searched, narrowed, sorted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from groups import dates
from groups.access import Scope
from groups.enums import ListingState
from groups.models import Approach, Fellowship, HostRole, Source
from meetings import freshness
from meetings.curation import part, queue
from meetings.curation.words import when_label
from meetings.enums import ChannelState, ReportState, ReviewFlag
from meetings.models import Meeting, Report
from meetings.wording import place_label, ways_label

PER_PAGE = 50

_WAYS = {
    "in-person": Q(in_person=ChannelState.OPEN),
    "online": Q(online=ChannelState.OPEN),
    "phone": Q(by_phone=ChannelState.OPEN),
    "closed": Q(in_person=ChannelState.SUSPENDED),
}
_SORTS = {
    "name": (gettext_lazy("Name"), (F("name").asc(),)),
    "town": (gettext_lazy("Town"), (F("venue__town").asc(nulls_last=True), F("name").asc())),
    "next": (gettext_lazy("Next date"), (F("next_starts_at").asc(nulls_last=True),)),
    "confirmed": (gettext_lazy("Longest not confirmed"), (F("confirmed_at").asc(nulls_first=True),)),
    "changed": (gettext_lazy("Last changed"), (F("updated_at").desc(),)),
}


@dataclass(frozen=True)
class Row:
    """One listing as the table shows it."""

    meeting: Meeting
    when: str
    where: str
    freshness: freshness.Freshness | None
    flags: list[str]


# Asked by a link, and not by a field that is seen.
_ABOUT = ("group", "venue")


@dataclass(frozen=True)
class Table:
    """One page of the table.

    `is_narrowed` tells whether anything was asked, `is_chosen` whether one of the folded fields was.
    `about` names the group or the place whose listings alone are shown, else it is "".
    """

    filters: "ListingFilter"
    page: Page
    rows: list[Row]
    is_narrowed: bool
    is_chosen: bool
    about: str


class ListingFilter(django_filters.FilterSet):
    """What the table can be narrowed by. Made for a curator's part; `now` is needed for what is out of date."""

    q = django_filters.CharFilter(method="filter_words", label=gettext_lazy("Name, group, town or street"))
    state = django_filters.MultipleChoiceFilter(
        choices=ListingState.choices, label=gettext_lazy("State"), widget=forms.CheckboxSelectMultiple
    )
    approach = django_filters.ModelChoiceFilter(
        field_name="group__approach", queryset=Approach.objects.order_by("name"), to_field_name="slug",
        label=gettext_lazy("Approach"), empty_label=gettext_lazy("Any"),
    )  # fmt: skip
    fellowship = django_filters.ModelChoiceFilter(
        field_name="group__fellowship", queryset=Fellowship.objects.order_by("name"), to_field_name="slug",
        label=gettext_lazy("Fellowship"), empty_label=gettext_lazy("Any"),
    )  # fmt: skip
    source = django_filters.ModelChoiceFilter(
        queryset=Source.objects.none(), to_field_name="slug",
        label=gettext_lazy("Source"), empty_label=gettext_lazy("Any"),
    )  # fmt: skip
    group = django_filters.CharFilter(field_name="group__slug", label=gettext_lazy("Group"), widget=forms.HiddenInput)
    venue = django_filters.CharFilter(
        field_name="venue__public_id", label=gettext_lazy("Place"), widget=forms.HiddenInput
    )
    day = django_filters.ChoiceFilter(
        choices=dates.WEEKDAY_CHOICES, method="filter_day", label=gettext_lazy("Day"), empty_label=gettext_lazy("Any")
    )
    way = django_filters.ChoiceFilter(
        choices=[
            ("in-person", gettext_lazy("In person")),
            ("online", gettext_lazy("Online")),
            ("phone", gettext_lazy("By phone")),
            ("closed", gettext_lazy("Place closed for now")),
        ],
        method="filter_way",
        label=gettext_lazy("Way to take part"),
        empty_label=gettext_lazy("Any"),
    )
    flag = django_filters.ChoiceFilter(
        choices=ReviewFlag.choices, method="filter_flag", label=gettext_lazy("To look at"),
        empty_label=gettext_lazy("Anything"),
    )  # fmt: skip
    attention = django_filters.ChoiceFilter(
        choices=[
            ("reported", gettext_lazy("Reported as wrong")),
            ("hidden", gettext_lazy("Join step hidden")),
            ("stale", gettext_lazy("Out of date")),
            ("no-host", gettext_lazy("Without a host")),
        ],
        method="filter_attention",
        label=gettext_lazy("Needs"),
        empty_label=gettext_lazy("Anything"),
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.filters["source"].queryset = scope.sources().order_by("name")

    def filter_words(self, found: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        for word in value.split()[:6]:
            found = found.filter(
                Q(name__icontains=word)
                | Q(group__name__icontains=word)
                | Q(venue__name__icontains=word)
                | Q(venue__street__icontains=word)
                | Q(venue__town__icontains=word)
            )
        return found

    def filter_day(self, found: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        return found.filter(weekdays__contains=[int(value)])

    def filter_way(self, found: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        return found.filter(_WAYS[value])

    def filter_flag(self, found: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        return found.filter(review_flags__contains=[value])

    def filter_attention(self, found: QuerySet[Meeting], name: str, value: str) -> QuerySet[Meeting]:
        match value:
            case "reported":
                return found.filter(Exists(Report.objects.filter(meeting=OuterRef("pk"), state=ReportState.OPEN)))
            case "hidden":
                return found.filter(doubted_at__isnull=False)
            case "stale":
                return found.filter(pk__in=queue.stale(Meeting.objects.all(), now=self.now).values("pk"))
            case _:
                return found.filter(~Exists(HostRole.objects.filter(group=OuterRef("group"), ended_at=None)))


def listings(scope: Scope, asked: Mapping[str, Any], *, now: datetime) -> Table:
    """Return a page of the listings of a curator's part, as `asked` (`q`, `sort`, `page` and the filters) says."""
    filters = ListingFilter(asked, queryset=part.meetings_of(scope), scope=scope, now=now)
    sort = asked.get("sort", "name")
    _label, order = _SORTS.get(sort, _SORTS["name"])
    found = _narrowed(filters).select_related("group", "venue", "source").order_by(*order, "pk")
    page = Paginator(found, PER_PAGE).get_page(asked.get("page", 1))
    asked_for = {name for name in filters.filters if asked.get(name)}
    return Table(
        filters,
        page,
        [_row(meeting, now=now) for meeting in page.object_list],
        is_narrowed=bool(asked_for),
        is_chosen=bool(asked_for - {"q", *_ABOUT}),
        about=_about(asked_for, page),
    )


def _about(asked_for: set[str], page: Page) -> str:
    if not asked_for.intersection(_ABOUT) or not page.object_list:
        return ""
    first = page.object_list[0]
    return str(first.venue if "venue" in asked_for else first.group.name)


def matching(scope: Scope, asked: Mapping[str, Any], *, now: datetime) -> QuerySet[Meeting]:
    """Return all the listings that such a table has, page by page."""
    return _narrowed(ListingFilter(asked, queryset=part.meetings_of(scope), scope=scope, now=now)).order_by("pk")


def sorts() -> list[tuple[str, str]]:
    """Return the ways to sort, by name and label."""
    return [(name, str(label)) for name, (label, _order) in _SORTS.items()]


def _narrowed(filters: ListingFilter) -> QuerySet[Meeting]:
    # What cannot be read narrows nothing; the form says what was wrong.
    return filters.qs if filters.is_valid() else filters.filter_queryset(filters.queryset)


def _row(meeting: Meeting, *, now: datetime) -> Row:
    is_shown = meeting.state == ListingState.PUBLIC
    return Row(
        meeting=meeting,
        when=when_label(meeting),
        where=place_label(meeting.venue) or ways_label(meeting),
        freshness=freshness.freshness_of(
            meeting.confirmed_at,
            in_person=meeting.in_person,
            now=now,
            listed_at=meeting.created_at,
            seen_in_feed_at=meeting.last_seen_at,
        )
        if is_shown
        else None,
        flags=[str(ReviewFlag(flag).label) for flag in meeting.review_flags],
    )
