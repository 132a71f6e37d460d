"""Changing listings: a form, what will be different, and then the change itself; and taking it back."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import access as groups_access
from groups.enums import GroupState, ListingState, Role
from groups.models import Group
from meetings import decisions, listing_fields, listing_forms
from meetings.hosting import dates, editing, forms, new_meetings
from meetings.listing_fields import Part
from meetings.models import Decision, Meeting
from meetings.views.hosting.shared import done, for_people, of_group, of_meeting, page

# What each state is called on its button.
_STATES = {
    "pause": (ListingState.PAUSED, "closed"),
    "close": (ListingState.GONE, "gone"),
    "open": (ListingState.PUBLIC, "opened"),
}

# A further meeting is asked the essentials; the rest has its pages.
_OF_A_NEW_MEETING = [
    "name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone",
    "in_person", "venue_name", "venue_street", "venue_town", "venue_region", "venue_postcode", "venue_country",
    "venue_how_to_find", "online", "join_url", "join_passcode", "by_phone", "join_phone", "open_to", "notes",
]  # fmt: skip
_OF_A_COPY = ["name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone", "notes"]


@require_http_methods(["GET", "HEAD", "POST"])
@of_group
def group_edit(request: HttpRequest, group: Group) -> HttpResponse:
    """Change what the group says of itself."""

    def save(form: forms.HostListingForm) -> HttpResponse:
        decision = editing.change(group, form.changes, by=request.user, now=timezone.now())
        return done("host:group", group.slug, said="saved" if decision else "same", decision=decision)

    context = {"group": group, "heading": _("What the group says of itself"), "back": ("host:group", group.slug)}
    return _in_two_steps(request, group, {"of": [Part.GROUP]}, save, context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_meeting
def meeting_edit(request: HttpRequest, meeting: Meeting, part: str) -> HttpResponse:
    """Change one part of a meeting: when, where, who may come, …"""
    if part not in editing.Page.values:
        raise Http404
    chosen = editing.Page(part)
    asked: dict[str, Any] = {
        "only": [field.name for field in editing.fields_of(chosen)],
        "of": [Part.MEETING, Part.VENUE],
        "may_change_all": chosen == editing.Page.WHERE and editing.is_place_our_own(meeting),
    }
    if chosen == editing.Page.TRAITS:
        asked["traits"] = "ticks"

    def save(form: forms.HostListingForm) -> HttpResponse:
        decision = editing.change(
            meeting, form.changes, by=request.user, now=timezone.now(), for_all_at_venue=form.is_for_all_at_venue
        )
        return done("host:meeting", meeting.slug, said="saved" if decision else "same", decision=decision)

    context = {
        "group": meeting.group,
        "meeting": meeting,
        "heading": chosen.label,
        "part": chosen,
        "back": ("host:meeting", meeting.slug),
        "tells": _people_told(meeting) if chosen == editing.Page.WHEN else 0,
    }
    return _in_two_steps(request, meeting, asked, save, context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_group
def meeting_new(request: HttpRequest, group: Group) -> HttpResponse:
    """Make a further meeting of the group, on one day of the week or on several."""

    def save(form: forms.HostListingForm) -> HttpResponse:
        made = new_meetings.make(group, form.changes, by=request.user, now=timezone.now())
        return done("host:meeting", made.slug, said="new")

    context = {"group": group, "heading": _("A new meeting"), "back": ("host:group", group.slug), "is_new": True}
    asked = {
        "only": _OF_A_NEW_MEETING,
        "of": [Part.MEETING, Part.VENUE],
        "places": editing.places_of(group),
        "initial": {"name": group.name, listing_forms.REPEATS: "1", "time_zone": dates.zone_of(group)},
    }
    return _in_two_steps(request, listing_fields.blank(group), asked, save, context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_meeting
def meeting_copy(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Make another meeting like this one, at another time."""

    def save(form: forms.HostListingForm) -> HttpResponse:
        made = new_meetings.copy(meeting, form.changes, by=request.user, now=timezone.now())
        return done("host:meeting", made.slug, said="new")

    context = {
        "group": meeting.group,
        "meeting": meeting,
        "heading": _("Copy this meeting"),
        "back": ("host:meeting", meeting.slug),
        "is_copy": True,
    }
    return _in_two_steps(request, meeting, {"only": _OF_A_COPY, "of": [Part.MEETING]}, save, context)


