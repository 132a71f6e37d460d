"""One listing on the desk: why it is shown, what was done to it, and changing it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups import access as groups_access
from groups.access import for_curators
from groups.enums import ListingState, Role
from groups.history import told
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from groups.models import Group
from meetings import access, decisions, listing_fields
from meetings.curation import answers, copies, past, shown
from meetings.curation.forms import DaysForm, ReasonForm
from meetings.enums import ReportState
from meetings.finder import index
from meetings.listing_fields import Askable, Part
from meetings.listing_forms import ListingForm
from meetings.models import Meeting
from meetings.views.curating.decided import say_done
from meetings.views.private import see_other

# What a button does to the state of a listing, and what is said afterwards.
_STATES = {
    "pause": (ListingState.PAUSED, gettext_lazy("Paused.")),
    "resume": (ListingState.PUBLIC, gettext_lazy("It is public.")),
    "unlist": (ListingState.UNLISTED, gettext_lazy("Taken off the list.")),
    "gone": (ListingState.GONE, gettext_lazy("It is marked as gone.")),
}


@require_GET
@for_curators
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """Why is this listing, or is it not, on the site; and what can be done."""
    found = access.get_curated_meeting(request.user, slug)
    context = {
        "part": "listings",
        "meeting": found,
        "answer": shown.why(found, now=timezone.now()),
        "form": ReasonForm(),
        "is_public": found.state == ListingState.PUBLIC,
        "is_off": found.state in (ListingState.UNLISTED, ListingState.GONE, ListingState.DRAFT),
        "others": Meeting.objects.filter(group=found.group).exclude(pk=found.pk).count(),
    }
    return render(request, "curate/meeting.html", context)


@require_POST
@for_curators
def meeting_do(request: HttpRequest, slug: str) -> HttpResponse:
    """One press about one listing."""
    found = access.get_curated_meeting(request.user, slug)
    now = timezone.now()
    what, reason = request.POST.get("what", ""), request.POST.get("reason", "")[:300]
    if what in _STATES:
        state, words = _STATES[what]
        with transaction.atomic(), told(role=Role.CURATOR, why=reason):
            applied = listing_fields.apply(found, {"state": state.value}, by=request.user, role=Role.CURATOR, now=now)
            made = decisions.record_change(found, applied, by=request.user, role=Role.CURATOR, now=now, reason=reason)
    elif what == "confirm":
        # Reports about it are answered by that.
        made = answers.answer_reports(found, ReportState.ANSWERED, by=request.user, now=now, reason=reason)
        made = made or answers.confirm(found, by=request.user, now=now)
        words = gettext_lazy("Confirmed as true.")
    elif what == "seen":
        made = answers.leave_as_it_is(found, by=request.user, now=now, reason=reason)
        words = gettext_lazy("Looked at, and left as it is.")
    elif what == "refresh":
        index.refresh([found.pk], now=now)
        messages.success(request, _("The finder has a new copy."))
        return see_other(reverse("curate:meeting", args=[slug]))
    else:
        raise Http404
    if made is not None:
        say_done(request, made, str(words))
    return see_other(reverse("curate:meeting", args=[slug]))


@require_http_methods(["GET", "POST"])
@for_curators
def meeting_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Every field of a meeting and its place."""
    found = access.get_curated_meeting(request.user, slug)
    shared = _meetings_at(found) if found.venue_id is not None else 0
    return _edit(
        request,
        found,
        {"of": (Part.MEETING, Part.VENUE), "traits": "values"},
        back=reverse("curate:meeting", args=[slug]),
        context={"meeting": found, "shared": shared},
        for_all=bool(request.POST.get("for_all")),
    )


