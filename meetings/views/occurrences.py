"""The page of one date, and the two ways to a join step that is not on the page."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from meetings import access, date_page, join_step, languages, limits, occurrences, questions, rsvp_forms, schedules
from meetings.enums import JoinVisibility
from meetings.views.meetings import tells_of_the_gone
from meetings.views.private import count, open_form, see_other


@require_safe
@tells_of_the_gone
def occurrence_detail(request: HttpRequest, slug: str, on: date) -> HttpResponse:
    meeting = access.get_meeting(slug)
    try:
        page = date_page.prepare(meeting, on, now=timezone.now(), visitor_zone=request.visitor_zone)
    except occurrences.NoSuchDate:
        raise Http404 from None
    context = {"page": page, "meeting": meeting, "section": "meetings", "shows_demo": page.shows_demo}
    return render(request, "meetings/occurrence_detail.html", context)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
@tells_of_the_gone
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the way in to somebody who presses for it: to people, and to no machine that follows links."""
    now = timezone.now()
    meeting = access.get_meeting(slug)
    date_page.prefetch_for_dates(meeting)
    schedule = meeting.schedule()
    start = schedules.current_or_next(schedule, now=now) if schedule else None
    if meeting.join_visibility != JoinVisibility.ON_PRESS or join_step.for_meeting(meeting, start, now) is None:
        return see_other("meetings:meeting_detail", meeting.slug)
    has_pressed = request.method == "POST"
    if has_pressed:
        count(request, limits.REVEAL_FROM_NETWORK, now=now)
    step = join_step.for_meeting(meeting, start, now, has_pressed=has_pressed)
    return render(request, "meetings/join.html", {"meeting": meeting, "join": step, "section": "meetings"})


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
@tells_of_the_gone
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Carry a question to the group; neither side sees the other's address."""
    now = timezone.now()
    meeting = access.get_meeting(slug)
    if not questions.can_be_asked(meeting):
        raise Http404
    form = rsvp_forms.AskForm(request.POST if request.method == "POST" else None, now=now)
    context = {"meeting": meeting, "form": form, "section": "meetings"}
    if request.method == "POST":
        count(request, limits.ASK_FROM_NETWORK, now=now)
        if form.is_valid():
            # So many a day and no more: nobody's mailbox is filled from here.
            if limits.allows(limits.MAIL_TO_GROUP, str(meeting.group_id), now=now):
                questions.ask(
                    meeting,
                    words=form.cleaned_data["words"],
                    reply_to=form.cleaned_data["email"],
                    language=languages.in_use(),
                    now=now,
                )
            context["is_sent"] = True
            context["will_answer"] = bool(form.cleaned_data["email"])
            return render(request, "meetings/ask.html", context)
        return render(request, "meetings/ask.html", context, status=422)
    return render(request, "meetings/ask.html", context)