@require_POST
@of_meeting
def meeting_state(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Close a meeting for now or for good, or open it again."""
    chosen = _STATES.get(request.POST.get("state", ""))
    if chosen is None:
        return done("host:meeting", meeting.slug, said="")
    state, said = chosen
    decision = editing.set_state(meeting, state, by=request.user, now=timezone.now())
    return done("host:meeting", meeting.slug, said=said, decision=decision)


@require_POST
@of_group
def group_state(request: HttpRequest, group: Group) -> HttpResponse:
    """Say that the whole group has ended, or list it again."""
    states = {"close": (GroupState.GONE, "group-gone"), "open": (GroupState.PUBLIC, "group-opened")}
    chosen = states.get(request.POST.get("state", ""))
    if chosen is None or group.state == GroupState.DRAFT:
        return done("host:group", group.slug, said="")
    state, said = chosen
    decision = editing.set_group_state(group, state, by=request.user, now=timezone.now())
    return done("host:group", group.slug, said=said, decision=decision)


@require_POST
@for_people
def undo(request: HttpRequest, decision: str) -> HttpResponse:
    """Take back what this host has just changed, while they still host the group."""
    mine = Decision.objects.select_related("group", "meeting").filter(public_id=decision, made_by=request.user).first()
    if mine is None or mine.group is None or not groups_access.may_host(request.user, mine.group):
        raise Http404
    to = ("host:meeting", mine.meeting.slug) if mine.meeting else ("host:group", mine.group.slug)
    try:
        undone = decisions.undo(mine, by=request.user, now=timezone.now(), role=Role.HOST)
    except decisions.CannotUndo:
        return done(*to, said="not-undone")
    return done(*to, said="some-stayed" if undone.kept else "undone")


# ── Two steps ───────────────────────────────────────────────────────────────


def _in_two_steps(
    request: HttpRequest,
    listing: Meeting | Group,
    asked: dict[str, Any],
    save: Callable[[forms.HostListingForm], HttpResponse],
    context: dict[str, Any],
) -> HttpResponse:
    """Show the form, then what it makes different, then do it. What was typed goes along all the way."""
    context = dict(context)
    back, *arguments = context["back"]
    context |= {"back_to": back, "back_slug": arguments[0], "has_headings": "part" not in context}
    if request.method != "POST":
        return page(request, "edit", context | {"form": forms.HostListingForm(listing=listing, **asked)})
    form = forms.HostListingForm(request.POST, listing=listing, **asked)
    step = request.POST.get("step", "preview")
    if step == "change":
        # Back from the preview: the form as it was filled in, without a word of blame.
        return page(request, "edit", context | {"form": form})
    if not form.is_valid():
        return page(request, "edit", context | {"form": form}, status=422)
    if step == "save":
        try:
            return save(form)
        except listing_fields.InvalidChange as invalid:
            for name, words in invalid.errors.items():
                form.add_error(name if name in form.fields else None, words)
            return page(request, "edit", context | {"form": form}, status=422)
    changed = editing.differences(listing, form.changes)
    if not changed and not context.get("is_copy"):
        return done(back, *arguments, said="same")
    tells = context.get("tells", 0) if form.changes.keys() & editing.SCHEDULE else 0
    return page(request, "preview", context | {"form": form, "changed": changed, "tells": tells})


def _people_told(meeting: Meeting) -> int:
    return dates.joined_ahead([meeting], now=timezone.now())
