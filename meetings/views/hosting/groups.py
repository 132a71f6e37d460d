"""My groups, one of them, and the one press that says that everything is still true."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.enums import ListingState, Role
from groups.models import Group
from meetings import listing_fields, still_true
from meetings.curation import answers
from meetings.enums import ConfirmedHow, ReportState, Verdict
from meetings.finder import index
from meetings.hosting import desk
from meetings.models import Meeting, Suggestion
from meetings.suggestions import AlreadyDecided
from meetings.views.hosting.shared import done, for_people, name_in, of_group, of_meeting, page


@require_safe
@for_people
def home(request: HttpRequest) -> HttpResponse:
    context = {"lines": desk.my_groups(request.user), "claims": desk.open_claims_of(request.user)}
    return page(request, "home", context)


@require_safe
@of_group
def group(request: HttpRequest, group: Group) -> HttpResponse:
    found = desk.group_desk(group, request.user, now=timezone.now())
    return page(request, "group", {"page": found, "group": group, "section": "host"})


@require_POST
@of_group
def group_true(request: HttpRequest, group: Group) -> HttpResponse:
    """Say of all meetings of the group that are listed that they are true; reports about them are answered by it."""
    now = timezone.now()
    meetings = list(Meeting.objects.filter(group=group, state__in=[ListingState.PUBLIC, ListingState.PAUSED]))
    still_true.confirm(meetings, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=now, by=request.user)
    index.refresh([meeting.pk for meeting in meetings], now=now)
    return done("host:group", group.slug, said="true")


@require_POST
@of_meeting
def meeting_true(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Say of one meeting that it is true; reports about it are answered by it."""
    now = timezone.now()
    decision = answers.answer_reports(meeting, ReportState.ANSWERED, by=request.user, now=now, role=Role.HOST)
    decision = decision or answers.confirm(meeting, by=request.user, now=now, role=Role.HOST)
    index.refresh([meeting.pk], now=now)
    if request.POST.get("from") == "meeting":
        return done("host:meeting", meeting.slug, said="true", decision=decision)
    return done("host:group", meeting.group.slug, said="true", decision=decision)


@require_POST
@of_meeting
def answer_reports(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Answer what was reported of a meeting: it is right as it stands, or was put right."""
    states = {"right": ReportState.ANSWERED, "put-right": ReportState.PUT_RIGHT}
    state = states.get(request.POST.get("answer", ""))
    if state is None:
        return done("host:meeting", meeting.slug, said="")
    now = timezone.now()
    decision = answers.answer_reports(meeting, state, by=request.user, now=now, role=Role.HOST)
    index.refresh([meeting.pk], now=now)
    return done("host:meeting", meeting.slug, said="answered", decision=decision)


@require_http_methods(["GET", "HEAD", "POST"])
@of_group
def suggestions(request: HttpRequest, group: Group) -> HttpResponse:
    """Show what people suggest for the group; take it over field by field, or do not."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        this = desk.suggestions_for(group).filter(public_id=name_in(request.POST, "suggestion")).first()
        if this is None:
            return done("host:suggestions", group.slug, said="")
        ticked = request.POST.getlist("field") if request.POST.get("action") == "take" else []
        verdicts = dict.fromkeys(ticked, (Verdict.ACCEPTED, "")) | {"*": (_of_the_rest(request, this), "")}
        try:
            decision = answers.decide_suggestion(
                this,
                verdicts,
                by=request.user,
                now=timezone.now(),
                role=Role.HOST,
                answer=request.POST.get("answer", "").replace("\0", "")[:1000],
            )
            return done("host:suggestions", group.slug, said="decided", decision=decision)
        except AlreadyDecided:
            return done("host:suggestions", group.slug, said="")
        except listing_fields.InvalidChange as invalid:
            errors[this.public_id] = list(invalid.errors.values())
    shown = [desk.told(suggestion, errors.get(suggestion.public_id, [])) for suggestion in desk.suggestions_for(group)]
    return page(request, "suggestions", {"group": group, "suggestions": shown}, status=422 if errors else 200)


def _of_the_rest(request: HttpRequest, suggestion: Suggestion) -> Verdict:
    """Return the verdict on what is not ticked; of a suggestion in words alone, on the whole."""
    is_in_words = not suggestion.values.exists()
    return Verdict.ACCEPTED if is_in_words and request.POST.get("action") == "take" else Verdict.REFUSED
