"""Pairs of meetings that look the same: side by side, merged into one, or told apart."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from groups import phrasing
from groups.access import Scope, for_curators
from meetings import access, listing_fields, schedules, twins, wording
from meetings.enums import DecisionKind, TwinState
from meetings.models import Decision, Meeting, Rsvp, Twins
from meetings.models.rsvps import LIVE_STATES
from meetings.twins.finding import GROUP_NAME, LINK, NAME, PLACE, TIME
from meetings.views.private import see_other

PER_PAGE = 30


@require_safe
@never_cache
@for_curators
def twins_list(request: HttpRequest) -> HttpResponse:
    pairs = twins.open_pairs(request.scope).select_related(*_BOTH)
    page = Paginator(pairs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"pair": pair, "why": _why(pair), "when": wording_of(pair.one)} for pair in page]
    return render(request, "curate/twins_list.html", {"part": "twins", "page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_curators
def twins_detail(request: HttpRequest, pair: int) -> HttpResponse:
    """One pair, field by field. `keep` in the address says which of the two is kept."""
    found = _pair(request.scope, pair)
    kept = found.other if request.GET.get("keep") == "other" else found.one
    if "keep" not in request.GET and _is_better(found.other, found.one):
        kept = found.other
    gone = found.one if kept.pk == found.other_id else found.other
    may_merge = _may_merge(request, found)
    error = ""
    if request.method == "POST":
        answer = _decide(request, found, kept, gone, may_merge=may_merge)
        if isinstance(answer, HttpResponse):
            return answer
        error = answer
    choices = twins.choices(kept, gone)
    if request.method == "POST":
        ticked = set(request.POST.getlist("take"))
        chosen = {choice.name for choice in choices if choice.name in ticked}
    else:
        chosen = {choice.name for choice in choices if choice.is_taken_from_other}
    context = {
        "part": "twins",
        "pair": found,
        "kept": kept,
        "gone": gone,
        "why": _why(found),
        "choices": [(choice, choice.name in chosen) for choice in choices if choice.differs],
        "same": [choice for choice in choices if not choice.differs],
        "people": Rsvp.objects.filter(occurrence__meeting=gone, state__in=LIVE_STATES).count(),
        "may_merge": may_merge,
        "error": error,
        "decision": _decision(found),
        "other_keep": "one" if kept.pk == found.other_id else "other",
    }
    return render(request, "curate/twins_detail.html", context, status=422 if error else 200)


_BOTH = (
    "one__group__approach", "one__group__fellowship", "one__venue", "one__source",
    "other__group__approach", "other__group__fellowship", "other__venue", "other__source",
)  # fmt: skip


def wording_of(meeting: Meeting) -> str:
    """Return when and where a meeting is, in a line."""
    schedule = meeting.schedule(pauses=[], changes=[])
    when = schedules.describe(schedule) if schedule else ""
    where = wording.town_label(meeting.venue) if meeting.venue else _("online")
    return phrasing.listed((when, where))


def _pair(scope: Scope, pk: int) -> Twins:
    mine = Meeting.objects.filter(access.of_meetings(scope))
    pairs = Twins.objects.select_related(*_BOTH).filter(pk=pk)
    if not scope.is_everything:
        pairs = pairs.filter(Exists(mine.filter(pk=OuterRef("one"))) | Exists(mine.filter(pk=OuterRef("other"))))
    pair = pairs.first()
    if pair is None:
        raise Http404
    return pair


def _may_merge(request: HttpRequest, pair: Twins) -> bool:
    """Tell whether both meetings are in the curator's part: a merge takes one of them off the site."""
    ours = access.curated_meetings(request.user).filter(pk__in=(pair.one_id, pair.other_id)).distinct()
    return ours.count() == 2


def _is_better(one: Meeting, other: Meeting) -> bool:
    """Tell whether to offer to keep this one: people keep it, or its group, or it was confirmed later."""
    if (one.source_id is None) != (other.source_id is None):
        return one.source_id is None
    if one.confirmed_at and other.confirmed_at:
        return one.confirmed_at > other.confirmed_at
    return bool(one.confirmed_at and not other.confirmed_at)


def _why(pair: Twins) -> list[str]:
    words = {
        TIME: _("same time"),
        PLACE: _("same place"),
        LINK: _("same link"),
        NAME: _("names alike"),
        GROUP_NAME: _("groups' names alike"),
    }
    return [words[reason] for reason in pair.why if reason in words]


def _decision(pair: Twins) -> Decision | None:
    if pair.state == TwinState.OPEN:
        return None
    kinds = (DecisionKind.MERGE, DecisionKind.NOT_THE_SAME)
    made = Decision.objects.filter(kind__in=kinds, undone_at=None, after__merge__pair=pair.pk)
    return made.order_by("-made_at", "-pk").first()


def _decide(request: HttpRequest, pair: Twins, kept: Meeting, gone: Meeting, *, may_merge: bool) -> HttpResponse | str:
    """Do what was pressed. Returns the answer, or what is wrong in words."""
    now = timezone.now()
    here = reverse("curate:twins_detail", args=[pair.pk])
    match request.POST.get("decision"):
        case "apart":
            twins.keep_apart(pair, by=request.user, now=now)
            messages.success(request, _("They stay two, and are not shown as a pair again."))
            return see_other("curate:twins")
        case "merge" if may_merge:
            take = twins.values_taken(kept, gone, set(request.POST.getlist("take")))
            try:
                twins.merge(pair, keep=kept, take=take, by=request.user, now=now)
            except twins.CannotMerge as reason:
                return str(reason)
            except listing_fields.InvalidChange as invalid:
                return " ".join(invalid.errors.values())
            messages.success(request, _("They are one now. Both addresses work, and for 30 days there is a way back."))
            return see_other(here)
    raise Http404