@require_http_methods(["GET", "POST"])
@for_curators
def group_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Every field of a group."""
    group = groups_access.get_curated_group(request.user, slug)
    back = reverse("curate:listing_table") + f"?group={group.slug}"
    return _edit(request, group, {"of": (Part.GROUP,)}, back=back, context={"group": group})


def _edit(
    request: HttpRequest,
    listing: Meeting | Group,
    fields: dict[str, Any],
    *,
    back: str,
    context: dict[str, Any],
    for_all: bool = False,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ListingForm(data, listing=listing, for_whom=Askable.CURATORS, **fields)
    reason = ReasonForm(data)
    if data is not None and form.is_valid() and reason.is_valid():
        why = reason.cleaned_data["reason"]
        try:
            with transaction.atomic(), told(role=Role.CURATOR, why=why):
                now = timezone.now()
                applied = listing_fields.apply(
                    listing, form.changes, by=request.user, role=Role.CURATOR, now=now, for_all_at_venue=for_all
                )
                made = decisions.record_change(
                    listing, applied, by=request.user, role=Role.CURATOR, now=now, reason=why, for_all_at_venue=for_all
                )
        except listing_fields.InvalidChange as invalid:
            for name, words in invalid.errors.items():
                form.add_error(None, f"{listing_fields.label(name)}: {words}")
        else:
            if made is not None:
                say_done(request, made, _("Saved."))
            return see_other(back)
    context = {"part": "listings", "form": form, "reason": reason, "back": back, "title": listing.name, **context}
    is_wrong = bool(form.errors or reason.errors)
    return render(request, "curate/listing_edit.html", context, status=422 if is_wrong else 200)


@require_http_methods(["GET", "POST"])
@for_curators
def meeting_days(request: HttpRequest, slug: str) -> HttpResponse:
    """Copy a meeting, onto one day or many, at its own time or another."""
    found = access.get_curated_meeting(request.user, slug)
    form = DaysForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        problem = _copy(request, found, form.cleaned_data)
        if not problem:
            return see_other(reverse("curate:listing_table") + f"?group={found.group.slug}")
        form.add_error(None, problem)
    token = request.POST.get("token") or new_public_id()
    context = {"part": "listings", "meeting": found, "form": form, "token": token}
    return render(request, "curate/meeting_days.html", context, status=422 if form.errors else 200)


def _copy(request: HttpRequest, meeting: Meeting, said: dict[str, Any]) -> str:
    """Do what was asked; return what stood in the way, "" for nothing."""
    now = timezone.now()
    start_time = said["start_time"].strftime("%H:%M") if said["start_time"] else None
    token = request.POST.get("token", "")
    if len(token) != PUBLIC_ID_LENGTH or not token.isalnum():
        token = new_public_id()
    try:
        if said["together"] == "one":
            changes: dict[str, Any] = {"rrule": copies.rule_on(meeting, [*said["days"], *_own_days(meeting)])}
            if start_time:
                changes["start_time"] = start_time
            if said["name"]:
                changes["name"] = said["name"]
            with transaction.atomic(), told(role=Role.CURATOR):
                applied = listing_fields.apply(meeting, changes, by=request.user, role=Role.CURATOR, now=now)
                made = decisions.record_change(meeting, applied, by=request.user, role=Role.CURATOR, now=now)
        else:
            values = copies.many_days(meeting, said["days"], start_time=start_time, name=said["name"])
            made = copies.copy(meeting, values, token=token, by=request.user, now=now)
    except copies.NothingToCopy:
        return _("It is held on these days at this time already.")
    except listing_fields.InvalidChange as invalid:
        return " ".join(invalid.errors.values())
    if made is not None:
        say_done(request, made, _("Done."))
    return ""


@require_GET
@for_curators
def meeting_history(request: HttpRequest, slug: str) -> HttpResponse:
    found = access.get_curated_meeting(request.user, slug)
    back = reverse("curate:meeting", args=[slug])
    return _history(request, found.name, past.of_meeting(found), back)


@require_GET
@for_curators
def group_history(request: HttpRequest, slug: str) -> HttpResponse:
    group = groups_access.get_curated_group(request.user, slug)
    back = reverse("curate:listing_table") + f"?group={group.slug}"
    return _history(request, group.name, past.of_group(group), back)


@require_GET
@for_curators
def venue_history(request: HttpRequest, public_id: str) -> HttpResponse:
    venue = access.get_curated_venue(request.user, public_id)
    back = reverse("curate:venue", args=[public_id])
    return _history(request, str(venue), past.of_venue(venue), back, part="places")


def _history(
    request: HttpRequest, title: str, entries: list[past.Entry], back: str, *, part: str = "listings"
) -> HttpResponse:
    context = {"part": part, "title": title, "entries": entries, "back": back, "roles": dict(Role.choices)}
    return render(request, "curate/history.html", context)


def _own_days(meeting: Meeting) -> list[int]:
    return list(meeting.rule.weekdays) if meeting.rrule else []


def _meetings_at(meeting: Meeting) -> int:
    return Meeting.objects.filter(venue=meeting.venue_id).exclude(pk=meeting.pk).count()
