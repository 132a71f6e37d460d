"""Everything that waits for a curator, ordered by harm and age, with the answer that was promised.

A locked door comes first: somebody may stand before it tonight. What is asked of the database
is the same however much waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groups import phrasing
from groups.access import Scope
from groups.enums import ClaimState, GroupState, ImportAction, ImportOutcome, ListingState
from groups.models import Claim, Source
from meetings import freshness, reports, working_days
from meetings import twins as twins_found
from meetings.curation.part import meetings_of, suggestions_of
from meetings.curation.words import short_label
from meetings.enums import ChannelState, ReportState, ReviewFlag, SuggestionKind, SuggestionState
from meetings.feeds import refreshing
from meetings.models import Meeting, SuggestedValue, Suggestion, Twins

PER_PAGE = 25
# Of each kind the most harmful and oldest are shown together; a kind by itself is shown whole.
MOST_OF_A_KIND = 200


class Kind(TextChoices):
    REPORT = "report", gettext_lazy("Reports")
    SUGGESTION = "suggestion", gettext_lazy("Suggestions")
    CLAIM = "claim", gettext_lazy("Claims")
    CONFLICT = "conflict", gettext_lazy("Conflicts with feeds")
    FEED = "feed", gettext_lazy("Failing feeds")
    TWINS = "twins", gettext_lazy("Twins")
    STALE = "stale", gettext_lazy("Out of date")
    FLAG = "flag", gettext_lazy("To look at")


class Harm(IntEnum):
    """What it does to somebody while nobody looks at it."""

    LOCKED_DOOR = 5
    PERHAPS_LOCKED_DOOR = 4
    MISLEADING = 3
    WAITING = 2
    TIDYING = 1


# Working days within which each kind is promised to be looked at; none is promised for the rest.
PROMISED: dict[Kind, int] = {Kind.REPORT: 3, Kind.CLAIM: 5, Kind.FEED: 2, Kind.CONFLICT: 10, Kind.TWINS: 10}
PROMISED_WHILE_HIDDEN = 1

_HAS_CONFLICTS = Q(runs__outcome=ImportOutcome.DONE, runs__changes__action=ImportAction.CONFLICT)
# Nothing new comes of a feed from then on until somebody lets the rows go, or it has them again.
_STOPPED_SINCE = Q(runs__outcome=ImportOutcome.STOPPED, runs__started_at__gt=F("last_ok_at"))
_PRESSING_FLAGS = [
    ReviewFlag.UNKNOWN_LINK,
    ReviewFlag.UNKNOWN_PASSCODE,
    ReviewFlag.NO_WAY_IN,
    ReviewFlag.NTH_WEEKDAY,
    ReviewFlag.NO_PLACE,
]


@dataclass(frozen=True)
class Item:
    """One thing to do. `what` is a sentence, `about` tells listings of one name apart.

    `answer_by` is None where nothing was promised.
    """

    kind: Kind
    pk: int
    harm: int
    since: datetime
    title: str
    what: str
    url: str
    about: str = ""
    answer_by: datetime | None = None
    badges: tuple[str, ...] = ()
    is_overdue: bool = False

    @property
    def order(self) -> tuple[Any, ...]:
        return -self.harm, self.since, self.kind.value, self.pk


@dataclass(frozen=True)
class Queue:
    """One page of what waits. `counts` has every kind, those that are not shown too."""

    page: Page
    counts: dict[Kind, int]
    chosen: Kind | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_cut_short(self) -> bool:
        return self.chosen is None and any(count > MOST_OF_A_KIND for count in self.counts.values())


def waiting(scope: Scope, *, now: datetime, kind: Kind | None = None, number: str | int = 1) -> Queue:
    """Return a page of what waits in a curator's part, the most harmful and oldest first.

    At most two queries for each kind, and five of one kind alone.
    """
    lists = {each: _Waiting(_SOURCES[each](scope, now), now) for each in Kind}
    counts = {each: found.count for each, found in lists.items()}
    if kind is not None:
        page = Paginator(lists[kind], PER_PAGE).get_page(number)
        return Queue(page, counts, kind)
    items = sorted((item for found in lists.values() for item in found[:MOST_OF_A_KIND]), key=lambda item: item.order)
    return Queue(Paginator(items, PER_PAGE).get_page(number), counts, None)


# ── Each kind ───────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Source:
    """Rows of one kind, ordered, and what an item of a row is."""

    rows: QuerySet
    item: Callable[[Any], Item]


class _Waiting(Sequence):
    """Items of one kind, asked for as they are needed."""

    def __init__(self, source: _Source, now: datetime) -> None:
        self._source = source
        self._now = now

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return self._source.rows.count()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: Any) -> Any:
        if not self.count:
            return []
        return [self._with_promise(self._source.item(row)) for row in self._source.rows[part]]

    def _with_promise(self, item: Item) -> Item:
        days = PROMISED.get(item.kind)
        answer_by = item.answer_by
        if answer_by is None and days is not None:
            days = PROMISED_WHILE_HIDDEN if item.harm == Harm.LOCKED_DOOR else days
            answer_by = working_days.after(item.since, days)
        return replace(item, answer_by=answer_by, is_overdue=answer_by is not None and answer_by < self._now)


def _reports(scope: Scope, now: datetime) -> _Source:
    is_open = Q(reports__state=ReportState.OPEN)
    # While the group has time to answer, nobody else is asked, unless the way in is hidden.
    ours_to_answer = Q(pk__in=reports.for_curators(now=now).order_by().values("meeting"))
    rows = (
        meetings_of(scope)
        .filter(ours_to_answer | is_open & Q(doubted_at__isnull=False))
        .annotate(
            reported_at=Min("reports__made_at", filter=is_open),
            said=Count("reports", filter=is_open, distinct=True),
            is_hidden=Case(When(doubted_at__isnull=False, then=1), default=0, output_field=IntegerField()),
        )
        .order_by("-is_hidden", "reported_at", "pk")
    )

    def item(meeting: Meeting) -> Item:
        hidden = bool(meeting.is_hidden)  # type: ignore[attr-defined]
        return Item(
            kind=Kind.REPORT,
            pk=meeting.pk,
            harm=Harm.LOCKED_DOOR if hidden else Harm.PERHAPS_LOCKED_DOOR,
            since=meeting.reported_at,  # type: ignore[attr-defined]
            title=meeting.name,
            about=short_label(meeting),
            what=ngettext("%(n)d report that it is wrong.", "%(n)d reports that it is wrong.", meeting.said)  # type: ignore[attr-defined]
            % {"n": meeting.said},  # type: ignore[attr-defined]
            url=reverse("curate:reports", args=[meeting.slug]),
            badges=(_("Join step hidden"),) if hidden else (),
        )

    return _Source(rows, item)


def _suggestions(scope: Scope, now: datetime) -> _Source:
    is_closing = Q(kind__in=[SuggestionKind.CLOSED_FOR_GOOD, SuggestionKind.CLOSED_FOR_NOW])
    rows = (
        suggestions_of(scope)
        .filter(state=SuggestionState.OPEN)
        .annotate(
            harm=Case(When(is_closing, then=Harm.MISLEADING), default=Harm.WAITING, output_field=IntegerField()),
            fields=Count("values"),
            # The name of the group first: "group_name" comes before "name".
            proposed_name=Subquery(_names_proposed(OuterRef("pk"))),
        )
        .order_by("-harm", "sent_at", "pk")
    )

    def item(suggestion: Suggestion) -> Item:
        return Item(
            kind=Kind.SUGGESTION,
            pk=suggestion.pk,
            harm=suggestion.harm,  # type: ignore[attr-defined]
            since=suggestion.sent_at,
            title=_named(suggestion, suggestion.proposed_name),  # type: ignore[attr-defined]
            about=short_label(suggestion.meeting) if suggestion.meeting is not None else "",
            what=_suggested(suggestion),
            url=reverse("curate:suggestion", args=[suggestion.public_id]),
            answer_by=suggestion.answer_by,
        )

    return _Source(rows.select_related("meeting__venue", "group").defer("contact"), item)


def title_of(suggestion: Suggestion) -> str:
    """Return what a suggestion is about, by name. Reads its meeting and group, of a new one the name proposed."""
    is_new = suggestion.meeting is None and suggestion.group is None
    return _named(suggestion, _names_proposed(suggestion.pk).first() if is_new else None)


def _named(suggestion: Suggestion, proposed: str | None) -> str:
    about = suggestion.meeting or suggestion.group
    return about.name if about is not None else proposed or _("A new group")


def _names_proposed(suggestion: Any) -> QuerySet[Any, Any]:
    found = SuggestedValue.objects.filter(suggestion=suggestion, name__in=("group_name", "name"))
    return found.order_by("name").values_list("proposed", flat=True)[:1]


def _suggested(suggestion: Suggestion) -> str:
    match suggestion.kind:
        case SuggestionKind.NEW:
            return _("Somebody suggests a group that is not listed.")
        case SuggestionKind.CLOSED_FOR_GOOD:
            return _("Somebody says it has closed for good.")
        case SuggestionKind.CLOSED_FOR_NOW:
            return _("Somebody says it is closed for now.")
    fields = suggestion.fields  # type: ignore[attr-defined]
    return ngettext("Somebody suggests to change %(n)d thing.", "Somebody suggests to change %(n)d things.", fields) % {
        "n": fields
    }


def _claims(scope: Scope, now: datetime) -> _Source:
    rows = Claim.objects.filter(state=ClaimState.OPEN, group__in=scope.groups()).select_related("group")

    def item(claim: Claim) -> Item:
        return Item(
            kind=Kind.CLAIM,
            pk=claim.pk,
            harm=Harm.WAITING,
            since=claim.made_at,
            title=claim.group.name,
            what=_("Somebody says they keep this group."),
            url=reverse("curate:claim", args=[claim.public_id]),
        )

    return _Source(rows.order_by("made_at", "pk"), item)


def _conflicts(scope: Scope, now: datetime) -> _Source:
    rows = (
        scope.sources()
        .filter(open_conflicts__gt=0)
        .annotate(first_at=Coalesce(Min("runs__started_at", filter=_HAS_CONFLICTS), "last_ok_at", Value(now)))
        .order_by("first_at", "pk")
    )

    def item(source: Source) -> Item:
        number = source.open_conflicts
        return Item(
            kind=Kind.CONFLICT,
            pk=source.pk,
            harm=Harm.WAITING,
            since=source.first_at,  # type: ignore[attr-defined]
            title=source.name,
            what=ngettext(
                "The feed says otherwise than %(n)d thing that was put right here.",
                "The feed says otherwise than %(n)d things that were put right here.",
                number,
            )
            % {"n": number},
            url=reverse("curate:source_conflicts", args=[source.slug]),
        )

    return _Source(rows, item)


def _feeds(scope: Scope, now: datetime) -> _Source:
    is_lost = Q(failing_since__lte=now - refreshing.OWNER_TOLD_AFTER)
    rows = (
        scope.sources()
        .annotate(
            stopped_at=Min("runs__started_at", filter=_STOPPED_SINCE),
            waits_since=Case(When(is_lost, then="failing_since"), default="stopped_at"),
        )
        .filter(is_active=True, waits_since__isnull=False)
        .order_by("waits_since", "pk")
    )

    def item(source: Source) -> Item:
        is_failing = source.waits_since == source.failing_since  # type: ignore[attr-defined]
        return Item(
            kind=Kind.FEED,
            pk=source.pk,
            harm=Harm.MISLEADING,
            since=source.waits_since,  # type: ignore[attr-defined]
            title=source.name,
            what=_("The feed cannot be read any more; its listings grow old.")
            if is_failing
            else f"{ImportOutcome.STOPPED.label}.",
            url=reverse("curate:source", args=[source.slug]),
        )

    return _Source(rows, item)


def _twins(scope: Scope, now: datetime) -> _Source:
    rows = twins_found.open_pairs(scope)

    def item(twins: Twins) -> Item:
        return Item(
            kind=Kind.TWINS,
            pk=twins.pk,
            harm=Harm.TIDYING,
            since=twins.found_at,
            title=twins.one.name,
            about=short_label(twins.one),
            what=_("It looks like the same meeting as “%(other)s”.") % {"other": phrasing.isolated(twins.other.name)},
            url=reverse("curate:twins_detail", args=[twins.pk]),
        )

    return _Source(rows.select_related("one__venue", "other").order_by("found_at", "pk"), item)


def _stale(scope: Scope, now: datetime) -> _Source:
    rows = stale(meetings_of(scope), now=now).order_by("known_at", "pk")

    def item(meeting: Meeting) -> Item:
        return Item(
            kind=Kind.STALE,
            pk=meeting.pk,
            harm=Harm.TIDYING,
            since=meeting.known_at,  # type: ignore[attr-defined]
            title=meeting.name,
            about=short_label(meeting),
            what=_("Nobody has said for long that it is still true."),
            url=reverse("curate:meeting", args=[meeting.slug]),
        )

    return _Source(rows, item)


def _flags(scope: Scope, now: datetime) -> _Source:
    rows = (
        meetings_of(scope)
        .filter(state=ListingState.PUBLIC, review_flags__len__gt=0)
        .annotate(
            harm=Case(
                When(review_flags__overlap=_PRESSING_FLAGS, then=Harm.WAITING),
                default=Harm.TIDYING,
                output_field=IntegerField(),
            )
        )
        .order_by("-harm", "created_at", "pk")
    )

    def item(meeting: Meeting) -> Item:
        return Item(
            kind=Kind.FLAG,
            pk=meeting.pk,
            harm=meeting.harm,  # type: ignore[attr-defined]
            since=meeting.created_at,
            title=meeting.name,
            about=short_label(meeting),
            what=" ".join(f"{ReviewFlag(flag).label}." for flag in meeting.review_flags),
            url=reverse("curate:meeting", args=[meeting.slug]),
        )

    return _Source(rows, item)


_SOURCES: dict[Kind, Callable[[Scope, datetime], _Source]] = {
    Kind.REPORT: _reports,
    Kind.SUGGESTION: _suggestions,
    Kind.CLAIM: _claims,
    Kind.CONFLICT: _conflicts,
    Kind.FEED: _feeds,
    Kind.TWINS: _twins,
    Kind.STALE: _stale,
    Kind.FLAG: _flags,
}


def stale(meetings: QuerySet[Meeting], *, now: datetime) -> QuerySet[Meeting]:
    """Return the public ones that are stale by `meetings.freshness`, with the instant that counts as `known_at`."""
    is_heard = Q(last_seen_at__gt=now - freshness.FEED_IS_HEARD_FOR)
    has_a_room = Q(in_person=ChannelState.OPEN)
    known = meetings.filter(state=ListingState.PUBLIC, group__state=GroupState.PUBLIC).annotate(
        known_at=Coalesce("confirmed_at", "created_at", output_field=DateTimeField())
    )

    def before(limits: freshness.Limits) -> Q:
        return Q(known_at__lte=now - timedelta(days=limits.stale_after))

    return known.exclude(is_heard).filter(
        has_a_room & before(freshness.WITH_A_ROOM) | ~has_a_room & before(freshness.FROM_AFAR)
    )
