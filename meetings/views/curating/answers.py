"""Answers of a curator: to suggestions, to reports, to claims."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from groups.access import for_curators
from groups.enums import ClaimState
from groups.models import Claim
from meetings import access, claims, listing_fields, reports, suggestions, working_days
from meetings.curation import answers, part, queue
from meetings.curation.forms import ReasonForm, SuggestionForm
from meetings.enums import ReportState, SuggestionState
from meetings.models import Decision, Meeting, Report, Suggestion
from meetings.views.curating.decided import say_done
from meetings.views.private import see_other

_ANSWERS = {
    "right": (ReportState.ANSWERED, gettext_lazy("Answered: it is right as it stands. The way in is shown.")),
    "put-right": (ReportState.PUT_RIGHT, gettext_lazy("Answered: it has been put right. The way in is shown.")),
    "refuse": (ReportState.REFUSED, gettext_lazy("The reports are closed and not followed. The way in is shown.")),
}


@require_http_methods(["GET", "POST"])
@for_curators
def suggestion(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _suggestion(request, public_id)
    rows = list(found.values.all())
    here = _here(found, [row.name for row in rows])
    form = SuggestionForm(request.POST if request.method == "POST" else None, rows=rows, here=here)
    problems: dict[str, str] = {}
    is_open = found.state == SuggestionState.OPEN
    if request.method == "POST" and is_open and form.is_valid():
        try:
            made = answers.decide_suggestion(
                found,
                form.verdicts(),
                by=request.user,
                now=timezone.now(),
                answer=form.cleaned_data["answer"],
                for_all_at_venue=form.cleaned_data.get("for_all", False),
            )
        except suggestions.AlreadyDecided:
            return see_other(request.path)
        except listing_fields.InvalidChange as invalid:
            problems = {listing_fields.label(name): words for name, words in invalid.errors.items()}
        else:
            say_done(request, made, _("Decided, and the sender is told if they left an address."))
            return see_other(reverse("curate:queue"))
    elif request.method == "POST" and not is_open:
        return see_other(request.path)
    context = {
        "part": "queue",
        "suggestion": found,
        "title": queue.title_of(found),
        "form": form,
        "lines": form.lines(),
        "problems": problems,
        "is_open": is_open,
        "decided": Decision.objects.filter(subject=found.public_id).order_by("-made_at").first(),
        "now": timezone.now(),
    }
    return render(request, "curate/suggestion.html", context, status=422 if form.errors or problems else 200)


@require_http_methods(["GET", "POST"])
@for_curators
def reports_of(request: HttpRequest, slug: str) -> HttpResponse:
    """What was said of one meeting, and the answer to it."""
    meeting = access.get_curated_meeting(request.user, slug)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _answer_reports(request, meeting, form.cleaned_data["reason"])
    said = list(reports.of_meeting(meeting).order_by("made_at", "pk"))
    now = timezone.now()
    context = {
        "part": "queue",
        "meeting": meeting,
        "reports": said,
        "answer_by": reports.answer_by(said[0]) if said else None,
        "before": list(
            Report.objects.filter(meeting=meeting).exclude(state=ReportState.OPEN).order_by("-decided_at")[:10]
        ),
        "form": form,
        "now": now,
    }
    return render(request, "curate/reports.html", context, status=422 if form.errors else 200)


def _answer_reports(request: HttpRequest, meeting: Meeting, reason: str) -> HttpResponse:
    now = timezone.now()
    what = request.POST.get("answer", "")
    if what == "hide":
        answers.doubt(meeting, now=now, words=reason)
        return see_other(request.path)
    if what not in _ANSWERS:
        raise Http404
    state, words = _ANSWERS[what]
    made = answers.answer_reports(meeting, state, by=request.user, now=now, reason=reason)
    if made is None:
        return see_other(request.path)
    say_done(request, made, words)
    return see_other(reverse("curate:queue"))


@require_http_methods(["GET", "POST"])
@for_curators
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody says they keep a group."""
    found = Claim.objects.select_related("group", "user").filter(public_id=public_id).first()
    if found is None or not request.scope.groups().filter(pk=found.group_id).exists():
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        answer = request.POST.get("answer", "")
        if answer not in ("accept", "refuse"):
            raise Http404
        try:
            made = answers.decide_claim(
                found,
                is_accepted=answer == "accept",
                by=request.user,
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except claims.ClaimDecided:
            return see_other(request.path)
        except claims.OwnClaim:
            problem = _("It is your own: somebody else decides about it.")
        else:
            say_done(request, made, _("Decided."))
            return see_other(reverse("curate:queue"))
    context = {
        "part": "queue",
        "claim": found,
        "form": form,
        "problem": problem,
        "is_open": found.state == ClaimState.OPEN,
        "hosts": found.group.host_roles.filter(ended_at=None).count(),
        "answer_by": working_days.after(found.made_at, queue.PROMISED[queue.Kind.CLAIM]),
        "decided": Decision.objects.filter(subject=found.public_id).order_by("-made_at").first(),
        "now": timezone.now(),
    }
    return render(request, "curate/claim.html", context, status=422 if form.errors or problem else 200)


def _suggestion(request: HttpRequest, public_id: str) -> Suggestion:
    found = part.suggestions_of(request.scope).select_related("meeting__group", "meeting__venue", "group")
    suggestion = found.filter(public_id=public_id).first()
    if suggestion is None:
        raise Http404
    return suggestion


def _here(suggestion: Suggestion, names: list[str]) -> dict[str, object]:
    """Return what the listing says now of what is proposed; nothing of a new one."""
    listing = suggestion.meeting or suggestion.group
    if listing is None:
        return {}
    known = [name for name in names if isinstance(listing, Meeting) or name.startswith("group_")]
    return listing_fields.values(listing, known)
