"""Why a meeting is, or is not, on the site: every rule gone through, in plain words."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import dates, phrasing
from groups.enums import FeedFormat, GroupState, ListingState
from meetings import access, confirmations, schedules
from meetings.enums import ChannelState, ReportState, ReviewFlag, TwinState, UnlistedWhy
from meetings.feeds import refreshing
from meetings.freshness import Freshness
from meetings.models import FinderEntry, FormerAddress, Meeting, Report, SourceRow, Twins
from meetings.provenance import ago
from meetings.wording import ways_label


class Weight(StrEnum):
    """What a rule does to a listing."""

    FINE = "fine"
    NOTE = "note"
    PART = "part"
    STOPS = "stops"


class Verdict(StrEnum):
    IN_LISTS = "in-lists"
    PAGE_ALONE = "page-alone"
    NOT_SHOWN = "not-shown"


@dataclass(frozen=True)
class Rule:
    """One rule: what it looks at, what it found, and what that does."""

    name: str
    found: str
    weight: Weight = Weight.FINE
    url: str = ""


@dataclass(frozen=True)
class Answer:
    """Whether the meeting is shown, and each rule that says so."""

    verdict: Verdict
    rules: list[Rule]
    copy_is_wrong: bool

    @property
    def words(self) -> str:
        return {
            Verdict.IN_LISTS: _("On the site: it has a page and is found by searching."),
            Verdict.PAGE_ALONE: _("It has a page and is in no list."),
            Verdict.NOT_SHOWN: _("Not on the site."),
        }[self.verdict]


def why(meeting: Meeting, *, now: datetime) -> Answer:
    """Return whether the meeting is on the site now, and why. About twelve queries.

    Reads group, fellowship, venue and source of the meeting.
    """
    entry = FinderEntry.objects.filter(pk=meeting.pk).only("pk", "is_listed").first()
    rules = [
        _state(meeting),
        _group(meeting),
        _dates(meeting, now=now),
        _ways(meeting),
        _reports(meeting, now=now),
        _freshness(meeting, now=now),
        *_source(meeting, now=now),
        _place(meeting),
        *_twins(meeting),
        *(_flag(flag) for flag in meeting.review_flags),
    ]
    is_public = meeting.state == ListingState.PUBLIC and meeting.group.state == GroupState.PUBLIC
    has_page = meeting.group.state == GroupState.PUBLIC and meeting.state in (ListingState.PUBLIC, ListingState.PAUSED)
    ought_to_be_found = is_public and not _is_over(meeting, now=now)
    is_found = entry is not None and entry.is_listed
    rules.append(_copy(is_found=is_found, ought_to_be=ought_to_be_found))
    if is_public and is_found:
        verdict = Verdict.IN_LISTS
    else:
        verdict = Verdict.PAGE_ALONE if has_page else Verdict.NOT_SHOWN
    return Answer(verdict, rules, is_found != ought_to_be_found)


def _state(meeting: Meeting) -> Rule:
    name = _("Its state")
    match meeting.state:
        case ListingState.PUBLIC:
            return Rule(name, _("It is public."))
        case ListingState.PAUSED:
            return Rule(name, _("It is paused: its page says so, and no list has it."), Weight.STOPS)
        case ListingState.DRAFT:
            return Rule(name, _("It is a draft: nobody has published it."), Weight.STOPS)
        case ListingState.GONE:
            return Rule(name, _("It is gone: its page says that it is no longer held."), Weight.STOPS)
    reason = UnlistedWhy(meeting.unlisted_why)
    if reason is UnlistedWhy.UNKNOWN:
        return Rule(name, _("It was taken off the list."), Weight.STOPS)
    return Rule(name, _("It was taken off the list: %(why)s.") % {"why": str(reason.label)}, Weight.STOPS)


def _group(meeting: Meeting) -> Rule:
    name = _("Its group")
    if meeting.group.state == GroupState.PUBLIC:
        return Rule(name, _("“%(group)s” is public.") % {"group": phrasing.isolated(meeting.group.name)})
    state = meeting.group.get_state_display().lower()
    words = _("“%(group)s” is %(state)s, and nothing of it is shown.") % {
        "group": phrasing.isolated(meeting.group.name),
        "state": state,
    }
    return Rule(name, words, Weight.STOPS)


def _dates(meeting: Meeting, *, now: datetime) -> Rule:
    name = _("Its dates")
    schedule = meeting.schedule()
    if schedule is None:
        return Rule(name, _("It has no fixed days, and is found by other things than a day."))
    start = schedules.current_or_next(schedule, now=now)
    if start is None:
        return Rule(name, _("No date is left: it is over, and searches do not find it."), Weight.STOPS)
    pause = next((pause for pause in meeting.pauses.all() if pause.first_on <= now.date() <= pause.last_on), None)
    day = _day(start.starts_at)
    if pause is not None:
        words = _("It pauses until %(last)s; the next date is %(day)s.") % {"last": _date(pause.last_on), "day": day}
        return Rule(name, words, Weight.NOTE)
    if start.is_cancelled:
        return Rule(name, _("The next date, %(day)s, is cancelled.") % {"day": day}, Weight.NOTE)
    return Rule(name, _("The next date is %(day)s.") % {"day": day})


def _is_over(meeting: Meeting, *, now: datetime) -> bool:
    schedule = meeting.schedule()
    return (
        schedule is not None
        and not access.is_closed_for_now(meeting)
        and schedules.current_or_next(schedule, now=now) is None
    )


def _ways(meeting: Meeting) -> Rule:
    name = _("Ways to take part")
    if access.is_closed_for_now(meeting):
        words = _("Every way to take part is closed for now: it is found by name, and not as on now or on a day.")
        return Rule(name, words, Weight.PART)
    if not meeting.attendance and meeting.any_time != ChannelState.OPEN:
        return Rule(name, _("It names no way to take part; people are told to ask the group."), Weight.NOTE)
    return Rule(name, ways_label(meeting))


def _reports(meeting: Meeting, *, now: datetime) -> Rule:
    name = _("Reports")
    number = Report.objects.filter(meeting=meeting, state=ReportState.OPEN).count()
    url = reverse("curate:reports", args=[meeting.slug])
    if meeting.doubted_at is not None:
        words = _("Reports hide the join step since %(day)s. Answering them shows it again.")
        return Rule(name, words % {"day": _day(meeting.doubted_at)}, Weight.PART, url)
    if number:
        words = ngettext("%(n)d report waits for an answer.", "%(n)d reports wait for an answer.", number)
        return Rule(name, words % {"n": number}, Weight.NOTE, url)
    return Rule(name, _("Nobody says that it is wrong."))


def _freshness(meeting: Meeting, *, now: datetime) -> Rule:
    name = _("How old it is")
    state = confirmations.state_of(meeting, now=now)
    if state.since is not None and state.by is not None:
        words = _("Last confirmed %(ago)s (%(who)s).") % {
            "ago": ago(state.since, now=now),
            "who": str(state.by.label),
        }
    else:
        words = _("Nobody has confirmed it here yet.")
    if state.freshness is Freshness.STALE:
        return Rule(name, words + " " + _("That is too long: it is shown below others."), Weight.PART)
    if state.freshness is Freshness.AGING:
        return Rule(name, words + " " + _("It is getting old."), Weight.NOTE)
    return Rule(name, words)


def _source(meeting: Meeting, *, now: datetime) -> list[Rule]:
    name = _("Its source")
    source = meeting.source
    if source is None:
        return [Rule(name, _("People keep it here; no feed has it."))]
    feed = phrasing.isolated(source.name)
    if source.format == FeedFormat.NONE:
        return [Rule(name, _("From %(source)s, kept by hand.") % {"source": feed})]
    url = reverse("curate:source", args=[source.slug])
    row = SourceRow.objects.filter(meeting=meeting).only("digest").first()
    rules = []
    if row is not None and not row.digest:
        words = _("The feed of %(source)s no longer has it.") % {"source": feed}
        rules.append(Rule(name, words, Weight.STOPS if meeting.state == ListingState.GONE else Weight.NOTE, url))
    elif meeting.last_seen_at is not None:
        words = _("In the feed of %(source)s, last seen there %(ago)s.")
        rules.append(Rule(name, words % {"source": feed, "ago": ago(meeting.last_seen_at, now=now)}, url=url))
    else:
        rules.append(Rule(name, _("From the feed of %(source)s.") % {"source": feed}, url=url))
    if not source.is_active:
        rules.append(Rule(name, _("The feed is switched off: nothing new comes from it."), Weight.NOTE, url))
    elif source.failing_since is not None and now - source.failing_since >= refreshing.OWNER_TOLD_AFTER:
        words = _("The feed cannot be read since %(day)s.") % {"day": _day(source.failing_since)}
        is_marked = now - source.failing_since >= refreshing.LISTINGS_MARKED_AFTER
        rules.append(Rule(name, words, Weight.PART if is_marked else Weight.NOTE, url))
    return rules


def _place(meeting: Meeting) -> Rule:
    name = _("Its place")
    if not access.may_show_place(meeting):
        words = _("It is for teenagers, and its fellowship has not agreed: place, link and notes are not shown.")
        return Rule(name, words, Weight.PART)
    if meeting.venue is None:
        return Rule(name, _("It has no place, and needs none where there is another way."))
    url = reverse("curate:venue", args=[meeting.venue.public_id])
    if meeting.venue.is_private_home:
        return Rule(name, _("It is somebody’s home: no more than the town is shown."), Weight.NOTE, url)
    if not meeting.venue.has_position:
        words = _("It is not on the map: searches near a place do not find it.")
        return Rule(name, words, Weight.PART, url)
    if meeting.venue.is_approximate:
        return Rule(name, _("It is on the map, but not at the door."), Weight.NOTE, url)
    return Rule(name, _("It is on the map."), url=url)


def _twins(meeting: Meeting) -> list[Rule]:
    name = _("Twins")
    rules = []
    pairs = Twins.objects.filter(Q(one=meeting) | Q(other=meeting), state=TwinState.OPEN).select_related("one", "other")
    for twins in pairs.order_by("-likeness", "pk"):
        other = twins.other if twins.one_id == meeting.pk else twins.one
        words = _("It looks like “%(other)s”; nobody has said yet whether it is the same.")
        words %= {"other": phrasing.isolated(other.name)}
        rules.append(Rule(name, words, Weight.NOTE, reverse("curate:twins_detail", args=[twins.pk])))
    former = list(FormerAddress.objects.filter(meeting=meeting).order_by("slug"))
    if former:
        words = _("Former addresses lead here: %(addresses)s.") % {
            "addresses": phrasing.listed(each.slug for each in former)
        }
        rules.append(Rule(name, words))
    return rules


def _flag(flag: str) -> Rule:
    return Rule(_("To look at"), f"{ReviewFlag(flag).label}.", Weight.NOTE)


def _copy(*, is_found: bool, ought_to_be: bool) -> Rule:
    name = _("The finder")
    if is_found == ought_to_be:
        return Rule(
            name, _("The finder has it.") if is_found else _("The finder leaves it out, as the rules above say.")
        )
    words = _("The finder has another idea than the rules above: its copy is out of date. Refresh it below.")
    return Rule(name, words, Weight.STOPS if ought_to_be else Weight.NOTE)


def _day(moment: datetime) -> str:
    return dates.day(moment)


def _date(day: date) -> str:
    return dates.day(day)
