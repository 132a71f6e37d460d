"""What anybody may say of listings: something new, a change, a closing, a report; and one press of those who keep them.

No account, no cookie. Nothing changes by it before somebody decides, except what the rules of
`meetings.reports` do by themselves.
"""

from contextlib import suppress
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups.enums import ListingState, Role
from groups.models import Group
from meetings import (
    access,
    languages,
    limits,
    listing_fields,
    reports,
    still_true,
    suggestion_forms,
    suggestion_page,
    suggestions,
    tokens,
    wording,
)
from meetings.enums import ConfirmedHow, LinkPurpose, ReportKind, SuggestionKind
from meetings.models import Meeting, Suggestion
from meetings.views.meetings import tells_of_the_gone
from meetings.views.private import count, open_form, see_other
from meetings.views.rsvps import link_expired


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    """Propose a group that is not listed."""
    now = timezone.now()
    form = None
    if request.method == "POST":
        count(request, limits.SUGGEST_FROM_NETWORK, now=now)
        form = suggestion_forms.NewListingForm(request.POST, now=now, visitor_zone=request.visitor_zone)
        if form.is_valid():
            device = _device(request, limits.SUGGEST_FROM_DEVICE, now=now)
            return _send(form, SuggestionKind.NEW, form.changes, None, device=device, now=now)
    context = {
        "form": form or suggestion_forms.NewListingForm(now=now, visitor_zone=request.visitor_zone),
        "answer_by": suggestion_page.day(suggestions.answer_by(now)),
        "section": "groups",
    }
    return render(request, "meetings/suggest.html", context, status=422 if form is not None else 200)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
@tells_of_the_gone
def suggest_change(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose a change of a meeting, or that it has closed."""
    now = timezone.now()
    meeting = access.get_meeting(slug)
    options = {"now": now, "listing": meeting, "has_others": _has_others(meeting)}
    form = None
    if request.method == "POST":
        count(request, limits.SUGGEST_FROM_NETWORK, now=now)
        form = suggestion_forms.ChangeListingForm(request.POST, **options)
        if form.is_valid():
            device = _device(request, limits.SUGGEST_FROM_DEVICE, now=now)
            try:
                return _send(form, form.cleaned_data["kind"], form.values(), meeting, device=device, now=now)
            except suggestions.NothingProposed:
                form.add_error("words", _("It says so already. Please say in your own words what is different."))
    context = {
        "meeting": meeting,
        "form": form or suggestion_forms.ChangeListingForm(**options),
        "answer_by": suggestion_page.day(suggestions.answer_by(now)),
        "section": "meetings",
        "shows_demo": meeting.source is not None and meeting.source.is_demo,
    }
    return render(request, "meetings/suggest_change.html", context, status=422 if form is not None else 200)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
@tells_of_the_gone
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that something about a meeting is wrong: that nobody was there, that the link is dead."""
    now = timezone.now()
    meeting = access.get_meeting(slug)
    form = None
    if request.method == "POST":
        count(request, limits.REPORT_FROM_NETWORK, now=now)
        form = suggestion_forms.ReportForm(request.POST, now=now, meeting=meeting)
        if form.is_valid():
            device = _device(request, limits.REPORT_FROM_DEVICE, now=now)
            on = form.cleaned_data.get("original_on")
            reports.send(
                meeting,
                form.cleaned_data["kind"],
                now=now,
                device=device,
                words=form.cleaned_data["words"],
                original_on=date.fromisoformat(on) if on else None,
            )
            answer = see_other("meetings:report", slug)
            answer.headers["Location"] += "?sent=1"
            return answer
    asked = request.GET.get("what", "")
    context = {
        "meeting": meeting,
        "is_sent": request.method != "POST" and "sent" in request.GET,
        "form": form
        or suggestion_forms.ReportForm(
            now=now, meeting=meeting, initial={"kind": asked} if asked in ReportKind.values else None
        ),
        "section": "meetings",
        "shows_demo": meeting.source is not None and meeting.source.is_demo,
    }
    return render(request, "meetings/report.html", context, status=422 if form is not None else 200)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def suggestion(request: HttpRequest, token: str) -> HttpResponse:
    """Show the sender of a suggestion how it stands, and let them take it back."""
    now = timezone.now()
    try:
        link = tokens.find(token, LinkPurpose.SUGGESTION, now=now)
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    if request.method == "POST":
        count(request, limits.PLACE_FROM_NETWORK, now=now)
        if request.POST.get("action") == "withdraw":
            # Decided a moment ago: the page says how.
            with suppress(suggestions.AlreadyDecided):
                suggestions.withdraw(link.suggestion, now=now)
        return see_other("meetings:suggestion", token)
    context = {
        "page": suggestion_page.prepare(link.suggestion),
        "address": request.build_absolute_uri(request.path),
        "is_new": "new" in request.GET,
    }
    return render(request, "meetings/suggestion.html", context)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def still_true_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask somebody who keeps listings whether they are still true. Opening it changes nothing; one press answers."""
    now = timezone.now()
    try:
        link = tokens.find(token, LinkPurpose.STILL_TRUE, now=now)
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    meetings = still_true.of_group(link.group)
    if request.method == "POST":
        count(request, limits.PLACE_FROM_NETWORK, now=now)
        chosen = {public_id: request.POST.get(f"meeting-{public_id}", "") for public_id in _ids(meetings)}
        who = {"role": Role.HOST, "how": ConfirmedHow.BY_MAIL, "now": now}
        still_true.confirm([one for one in meetings if chosen[one.public_id] == "true"], **who)
        is_shown = (ListingState.PUBLIC, ListingState.PAUSED)
        stopped = [one for one in meetings if chosen[one.public_id] == "stopped" and one.state in is_shown]
        still_true.stop(stopped, **who)
        changed = [one for one in meetings if chosen[one.public_id] == "changed"]
        answer = see_other("meetings:still_true", token)
        answer.headers["Location"] += "?done=1" + "".join(f"&changed={one.public_id}" for one in changed)
        return answer
    changed = set(request.GET.getlist("changed"))
    context = {
        "group": link.group,
        "listed": [_Listed(meeting, now=now) for meeting in meetings],
        "is_done": "done" in request.GET,
        "changed": [meeting for meeting in meetings if meeting.public_id in changed],
    }
    return render(request, "meetings/still_true.html", context)


class _Listed:
    """A meeting as its keepers are asked about it."""

    def __init__(self, meeting: Meeting, *, now: datetime) -> None:
        self.meeting = meeting
        self.days = listing_fields.words("rrule", meeting.rrule) if meeting.rrule else ""
        self.time = listing_fields.words("start_time", listing_fields.value_of(meeting, "start_time"))
        self.place = wording.place_label(meeting.venue) if meeting.in_person != "none" else ""
        self.ways = wording.ways_label(meeting)
        self.reports = meeting.open_reports
        self.is_shown = meeting.state in ("public", "paused")


def _ids(meetings: list[Meeting]) -> list[str]:
    return [meeting.public_id for meeting in meetings]


def _device(request: HttpRequest, bucket: limits.Bucket, *, now: datetime) -> str:
    """Return the key of the device, and count what it says; a form to be mended is not. Raises limits.TooMany."""
    device = reports.device_key(request)
    limits.take(bucket, device, now=now)
    return device


def _send(
    form: suggestion_forms.NewListingForm | suggestion_forms.ChangeListingForm,
    kind: str,
    values: dict,
    meeting: Meeting | None,
    *,
    device: str,
    now: datetime,
) -> HttpResponse:
    is_of_group = isinstance(form, suggestion_forms.ChangeListingForm) and form.is_for_group
    sent: Suggestion = suggestions.send(
        kind,
        values,
        now=now,
        meeting=None if is_of_group else meeting,
        group=meeting.group if meeting is not None else None,
        words=form.cleaned_data["words"].strip(),
        device=device,
        email=form.cleaned_data["email"],
        language=languages.in_use(),
    )
    answer = see_other("meetings:suggestion", tokens.issue(LinkPurpose.SUGGESTION, now=now, suggestion=sent))
    answer.headers["Location"] += "?new=1"
    return answer


def _has_others(meeting: Meeting) -> bool:
    group: Group = meeting.group
    return Meeting.objects.shown().filter(group=group).exclude(pk=meeting.pk).exists()
